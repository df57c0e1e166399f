// What really happened, as the rules need it: who is who, what was asked, what was answered, and what trusted compute said.
import type { Outcome, Work } from "../../../coordinator/ports.ts";
import type { Effect, Event, State, TaskSpec, WorkerSpec } from "../../../coordinator/scheduler/mod.ts";
import { isTrue } from "../kernels.ts";
import type { Rule } from "./rule.ts";

/** An answer that the core took. */
export interface TakenAnswer {
  readonly attempt: number;
  readonly worker: string;
  readonly work: Work;
  readonly outcome: Outcome;
  readonly draw: number;
  readonly right: boolean;
  /** Says something about the task, not only about the machine. */
  readonly claims: boolean;
  /** For a task; false for a shadow. */
  readonly forTask: boolean;
  passed: boolean;
}

/** Facts of one start of the process. */
export class Facts implements Rule {
  /** Until then the process stood still: nothing can be asked of it before. */
  frozenUntilMs = 0;
  readonly sessions = new Map<number, WorkerSpec>();
  readonly tags = new Map<string, readonly string[]>();
  readonly specs = new Map<number, TaskSpec>();
  readonly answers = new Map<number, TakenAnswer>();
  readonly byOutput = new Map<Uint8Array, TakenAnswer>();
  /** Runs of trusted compute by number, and the work of those that failed or flipped a bit: no rule rests on them. */
  readonly runs = new Map<number, Work>();
  readonly unreliable = new Set<Work>();
  /** Work that trusted compute was asked about. */
  readonly recomputed = new Set<Work>();
  /** Inputs that trusted compute has answered, by kernel. */
  readonly proven = new Set<string>();
  /** Who answered a shadow of some work rightly. */
  readonly shadows = new Map<Work, Set<string>>();

  before(state: State, event: Event): void {
    switch (event.type) {
      case "joined":
        this.sessions.set(event.spec.worker, event.spec);
        this.tags.set(event.spec.id, event.spec.tags);
        return;
      case "submitted":
        this.specs.set(event.spec.task, event.spec);
        return;
      case "answered":
        return this.#answered(state, event);
      case "checked": {
        const answer = this.answers.get(event.attempt);
        if (answer !== undefined) answer.passed = event.verdict === "passed";
        return;
      }
      case "computed": {
        const work = this.runs.get(event.run);
        if (work === undefined) return;
        if (isTrue(work, event.outcome)) this.proven.add(nameOf(work));
        else this.unreliable.add(work);
        return;
      }
      default:
        return;
    }
  }

  effect(_state: State, _event: Event, effect: Effect): void {
    if (effect.type !== "compute") return;
    this.runs.set(effect.run, effect.work);
    this.recomputed.add(effect.work);
  }

  restarted(): void {
    const maps = [this.sessions, this.specs, this.answers, this.byOutput, this.runs, this.shadows];
    for (const each of maps) each.clear();
    for (const each of [this.unreliable, this.recomputed]) each.clear();
    this.proven.clear();
  }

  #answered(state: State, event: Event & { type: "answered" }): void {
    const attempt = state.attempts.get(event.attempt);
    const spec = this.sessions.get(event.worker);
    if (attempt === undefined || spec === undefined) return;
    if (attempt.worker.spec.worker !== event.worker || attempt.fence !== event.fence) return;
    if (this.answers.has(event.attempt)) return;
    const { work } = attempt;
    const { outcome, draw } = event;
    const right = isTrue(work, outcome);
    const claims = outcome.type === "output" || outcome.code === "kernel.refused";
    const forTask = attempt.task !== null;
    const about = { attempt: event.attempt, worker: spec.id, work, outcome, draw };
    const taken = { ...about, right, claims, forTask, passed: false };
    this.answers.set(event.attempt, taken);
    if (outcome.type === "output") this.byOutput.set(outcome.output, taken);
    if (forTask || !right) return;
    const known = this.shadows.get(work);
    if (known === undefined) this.shadows.set(work, new Set([spec.id]));
    else known.add(spec.id);
  }
}

/** A kernel's input, as a name. */
export function nameOf({ kernel, input }: Work): string {
  return `${kernel}:${input}`;
}

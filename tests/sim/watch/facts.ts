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
  /** How many runs of it are not over. */
  readonly #running = new Map<Work, number>();
  /** Bytes that were served before the recheck that they were drawn for. */
  readonly drawn = new Set<Uint8Array>();
  /** Inputs that trusted compute has answered, by kernel. */
  readonly proven = new Set<string>();
  /** Who answered a shadow of some work rightly. */
  readonly shadows = new Map<Work, Set<string>>();
  /** The least and the most fuel that trusted compute measured, by kernel and size of input. */
  readonly #fuel = new Map<string, { least: number; most: number }>();

  /** What tasks of a kernel and size of input were measured to use; nothing yet, if none was. */
  fuelOf({ kernel, input }: Work): { readonly least: number; readonly most: number } | undefined {
    return this.#fuel.get(sizeOf(kernel, input.length));
  }

  /** Trusted compute has measured a task. */
  measured(kernel: number, inputBytes: number, fuel: number): void {
    const name = sizeOf(kernel, inputBytes);
    const known = this.#fuel.get(name) ?? { least: Infinity, most: 0 };
    this.#fuel.set(name, { least: Math.min(known.least, fuel), most: Math.max(known.most, fuel) });
  }

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
        this.#running.set(work, this.#runningOf(work) - 1);
        if (event.outcome.type === "output") {
          this.measured(work.kernel, work.input.length, event.outcome.fuel);
        }
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
    this.#running.set(effect.work, this.#runningOf(effect.work) + 1);
  }

  /**
   * Whether trusted compute is at it for the first time, and has not said yet what is right. Another run may be on its way
   * after that: to confirm it, or for a shadow that came after the first had failed.
   */
  isBeingJudged(work: Work): boolean {
    return this.#runningOf(work) > 0 && !this.proven.has(nameOf(work)) && !this.unreliable.has(work);
  }

  #runningOf(work: Work): number {
    return this.#running.get(work) ?? 0;
  }

  restarted(): void {
    const maps = [this.sessions, this.specs, this.answers, this.byOutput, this.runs, this.shadows];
    for (const each of maps) each.clear();
    for (const each of [this.unreliable, this.recomputed]) each.clear();
    this.proven.clear();
    this.#fuel.clear();
    this.#running.clear();
    this.drawn.clear();
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

/** Inputs of one kernel whose length has the same number of bits. */
function sizeOf(kernel: number, inputBytes: number): string {
  return `${kernel}:${Math.floor(Math.log2(Math.max(1, inputBytes)))}`;
}

/** A kernel's input and assets, as a name. */
export function nameOf({ kernel, input, assets }: Work): string {
  return `${kernel}:${input}:${assets}`;
}

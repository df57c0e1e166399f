// What was drawn is recomputed, what was recomputed and wrong is punished, and what was served of it is taken back.
import type { Work } from "../../../coordinator/ports.ts";
import type { Effect, Event, State, TaskSpec } from "../../../coordinator/scheduler/mod.ts";
import { isRightOutput, sameBytes, truth } from "../kernels.ts";
import type { Facts } from "./facts.ts";
import { keep, type Rule } from "./rule.ts";
import type { Tasks } from "./tasks.ts";
import type { Trust } from "./trust.ts";

/** A result that was served and can still be taken back. */
interface Served {
  readonly spec: TaskSpec;
  readonly servedMs: number;
  readonly right: boolean;
  readonly bytes: number;
  readonly requests: string[];
}

interface Debt {
  readonly work: Work;
  readonly what: string;
  readonly isPaid: () => boolean;
}

/** Watches over checks, rechecks, punishment and revocation. */
export class Judgement implements Rule {
  readonly #facts: Facts;
  readonly #tasks: Tasks;
  readonly #trust: Trust;
  /** By worker and kernel, oldest first. */
  readonly #windows = new Map<string, Served[]>();
  readonly #latest = new Map<string, Served>();
  readonly #revoked = new Map<string, number>();
  readonly #punishedMs = new Map<string, number>();
  /** Workers whose check refused something that nobody has judged yet, by what it was. */
  readonly #accused = new Map<string, Work>();
  #debts: Debt[] = [];

  constructor(facts: Facts, tasks: Tasks, trust: Trust) {
    this.#facts = facts;
    this.#tasks = tasks;
    this.#trust = trust;
  }

  before(state: State, event: Event): void {
    if (event.type === "answered") return this.#answered(state, event);
    if (event.type === "computed") return this.#heard(event.run);
    if (event.type !== "checked" || event.verdict !== "failed" || !event.again) return;
    const answer = this.#facts.answers.get(event.attempt);
    const attempt = state.attempts.get(event.attempt);
    if (answer === undefined || attempt?.state !== "checking") return;
    // One accusation at a time: while one is judged, others of the same worker are not followed up.
    if (attempt.worker.peer.accused || this.#accused.has(answer.worker)) return;
    if (!attempt.task?.case?.trusted) this.#accused.set(answer.worker, answer.work);
    if (answer.right) return;
    this.#owePunishment(event.nowMs, answer.worker, answer.work, "a lie that its check caught twice");
  }

  effect(state: State, event: Event, effect: Effect): void {
    switch (effect.type) {
      case "reply":
        return this.#served(state, event, effect);
      case "record":
        this.#punishedMs.set(effect.worker, event.nowMs);
        return this.#oweWindows(state, event.nowMs, effect.worker);
      case "assign": {
        const accused = this.#accused.has(this.#facts.sessions.get(effect.worker)?.id ?? "");
        return keep(!accused, "judgement", () => `session ${effect.worker} is accused and got work`);
      }
      case "revoke":
        return this.#taken(effect);
      default:
        return;
    }
  }

  restarted(): void {
    this.#windows.clear();
    this.#latest.clear();
    this.#revoked.clear();
    this.#punishedMs.clear();
    this.#accused.clear();
    this.#debts = [];
  }

  finished(): void {
    for (const { work, what, isPaid } of this.#debts) {
      keep(
        isPaid() || this.#facts.unreliable.has(work),
        "judgement",
        () => `never judged or set right: ${what}`,
      );
    }
  }

  /** Trusted compute has said what it thinks of some work: whoever is accused for it may be judged now. */
  #heard(run: number): void {
    const work = this.#facts.runs.get(run);
    for (const [worker, about] of this.#accused) if (about === work) this.#accused.delete(worker);
  }

  #answered(state: State, event: Event & { readonly type: "answered" }): void {
    const answer = this.#facts.answers.get(event.attempt);
    const attempt = state.attempts.get(event.attempt);
    if (answer === undefined || attempt?.state !== "out" || attempt.fence !== event.fence) return;
    if (answer.forTask || answer.right || !answer.claims) return;
    if (this.#trust.trustOf(state, answer.worker, answer.work.kernel).stage !== "probation") return;
    this.#owePunishment(event.nowMs, answer.worker, answer.work, "a newcomer's lie");
  }

  #served(state: State, event: Event, reply: Effect & { readonly type: "reply" }): void {
    const { nowMs } = event;
    const spec = this.#facts.specs.get(reply.task);
    if (reply.worker === null || reply.tier !== "peer" || spec === undefined) return;
    const request = `${reply.backend}:${reply.request}`;
    const key = `${reply.worker} ${reply.project}:${spec.identity}`;
    // Not by its name: a request that is repeated, because its answer was lost on the way, may be answered by another.
    const right = isRightOutput(spec, reply.output);
    if (reply.verified === "cached") return void this.#latest.get(key)?.requests.push(request);
    const bytes = spec.input.length + reply.output.length;
    const served = { spec, servedMs: nowMs, right, bytes, requests: [request] };
    this.#latest.set(key, served);
    const window = this.#windowOf(reply.worker, reply.kernel);
    window.push(served);
    const { windowResults, windowBytesMax } = state.config.trust;
    let kept = window.reduce((sum, each) => sum + each.bytes, 0);
    while (window.length > windowResults || kept > windowBytesMax) kept -= window.shift()!.bytes;
    if (reply.verified !== "checked") return;
    keep(event.type !== "checked" || !this.#accused.has(reply.worker), "judgement", () => {
      return `task ${reply.task} got bytes of ${reply.worker}, which is accused`;
    });
    const answer = this.#facts.byOutput.get(reply.output);
    if (answer === undefined || answer.draw >= this.#rateOf(state, reply.worker, reply.kernel)) return;
    const work = answer.work;
    this.#facts.drawn.add(reply.output);
    this.#owe(work, `a drawn result of ${reply.worker}`, () => this.#facts.recomputed.has(work));
    if (right) return;
    this.#owePunishment(nowMs, reply.worker, work, "a lie that was drawn");
    this.#oweRevocation(served);
  }

  #rateOf(state: State, worker: string, kernelNo: number): number {
    const { recheckRateChecked, recheckRateUnchecked, detectionMin } = state.config.trust;
    if (this.#trust.trustOf(state, worker, kernelNo).stage !== "trusted") return 1;
    const detection = state.kernels.get(kernelNo)?.kernel.detection ?? 0;
    return detection >= detectionMin ? recheckRateChecked : recheckRateUnchecked;
  }

  #oweWindows(state: State, nowMs: number, worker: string): void {
    const { windowMs } = state.config.trust;
    for (const kernel of state.kernels.keys()) {
      for (const served of this.#windows.get(`${worker}:${kernel}`) ?? []) {
        if (!served.right && served.servedMs + windowMs > nowMs + 1) this.#oweRevocation(served);
      }
    }
  }

  #oweRevocation(served: Served): void {
    const isPaid = () => served.requests.every((request) => this.#revoked.has(request));
    this.#owe(served.spec, `the wrong answer to task ${served.spec.task}`, isPaid);
  }

  #owePunishment(nowMs: number, worker: string, work: Work, what: string): void {
    if (nowMs < this.#trust.recordOf(worker).quarantinedUntilMs) return;
    this.#owe(work, `${what} (${worker})`, () => (this.#punishedMs.get(worker) ?? -1) >= nowMs);
  }

  #owe(work: Work, what: string, isPaid: () => boolean): void {
    this.#debts.push({ work, what, isPaid });
    if (this.#debts.length > 1000) this.#debts = this.#debts.filter((debt) => !debt.isPaid());
  }

  #taken({ backend, request, output }: Effect & { readonly type: "revoke" }): void {
    const name = `${backend}:${request}`;
    const wrong = this.#tasks.wrong.get(name);
    keep(wrong !== undefined, "revocation", () => `a right answer was taken back (${name})`);
    const times = (this.#revoked.get(name) ?? 0) + 1;
    keep(times <= wrong.times, "revocation", () => `an answer was taken back too often (${name})`);
    this.#revoked.set(name, times);
    const right = truth(wrong.spec);
    const sound = right.type === "failure"
      ? output === null
      : output !== null && sameBytes(output, right.output);
    keep(sound, "revocation", () => `the wrong answer ${name} was taken back for another wrong one`);
  }

  #windowOf(worker: string, kernel: number): Served[] {
    const key = `${worker}:${kernel}`;
    let window = this.#windows.get(key);
    if (window === undefined) this.#windows.set(key, window = []);
    return window;
  }
}

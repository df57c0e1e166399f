// Trust follows the published rules to the letter, rises on verified work only, and decides who gets which work.
import type { Effect, Event, State } from "../../../coordinator/scheduler/mod.ts";
import type { KernelTrust, TrustRules, WorkerRecord } from "../../../coordinator/verify/mod.ts";
import { type Facts, nameOf, type TakenAnswer } from "./facts.ts";
import { keep, type Rule } from "./rule.ts";

const nobody: WorkerRecord = { quarantinedUntilMs: 0, offences: 0, kernels: new Map() };
const beginner: KernelTrust = { stage: "probation", progress: 0, right: 0, wrong: 0 };

/** What is known of a worker's answers. */
interface Evidence {
  right: number;
  wrong: number;
  rises: number;
  falls: number;
}

/** Watches over trust, with a model of its own of what everybody deserves. */
export class Trust implements Rule {
  readonly #facts: Facts;
  readonly #records = new Map<string, WorkerRecord>();
  readonly #evidence = new Map<string, Evidence>();
  readonly #weighed = new Set<TakenAnswer>();

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  /** What a worker's record must be. */
  recordOf(worker: string): WorkerRecord {
    return this.#records.get(worker) ?? nobody;
  }

  /** What its record must say about a kernel. */
  trustOf(state: State, worker: string, kernelNo: number): KernelTrust {
    const { kernels } = this.recordOf(worker);
    const kernel = state.kernels.get(kernelNo)?.kernel;
    if (kernel === undefined) return beginner;
    const known = kernels.get(`${kernel.id}@${kernel.version}`);
    if (known !== undefined) return known;
    const older = [...kernels].some(([key, { stage }]) =>
      stage === "trusted" && key.startsWith(`${kernel.id}@`)
    );
    return older ? { ...beginner, stage: "renewed" } : beginner;
  }

  before(state: State, event: Event): void {
    if (event.type === "joined") return this.#joined(state, event);
    if (event.type !== "answered") return;
    const answer = this.#facts.answers.get(event.attempt);
    if (answer === undefined || this.#weighed.has(answer) || !answer.claims) return;
    this.#weighed.add(answer);
    const evidence = this.#evidenceOf(answer.worker);
    if (answer.right) evidence.right++;
    else evidence.wrong++;
  }

  effect(state: State, event: Event, effect: Effect): void {
    switch (effect.type) {
      case "trust":
        return this.#risen(state, event, effect);
      case "record":
        return this.#fallen(state.config.trust, event.nowMs, effect.worker, effect.record);
      case "assign":
        return this.#assigned(state, event.nowMs, effect);
      case "reply":
        return this.#served(state, event.nowMs, effect);
      default:
        return;
    }
  }

  restarted(records: Iterable<readonly [string, WorkerRecord]>): void {
    this.#records.clear();
    for (const [id, record] of records) this.#records.set(id, record);
  }

  #joined(state: State, { spec }: Event & { readonly type: "joined" }): void {
    // A peer with judgements under way is remembered in memory, whatever the store said when it was asked.
    if (state.peers.has(spec.id)) return;
    const known = this.#records.get(spec.id);
    keep(known === undefined || sameRecord(known, spec.record), "memory of trust", () => {
      return `${spec.id} came back as ${show(spec.record)}, and was ${show(known ?? nobody)}`;
    });
    this.#records.set(spec.id, spec.record);
  }

  #risen(state: State, event: Event, { worker, kernel, trust }: Effect & { readonly type: "trust" }): void {
    const evidence = this.#evidenceOf(worker);
    keep(++evidence.rises <= evidence.right, "verified work", () => {
      return `the trust of ${worker} rose ${evidence.rises} times for ${evidence.right} right answers`;
    });
    const record = this.recordOf(worker);
    keep(
      event.nowMs >= record.quarantinedUntilMs,
      "verified work",
      () => `the trust of ${worker} rose in quarantine`,
    );
    const { probationResults, renewedResults, provenResults } = state.config.trust;
    const before = this.trustOf(state, worker, kernel);
    keep(before.stage !== "probation" || this.#rightShadow(event, worker), "verified work", () => {
      return `${worker} made a step on probation for something that was no shadow`;
    });
    const needed = before.stage === "probation" ? probationResults : renewedResults;
    const right = before.right + 1;
    const progress = before.progress + 1;
    const proven = before.stage === "renewed" ? provenResults : 0;
    const promoted = { ...before, stage: "trusted", progress: proven, right } as const;
    const expected = before.stage === "trusted"
      ? { ...before, progress: Math.min(progress, provenResults), right }
      : progress >= needed
      ? promoted
      : { ...before, progress, right };
    keep(sameTrust(trust, expected), "rules of trust", () => {
      return `${worker} is ${JSON.stringify(trust)} and should be ${JSON.stringify(expected)}`;
    });
    const { kernel: about } = state.kernels.get(kernel)!;
    const kernels = new Map(record.kernels).set(`${about.id}@${about.version}`, trust);
    this.#records.set(worker, { ...record, kernels });
  }

  /** Whether an event judged a shadow that a worker answered rightly. */
  #rightShadow(event: Event, worker: string): boolean {
    if (event.type === "computed") {
      const work = this.#facts.runs.get(event.run);
      return work !== undefined && this.#facts.shadows.get(work)?.has(worker) === true;
    }
    const answer = event.type === "answered" ? this.#facts.answers.get(event.attempt) : undefined;
    return answer !== undefined && answer.worker === worker && answer.right && !answer.forTask;
  }

  #fallen(rules: TrustRules, nowMs: number, worker: string, now: WorkerRecord): void {
    const evidence = this.#evidenceOf(worker);
    keep(++evidence.falls <= evidence.wrong, "honest workers", () => {
      return `${worker} was punished ${evidence.falls} times for ${evidence.wrong} wrong answers`;
    });
    const before = this.recordOf(worker);
    const forgiven = now.offences === before.offences;
    const culprit = [...now.kernels].find(([key, { wrong }]) =>
      wrong > (before.kernels.get(key)?.wrong ?? 0)
    );
    keep(culprit !== undefined, "rules of trust", () => `${worker} was punished for no kernel`);
    const was = before.kernels.get(culprit[0]) ?? beginner;
    const clean = was.right >= rules.cleanRecordMin && was.wrong === 0 && before.offences === 0;
    keep(forgiven === clean, "rules of trust", () => `${worker} was ${forgiven ? "" : "not "}forgiven`);
    keep(culprit[1].stage === "probation" && culprit[1].progress === 0, "rules of trust", () => {
      return `${worker} lied and is still ${culprit[1].stage} with ${culprit[0]}`;
    });
    this.#records.set(worker, now);
    if (forgiven) return;
    const trusted = [...now.kernels].filter(([, { stage, progress }]) =>
      stage !== "probation" || progress > 0
    );
    keep(trusted.length === 0, "rules of trust", () => `${worker} lied and keeps its trust elsewhere`);
    const spanMs = Math.min(rules.quarantineMs * 2 ** before.offences, rules.quarantineMsMax);
    const soundly = now.offences === before.offences + 1 && now.quarantinedUntilMs === nowMs + spanMs;
    keep(soundly, "rules of trust", () => `${worker} is punished by ${show(now)}, not for ${spanMs} ms`);
  }

  #assigned(state: State, nowMs: number, effect: Effect & { readonly type: "assign" }): void {
    const spec = this.#facts.sessions.get(effect.worker);
    if (spec === undefined || spec.tier === "cloud") return;
    const { quarantinedUntilMs } = this.recordOf(spec.id);
    keep(nowMs >= quarantinedUntilMs, "quarantine", () => `${spec.id} got work in quarantine`);
    const { stage } = this.trustOf(state, spec.id, effect.work.kernel);
    const attempt = state.attempts.get(effect.attempt);
    if (attempt === undefined) return;
    keep(
      attempt.task === null || stage !== "probation",
      "probation",
      () => `${spec.id} got a task on probation`,
    );
    keep(
      attempt.task !== null || stage === "probation",
      "probation",
      () => `${spec.id} is ${stage} and got a shadow`,
    );
  }

  #served(state: State, nowMs: number, reply: Effect & { readonly type: "reply" }): void {
    if (reply.tier !== "peer" || reply.worker === null || reply.verified === "rechecked") return;
    const { quarantinedUntilMs } = this.recordOf(reply.worker);
    const spec = this.#facts.specs.get(reply.task);
    // Bytes that are proven right are nobody's any more.
    const proven = spec !== undefined && this.#facts.proven.has(nameOf(spec));
    keep(nowMs >= quarantinedUntilMs || (reply.verified === "cached" && proven), "quarantine", () => {
      return `task ${reply.task} got bytes of ${reply.worker}, which is in quarantine (${reply.verified})`;
    });
    if (reply.verified === "cached") return;
    const { stage } = this.trustOf(state, reply.worker, reply.kernel);
    keep(
      stage !== "probation",
      "probation",
      () => `task ${reply.task} got bytes of ${reply.worker}, on probation`,
    );
  }

  #evidenceOf(worker: string): Evidence {
    let evidence = this.#evidence.get(worker);
    if (evidence === undefined) {
      this.#evidence.set(worker, evidence = { right: 0, wrong: 0, rises: 0, falls: 0 });
    }
    return evidence;
  }
}

function sameTrust(a: KernelTrust, b: KernelTrust): boolean {
  return a.stage === b.stage && a.progress === b.progress && a.right === b.right && a.wrong === b.wrong;
}

function sameRecord(a: WorkerRecord, b: WorkerRecord): boolean {
  if (a.quarantinedUntilMs !== b.quarantinedUntilMs || a.offences !== b.offences) return false;
  return a.kernels.size === b.kernels.size &&
    [...a.kernels].every(([key, trust]) => sameTrust(trust, b.kernels.get(key) ?? beginner));
}

function show({ quarantinedUntilMs, offences, kernels }: WorkerRecord): string {
  return JSON.stringify({ quarantinedUntilMs, offences, kernels: Object.fromEntries(kernels) });
}

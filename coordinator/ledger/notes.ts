// Everything noted since the last flush: money, audit and what verdicts changed, each kept as small as it gets.
import type { Effect } from "../scheduler/types.ts";
import type { WorkerChange } from "../store/mod.ts";
import type { KernelTrust } from "../verify/mod.ts";
import { AuditPacker } from "./audit.ts";
import { LedgerBatch, type MoneyEffect, type Tariff } from "./batch.ts";
import type { Postings } from "./postings.ts";

/** The effects that are written down. */
export type NotedEffect = MoneyEffect | Extract<Effect, { type: "audit" | "trust" | "record" }>;

/** What one flush takes away. */
export interface DrainedNotes {
  readonly postings: readonly Postings[];
  readonly count: number;
  readonly audit: Uint8Array;
  readonly workers: readonly WorkerChange[];
}

/** The number in effects of work that no project asked for. */
const noProject = 0;

interface Change {
  readonly worker: string;
  standing: WorkerChange["standing"];
  readonly trust: Map<string, KernelTrust>;
}

export class Notes {
  readonly #tariff: Tariff;
  readonly #money: LedgerBatch;
  readonly #kernelNames: (string | undefined)[] = [];
  #audit = new AuditPacker();
  #changes = new Map<string, Change>();

  constructor(tariff: Tariff) {
    this.#tariff = tariff;
    this.#money = new LedgerBatch(tariff);
  }

  get empty(): boolean {
    return this.#money.empty && this.#audit.count === 0 && this.#changes.size === 0;
  }

  /** Audit records that wait. */
  get auditCount(): number {
    return this.#audit.count;
  }

  /** Whether a worker's record changed. */
  concerns(worker: string): boolean {
    return this.#changes.has(worker);
  }

  note(effect: NotedEffect): void {
    switch (effect.type) {
      case "audit": {
        const { task, attempt, worker, verdict, fuel, latencyMs } = effect;
        const project = effect.project === noProject ? null : this.#tariff.project(effect.project);
        const kernel = this.#kernelName(effect.kernel);
        return this.#audit.add({ task, attempt, project, worker, kernel, verdict, fuel, latencyMs });
      }
      case "trust": {
        this.#change(effect.worker).trust.set(this.#kernelName(effect.kernel), effect.trust);
        return;
      }
      case "record": {
        const { quarantinedUntilMs, offences, kernels } = effect.record;
        const change = this.#change(effect.worker);
        change.standing = { quarantinedUntilMs, offences };
        for (const [kernel, trust] of kernels) change.trust.set(kernel, trust);
        return;
      }
      default:
        return this.#money.note(effect);
    }
  }

  /** Takes everything away. */
  drain(): DrainedNotes {
    const { count } = this.#audit;
    const audit = this.#audit.done();
    const workers = [...this.#changes.values()];
    this.#audit = new AuditPacker();
    this.#changes = new Map();
    return { postings: this.#money.drain(), count, audit, workers };
  }

  #change(worker: string): Change {
    let change = this.#changes.get(worker);
    if (change === undefined) {
      change = { worker, standing: null, trust: new Map() };
      this.#changes.set(worker, change);
    }
    return change;
  }

  #kernelName(no: number): string {
    const known = this.#kernelNames[no];
    if (known !== undefined) return known;
    const { id, version } = this.#tariff.kernel(no);
    return this.#kernelNames[no] = `${id}@${version}`;
  }
}

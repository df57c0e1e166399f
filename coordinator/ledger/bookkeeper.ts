// Writes down what happened. Effects are noted in memory; every `flushMs` the notes become one flush: packed audit,
// packed postings and changed records, in one transaction of the store. Every `periodMs` the postings of the flushes
// since are booked in the ledger, one bounded transaction per tick (periods.ts). A killed process loses the notes of its last
// flush and nothing else; the next start books the rest (recovery.ts). Whatever is tried again keeps its number.
import assert from "node:assert/strict";
import { P2c2rError } from "../../protocol/mod.ts";
import type { Arrival, Flush, Store } from "../store/mod.ts";
import type { WorkerRecord } from "../verify/mod.ts";
import { accountId } from "./accounts.ts";
import { Balances } from "./balances.ts";
import type { Tariff } from "./batch.ts";
import { type NotedEffect, Notes } from "./notes.ts";
import { creditOf, projectChange, type WorkerCredit } from "./period.ts";
import { Periods } from "./periods.ts";
import { transactionsOf } from "./postings.ts";
import { packPostings } from "./postings_pack.ts";
import { recover } from "./recovery.ts";

/** The numbers of bookkeeping. */
export const bookkeeping = {
  /** The worker's part of a price. */
  share: 0.7,
  /** How long a note waits before it is written: what a killed process can lose. */
  flushMs: 100,
  /** How long postings wait before they are booked. */
  periodMs: 10_000,
  /** Audit records that may wait for a store that fails, about 20 bytes each. */
  auditRecordsMax: 200_000,
  /** The longest pause between tries while the store fails. */
  retryMsMax: 5_000,
  /** Tries of the last flush, the pause before each twice the one before: 1.5 seconds in all. */
  stopTries: 5,
  /** How long flushes, and the audit in them, are kept. */
  auditKeepMs: 30 * 24 * 60 * 60 * 1000,
  /** Flushes deleted per period once they are that old: twice what a period writes. */
  pruneMax: 200,
} as const;

/** `failing`: the store refuses writes, notes are kept. `full`: no more notes fit, so no task may be admitted. */
export type BookkeeperState = "well" | "failing" | "full";

export interface BookkeeperOptions extends Omit<Tariff, "share"> {
  readonly store: Pick<Store, "flushes" | "ledger" | "workers" | "audit">;
  /** A UUIDv7 of this start of the process. */
  readonly instance: string;
  /** Default: `bookkeeping.share`. */
  readonly share?: number;
  /** Wall clock. */
  readonly nowMs: () => number;
  /** Runs `run` once after a delay; what it returns takes that back. */
  readonly schedule: (run: () => void, delayMs: number) => () => void;
  /** Told of every change of state. */
  readonly onState: (state: BookkeeperState, error?: P2c2rError) => void;
}

export class Bookkeeper {
  readonly #options: BookkeeperOptions;
  readonly #notes: Notes;
  readonly #balances = new Balances();
  readonly #periods: Periods;
  /** The flush that is being written: tried again unchanged until the store has it. */
  #sealed: Flush | undefined;
  #seqNext = 0;
  /** Uses of the store run one after the other, so that sums in memory and in the store are read at one moment. */
  #busy: Promise<unknown> = Promise.resolve();
  #cancelTick: (() => void) | undefined;
  #ticking = false;
  #failures = 0;
  #stateTold: BookkeeperState = "well";
  #stopped = false;

  private constructor(options: BookkeeperOptions) {
    const { share = bookkeeping.share } = options;
    this.#options = options;
    this.#notes = new Notes({
      share,
      kernel: (no) => options.kernel(no),
      project: (no) => options.project(no),
    });
    this.#periods = new Periods(options.store, options.instance, bookkeeping);
  }

  /** Books what earlier runs left, and loads balances. Rejects with `store.failed`. */
  static async open(options: BookkeeperOptions): Promise<Bookkeeper> {
    const { store, instance, nowMs } = options;
    const bookkeeper = new Bookkeeper(options);
    await store.flushes.begin(instance, nowMs());
    await recover(store, instance, nowMs());
    const balances = await store.ledger.balancesOf("project");
    for (const [project, balance] of balances) bookkeeper.#balances.set(project, balance);
    return bookkeeper;
  }

  get state(): BookkeeperState {
    if (this.#notes.auditCount >= bookkeeping.auditRecordsMax) return "full";
    return this.#failures > 0 ? "failing" : "well";
  }

  /** Takes in an effect, to be written with the next flush. */
  note(effect: NotedEffect): void {
    if (this.#stopped) assert.fail("an effect was noted after stop()");
    if (effect.type === "charge") this.#spend(effect.project, effect.kernel, effect.fuel);
    if (effect.type === "refund") this.#spend(effect.project, effect.kernel, -effect.fuel);
    this.#notes.note(effect);
    if (this.#notes.auditCount === bookkeeping.auditRecordsMax) this.#tell();
    if (this.#cancelTick === undefined && !this.#ticking) this.#arm();
  }

  /** A project's micro-credits after everything noted so far. */
  balance(project: string): number {
    return this.#balances.balance(project);
  }

  /** What a project's new tasks may cost: its balance less what is reserved. */
  available(project: string): number {
    return this.#balances.available(project);
  }

  /** Sets credit aside for a task on its way, or answers false when there is not enough. */
  reserve(project: string, microCredits: number): boolean {
    return this.#balances.reserve(project, microCredits);
  }

  /** Gives back what was set aside for a task that has ended. */
  release(project: string, microCredits: number): void {
    this.#balances.release(project, microCredits);
  }

  /** Adds credit to a project, once per key. Durable when it resolves. Rejects with `store.failed`. */
  async deposit(
    project: string,
    microCredits: number,
    idempotencyKey: string,
  ): Promise<{ readonly applied: boolean; readonly balance: number }> {
    if (!Number.isSafeInteger(microCredits) || microCredits <= 0) {
      throw new P2c2rError(
        "request.invalid",
        `Cannot add credit: ${microCredits} is not a whole number above 0`,
      );
    }
    return await this.#alone(async () => {
      const { store: { ledger }, instance, nowMs } = this.#options;
      const deposit = {
        reason: "deposit",
        fuel: new Map(),
        amounts: new Map([[project, microCredits]]),
      } as const;
      const key = `deposit:${project}:${idempotencyKey}`;
      await this.#periods.settle(nowMs());
      let applied = false;
      for (const transaction of transactionsOf([deposit], key, instance, nowMs())) {
        applied = await ledger.post(transaction);
      }
      const account = accountId("project", project);
      const stored = (await ledger.balances([account])).get(account) ?? 0;
      this.#balances.set(project, stored + projectChange(this.#periods.unbooked, project));
      return { applied, balance: this.balance(project) };
    });
  }

  /** What workers have earned, at most one flush old. Rejects with `store.failed`. */
  credits(workers: readonly string[]): Promise<ReadonlyMap<string, WorkerCredit>> {
    return this.#alone(async () => {
      const kinds = ["pending", "granted", "refused"] as const;
      const accounts = workers.flatMap((worker) => kinds.map((kind) => accountId(kind, worker)));
      await this.#periods.settle(this.#options.nowMs());
      const stored = await this.#options.store.ledger.balances(accounts);
      const periods = this.#periods.unbooked;
      return new Map(workers.map((worker) => {
        const [pending = 0, granted = 0, refused = 0] = kinds.map((kind) =>
          stored.get(accountId(kind, worker))
        );
        return [worker, creditOf(periods, worker, { pending, granted, refused })];
      }));
    });
  }

  /**
   * Notes that a worker is here and answers what is remembered of it, what is not written yet included: a quarantine
   * is not shaken off by reconnecting within a flush. Rejects with `store.failed`.
   */
  arrive(arrival: Omit<Arrival, "nowMs">): Promise<WorkerRecord> {
    return this.#alone(async () => {
      if (this.#sealed !== undefined || this.#notes.concerns(arrival.id)) await this.#writeAll();
      return await this.#options.store.workers.arrive({ ...arrival, nowMs: this.#options.nowMs() });
    });
  }

  /** Writes everything noted so far. Rejects with `store.failed`; the notes are kept and tried again. */
  flush(): Promise<void> {
    return this.#attempt(() => this.#writeAll());
  }

  /** Writes and books everything, and notes that this run is over. Rejects with `store.failed` after the last try. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTick?.();
    this.#cancelTick = undefined;
    for (let tries = 1;; tries += 1) {
      try {
        return await this.#attempt(() => this.#finish());
      } catch (error) {
        if (tries === bookkeeping.stopTries) throw error;
        const delayMs = bookkeeping.flushMs * 2 ** (tries - 1);
        await new Promise<void>((resolve) => this.#options.schedule(resolve, delayMs));
      }
    }
  }

  #spend(project: number, kernel: number, fuel: number): void {
    const { price } = this.#options.kernel(kernel);
    this.#balances.spend(this.#options.project(project), fuel * price / 1_000_000);
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#busy.then(work);
    this.#busy = result.catch(() => undefined); // Who asked gets the error; the next in line only waits.
    return result;
  }

  #arm(): void {
    if (this.#stopped || this.#cancelTick !== undefined) return;
    if (this.#notes.empty && this.#sealed === undefined && this.#periods.idle) return;
    const delayMs = Math.min(bookkeeping.retryMsMax, bookkeeping.flushMs * 2 ** this.#failures);
    this.#cancelTick = this.#options.schedule(() => void this.#tick(), delayMs);
  }

  async #tick(): Promise<void> {
    this.#cancelTick = undefined;
    this.#ticking = true;
    try {
      await this.#attempt(async () => {
        await this.#writeAll();
        await this.#periods.step(this.#options.nowMs());
      });
    } catch (error) {
      if (!(error instanceof P2c2rError)) throw error;
    } finally {
      this.#ticking = false;
    }
    this.#arm();
  }

  /** Writes the flush that failed before, if any, then what was noted up to now. */
  async #writeAll(): Promise<void> {
    await this.#writeSealed();
    if (this.#notes.empty) return;
    this.#sealed = this.#seal();
    await this.#writeSealed();
  }

  async #writeSealed(): Promise<void> {
    if (this.#sealed === undefined) return;
    await this.#options.store.flushes.commit(this.#sealed);
    this.#sealed = undefined;
  }

  #seal(): Flush {
    const { instance, nowMs } = this.#options;
    const { postings, count, audit, workers } = this.#notes.drain();
    const createdMs = nowMs();
    const seq = this.#seqNext++;
    this.#periods.add(seq, postings, createdMs);
    this.#balances.drained(postings);
    const { no: period } = this.#periods;
    return { instance, seq, period, createdMs, count, audit, postings: packPostings(postings), workers };
  }

  async #finish(): Promise<void> {
    const { store: { flushes }, instance, nowMs } = this.#options;
    await this.#writeAll();
    await this.#periods.finish(nowMs());
    await flushes.end(instance, nowMs());
  }

  /** Runs work that writes, and counts failures in a row. */
  #attempt(work: () => Promise<void>): Promise<void> {
    return this.#alone(async () => {
      try {
        await work();
      } catch (error) {
        this.#failures += 1;
        this.#tell(error);
        throw error;
      }
      this.#failures = 0;
      this.#tell();
    });
  }

  #tell(error?: unknown): void {
    const { state } = this;
    if (this.#stateTold === state) return;
    this.#stateTold = state;
    this.#options.onState(state, error instanceof P2c2rError ? error : undefined);
  }
}

// Which period takes postings in, which one is being booked, and how booking goes on: one bounded write at a time.
import type { Store } from "../store/mod.ts";
import { Period } from "./period.ts";
import type { LedgerTransaction, Postings } from "./postings.ts";

/** How long periods are, and what is deleted when one is booked. */
export interface PeriodRules {
  readonly periodMs: number;
  readonly auditKeepMs: number;
  readonly pruneMax: number;
}

interface Booking {
  readonly period: Period;
  readonly transactions: readonly LedgerTransaction[];
  next: number;
}

export class Periods {
  readonly #store: Pick<Store, "flushes" | "ledger" | "audit">;
  readonly #rules: PeriodRules;
  #open: Period;
  #openEndMs = 0;
  #booking: Booking | undefined;
  /** A posting failed, and the ledger may have it all the same. */
  #unsure = false;

  constructor(store: Pick<Store, "flushes" | "ledger" | "audit">, instance: string, rules: PeriodRules) {
    this.#store = store;
    this.#rules = rules;
    this.#open = new Period(instance, 0);
  }

  /** The period that takes postings in. */
  get no(): number {
    return this.#open.no;
  }

  /** Whether everything is booked. */
  get idle(): boolean {
    return this.#booking === undefined && this.#open.empty;
  }

  /** What the ledger does not have yet. */
  get unbooked(): readonly Period[] {
    return this.#booking === undefined ? [this.#open] : [this.#booking.period, this.#open];
  }

  /** Puts in what flush `seq` posted. */
  add(seq: number, postings: readonly Postings[], nowMs: number): void {
    if (this.#open.empty) this.#openEndMs = nowMs + this.#rules.periodMs;
    this.#open.add(seq, postings);
  }

  /** Makes one write, if one is due. To be called only when every flush that was put in is written. */
  async step(nowMs: number): Promise<void> {
    if (this.#booking === undefined && !this.#open.empty && nowMs >= this.#openEndMs) this.#close(nowMs);
    const booking = this.#booking;
    if (booking === undefined) return;
    const transaction = booking.transactions[booking.next];
    if (transaction === undefined) {
      await this.#store.flushes.booked(booking.period.instance, booking.period.flushLast);
      this.#booking = undefined;
      await this.#store.audit.prune(nowMs - this.#rules.auditKeepMs, this.#rules.pruneMax);
      return;
    }
    this.#unsure = true;
    await this.#store.ledger.post(transaction);
    this.#unsure = false;
    booking.period.booked(transaction);
    booking.next += 1;
  }

  /** Makes sure that the ledger has nothing which {@link unbooked} names too: else a sum of both counts it twice. */
  async settle(nowMs: number): Promise<void> {
    if (this.#unsure) await this.step(nowMs);
  }

  /** Books everything, due or not. */
  async finish(nowMs: number): Promise<void> {
    while (!this.idle) {
      if (this.#booking === undefined) this.#close(nowMs);
      await this.step(nowMs);
    }
  }

  #close(nowMs: number): void {
    const period = this.#open;
    this.#booking = { period, transactions: period.transactions(nowMs), next: 0 };
    this.#open = new Period(period.instance, period.no + 1);
  }
}

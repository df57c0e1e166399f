// Postings of many flushes, merged, until they are booked: the books get one transaction per reason and period
// instead of one per flush, so they grow with owners and not with tasks.
import { type LedgerTransaction, type Postings, type Reason, transactionsOf } from "./postings.ts";

/** What a worker earned, in micro-credits, since its key was first seen. `claimed` is the sum of the others. */
export interface WorkerCredit {
  readonly claimed: number;
  readonly pending: number;
  readonly granted: number;
  readonly refused: number;
}

interface Sums {
  readonly amounts: Map<string, number>;
  readonly fuel: Map<string, number>;
}

/** One period of one start of the process. Its transactions depend only on the postings put in, and their order. */
export class Period {
  readonly instance: string;
  readonly no: number;
  /** The last flush that was put in. */
  flushLast = -1;
  readonly #sums = new Map<Reason, Sums>();

  constructor(instance: string, no: number) {
    this.instance = instance;
    this.no = no;
  }

  /** Whether no flush was put in. */
  get empty(): boolean {
    return this.flushLast === -1;
  }

  /** Puts in what flush `seq` posted. */
  add(seq: number, postings: readonly Postings[]): void {
    this.flushLast = seq;
    for (const { reason, amounts, fuel } of postings) {
      let sums = this.#sums.get(reason);
      if (sums === undefined) this.#sums.set(reason, sums = { amounts: new Map(), fuel: new Map() });
      addAll(sums.amounts, amounts);
      addAll(sums.fuel, fuel);
    }
  }

  /** What is here for one reason and owner. */
  amount(reason: Reason, owner: string): number {
    return this.#sums.get(reason)?.amounts.get(owner) ?? 0;
  }

  /** All of it, as transactions in the order they are to be booked. */
  transactions(createdMs: number): readonly LedgerTransaction[] {
    const postings = Array.from(this.#sums, ([reason, sums]) => ({ reason, ...sums }));
    return transactionsOf(postings, `${this.instance}:${this.no}`, this.instance, createdMs);
  }

  /** Forgets what a transaction of this period has booked. */
  booked(transaction: LedgerTransaction): void {
    const sums = this.#sums.get(transaction.reason);
    for (const { owner } of transaction.entries) sums?.amounts.delete(owner);
  }
}

/** A project's balance change by what is not booked yet. */
export function projectChange(periods: readonly Period[], project: string): number {
  return sum(periods, "refund", project) - sum(periods, "charge", project);
}

/** A worker's credit: stored sums and what is not booked yet. */
export function creditOf(
  periods: readonly Period[],
  worker: string,
  stored: { readonly pending: number; readonly granted: number; readonly refused: number },
): WorkerCredit {
  const claims = sum(periods, "share", worker) + sum(periods, "shadow", worker);
  const grants = sum(periods, "grant", worker);
  const refusals = sum(periods, "void", worker);
  const pending = stored.pending + claims - grants - refusals;
  const granted = stored.granted + grants;
  const refused = stored.refused + refusals;
  return { claimed: pending + granted + refused, pending, granted, refused };
}

function sum(periods: readonly Period[], reason: Reason, owner: string): number {
  return periods.reduce((total, period) => total + period.amount(reason, owner), 0);
}

function addAll(into: Map<string, number>, from: ReadonlyMap<string, number>): void {
  for (const [key, amount] of from) into.set(key, (into.get(key) ?? 0) + amount);
}

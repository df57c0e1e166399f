// What projects can still spend, in memory: admission asks for every task and cannot wait for the store.
import assert from "node:assert/strict";
import type { Postings } from "./postings.ts";

interface Balance {
  /** Whole micro-credits, all drained batches included. */
  settled: number;
  /** Charges less refunds since the last drain, with fractions. */
  open: number;
  /** Promised to tasks on their way. */
  reserved: number;
}

/** Micro-credits to reserve for a task of this much fuel: its price, rounded up. */
export function priceOf(kernel: { readonly price: number }, fuel: number): number {
  return Math.ceil(fuel * kernel.price / 1_000_000);
}

export class Balances {
  readonly #projects = new Map<string, Balance>();

  /** Sets what the books say, drained batches included. */
  set(project: string, settled: number): void {
    this.#of(project).settled = settled;
  }

  /** A charge (positive) or refund (negative) that is in no drained batch yet. */
  spend(project: string, microCredits: number): void {
    this.#of(project).open += microCredits;
  }

  /** A batch was drained: what was open is in its postings, rounded. */
  drained(postings: readonly Postings[]): void {
    for (const balance of this.#projects.values()) balance.open = 0;
    for (const { reason, amounts } of postings) {
      if (reason === "charge") { for (const [project, sum] of amounts) this.#of(project).settled -= sum; }
      if (reason === "refund") { for (const [project, sum] of amounts) this.#of(project).settled += sum; }
    }
  }

  /** Whole micro-credits, open charges taken off. */
  balance(project: string): number {
    const { settled, open } = this.#projects.get(project) ?? nothing;
    return Math.floor(settled - open);
  }

  /** What new tasks may use: the balance less what is reserved. */
  available(project: string): number {
    return this.balance(project) - (this.#projects.get(project)?.reserved ?? 0);
  }

  /** Sets credit aside for a task, or answers false when there is not enough. Free tasks always fit. */
  reserve(project: string, microCredits: number): boolean {
    if (microCredits === 0) return true;
    if (this.available(project) < microCredits) return false;
    this.#of(project).reserved += microCredits;
    return true;
  }

  /** Gives back what {@link reserve} set aside. */
  release(project: string, microCredits: number): void {
    if (microCredits === 0) return;
    const balance = this.#of(project);
    assert(balance.reserved >= microCredits, "what is released was reserved");
    balance.reserved -= microCredits;
  }

  #of(project: string): Balance {
    let balance = this.#projects.get(project);
    if (balance === undefined) this.#projects.set(project, balance = { ...nothing });
    return balance;
  }
}

const nothing: Readonly<Balance> = { settled: 0, open: 0, reserved: 0 };

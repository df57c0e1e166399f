// The rules of double entry, as data: which accounts a reason moves money between. Everything that is booked is a
// reason, an owner and an amount, so entries sum to zero by construction.
import { accountId, type AccountKind } from "./accounts.ts";

/**
 * Why money moves. The order is the order of posting (a grant never before what it grants) and is written into
 * packed batches: append only.
 * - `deposit`: a project buys credit.
 * - `charge`, `refund`: a project pays for an answer, and gets it back when the answer is revoked.
 * - `share`, `shadow`: a worker's claim for a project's task, and for a shadow.
 * - `grant`, `void`: the claim's window closed, or the claim was refused.
 * - `lapsed`: a claim whose window was lost with the process that kept it.
 */
export const reasons = ["deposit", "charge", "refund", "share", "shadow", "grant", "void", "lapsed"] as const;
/** Why money moves. */
export type Reason = typeof reasons[number];

type Move = readonly [from: AccountKind, to: AccountKind];

const refuse: readonly Move[] = [["pending", "operator"], ["memo", "refused"]];

/** What each reason moves, always the whole amount. */
const moves: Readonly<Record<Reason, readonly Move[]>> = {
  deposit: [["issued", "project"]],
  charge: [["project", "operator"]],
  refund: [["operator", "project"]],
  share: [["operator", "pending"]],
  shadow: [["operator", "pending"]],
  grant: [["pending", "granted"]],
  void: refuse,
  lapsed: refuse,
};

/** Everything booked for one reason in one batch. */
export interface Postings {
  readonly reason: Reason;
  /** Fuel behind the amounts, by `id@version` of the kernel: what a price was asked for. */
  readonly fuel: ReadonlyMap<string, number>;
  /** Micro-credits, at least 1, by project or worker id. */
  readonly amounts: ReadonlyMap<string, number>;
}

/** One side of a transaction. */
export interface LedgerEntry {
  readonly account: string;
  readonly kind: AccountKind;
  readonly owner: string;
  /** Positive: the account receives. */
  readonly microCredits: number;
}

/** What is written to the books at once. Entries sum to zero; an idempotency key is booked once. */
export interface LedgerTransaction {
  readonly idempotencyKey: string;
  /** The start of the process that booked it. */
  readonly coordinator: string;
  readonly reason: Reason;
  readonly fuel: ReadonlyMap<string, number>;
  readonly createdMs: number;
  readonly entries: readonly LedgerEntry[];
}

/** Owners in one transaction: bounds how long one write to the store takes, 2 ms on a disk. */
const transactionOwnersMax = 50;

/**
 * The transactions that book postings, in the order of {@link reasons}, keyed `${key}:0`, `${key}:1`, …
 * The same postings in the same order always give the same transactions.
 */
export function transactionsOf(
  postings: readonly Postings[],
  key: string,
  coordinator: string,
  createdMs: number,
): readonly LedgerTransaction[] {
  const transactions: LedgerTransaction[] = [];
  const inOrder = [...postings].sort((a, b) => reasons.indexOf(a.reason) - reasons.indexOf(b.reason));
  for (const { reason, fuel, amounts } of inOrder) {
    const owners = [...amounts];
    for (let start = 0; start < owners.length; start += transactionOwnersMax) {
      transactions.push({
        idempotencyKey: `${key}:${transactions.length}`,
        coordinator,
        reason,
        fuel: start === 0 ? fuel : new Map(),
        createdMs,
        entries: entriesOf(reason, owners.slice(start, start + transactionOwnersMax)),
      });
    }
  }
  return transactions;
}

function entriesOf(reason: Reason, amounts: readonly (readonly [string, number])[]): LedgerEntry[] {
  const entries = new Map<string, LedgerEntry>();
  for (const [owner, amount] of amounts) {
    for (const [from, to] of moves[reason]) {
      add(entries, from, owner, -amount);
      add(entries, to, owner, amount);
    }
  }
  return [...entries.values()];
}

function add(entries: Map<string, LedgerEntry>, kind: AccountKind, owner: string, amount: number): void {
  const account = accountId(kind, owner);
  const owned = account === kind ? "" : owner;
  const microCredits = (entries.get(account)?.microCredits ?? 0) + amount;
  entries.set(account, { account, kind, owner: owned, microCredits });
}

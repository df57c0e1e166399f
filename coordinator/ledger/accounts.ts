// Who can hold money. An account's id says its kind and owner, so books can be read without a join.

/**
 * - `issued`: the other side of every deposit; minus its balance is all credit ever sold.
 * - `operator`: earns what projects pay, pays workers' shares and shadows; may be negative.
 * - `project`: prepaid credit.
 * - `pending`, `granted`: a worker's credit before and after its window closed.
 * - `refused`: what a worker claimed and did not get. A memorandum, balanced by `memo`: it is nobody's money.
 */
export type AccountKind = "issued" | "operator" | "project" | "pending" | "granted" | "refused" | "memo";

/** An account, taken apart. `owner`: a project's or worker's id, empty for the coordinator's own. */
export interface Account {
  readonly kind: AccountKind;
  readonly owner: string;
}

/** The id of an account: `operator`, `project:<id>`, `worker:<id>:pending`. */
export function accountId(kind: AccountKind, owner: string): string {
  switch (kind) {
    case "issued":
    case "operator":
    case "memo":
      return kind;
    case "project":
      return `project:${owner}`;
    case "pending":
    case "granted":
    case "refused":
      return `worker:${owner}:${kind}`;
    default:
      return kind satisfies never;
  }
}

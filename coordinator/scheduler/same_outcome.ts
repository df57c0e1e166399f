// Bit by bit: when two computations of one task gave the same.
import type { Outcome } from "../ports.ts";

/** Whether two outcomes are the same: output or failure and sentence, and the fuel. */
export function sameOutcome(a: Outcome, b: Outcome): boolean {
  if (a.fuel !== b.fuel) return false;
  if (a.type === "failure" || b.type === "failure") {
    return a.type === "failure" && b.type === "failure" && a.code === b.code && a.message === b.message;
  }
  return sameBytes(a.output, b.output);
}

/** Whether bytes are equal. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) {
    if (a[at] !== b[at]) return false;
  }
  return true;
}

// Bit by bit: when two computations of one task gave the same.
import type { Outcome } from "../ports.ts";

/** Whether two outcomes are the same: output and fuel, or failure and sentence. */
export function sameOutcome(a: Outcome, b: Outcome): boolean {
  if (a.type === "failure" || b.type === "failure") {
    return a.type === "failure" && b.type === "failure" && a.code === b.code && a.message === b.message;
  }
  return a.fuel === b.fuel && sameBytes(a.output, b.output);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) {
    if (a[at] !== b[at]) return false;
  }
  return true;
}

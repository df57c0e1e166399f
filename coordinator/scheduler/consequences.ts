// What a verdict means for those who were served and for the credit of the worker.
import type { Attempt, Case, Served, State } from "./state.ts";
import { sameBytes } from "./same_outcome.ts";
import type { Effect } from "./types.ts";
import { voidCredit } from "./window.ts";

/**
 * Takes a wrong answer back from everybody who got it, with the right bytes, and pays nothing for it. Where the bytes
 * were right and only the claim of fuel was not, projects get back what was too much, and no more is said.
 */
export function revoke(state: State, served: Served, about: Case, out: Effect[]): void {
  served.verdict = "wrong";
  voidCredit(served, out);
  state.cache.delete(served.spec.identity);
  const { trusted } = about;
  if (trusted?.type === "output" && sameBytes(trusted.output, served.outcome.output)) {
    return refund(served, served.fuel - trusted.fuel, out);
  }
  const output = about.trusted?.type === "output" ? about.trusted.output : null;
  refund(served, served.fuel, out);
  for (const { backend, request } of [served.spec, ...served.others ?? []]) {
    state.counters.revoked++;
    out.push({ type: "revoke", backend, request, output, reason: "recomputed: the served bytes were wrong" });
  }
}

function refund({ spec, kernel }: Served, fuel: number, out: Effect[]): void {
  if (fuel > 0) out.push({ type: "refund", project: spec.project, kernel: kernel.kernel.no, fuel });
}

/** A newcomer's right result is paid by the operator, at once: there is nothing left to judge. */
export function payShadow(state: State, nowMs: number, attempt: Attempt, fuel: number, out: Effect[]): void {
  const { kernel, assignedMs } = attempt;
  state.counters.shadows++;
  const worker = attempt.worker.peer.id;
  const paid = { worker, kernel: kernel.kernel.no, fuel };
  const credit = { ...paid, by: "operator" } as const;
  out.push({ type: "pend", ...credit }, { type: "grant", ...credit });
  const latencyMs = nowMs - assignedMs;
  out.push({
    type: "audit",
    task: 0,
    attempt: attempt.no,
    project: 0,
    verdict: "shadow",
    latencyMs,
    ...paid,
  });
}

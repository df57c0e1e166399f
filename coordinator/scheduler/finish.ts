// The one end of every task: an answer or a refusal, to everyone who asked.
import type { Code, Tier, Verification } from "../../protocol/mod.ts";
import type { Outcome } from "../ports.ts";
import type { Attempt, Served, State, Task } from "./state.ts";
import type { Effect, TaskSpec } from "./types.ts";
import { boundedFuel, dropRuns, dropUrgentRuns } from "./trusted.ts";
import { unqueue } from "./waiting.ts";
import { addRecipient, remember } from "./window.ts";

/** Output of a settled task. */
export type Output = Outcome & { readonly type: "output" };

/** Answers a task and all that were merged into it. `attempt`: the peer's, null for trusted compute. */
export function reply(
  state: State,
  nowMs: number,
  task: Task,
  output: Output,
  tier: Tier,
  verified: Verification,
  attempt: Attempt | null,
  out: Effect[],
): Served | null {
  close(state, task, attempt, out);
  const { spec } = task;
  const fuel = verified === "checked" ? boundedFuel(task.kernel, spec, output.fuel) : output.fuel;
  const served = attempt !== null && tier === "peer"
    ? remember(state, nowMs, attempt, task, output, fuel, out)
    : null;
  if (tier === "cloud" && attempt !== null) audit(task, attempt, "served", fuel, nowMs, out);
  if (attempt === null) audit(task, null, "served", fuel, nowMs, out);
  out.push({ type: "charge", project: spec.project, kernel: spec.kernel, fuel });
  state.counters[tier]++;
  const source = attempt === null ? null : attempt.worker.source;
  const worker = source?.id ?? null;
  const answer = { output: output.output, fuel };
  out.push(replyTo(spec, task.submittedMs, nowMs, answer, tier, verified, worker, task.attempts));
  if (nowMs <= spec.dueMs) state.counters.deadlineMet++;
  for (const { spec, submittedMs } of task.followers?.values() ?? []) {
    if (served !== null) addRecipient(served, spec);
    state.counters.cached++;
    if (nowMs <= spec.dueMs) state.counters.deadlineMet++;
    out.push(replyTo(spec, submittedMs, nowMs, answer, tier, "cached", worker, 0));
  }
  const proven = verified === "rechecked" || verified === "trusted";
  // A liar's last result may have been proven right; that is no reason to hand its bytes out again.
  if (attempt !== null && nowMs < attempt.worker.peer.record.quarantinedUntilMs) return served;
  state.cache.put(spec.identity, { output: output.output, tier, fuel, proven, source, served });
  return served;
}

/** Answers a task with what trusted compute says. */
export function serveTrusted(state: State, nowMs: number, task: Task, outcome: Outcome, out: Effect[]): void {
  if (task.done) return;
  if (outcome.type === "output") reply(state, nowMs, task, outcome, "local", "trusted", null, out);
  else refuse(state, nowMs, task, outcome.code, outcome.message, null, out);
}

/** Ends a task without an answer, and all that were merged into it. */
export function refuse(
  state: State,
  nowMs: number,
  task: Task,
  code: Code,
  message: string,
  retryMs: number | null,
  out: Effect[],
): void {
  close(state, task, null, out);
  audit(task, null, "failed", 0, nowMs, out);
  refuseSpec(state, task.spec, code, message, retryMs, task.attempts, out);
  const final = code.startsWith("kernel.");
  for (const follower of task.followers?.values() ?? []) {
    if (final) refuseSpec(state, follower.spec, code, message, retryMs, 0, out);
    else state.orphans.push(follower);
  }
}

/** Refuses one request. */
export function refuseSpec(
  state: State,
  spec: TaskSpec,
  code: Code,
  message: string,
  retryMs: number | null,
  attempts: number,
  out: Effect[],
): void {
  state.counters.refused++;
  const { task, backend, request } = spec;
  out.push({ type: "refuse", task, backend, request, code, message, retryMs, attempts });
}

/** The answer to one request. */
export function replyTo(
  spec: TaskSpec,
  submittedMs: number,
  nowMs: number,
  output: { readonly output: Uint8Array; readonly fuel: number },
  tier: Tier,
  verified: Verification,
  worker: string | null,
  attempts: number,
): Effect {
  const { task, project, backend, request, kernel } = spec;
  const latencyMs = nowMs - submittedMs;
  return {
    type: "reply",
    task,
    project,
    backend,
    request,
    kernel,
    output: output.output,
    tier,
    verified,
    worker,
    attempts,
    fuel: output.fuel,
    latencyMs,
  };
}

/** Takes a task out of every list; what still computes it is told to stop. */
export function close(state: State, task: Task, except: Attempt | null, out: Effect[]): void {
  task.done = true;
  unqueue(task);
  task.awaiting = null;
  state.tasks.delete(task.spec.task);
  state.shares.leave(task.share);
  for (const no of task.followers?.keys() ?? []) state.merged.delete(no);
  const { identity } = task.spec;
  if (state.merging.get(identity) === task) state.merging.delete(identity);
  if (task.case !== null) {
    dropRuns(state, task.case);
    if (dropUrgentRuns(state, task.case)) state.leftovers.push(task.case);
  }
  for (const attempt of task.live) {
    if (attempt === except || attempt.state !== "out") continue;
    out.push({
      type: "cancel",
      worker: attempt.worker.spec.worker,
      attempt: attempt.no,
      fence: attempt.fence,
    });
  }
  task.live = [];
}

function audit(
  task: Task,
  attempt: Attempt | null,
  verdict: "served" | "failed",
  fuel: number,
  nowMs: number,
  out: Effect[],
): void {
  out.push({
    type: "audit",
    task: task.spec.task,
    attempt: attempt?.no ?? 0,
    project: task.spec.project,
    worker: attempt?.worker.peer.id ?? null,
    kernel: task.spec.kernel,
    verdict,
    fuel,
    latencyMs: nowMs - task.submittedMs,
  });
}

// What an answer teaches: how far its worker is, how long it takes, and whether it may have more in flight.
import type { Code } from "../../protocol/mod.ts";
import type { Outcome } from "../ports.ts";
import type { Attempt, State } from "./state.ts";

/** What an answer teaches about its worker: how long it takes, and whether it may have more in flight. */
export function learn(state: State, nowMs: number, attempt: Attempt, outcome: Outcome): void {
  const { worker, own, kernel, work, task } = attempt;
  // The part of the wait in which all slots were busy with earlier answers is not this task's own.
  const { answeredMs, slots } = worker;
  worker.rttMs = worker.peer.roundTrip.add(nowMs, nowMs - attempt.assignedMs);
  const freedMs = answeredMs.length < slots ? 0 : answeredMs[answeredMs.length - slots]!;
  const sinceMs = Math.max(attempt.assignedMs + worker.rttMs, freedMs);
  worker.lastAnswerMs = nowMs;
  answeredMs.push(nowMs);
  if (answeredMs.length > slots) answeredMs.shift();
  if (!isClaim(outcome)) return;
  const tookMs = Math.max(0, nowMs - sinceMs);
  worker.answered++;
  worker.misses = 0;
  if (!attempt.expired) worker.lossRate -= worker.lossRate * state.config.lossStep;
  worker.serviceMs += (tookMs - worker.serviceMs) / Math.min(worker.answered, 16);
  own.service.add(work.input.length, tookMs);
  // Behind other tasks, what passes between two answers is what one costs. Without any in front it takes in all that waits
  // on the way, in this process as well, and the worker's own word is worth more: down to what it has taken at least, or
  // who claims no time would be given task upon task.
  const leastMs = own.took.add(nowMs, tookMs);
  const busyMs = sinceMs === freedMs ? tookMs : Math.min(tookMs, Math.max(leastMs, outcome.computeUs / 1000));
  own.busyMs += (busyMs - own.busyMs) / Math.min(own.service.of(work.input.length).samples, 8);
  // Newcomers are anybody: how long the kernel takes is learned from those who serve.
  if (task !== null && worker.spec.tier === "peer") kernel.service.add(work.input.length, tookMs);
  if (!attempt.expired) worker.quota = Math.min(worker.spec.window, worker.quota + 1 / worker.quota);
}

/** Whether an outcome says something about the task, not only about the machine that failed. */
export function isClaim(outcome: Outcome): boolean {
  return outcome.type === "output" || CLAIMS.has(outcome.code);
}

/** Failures that are functions of the task, the same on every machine. */
const CLAIMS: ReadonlySet<Code> = new Set<Code>([
  "kernel.refused",
  "kernel.trapped",
  "kernel.exhausted",
  "kernel.output_too_large",
]);

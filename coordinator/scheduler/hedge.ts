// Hedging: a second worker is asked when the chance that the first answers in time has fallen, not after it has failed
// (J. Dean, L. Barroso, "The tail at scale", 2013), and within a budget, so that hedges never feed an overload.
import { assignTask } from "./assign.ts";
import { allows } from "./breaker.ts";
import { choose } from "./choose.ts";
import type { Attempt, State, Task, WorkerKernel } from "./state.ts";
import type { Effect } from "./types.ts";

/** A wait that so few take is longer than any that was measured. */
const UNHEARD_OF = 0.005;

/**
 * After how much computing a worker's chance to be done within `leftMs` falls below the least one: with F its measured
 * distribution, the chance at time t is (F(left) − F(t)) / (1 − F(t)). Not before the time left is short. Infinity where
 * it does not fall before the time is up, or nothing was measured yet.
 */
export function hedgeAfterMs(state: State, own: WorkerKernel, inputBytes: number, leftMs: number): number {
  const { samplesMin, hedgeChanceMin } = state.config;
  const mine = own.service.of(inputBytes);
  const others = own.kernel.service.of(inputBytes);
  const known = mine.samples >= samplesMin ? mine : others;
  if (known.samples < samplesMin) return Infinity;
  const late = 1 - known.below(leftMs);
  const turning = 1 - late / (1 - hedgeChanceMin);
  if (turning <= 0) return 0;
  // While a second worker would still have time enough twice over, asking it can wait.
  const calmMs = leftMs - own.worker.rttMs - 2 * (others.at(0.95) ?? 0);
  const afterMs = Math.max(calmMs, known.at(turning) ?? Infinity);
  return afterMs < leftMs ? afterMs : Infinity;
}

/** The chance that an attempt is answered before its task is due, given that it was not yet; 0 where nothing was measured. */
export function chanceOf({ config }: State, nowMs: number, attempt: Attempt): number {
  const { own, kernel, work, task, assignedMs, inFrontMs } = attempt;
  const bytes = work.input.length;
  const mine = own.service.of(bytes);
  const known = mine.samples >= config.samplesMin ? mine : kernel.service.of(bytes);
  if (task === null || known.samples < config.samplesMin) return 0;
  const beganMs = assignedMs + inFrontMs;
  const yet = 1 - known.below(nowMs - beganMs);
  return yet < UNHEARD_OF ? 0 : 1 - (1 - known.below(task.spec.dueMs - beganMs)) / yet;
}

/** Asks a second worker for what another one has in hand, if the budget allows and one would be in time. */
export function hedge(state: State, nowMs: number, attempt: Attempt, out: Effect[]): void {
  const { task } = attempt;
  if (task === null || task.done || task.awaiting !== null || task.queued || task.serving) return;
  const { config, counters } = state;
  if (task.attempts >= config.attemptsMax || isInOtherHands(task, attempt)) return;
  if (!allows(state.breakers.peer, nowMs, config.breaker)) return;
  if (state.hedgeTokens < 1) {
    counters.hedgesDenied++;
    return;
  }
  const worker = choose(state, nowMs, task, "peer");
  if (worker === null) return;
  state.hedgeTokens -= 1;
  counters.hedges++;
  assignTask(state, nowMs, task, worker, out);
}

/** Whether another attempt may still answer it in time, or has answered and is being checked. */
function isInOtherHands(task: Task, attempt: Attempt): boolean {
  for (const other of task.live) {
    if (other === attempt) continue;
    if (other.state === "checking" || (!other.expired && other.worker.connected)) return true;
  }
  return false;
}

// Sends work to a worker: what is expected of it, its lease, and when it is to be looked after again.
import type { Work } from "../ports.ts";
import { sent } from "./breaker.ts";
import { hedgeAfterMs } from "./hedge.ts";
import { busyForMs, hold, refreshRoom, serviceMs } from "./room.ts";
import type { Attempt, Case, State, Task, WorkerKernel, WorkerState } from "./state.ts";
import type { Effect } from "./types.ts";

/** Gives a task to a worker. */
export function assignTask(
  state: State,
  nowMs: number,
  task: Task,
  worker: WorkerState,
  out: Effect[],
): void {
  const own = worker.kernels.get(task.spec.kernel);
  if (own === undefined) return;
  const { config, shares } = state;
  if (task.attempts === 0) {
    state.hedgeTokens = Math.min(config.hedgeBurst, state.hedgeTokens + config.hedgeShare);
  }
  if (task.kernel.queued.total === 0) shares.raiseFloor(task.share.usedMs);
  shares.charge(task.share, serviceMs(state, nowMs, worker, own, task.spec.input.length));
  task.tried = [...task.tried, worker.peer.id];
  sent(state.breakers[worker.spec.tier]);
  if (worker.spec.tier === "peer") {
    state.peerInFlight++;
    own.kernel.lastGiven = own;
    state.sinceExplored = state.sinceExplored >= config.exploreEvery ? 0 : state.sinceExplored + 1;
  }
  assign(state, nowMs, own, task.spec, task, null, task.spec, out);
  task.attempts++;
}

/** Sends work to a worker. A shadow has a case instead of a task; on the wire both look the same. */
export function assign(
  state: State,
  nowMs: number,
  own: WorkerKernel,
  work: Work,
  task: Task | null,
  judged: Case | null,
  due: { readonly dueMs: number; readonly priority: number },
  out: Effect[],
): void {
  const { worker } = own;
  const inFrontMs = busyForMs(worker, nowMs);
  // The frame leaves at the end of this turn, and the answer is read in another.
  const leaseMs = inFrontMs + leaseServiceMs(state, own, work.input.length) + state.config.leaseMarginMs +
    2 * state.turnMs;
  const attempt: Attempt = {
    no: state.nextAttempt++,
    fence: task === null ? 1 : task.attempts + 1,
    worker,
    own,
    kernel: own.kernel,
    work,
    task,
    case: judged,
    assignedMs: nowMs,
    predictedMs: keepsBusyMs(state, nowMs, own, work.input.length),
    inFrontMs,
    leaseUntilMs: nowMs + leaseMs,
    abandonMs: nowMs + Math.max(state.config.abandonMsMin, state.config.abandonLeases * leaseMs),
    young: task !== null && own.young,
    state: "out",
    expired: false,
    excused: false,
    outcome: null,
    draw: 0,
    seed: 0n,
    unproven: false,
  };
  state.attempts.set(attempt.no, attempt);
  worker.turn = state.turn;
  worker.attempts.push(attempt);
  worker.aheadMs += attempt.predictedMs;
  if (attempt.young) { for (const group of worker.groups) group.youngInFlight++; }
  refreshRoom(worker);
  for (const asset of work.assets) hold(state, worker, asset);
  let hedgeMs = Infinity;
  if (task !== null) {
    task.live = [...task.live, attempt];
    hedgeMs = hedgeAfterMs(state, own, work.input.length, due.dueMs - nowMs - inFrontMs) + inFrontMs;
  }
  if (hedgeMs < leaseMs) state.timers.push(nowMs + hedgeMs, { type: "hedge", attempt });
  else armLease(state, attempt);
  if (judged !== null) judged.openShadows++;
  out.push({
    type: "assign",
    worker: worker.spec.worker,
    attempt: attempt.no,
    fence: attempt.fence,
    work,
    budgetMs: Math.max(1, Math.ceil(due.dueMs - nowMs)),
    leaseMs: Math.max(1, Math.ceil(leaseMs)),
    priority: due.priority,
  });
}

/** Its worker is looked after when the lease is over. */
export function armLease(state: State, attempt: Attempt): void {
  state.timers.push(attempt.leaseUntilMs, { type: "lease", attempt });
}

/** For how long a task will keep a slot of its worker busy. */
function keepsBusyMs(state: State, nowMs: number, own: WorkerKernel, inputBytes: number): number {
  const ms = serviceMs(state, nowMs, own.worker, own, inputBytes);
  return own.busyMs === 0 ? ms : Math.min(ms, own.busyMs);
}

/** How long a worker's own record says an answer may take; before it has one, twice what the others need. */
function leaseServiceMs(state: State, own: WorkerKernel, inputBytes: number): number {
  const { leaseQuantile, samplesMin, serviceGuessMs } = state.config;
  const mine = own.service.of(inputBytes);
  if (mine.samples >= samplesMin) {
    const most = mine.at(leaseQuantile) ?? 0;
    // What is in front varies as well: independent deviations add up as their squares do.
    return most + (Math.sqrt(1 + own.worker.attempts.length) - 1) * Math.max(0, most - mine.meanMs);
  }
  const pooled = own.kernel.service.of(inputBytes);
  if (pooled.samples < samplesMin) return 4 * serviceGuessMs;
  return 2 * (pooled.at(leaseQuantile) ?? serviceGuessMs);
}

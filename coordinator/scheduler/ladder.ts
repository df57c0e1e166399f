// The ladder a task goes down: a peer, another peer, cloud workers, trusted compute here; always working backwards from
// the deadline. A tier whose circuit breaker is open is passed over.
//
//   rung    a task comes down to the next when                              what happens there
//   peer    no peer may answer it, or the time is what the rungs below need  assign; hedge; wait for room
//   cloud   no cloud worker has room, or the time is what local needs        assign
//   local   -                                                                compute; refuse when that is hopeless
import { assignTask } from "./assign.ts";
import { allows, wentBadly, wentWell } from "./breaker.ts";
import { choose, expectedMs, isInTime, mayHave } from "./choose.ts";
import type { Head } from "./fair_queue.ts";
import { refuse, serveTrusted } from "./finish.ts";
import { chanceOf, hedge } from "./hedge.ts";
import { blame, closeAttempt, refreshRoom } from "./room.ts";
import type { Attempt, State, Task, WorkerKernel, WorkerState } from "./state.ts";
import { ask, caseOf, localMs, longestWaitMs } from "./trusted.ts";
import { goesDownNoMore } from "./timers.ts";
import type { Effect } from "./types.ts";
import { enqueue, unqueue } from "./waiting.ts";

/** The quantile of its cost at which trusted compute is as fast as may be hoped for. */
const AT_BEST = 0.05;

/** Gives a task to the best worker with room, lets it wait for one, or takes it down the ladder when no peer may answer it. */
export function place(state: State, nowMs: number, task: Task, out: Effect[]): void {
  if (task.done || task.awaiting !== null || task.queued) return;
  const open = peersMayAnswer(state, nowMs, task);
  const worker = open ? choose(state, nowMs, task, "peer") : null;
  if (worker !== null) assignTask(state, nowMs, task, worker, out);
  else if (open && task.rung === "peer") enqueue(task);
  else descend(state, nowMs, task, out);
}

/** Takes a task whose attempt came to nothing further, unless another attempt or trusted compute is on it. */
export function failover(state: State, nowMs: number, task: Task, out: Effect[]): void {
  if (task.done || task.awaiting !== null || isInGoodHands(task)) return;
  state.counters.failovers++;
  place(state, nowMs, task, out);
  // What a peer took when it was too late to wait for anything has no time set at which it goes down.
  if (task.queued && localStartKeyMs(state, task) - longestWaitMs(state) <= nowMs) {
    descend(state, nowMs, task, out);
  }
}

/** An attempt of a tier came out well, or to nothing: its breaker learns of it. */
export function noteOutcome(state: State, nowMs: number, { task, worker }: Attempt, well: boolean): void {
  if (task === null) return;
  const { tier } = worker.spec;
  const breaker = state.breakers[tier];
  if (well) return wentWell(breaker, state.config.breaker);
  if (wentBadly(breaker, nowMs, state.config.breaker)) {
    state.timers.push(breaker.untilMs, { type: "probe", tier });
  }
}

/** Fills a worker's room with waiting tasks, earliest deadline first among the kernels it serves. */
export function dispatch(state: State, nowMs: number, worker: WorkerState, out: Effect[]): void {
  const passed: Task[] = [];
  const { config, breakers, shares } = state;
  const { tier } = worker.spec;
  while (worker.room && passed.length < config.lookahead && allows(breakers[tier], nowMs, config.breaker)) {
    const own = mostUrgent(state, worker);
    const task = own?.kernel.queue.pop(shares);
    if (own === null || task === undefined) break;
    unqueue(task);
    const turn = tier === "peer" || task.rung !== "peer" || !peersMayAnswer(state, nowMs, task);
    const fits = turn && mayHave(state, own, task) &&
      isInTime(worker, expectedMs(state, nowMs, own, task), task.spec.dueMs - nowMs);
    if (fits) assignTask(state, nowMs, task, worker, out);
    else passed.push(task);
  }
  for (const task of passed) enqueue(task);
}

/** A lease ran out: the worker's quota halves, and another one is asked as well unless it was already. */
export function leaseExpired(state: State, nowMs: number, attempt: Attempt, out: Effect[]): void {
  if (attempt.state !== "out") return;
  const lateMs = nowMs - attempt.leaseUntilMs;
  if (lateMs > state.config.stallMs && !attempt.excused) {
    // This process was busy with something else, and the answer may lie unread: the worker gets that time back, once.
    attempt.excused = true;
    state.timers.push(nowMs + lateMs, { type: "lease", attempt });
    return;
  }
  attempt.expired = true;
  attempt.worker.misses++;
  attempt.worker.lossRate += (1 - attempt.worker.lossRate) * state.config.lossStep;
  state.counters.leasesExpired++;
  attempt.worker.quota = Math.max(1, attempt.worker.quota / 2);
  refreshRoom(attempt.worker);
  noteOutcome(state, nowMs, attempt, false);
  state.timers.push(attempt.abandonMs, { type: "abandon", attempt });
  hedge(state, nowMs, attempt, out);
  const { task } = attempt;
  // Nobody else may be asked: what waits for this worker alone goes down now rather than in the last moment.
  if (task !== null && !task.queued && !isInGoodHands(task)) descend(state, nowMs, task, out);
}

/** An attempt is given up: whatever it was, its worker has room again. */
export function abandon(state: State, nowMs: number, attempt: Attempt, out: Effect[]): void {
  if (attempt.state !== "out") return;
  const { task, worker } = attempt;
  closeAttempt(state, attempt);
  blame(nowMs, attempt);
  if (task !== null) failover(state, nowMs, task, out);
  dispatch(state, nowMs, worker, out);
}

/** Sets the time at which a task goes down to the next rung, if nobody has answered it by then. */
export function armRung(state: State, nowMs: number, task: Task, out: Effect[]): void {
  if (task.done || task.serving) return;
  const { kernel, spec } = task;
  const localKeyMs = localStartKeyMs(state, task);
  const bytes = spec.input.length;
  const cloudMs = kernel.cloudTurnaround.of(bytes).at(0.95) ?? state.config.serviceGuessMs;
  const keyMs = kernel.cloudSlots > 0 ? localKeyMs - cloudMs : localKeyMs;
  const waitMs = longestWaitMs(state);
  if (keyMs - waitMs > nowMs) return state.rungs.push(keyMs, task);
  // It is too late already to wait for anything; but what a peer has just taken may still come.
  if (task.queued) return descend(state, nowMs, task, out);
  // If it does not, trusted compute is tried while it can be in time at its best.
  const lastMs = localStartKeyMs(state, task, AT_BEST);
  if (lastMs - waitMs > nowMs) state.rungs.push(lastMs, task);
}

/** When the next task goes down a rung: earlier the more waits for trusted compute. */
export function nextRungMs(state: State): number {
  for (let task = state.rungs.peek(); task !== undefined && goesDownNoMore(task); task = state.rungs.peek()) {
    state.rungs.pop();
  }
  return state.rungs.minKey - longestWaitMs(state);
}

/** Takes the tasks down whose time has come. */
export function goDown(state: State, nowMs: number, out: Effect[]): void {
  while (nextRungMs(state) <= nowMs) {
    const task = state.rungs.pop();
    if (task !== undefined && !task.done) lookDown(state, nowMs, task, out);
  }
}

/**
 * Takes a task down, unless a worker is likely to answer it in time and trusted compute has no slot to spare: then it would
 * mostly do again what is about to be answered, and others that need it would wait. Such a task is looked at again.
 */
export function lookDown(state: State, nowMs: number, task: Task, out: Effect[]): void {
  const spare = state.runsRunning + state.urgentWaiting < state.config.localSlots - 1;
  const waits = task.awaiting === null && !spare && isLikelyAnswered(state, nowMs, task);
  if (waits) state.timers.push(nowMs + state.config.rungLookMs, { type: "rung", task });
  else descend(state, nowMs, task, out);
}

/** Whether somebody will probably answer in time, by measurement and not by a guess. */
function isLikelyAnswered(state: State, nowMs: number, task: Task): boolean {
  for (const attempt of task.live) {
    if (attempt.state === "checking") return true;
    if (
      attempt.state === "out" && attempt.worker.connected &&
      (1 - attempt.worker.lossRate) * chanceOf(state, nowMs, attempt) >= state.config.rungChanceMin
    ) {
      return true;
    }
  }
  return false;
}

/** Whether somebody has it in hand whose lease is not over. */
function isInGoodHands(task: Task): boolean {
  for (const { state, expired, worker } of task.live) {
    if (state === "checking" || (!expired && worker.connected)) return true;
  }
  return false;
}

/** Takes a task down to the next rung that can do something for it. */
export function descend(state: State, nowMs: number, task: Task, out: Effect[]): void {
  if (task.done || task.serving) return;
  if (task.awaiting !== null) {
    task.rung = "local";
    return;
  }
  const { breakers, config } = state;
  if (task.rung === "peer") {
    task.rung = "cloud";
    const open = task.kernel.cloudSlots > 0 && allows(breakers.cloud, nowMs, config.breaker);
    const worker = open ? choose(state, nowMs, task, "cloud") : null;
    if (worker !== null) {
      unqueue(task);
      assignTask(state, nowMs, task, worker, out);
      const keyMs = localStartKeyMs(state, task);
      if (keyMs - longestWaitMs(state) > nowMs) state.rungs.push(keyMs, task);
      return;
    }
  }
  task.rung = "local";
  startLocal(state, nowMs, task, out);
}

/** Computes a task here, if that can be done in time. */
export function startLocal(state: State, nowMs: number, task: Task, out: Effect[]): void {
  if (task.done || task.serving || task.awaiting !== null) return;
  const asked = caseOf(task);
  if (asked.trusted !== null) return serveTrusted(state, nowMs, task, asked.trusted, out);
  const { config, breakers } = state;
  const bytes = task.spec.input.length;
  // Only what surely comes too late is not tried: there is nobody else to ask.
  const soonestMs = nowMs + state.urgentWaiting / config.localSlots * state.localMeanMs +
    localMs(state, task.kernel, bytes, AT_BEST);
  const late = soonestMs > task.spec.dueMs && task.kernel.local.of(bytes).samples >= config.samplesMin;
  const hopeless = late || !allows(breakers.local, nowMs, config.breaker);
  if (hopeless) {
    if (task.live.length > 0 || task.queued) return;
    if (peersMayAnswer(state, nowMs, task)) return enqueue(task);
    const failure = task.lastFailure;
    const text = failure === null ? "no worker is free and trusted compute is busy" : failure.message;
    return refuse(state, nowMs, task, "task.deadline", `Cannot answer in time: ${text}`, 100, out);
  }
  task.serving = true;
  asked.task = task;
  ask(state, nowMs, asked, "serve", task, out);
}

/** A tier is tried again after it was left alone: workers with room are offered what waits. */
export function probe(state: State, nowMs: number, tier: "peer" | "cloud", out: Effect[]): void {
  const { probes } = state.config.breaker;
  for (const kernel of state.kernels.values()) {
    const list = tier === "cloud" ? kernel.openCloud : kernel.open;
    for (const { worker } of list.slice(0, probes)) dispatch(state, nowMs, worker, out);
  }
}

/** Whether a peer may still answer a task, now or when it has room. */
function peersMayAnswer(state: State, nowMs: number, task: Task): boolean {
  return task.attempts < state.config.attemptsMax && task.kernel.usableSlots > 0 &&
    allows(state.breakers.peer, nowMs, state.config.breaker);
}

/** The moment from which only trusted compute can still answer in time, if nothing waits for it. */
function localStartKeyMs(
  state: State,
  { kernel, spec }: Task,
  quantile = state.config.localQuantile,
): number {
  return spec.dueMs - localMs(state, kernel, spec.input.length, quantile) - state.config.localMarginMs;
}

/** Which kernel's queue a worker should serve next: the earliest deadline, among projects that are not ahead of their share. */
function mostUrgent(state: State, worker: WorkerState): WorkerKernel | null {
  let best: WorkerKernel | null = null;
  let bestHead: Head<Task> | null = null;
  for (const own of worker.kernels.values()) {
    if (own.usableSlots === 0 || own.kernel.queued.total === 0) continue;
    const head = own.kernel.queue.head();
    if (head === undefined || (bestHead !== null && !goesFirst(state, head, bestHead))) continue;
    best = own;
    bestHead = head;
  }
  return best;
}

function goesFirst({ config }: State, one: Head<Task>, other: Head<Task>): boolean {
  const leadMs = one.share.usedMs - other.share.usedMs;
  return Math.abs(leadMs) > config.fairLeadMs ? leadMs < 0 : one.key < other.key;
}

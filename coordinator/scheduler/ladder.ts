// The ladder a task goes down: a peer, another peer, then trusted compute, always working backwards from the deadline.
import type { Work } from "../ports.ts";
import { refuse, serveTrusted } from "./finish.ts";
import { closeAttempt, hold, isExcluded, refreshRoom, serviceMs } from "./room.ts";
import type { Attempt, Case, KernelState, State, Task, WorkerKernel, WorkerState } from "./state.ts";
import { ask, backlogMs, caseOf, localMs } from "./trusted.ts";
import type { Effect } from "./types.ts";

/** Gives a task to the best worker with room, lets it wait for one, or computes it here when no peer may answer it. */
export function place(state: State, nowMs: number, task: Task, out: Effect[]): void {
  if (task.done || task.awaiting !== null || task.queued) return;
  if (task.attempts >= state.config.attemptsMax || task.kernel.usableSlots === 0) {
    startLocal(state, nowMs, task, out);
    return;
  }
  const worker = choose(state, nowMs, task);
  if (worker !== null) assignTask(state, nowMs, task, worker, out);
  else enqueue(state, task);
}

/** Takes a task whose attempt came to nothing further, unless another attempt or trusted compute is on it. */
export function failover(state: State, nowMs: number, task: Task, out: Effect[]): void {
  if (task.done || task.awaiting !== null) return;
  for (const other of task.live) {
    if (other.state !== "closed" && !other.expired && other.worker.connected) return;
  }
  state.counters.failovers++;
  place(state, nowMs, task, out);
  if (task.queued && nowMs >= localStartMs(state, task)) startLocal(state, nowMs, task, out);
}

/** Fills a worker's room with waiting tasks, earliest deadline first among the kernels it serves. */
export function dispatch(state: State, nowMs: number, worker: WorkerState, out: Effect[]): void {
  const passed: Task[] = [];
  while (worker.room && passed.length < state.config.lookahead) {
    const own = mostUrgent(worker);
    const task = own?.kernel.queue.pop();
    if (own === null || task === undefined) break;
    if (!task.queued || task.done) continue;
    task.queued = false;
    task.kernel.queued--;
    const fits = eligible(own, task) &&
      nowMs + expectedMs(state, nowMs, worker, own, task) <= task.spec.dueMs;
    if (fits) assignTask(state, nowMs, task, worker, out);
    else passed.push(task);
  }
  for (const task of passed) enqueue(state, task);
}

/** A lease ran out: the worker's quota halves, and another one gets the task as well if the hedge budget allows. */
export function leaseExpired(state: State, nowMs: number, attempt: Attempt, out: Effect[]): void {
  if (attempt.state !== "out") return;
  attempt.expired = true;
  state.counters.leasesExpired++;
  attempt.worker.quota = Math.max(1, attempt.worker.quota / 2);
  refreshRoom(attempt.worker);
  state.timers.push(attempt.abandonMs, { type: "abandon", attempt });
  const { task } = attempt;
  if (task === null || task.done || task.awaiting !== null || task.queued || task.serving) return;
  if (task.attempts >= state.config.attemptsMax || state.hedgeTokens < 1) {
    return startLocal(state, nowMs, task, out);
  }
  const worker = choose(state, nowMs, task);
  if (worker === null) return startLocal(state, nowMs, task, out);
  state.hedgeTokens -= 1;
  state.counters.hedges++;
  assignTask(state, nowMs, task, worker, out);
}

/** An attempt is given up: whatever it was, its worker has room again. */
export function abandon(state: State, nowMs: number, attempt: Attempt, out: Effect[]): void {
  if (attempt.state !== "out") return;
  const { task, worker } = attempt;
  closeAttempt(state, attempt);
  if (task !== null) failover(state, nowMs, task, out);
  dispatch(state, nowMs, worker, out);
}

/** The moment from which only trusted compute can still answer in time. */
export function localStartMs(state: State, task: Task): number {
  const { kernel, spec } = task;
  return spec.dueMs - localMs(state, kernel, spec.input.length, 0.95) - backlogMs(state) -
    state.config.localMarginMs;
}

/** Computes a task here, if that can be done in time. */
export function startLocal(state: State, nowMs: number, task: Task, out: Effect[]): void {
  if (task.done || task.serving || task.awaiting !== null) return;
  const asked = caseOf(task);
  if (asked.trusted !== null) return serveTrusted(state, nowMs, task, asked.trusted, out);
  const bytes = task.spec.input.length;
  const doneMs = nowMs + backlogMs(state) + localMs(state, task.kernel, bytes, 0.5);
  const hopeless = doneMs > task.spec.dueMs && task.kernel.local.of(bytes).samples >= state.config.samplesMin;
  if (hopeless && task.live.size === 0 && !task.queued) {
    const failure = task.lastFailure;
    const text = failure === null ? "no worker is free and trusted compute is busy" : failure.message;
    refuse(state, nowMs, task, "task.deadline", `Cannot answer in time: ${text}`, 100, out);
  }
  if (hopeless) return;
  task.serving = true;
  asked.task = task;
  ask(state, nowMs, asked, "serve", task.spec.dueMs, out);
}

/** Sends work to a worker. A shadow has a case instead of a task; on the wire both look the same. */
export function assign(
  state: State,
  nowMs: number,
  worker: WorkerState,
  own: WorkerKernel,
  work: Work,
  task: Task | null,
  judged: Case | null,
  due: { readonly dueMs: number; readonly priority: number },
  out: Effect[],
): void {
  const predictedMs = serviceMs(state, nowMs, worker, own, work.input.length);
  const leaseMs = worker.rttMs + worker.aheadMs / worker.slots +
    leaseServiceMs(state, own, work.input.length) +
    state.config.leaseMarginMs;
  const attempt: Attempt = {
    no: state.nextAttempt++,
    fence: task === null ? 1 : task.attempts + 1,
    worker,
    kernel: own.kernel,
    work,
    task,
    case: judged,
    assignedMs: nowMs,
    predictedMs,
    leaseUntilMs: nowMs + leaseMs,
    abandonMs: nowMs + Math.max(state.config.abandonMsMin, state.config.abandonLeases * leaseMs),
    state: "out",
    expired: false,
    outcome: null,
    draw: 0,
    seed: 0n,
    unproven: false,
  };
  state.attempts.set(attempt.no, attempt);
  worker.attempts.set(attempt.no, attempt);
  worker.aheadMs += predictedMs;
  refreshRoom(worker);
  for (const asset of work.assets) hold(state, worker, asset);
  state.timers.push(attempt.leaseUntilMs, { type: "lease", attempt });
  if (task !== null) task.live.add(attempt);
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

/** Puts a task among those that wait for a worker. */
function enqueue(state: State, task: Task): void {
  task.queued = true;
  task.kernel.queued++;
  task.kernel.queue.push(task.spec.dueMs - task.spec.priority * state.config.priorityMs, task);
}

function assignTask(state: State, nowMs: number, task: Task, worker: WorkerState, out: Effect[]): void {
  const own = worker.kernels.get(task.spec.kernel);
  if (own === undefined) return;
  if (task.attempts === 0) {
    state.hedgeTokens = Math.min(state.config.hedgeBurst, state.hedgeTokens + state.config.hedgeShare);
  }
  task.tried.add(worker.peer.id);
  assign(state, nowMs, worker, own, task.spec, task, null, task.spec, out);
  task.attempts++;
}

/** The worker with the smallest expected finish among some with room, if it can make the deadline. */
function choose(state: State, nowMs: number, task: Task): WorkerState | null {
  const { config } = state;
  const { open } = task.kernel;
  const looksMax = Math.min(open.length, 4 * config.candidates);
  const start = open.length === 0 ? 0 : Math.imul(state.nextAttempt, 0x9e3779b1) >>> 0;
  let best: WorkerState | null = null;
  let bestMs = task.spec.dueMs - nowMs;
  let bestNear = true;
  let seen = 0;
  for (let look = 0; look < looksMax && seen < config.candidates; look++) {
    const own = open[(start + look) % open.length]!;
    const { worker } = own;
    if (!eligible(own, task)) continue;
    seen++;
    const ms = expectedMs(state, nowMs, worker, own, task);
    const near = sharesNetwork(task, worker);
    const better = near === bestNear ? ms < bestMs : bestNear && ms <= task.spec.dueMs - nowMs;
    if (!better) continue;
    best = worker;
    bestMs = ms;
    bestNear = near;
  }
  return best;
}

function eligible({ worker, usableSlots }: WorkerKernel, task: Task): boolean {
  return usableSlots > 0 && !task.tried.has(worker.peer.id) && !isExcluded(task.spec, worker.tags);
}

/** Round trip, work in front, compute, and what has to be fetched first. */
function expectedMs(state: State, nowMs: number, worker: WorkerState, own: WorkerKernel, task: Task): number {
  let ms = worker.rttMs + worker.aheadMs / worker.slots +
    serviceMs(state, nowMs, worker, own, task.spec.input.length);
  for (const asset of task.spec.assets) {
    if (!worker.held.has(asset)) ms += state.config.assetFetchMs;
  }
  return ms;
}

/** A second attempt goes to another network when there is one. */
function sharesNetwork(task: Task, worker: WorkerState): boolean {
  for (const attempt of task.live) {
    if (attempt.worker.spec.network === worker.spec.network) return true;
  }
  return false;
}

function mostUrgent(worker: WorkerState): WorkerKernel | null {
  let best: WorkerKernel | null = null;
  for (const own of worker.kernels.values()) {
    if (own.usableSlots === 0 || own.kernel.queue.size === 0) continue;
    if (best === null || own.kernel.queue.minKey < best.kernel.queue.minKey) best = own;
  }
  return best;
}

/** How long a worker's own record says an answer may take; before it has one, twice what the others need. */
function leaseServiceMs(state: State, own: WorkerKernel, inputBytes: number): number {
  const { leaseQuantile, samplesMin, serviceGuessMs } = state.config;
  const mine = own.service.of(inputBytes);
  if (mine.samples >= samplesMin) return mine.at(leaseQuantile) ?? 0;
  const pooled = kernelQuantile(own.kernel, inputBytes, leaseQuantile, samplesMin);
  return pooled === undefined ? 4 * serviceGuessMs : 2 * pooled;
}

function kernelQuantile(
  kernel: KernelState,
  inputBytes: number,
  q: number,
  samplesMin: number,
): number | undefined {
  const pooled = kernel.service.of(inputBytes);
  return pooled.samples >= samplesMin ? pooled.at(q) : undefined;
}

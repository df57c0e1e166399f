// Placement: among workers with room, the one that is expected to finish first. It looks at a fixed number of candidates,
// so its cost does not grow with the fleet ("power of k choices": M. Mitzenmacher, 1996).
import { busyForMs, isExcluded, serviceMs } from "./room.ts";
import type { State, Task, WorkerKernel, WorkerState } from "./state.ts";
import { withinPart } from "./young.ts";

/** The best candidate so far. One object per placement, no closures and no generators: this is the core's hottest loop. */
interface Search {
  readonly task: Task;
  readonly nowMs: number;
  readonly leftMs: number;
  /** Whether this one goes to whoever was idle longest. */
  readonly idlest: boolean;
  best: WorkerKernel | null;
  /** When it is expected to be done, less what a frame of its own would cost. */
  bestMs: number;
  bestNear: boolean;
  seen: number;
}

/** The worker of a tier that should get a task, or null where none that may have it has room or would be in time. */
export function choose(state: State, nowMs: number, task: Task, tier: "peer" | "cloud"): WorkerState | null {
  const { kernel, spec } = task;
  const { candidates, exploreEvery } = state.config;
  const list = tier === "cloud" ? kernel.openCloud : kernel.open;
  const search: Search = {
    task,
    nowMs,
    leftMs: spec.dueMs - nowMs,
    idlest: tier === "peer" && state.sinceExplored >= exploreEvery,
    best: null,
    bestMs: 0,
    bestNear: false,
    seen: 0,
  };
  const { lastGiven } = kernel;
  if (tier === "peer" && lastGiven !== null && hasOpenFrame(state, lastGiven) && lastGiven.openAt >= 0) {
    lookAt(state, search, lastGiven);
  }
  const [asset] = spec.assets;
  if (asset !== undefined && list.length > candidates) lookAtHolders(state, search, asset, list);
  const looksMax = Math.min(list.length, 4 * candidates);
  for (let look = 0; look < looksMax && search.seen < candidates; look++) {
    lookAt(
      state,
      search,
      list[list.length <= candidates ? look : hash(state.nextAttempt, look) % list.length]!,
    );
  }
  return search.best?.worker ?? null;
}

/** Whether a worker may compute a task at all. */
export function mayHave(state: State, own: WorkerKernel, task: Task): boolean {
  const { worker, usableSlots } = own;
  return usableSlots > 0 && !task.tried.includes(worker.peer.id) && !isExcluded(task.spec, worker.tags) &&
    withinPart(state, own);
}

/** Whether a worker is expected in time: one that owes an answer gets only what could still be done twice. */
export function isInTime({ misses }: WorkerState, ms: number, leftMs: number): boolean {
  return misses === 0 ? ms <= leftMs : 2 * ms <= leftMs;
}

/** Round trip or work in front, compute, and what has to be fetched first. */
export function expectedMs(state: State, nowMs: number, own: WorkerKernel, task: Task): number {
  const { worker } = own;
  let ms = busyForMs(worker, nowMs) + serviceMs(state, nowMs, worker, own, task.spec.input.length);
  for (const asset of task.spec.assets) {
    if (!worker.held.has(asset)) ms += state.config.assetFetchMs;
  }
  return ms;
}

/** Workers of the list that hold the task's first asset, so that a large fleet does not hide the one that has it. */
function lookAtHolders(state: State, search: Search, asset: string, list: readonly WorkerKernel[]): void {
  const known = state.holders.get(asset);
  if (known === undefined) return;
  const { candidates } = state.config;
  const looksMax = Math.min(known.size, candidates);
  for (let look = 0; look < looksMax && 2 * search.seen < candidates; look++) {
    const own = known.next()?.kernels.get(search.task.kernel.kernel.no);
    if (own !== undefined && own.openAt >= 0 && list[own.openAt] === own) lookAt(state, search, own);
  }
}

function lookAt(state: State, search: Search, own: WorkerKernel): void {
  const { task, nowMs, leftMs } = search;
  if (!mayHave(state, own, task)) return;
  search.seen++;
  const ms = expectedMs(state, nowMs, own, task);
  if (!isInTime(own.worker, ms, leftMs)) return;
  const near = sharesNetwork(task, own.worker);
  // No answer is read before the next turn of the event loop: whoever is later by less than a turn loses nothing by it, and
  // one that is sent a frame anyway costs no other one.
  const costMs = hasOpenFrame(state, own) ? ms - state.turnMs : ms;
  if (search.best !== null && !isBetter(search, own, costMs, near)) return;
  search.best = own;
  search.bestMs = costMs;
  search.bestNear = near;
}

/** Whether what it is sent now goes in a frame with what it was sent before. */
function hasOpenFrame({ turn, turnMs }: State, { worker }: WorkerKernel): boolean {
  return turnMs > 0 && worker.turn === turn;
}

/** Another network before the same one; then who is done first, or now and then who was idle longest and has time enough. */
function isBetter(
  { best, bestMs, bestNear, idlest, leftMs }: Search,
  own: WorkerKernel,
  ms: number,
  near: boolean,
): boolean {
  if (near !== bestNear) return bestNear;
  if (!idlest || best === null) return ms < bestMs;
  const calm = ms <= leftMs / 2;
  if (calm !== bestMs <= leftMs / 2) return calm;
  return calm ? own.worker.lastAnswerMs < best.worker.lastAnswerMs : ms < bestMs;
}

/** A second attempt goes to another network when there is one. */
function sharesNetwork(task: Task, worker: WorkerState): boolean {
  for (const attempt of task.live) {
    if (attempt.worker.spec.network === worker.spec.network) return true;
  }
  return false;
}

/** Spreads small numbers over 32 bits (the finaliser of MurmurHash3). */
function hash(a: number, b: number): number {
  let h = Math.imul(a ^ Math.imul(b + 1, 0x9e3779b1), 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

// Placement: among workers with room, the one that is expected to finish first. It looks at a fixed number of candidates,
// so its cost does not grow with the fleet ("power of k choices": M. Mitzenmacher, 1996).
import { busyForMs, isExcluded, serviceMs } from "./room.ts";
import type { KernelState, State, Task, WorkerKernel, WorkerState } from "./state.ts";
import { withinPart } from "./young.ts";

/** A candidate and when it would be done, in milliseconds from now. */
interface Choice {
  readonly own: WorkerKernel;
  readonly ms: number;
  readonly near: boolean;
}

/** The worker of a tier that should get a task, or null where none that may have it has room or would be in time. */
export function choose(state: State, nowMs: number, task: Task, tier: "peer" | "cloud"): WorkerState | null {
  const { kernel, spec } = task;
  const list = tier === "cloud" ? kernel.openCloud : kernel.open;
  const leftMs = spec.dueMs - nowMs;
  const idlest = tier === "peer" && state.sinceExplored >= state.config.exploreEvery;
  let best: Choice | null = null;
  for (const own of candidates(state, task, list)) {
    const ms = expectedMs(state, nowMs, own, task);
    const choice = { own, ms, near: sharesNetwork(task, own.worker) };
    if (ms > leftMs || (best !== null && !isBetter(choice, best, idlest, leftMs))) continue;
    best = choice;
  }
  return best?.own.worker ?? null;
}

/** Whether a worker may compute a task at all. */
export function mayHave(state: State, own: WorkerKernel, task: Task): boolean {
  const { worker, usableSlots } = own;
  return usableSlots > 0 && !task.tried.has(worker.peer.id) && !isExcluded(task.spec, worker.tags) &&
    withinPart(state, own);
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

/**
 * Some of the workers with room, drawn by a hash of the attempt's number; and of those that hold the task's first asset,
 * so that a large fleet does not hide the one that has it.
 */
function* candidates(
  state: State,
  task: Task,
  list: readonly WorkerKernel[],
): Generator<WorkerKernel> {
  const { candidates: wanted } = state.config;
  let seen = 0;
  const [asset] = task.spec.assets;
  if (asset !== undefined && list.length > wanted) {
    for (const own of holders(state, task.kernel, asset, list)) {
      if (!mayHave(state, own, task)) continue;
      yield own;
      if (++seen >= wanted / 2) break;
    }
  }
  const looksMax = Math.min(list.length, 4 * wanted);
  for (let look = 0; look < looksMax && seen < wanted; look++) {
    const own = list[list.length <= wanted ? look : hash(state.nextAttempt, look) % list.length]!;
    if (!mayHave(state, own, task)) continue;
    seen++;
    yield own;
  }
}

/** Workers of the list that hold an asset: at most so many looks, another part of them each time. */
function* holders(
  state: State,
  kernel: KernelState,
  asset: string,
  list: readonly WorkerKernel[],
): Generator<WorkerKernel> {
  const known = state.holders.get(asset);
  if (known === undefined) return;
  for (let look = 0; look < Math.min(known.size, state.config.candidates); look++) {
    const worker = known.next();
    const own = worker?.kernels.get(kernel.kernel.no);
    if (own !== undefined && own.openAt >= 0 && list[own.openAt] === own) yield own;
  }
}

/** Another network before the same one; then who is done first, or now and then who was idle longest and has time enough. */
function isBetter(one: Choice, other: Choice, idlest: boolean, leftMs: number): boolean {
  if (one.near !== other.near) return other.near;
  if (!idlest) return one.ms < other.ms;
  const calm = one.ms <= leftMs / 2;
  if (calm !== other.ms <= leftMs / 2) return calm;
  return calm ? one.own.worker.lastAnswerMs < other.own.worker.lastAnswerMs : one.ms < other.ms;
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

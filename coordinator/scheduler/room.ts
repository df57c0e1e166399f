// Which workers may get work, and how much: kept up to date here so that placement looks only at workers with room.
import { isYoung, trustIn } from "../verify/mod.ts";
import { Holders } from "./holders.ts";
import type { Attempt, KernelState, State, WorkerKernel, WorkerState } from "./state.ts";
import { dropRuns } from "./trusted.ts";
import type { TaskSpec } from "./types.ts";

/** Whether this worker's results of the kernel are served, judged as a newcomer's, or not asked for. */
export function stageOf(worker: WorkerState, kernel: KernelState): "trusted" | "renewed" | "probation" {
  return worker.spec.tier === "cloud"
    ? "trusted"
    : trustIn(worker.peer.record, kernel.kernel, kernel.key).stage;
}

/** After anything but its attempts changed: connection, pause, quarantine, slots, kernels, trust. */
export function refreshStanding(
  { config: { trust: rules } }: State,
  nowMs: number,
  worker: WorkerState,
): void {
  worker.able = worker.connected && !worker.paused && !worker.gone && !worker.peer.accused &&
    nowMs >= worker.peer.record.quarantinedUntilMs;
  for (const own of worker.kernels.values()) {
    const stage = worker.able && own.ready ? stageOf(worker, own.kernel) : null;
    const usableSlots = stage === "trusted" || stage === "renewed" ? worker.slots : 0;
    if (worker.spec.tier === "cloud") own.kernel.cloudSlots += usableSlots - own.usableSlots;
    else own.kernel.usableSlots += usableSlots - own.usableSlots;
    own.usableSlots = usableSlots;
    own.newcomer = stage === "probation";
    own.young = stage === "trusted" && worker.spec.tier === "peer" &&
      isYoung(trustIn(worker.peer.record, own.kernel.kernel), rules);
  }
  worker.room = hasRoom(worker);
  for (const own of worker.kernels.values()) enlist(own);
}

/** After its attempts, quota or round trip changed. */
export function refreshRoom(worker: WorkerState): void {
  const room = hasRoom(worker);
  if (room === worker.room) return;
  worker.room = room;
  for (const own of worker.kernels.values()) enlist(own);
}

function hasRoom(worker: WorkerState): boolean {
  return worker.able && worker.attempts.length < allowance(worker);
}

/** Puts a worker into the list of a kernel that it belongs to now, and takes it off the other. */
function enlist(own: WorkerKernel): void {
  const { kernel, worker } = own;
  if (worker.room && own.newcomer) kernel.newcomers.add(own);
  else kernel.newcomers.delete(own);
  const open = worker.room && own.usableSlots > 0;
  if (open === own.openAt >= 0) return;
  const list = worker.spec.tier === "cloud" ? kernel.openCloud : kernel.open;
  if (open) {
    own.openAt = list.push(own) - 1;
    return;
  }
  const last = list.pop();
  if (last !== undefined && last !== own) {
    list[own.openAt] = last;
    last.openAt = own.openAt;
  }
  own.openAt = -1;
}

/** Whether a task may not be computed by a worker with these tags. */
export function isExcluded(spec: TaskSpec, tags: ReadonlySet<string>): boolean {
  for (const tag of spec.exclude) {
    if (tags.has(tag)) return true;
  }
  return false;
}

/** Whether a checked answer may be served without a verdict: not when its check proved nothing or its worker has lied. */
export function mayServe(attempt: Attempt): boolean {
  return !attempt.unproven && stageOf(attempt.worker, attempt.kernel) !== "probation";
}

/** Remembers that a worker has an asset. */
export function hold(state: State, worker: WorkerState, asset: string): void {
  const { held } = worker;
  if (held.has(asset)) return;
  held.add(asset);
  let holders = state.holders.get(asset);
  if (holders === undefined) state.holders.set(asset, holders = new Holders());
  holders.add(worker);
  if (held.size <= state.config.heldAssetsMax) return;
  for (const oldest of held) return letGo(state, worker, oldest);
}

/** Forgets that a worker has an asset. */
export function letGo(state: State, worker: WorkerState, asset: string): void {
  worker.held.delete(asset);
  const holders = state.holders.get(asset);
  holders?.delete(worker);
  if (holders?.size === 0) state.holders.delete(asset);
}

/** An attempt that came to nothing cost its task as much as a late one: its worker counts as that slow, and gets less. */
export function blame(nowMs: number, attempt: Attempt): void {
  const { worker, own, work, assignedMs, leaseUntilMs } = attempt;
  own.service.add(work.input.length, leaseUntilMs - assignedMs);
  worker.quota = Math.max(1, worker.quota / 2);
  worker.lastAnswerMs = nowMs;
  refreshRoom(worker);
}

/** Attempts it may have in flight: its slots, and by Little's law what keeps them busy during a round trip. */
export function allowance(worker: WorkerState): number {
  const { slots, window, quota, rttMs, serviceMs } = worker;
  const underway = Math.ceil(slots * rttMs / Math.max(serviceMs, 0.05));
  return Math.max(1, Math.min(window, Math.floor(quota), slots + Math.max(1, underway)));
}

/** Takes an attempt off its worker: its room is free again. */
export function release(state: State, attempt: Attempt): void {
  const { worker } = attempt;
  const at = worker.attempts.indexOf(attempt);
  if (at < 0) return;
  worker.attempts.splice(at, 1);
  if (attempt.task !== null && worker.spec.tier === "peer") state.peerInFlight--;
  if (attempt.young) { for (const group of worker.groups) group.youngInFlight--; }
  worker.aheadMs = worker.attempts.length === 0 ? 0 : Math.max(0, worker.aheadMs - attempt.predictedMs);
  refreshRoom(worker);
}

/** Ends an attempt: nothing that comes for it later counts. */
export function closeAttempt(state: State, attempt: Attempt): void {
  if (attempt.state === "closed") return;
  release(state, attempt);
  attempt.state = "closed";
  const { task } = attempt;
  if (task !== null) task.live = task.live.filter((other) => other !== attempt);
  state.attempts.delete(attempt.no);
  if (attempt.case === null) return;
  attempt.case.openShadows--;
  dropRuns(state, attempt.case);
}

/**
 * In how long the answer to a new task would come if computing it took no time: a round trip, or longer while the worker
 * is busy with what it has. All times are those at which answers arrive here, so a task that travels costs nothing while
 * others are computed.
 */
export function busyForMs(worker: WorkerState, nowMs: number): number {
  const { rttMs, aheadMs, slots, attempts, lastAnswerMs } = worker;
  const oldest = attempts[0];
  if (oldest === undefined) return rttMs;
  const beganMs = Math.max(oldest.assignedMs + rttMs, lastAnswerMs);
  const readyMs = beganMs + aheadMs / slots - nowMs;
  return Math.max(rttMs, readyMs, (aheadMs - oldest.predictedMs) / slots);
}

/** What a worker is known to need for a task, without waiting and network. A slow one that had nothing for long is tried again. */
export function serviceMs(
  state: State,
  nowMs: number,
  worker: WorkerState,
  own: WorkerKernel,
  inputBytes: number,
): number {
  const pooled = own.kernel.service.of(inputBytes);
  const pooledMs = pooled.samples > 0 ? pooled.meanMs : state.config.serviceGuessMs;
  const mine = own.service.of(inputBytes);
  if (mine.samples === 0) return pooledMs;
  if (worker.attempts.length === 0 && nowMs - worker.lastAnswerMs > state.config.forgetMs) {
    return Math.min(mine.meanMs, pooledMs);
  }
  const weight = mine.samples / (mine.samples + 2);
  return weight * mine.meanMs + (1 - weight) * pooledMs;
}

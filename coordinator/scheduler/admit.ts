// Admission: an answer from the cache, a place beside the same task in flight, a refusal at once, or a new task.
import { ResultCache } from "./cache.ts";
import { refuse, refuseSpec, replyTo } from "./finish.ts";
import { localStartMs, place, startLocal } from "./ladder.ts";
import { isExcluded } from "./room.ts";
import { offerShadows } from "./shadows.ts";
import type { KernelState, State, Task } from "./state.ts";
import { backlogMs, localMs } from "./trusted.ts";
import type { Effect, TaskSpec } from "./types.ts";

/** Takes a task in. `submittedMs` is when it first came, which for an orphan of a merged task is earlier than now. */
export function submitted(
  state: State,
  nowMs: number,
  spec: TaskSpec,
  submittedMs: number,
  out: Effect[],
): void {
  const kernel = state.kernels.get(spec.kernel);
  if (kernel === undefined) {
    return refuseSpec(
      state,
      spec,
      "kernel.unknown",
      `Cannot submit task: no kernel ${spec.kernel}`,
      null,
      0,
      out,
    );
  }
  const key = ResultCache.key(spec.project, spec.identity);
  if (answeredFromCache(state, nowMs, spec, submittedMs, key, out) || merged(state, spec, submittedMs, key)) {
    return;
  }
  if (state.tasks.size >= state.config.queuedTasksMax) {
    return refuseSpec(state, spec, "task.overload", "Cannot submit task: the queue is full", 50, 0, out);
  }
  const waitMs = infeasibleByMs(state, nowMs, kernel, spec);
  if (waitMs > 0) {
    const text = `Cannot submit task: work already accepted needs ${
      Math.ceil(waitMs)
    } ms more than the deadline`;
    return refuseSpec(state, spec, "task.infeasible", text, Math.ceil(waitMs), 0, out);
  }
  const task = newTask(spec, kernel, key, submittedMs);
  state.tasks.set(spec.task, task);
  if (!state.merging.has(key)) state.merging.set(key, task);
  state.timers.push(spec.dueMs, { type: "due", task });
  place(state, nowMs, task, out);
  if (!task.done && !task.serving) {
    const localMs = localStartMs(state, task);
    if (localMs > nowMs) state.timers.push(localMs, { type: "local", task });
    else if (task.queued) startLocal(state, nowMs, task, out);
  }
  offerShadows(state, nowMs, task, out);
}

/** Nobody wants the answer any more. */
export function withdrawn(state: State, nowMs: number, taskNo: number, out: Effect[]): void {
  const leader = state.merged.get(taskNo);
  const task = state.tasks.get(taskNo);
  if (leader !== undefined) {
    const follower = leader.followers.get(taskNo);
    leader.followers.delete(taskNo);
    state.merged.delete(taskNo);
    if (follower !== undefined) {
      refuseSpec(state, follower.spec, "task.cancelled", "Task was withdrawn", null, 0, out);
    }
  } else if (task !== undefined) {
    refuse(state, nowMs, task, "task.cancelled", "Task was withdrawn", null, out);
  }
}

/** A backend's session is over: rare, so it looks at every task. */
export function backendLeft(state: State, nowMs: number, backend: number, out: Effect[]): void {
  const gone: number[] = [];
  for (const [no, leader] of state.merged) {
    if (leader.followers.get(no)?.spec.backend === backend) gone.push(no);
  }
  for (const [no, task] of state.tasks) {
    if (task.spec.backend === backend) gone.push(no);
  }
  for (const no of gone) withdrawn(state, nowMs, no, out);
}

/** The deadline passed. */
export function overdue(state: State, nowMs: number, task: Task, out: Effect[]): void {
  if (task.done) return;
  const failure = task.lastFailure === null ? "" : `; the last one said: ${task.lastFailure.message}`;
  const text = `Cannot answer in time: ${task.attempts} attempts on workers${failure}`;
  refuse(state, nowMs, task, "task.deadline", text, null, out);
}

function answeredFromCache(
  state: State,
  nowMs: number,
  spec: TaskSpec,
  submittedMs: number,
  key: string,
  out: Effect[],
): boolean {
  const entry = state.cache.get(key);
  if (entry === undefined) return false;
  const { served, source } = entry;
  const proven = entry.proven || served?.verdict === "right";
  if (!proven && (spec.verify === "always" || (source !== null && isExcluded(spec, source.tags)))) {
    return false;
  }
  served?.recipients.push({ backend: spec.backend, request: spec.request, project: spec.project, fuel: 0 });
  state.counters.cached++;
  if (nowMs <= spec.dueMs) state.counters.deadlineMet++;
  out.push(replyTo(spec, submittedMs, nowMs, entry, entry.tier, "cached", source?.id ?? null, 0));
  return true;
}

function merged(state: State, spec: TaskSpec, submittedMs: number, key: string): boolean {
  const leader = state.merging.get(key);
  if (leader === undefined || leader.spec.dueMs > spec.dueMs) return false;
  if (spec.verify === "always" && leader.spec.verify !== "always") return false;
  if (!spec.exclude.every((tag) => leader.spec.exclude.includes(tag))) return false;
  leader.followers.set(spec.task, { spec, submittedMs });
  state.merged.set(spec.task, leader);
  return true;
}

/** By how much the work in front of a task exceeds its time, by what was measured; 0 where it fits or nothing is known yet. */
function infeasibleByMs(state: State, nowMs: number, kernel: KernelState, spec: TaskSpec): number {
  const { samplesMin } = state.config;
  const bytes = spec.input.length;
  if (kernel.local.of(bytes).samples < samplesMin && kernel.usableSlots === 0) return 0;
  const localDoneMs = backlogMs(state) + localMs(state, kernel, bytes, 0.5);
  const service = kernel.service.of(bytes);
  if (kernel.usableSlots > 0 && service.samples < samplesMin) return 0;
  const peerDoneMs = kernel.usableSlots === 0
    ? Infinity
    : service.meanMs * (1 + Math.floor(kernel.queued / kernel.usableSlots));
  return Math.max(0, Math.min(localDoneMs, peerDoneMs) - (spec.dueMs - nowMs));
}

function newTask(spec: TaskSpec, kernel: KernelState, cacheKey: string, submittedMs: number): Task {
  return {
    spec,
    kernel,
    cacheKey,
    submittedMs,
    live: new Set(),
    tried: new Set(),
    followers: new Map(),
    attempts: 0,
    queued: false,
    done: false,
    serving: false,
    awaiting: null,
    case: null,
    lastFailure: null,
  };
}

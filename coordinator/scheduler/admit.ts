// Admission: an answer from the cache, a place beside the same task in flight, a refusal at once, or a new task.
import { allows } from "./breaker.ts";
import { refuse, refuseSpec, replyTo } from "./finish.ts";
import { armRung, place } from "./ladder.ts";
import { isExcluded } from "./room.ts";
import { offerShadows } from "./shadows.ts";
import type { Attempt, KernelState, State, Task } from "./state.ts";
import { backlogMs, localMs } from "./trusted.ts";
import { addRecipient } from "./window.ts";
import type { Effect, TaskSpec } from "./types.ts";

/** Keys of waiting tasks are at most so far behind the present: priority moves a deadline by less than this. */
const KEYS_BEHIND_MS = 1_000;
/** When a full queue may have room again. */
const RETRY_MS = 50;
const noAttempts: readonly Attempt[] = [];
const nobody: readonly string[] = [];

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
  if (answeredFromCache(state, nowMs, spec, submittedMs, out) || merged(state, spec, submittedMs)) {
    return;
  }
  const full = crowded(state, spec);
  if (full !== null) return refuseSpec(state, spec, "task.overload", full, RETRY_MS, 0, out);
  const waitMs = infeasibleByMs(state, nowMs, kernel, spec);
  if (waitMs === Infinity) {
    const retryMs = Math.ceil(Math.max(RETRY_MS, state.breakers.local.untilMs - nowMs));
    const text = "Cannot submit task: trusted compute fails and no worker can take it";
    return refuseSpec(state, spec, "task.overload", text, retryMs, 0, out);
  }
  if (waitMs > 0) {
    const text = `Cannot submit task: work already accepted needs ${
      Math.ceil(waitMs)
    } ms more than the deadline`;
    return refuseSpec(state, spec, "task.infeasible", text, Math.ceil(waitMs), 0, out);
  }
  const task = newTask(state, spec, kernel, submittedMs);
  state.tasks.set(spec.task, task);
  if (!state.merging.has(spec.identity)) state.merging.set(spec.identity, task);
  state.timers.push(spec.dueMs, { type: "due", task });
  place(state, nowMs, task, out);
  armRung(state, nowMs, task, out);
  offerShadows(state, nowMs, task, out);
}

/** Nobody wants the answer any more. */
export function withdrawn(state: State, nowMs: number, taskNo: number, out: Effect[]): void {
  const leader = state.merged.get(taskNo);
  const task = state.tasks.get(taskNo);
  if (leader !== undefined) {
    const follower = leader.followers?.get(taskNo);
    leader.followers?.delete(taskNo);
    state.merged.delete(taskNo);
    if (follower !== undefined) {
      refuseSpec(state, follower.spec, "task.cancelled", "Task was withdrawn", null, 0, out);
    }
  } else if (task !== undefined) {
    refuse(state, nowMs, task, "task.cancelled", "Task was withdrawn", null, out);
  }
}

/**
 * A backend's session is over: nobody waits for what it asked. What was merged goes first, or it would be submitted anew
 * when the task it waits with ends.
 */
export function backendLeft(state: State, nowMs: number, tasks: readonly number[], out: Effect[]): void {
  for (const no of tasks) if (state.merged.has(no)) withdrawn(state, nowMs, no, out);
  for (const no of tasks) withdrawn(state, nowMs, no, out);
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
  out: Effect[],
): boolean {
  const entry = state.cache.get(spec.identity);
  if (entry === undefined) return false;
  const { served, source } = entry;
  const proven = entry.proven || served?.verdict === "right";
  if (!proven && (spec.verify === "always" || (source !== null && isExcluded(spec, source.tags)))) {
    return false;
  }
  if (served !== null) addRecipient(served, spec);
  state.counters.cached++;
  if (nowMs <= spec.dueMs) state.counters.deadlineMet++;
  out.push(replyTo(spec, submittedMs, nowMs, entry, entry.tier, "cached", source?.id ?? null, 0));
  return true;
}

function merged(state: State, spec: TaskSpec, submittedMs: number): boolean {
  const leader = state.merging.get(spec.identity);
  if (leader === undefined || leader.spec.dueMs > spec.dueMs) return false;
  if (spec.verify === "always" && leader.spec.verify !== "always") return false;
  if (!spec.exclude.every((tag) => leader.spec.exclude.includes(tag))) return false;
  (leader.followers ??= new Map()).set(spec.task, { spec, submittedMs });
  state.merged.set(spec.task, leader);
  return true;
}

/** Why a project may not have one more task in flight, or null: the queue is full, or crowded and the project has its share. */
function crowded(state: State, { project, weight }: TaskSpec): string | null {
  const { config: { queuedTasksMax, crowdedShare }, shares, tasks } = state;
  if (tasks.size >= queuedTasksMax) return "Cannot submit task: the queue is full";
  if (tasks.size < crowdedShare * queuedTasksMax) return null;
  const share = shares.of(project);
  const inFlight = share?.inFlight ?? 0;
  const weights = shares.weightActive + (inFlight > 0 ? 0 : weight);
  if (inFlight < queuedTasksMax * weight / weights) return null;
  return "Cannot submit task: the queue is crowded and this project has its share of it";
}

/** By how much the work in front of a task exceeds its time, by what was measured; 0 where it fits or nothing is known yet. */
function infeasibleByMs(state: State, nowMs: number, kernel: KernelState, spec: TaskSpec): number {
  const { config: { samplesMin, breaker }, breakers } = state;
  const bytes = spec.input.length;
  const leftMs = spec.dueMs - nowMs;
  let soonestMs = Infinity;
  if (kernel.usableSlots > 0 && allows(breakers.peer, nowMs, breaker)) {
    const service = kernel.service.of(bytes);
    if (service.samples < samplesMin) return 0;
    // Tasks with later deadlines wait behind this one, however many there are.
    const aheadMs = nowMs - KEYS_BEHIND_MS;
    const ahead = kernel.queued.between(aheadMs, keyMs(state, spec));
    soonestMs = service.meanMs * (1 + Math.floor(ahead / kernel.usableSlots));
    if (soonestMs <= leftMs) return 0;
  }
  if (allows(breakers.local, nowMs, breaker)) {
    if (kernel.local.of(bytes).samples < samplesMin && kernel.usableSlots === 0) return 0;
    soonestMs = Math.min(soonestMs, backlogMs(state) + localMs(state, kernel, bytes, 0.5));
  }
  if (kernel.cloudSlots > 0 && allows(breakers.cloud, nowMs, breaker)) {
    const cloud = kernel.cloudTurnaround.of(bytes);
    if (cloud.samples < samplesMin) return 0;
    soonestMs = Math.min(soonestMs, cloud.meanMs);
  }
  return Math.max(0, soonestMs - leftMs);
}

/** Where a task stands among those that wait. */
function keyMs({ config }: State, { dueMs, priority }: TaskSpec): number {
  return dueMs - priority * config.priorityMs;
}

function newTask(state: State, spec: TaskSpec, kernel: KernelState, submittedMs: number): Task {
  return {
    spec,
    kernel,
    submittedMs,
    share: state.shares.enter(spec.project, spec.weight),
    queueKeyMs: keyMs(state, spec),
    live: noAttempts,
    tried: nobody,
    followers: null,
    attempts: 0,
    queued: false,
    done: false,
    rung: "peer",
    serving: false,
    awaiting: null,
    awaitsUntilMs: 0,
    case: null,
    lastFailure: null,
  };
}

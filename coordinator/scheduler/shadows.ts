// Probation: newcomers compute real tasks beside whoever is served, and one trusted run judges all of them.
import { trustIn } from "../verify/mod.ts";
import { assign } from "./ladder.ts";
import { isExcluded } from "./room.ts";
import type { State, Task, WorkerKernel } from "./state.ts";
import { ask, caseOf } from "./trusted.ts";
import type { Effect } from "./types.ts";

/** Gives a task to newcomers with room, if trusted compute can judge them. */
export function offerShadows(state: State, nowMs: number, task: Task, out: Effect[]): void {
  const { newcomers } = task.kernel;
  if (task.done || newcomers.size === 0) return;
  if (!task.serving && state.judgementsWaiting >= state.config.judgementsMax) return;
  const { shadowsPerTask } = state.config;
  const looked: WorkerKernel[] = [];
  const chosen: WorkerKernel[] = [];
  for (const own of newcomers) {
    if (chosen.length >= shadowsPerTask || looked.length >= 4 * shadowsPerTask) break;
    looked.push(own);
    if (wantsMore(state, own, task)) chosen.push(own);
  }
  // Whoever was looked at goes to the end of the line.
  for (const own of looked) {
    newcomers.delete(own);
    newcomers.add(own);
  }
  if (chosen.length === 0) return;
  const about = caseOf(task);
  for (const own of chosen) {
    assign(state, nowMs, own.worker, own, task.spec, null, about, task.spec, out);
  }
  if (!task.serving && about.trusted === null) ask(state, nowMs, about, "shadow", null, out);
}

/** Whether it may compute this task, and has not yet in hand what its probation still asks for. */
function wantsMore(state: State, { worker }: WorkerKernel, task: Task): boolean {
  if (isExcluded(task.spec, worker.tags)) return false;
  const { progress } = trustIn(worker.peer.record, task.kernel.kernel);
  return worker.attempts.size < state.config.trust.probationResults - progress;
}

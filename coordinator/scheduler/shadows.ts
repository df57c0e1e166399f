// Probation: newcomers compute real tasks beside whoever is served, and one trusted run judges all of them.
import { trustIn } from "../verify/mod.ts";
import { assign } from "./assign.ts";
import { isExcluded } from "./room.ts";
import type { State, Task, WorkerKernel } from "./state.ts";
import { ask, caseOf } from "./trusted.ts";
import type { Effect } from "./types.ts";

/** Gives a task to newcomers with room, if trusted compute can judge them. */
export function offerShadows(state: State, nowMs: number, task: Task, out: Effect[]): void {
  const { newcomers } = task.kernel;
  if (task.done || newcomers.size === 0) return;
  if (!task.serving && state.judgementsWaiting >= state.config.judgementsMax) return;
  const chosen = pick(state, task);
  if (chosen.size === 0) return;
  const about = caseOf(task);
  for (const own of chosen) assign(state, nowMs, own, task.spec, null, about, task.spec, out);
  if (!task.serving && about.trusted === null && about.runs.size === 0) {
    ask(state, nowMs, about, "shadow", null, out);
  }
}

/** Whose turn it is: networks in turn, and no more than half of one invite, so that a crowd leaves room for others. */
function pick(state: State, task: Task): ReadonlySet<WorkerKernel> {
  const { newcomers } = task.kernel;
  const { shadowsPerTask } = state.config;
  const chosen = new Set<WorkerKernel>();
  const byInvite = new Map<string, number>();
  const looksMax = 4 * Math.min(newcomers.size, shadowsPerTask);
  for (let look = 0; look < looksMax && chosen.size < shadowsPerTask; look++) {
    const own = newcomers.next();
    if (own === undefined) break;
    const { invite } = own.worker.spec;
    const invited = invite === null ? 0 : byInvite.get(invite) ?? 0;
    if (chosen.has(own) || 2 * invited >= shadowsPerTask || !wantsMore(state, own, task)) continue;
    if (invite !== null) byInvite.set(invite, invited + 1);
    chosen.add(own);
  }
  return chosen;
}

/** Whether it may compute this task, and has not yet in hand what its probation still asks for. */
function wantsMore(state: State, { worker }: WorkerKernel, task: Task): boolean {
  if (isExcluded(task.spec, worker.tags)) return false;
  const { progress } = trustIn(worker.peer.record, task.kernel.kernel);
  return worker.attempts.length < state.config.trust.probationResults - progress;
}

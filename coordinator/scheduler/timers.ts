// What the scheduler waits for, and what it does not wait for any more.
import type { Tier } from "../../protocol/mod.ts";
import type { Attempt, ServedWindow, Task, WorkerState } from "./state.ts";

/**
 * How a heap holds what may end long before its time comes: emptied at that end, so that nothing which has ended is kept
 * in memory by a timer. (Half of what outlived a collection was kept by nothing else.)
 */
export interface Hold<T> {
  of: T | null;
}

/** What a timer is for. */
export type Timer =
  | { readonly type: "hedge" | "lease" | "abandon"; readonly attempt: Hold<Attempt> }
  | { readonly type: "rung" | "serveBy" | "due"; readonly task: Hold<Task> }
  | { readonly type: "window"; readonly window: ServedWindow }
  | { readonly type: "freed"; readonly worker: WorkerState }
  | { readonly type: "probe"; readonly tier: Tier };

/** Whether what a timer is for has come about without it. */
export function isStale(timer: Timer): boolean {
  switch (timer.type) {
    case "hedge":
    case "lease":
    case "abandon":
      return timer.attempt.of?.state !== "out";
    case "rung":
      return goesDownNoMore(timer.task);
    case "serveBy":
      return timer.task.of === null || timer.task.of.awaiting === null;
    case "due":
      return timer.task.of === null;
    case "window":
    case "probe":
      return false;
    case "freed":
      return timer.worker.gone;
  }
}

/** Whether a task has ended, or trusted compute is on it already. */
export function goesDownNoMore({ of: task }: Hold<Task>): boolean {
  return task === null || task.serving;
}

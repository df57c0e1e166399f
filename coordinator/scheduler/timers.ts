// What the scheduler waits for, and what it does not wait for any more.
import type { Tier } from "../../protocol/mod.ts";
import type { Attempt, ServedWindow, Task, WorkerState } from "./state.ts";

/** What a timer is for. */
export type Timer =
  | { readonly type: "hedge" | "lease" | "abandon"; readonly attempt: Attempt }
  | { readonly type: "rung" | "serveBy" | "due"; readonly task: Task }
  | { readonly type: "window"; readonly window: ServedWindow }
  | { readonly type: "freed"; readonly worker: WorkerState }
  | { readonly type: "probe"; readonly tier: Tier };

/** Whether what a timer is for has come about without it. */
export function isStale(timer: Timer): boolean {
  switch (timer.type) {
    case "hedge":
    case "lease":
    case "abandon":
      return timer.attempt.state !== "out";
    case "rung":
      return goesDownNoMore(timer.task);
    case "serveBy":
      return timer.task.done || timer.task.awaiting === null;
    case "due":
      return timer.task.done;
    case "window":
    case "probe":
      return false;
    case "freed":
      return timer.worker.gone;
  }
}

/** Whether a task has ended, or trusted compute is on it already. */
export function goesDownNoMore({ done, serving }: Task): boolean {
  return done || serving;
}

// Tasks that wait for a worker: in and out of their kernel's queue, and counted by deadline.
import type { Task } from "./state.ts";

/** Puts a task among those that wait for a worker. */
export function enqueue(task: Task): void {
  task.queued = true;
  task.kernel.queued.add(task.queueKeyMs, 1);
  task.kernel.queue.push(task.share, task.queueKeyMs, task);
}

/** Takes a task from those that wait for a worker; its entry in the queue is skipped when it comes up. */
export function unqueue(task: Task): void {
  if (!task.queued) return;
  task.queued = false;
  task.kernel.queued.add(task.queueKeyMs, -1);
}

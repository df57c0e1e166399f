// Tasks that wait for a slot, the one that is due first in front. A window is a few hundred at most: a sorted list does.

/** What the order depends on. */
export interface Due {
  readonly job: number;
  readonly dueMs: number;
  readonly priority: number;
}

/** Waiting tasks: earliest due first, among equals the higher priority, then the older. */
export class Waiting<T extends Due> {
  /** Last is first out. */
  readonly #tasks: T[] = [];

  get size(): number {
    return this.#tasks.length;
  }

  push(task: T): void {
    let low = 0;
    let high = this.#tasks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(task, this.#tasks[middle]!)) low = middle + 1;
      else high = middle;
    }
    this.#tasks.splice(low, 0, task);
  }

  /** Takes the task that is due first. */
  pop(): T | undefined {
    return this.#tasks.pop();
  }

  /** Takes one task out; undefined when it does not wait here. */
  remove(job: number): T | undefined {
    const at = this.#tasks.findIndex((task) => task.job === job);
    return at < 0 ? undefined : this.#tasks.splice(at, 1)[0];
  }

  /** Takes all tasks out. */
  clear(): readonly T[] {
    return this.#tasks.splice(0);
  }
}

function isBefore(a: Due, b: Due): boolean {
  if (a.dueMs !== b.dueMs) return a.dueMs < b.dueMs;
  if (a.priority !== b.priority) return a.priority > b.priority;
  return a.job < b.job;
}

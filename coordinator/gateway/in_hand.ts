// The attempts a worker has in hand: what was sent to it and not yet answered.
import type { Assignment } from "./worker_messages.ts";

/**
 * Bounded; the oldest is forgotten first, its answer then counts as unknown. An array, since they are few and the oldest
 * is mostly answered first: a Map that gains and loses an entry for every task is made anew every few tasks.
 */
export class InHand {
  readonly #attempts: Assignment[] = [];
  readonly #max: number;

  /** Nothing in hand. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Notes what is sent. */
  add(assignment: Assignment): void {
    if (this.#attempts.push(assignment) > this.#max) this.#attempts.shift();
  }

  /** The attempt, once: whoever asks again, or with another fence, gets nothing. */
  take(attempt: number, fence: number): Assignment | undefined {
    for (let at = 0; at < this.#attempts.length; at++) {
      const found = this.#attempts[at]!;
      if (found.attempt !== attempt || found.fence !== fence) continue;
      this.#attempts.splice(at, 1);
      return found;
    }
    return undefined;
  }

  /** Forgets all. */
  clear(): void {
    this.#attempts.length = 0;
  }
}

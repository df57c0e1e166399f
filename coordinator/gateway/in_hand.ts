// The attempts a worker has in hand: what was sent to it and not yet answered.
import type { Assignment } from "./worker_messages.ts";

/** Bounded; the oldest is forgotten first, its answer then counts as unknown. */
export class InHand {
  readonly #attempts = new Map<number, Assignment>();
  readonly #max: number;

  /** Nothing in hand. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Notes what is sent. */
  add(assignment: Assignment): void {
    this.#attempts.set(assignment.attempt, assignment);
    if (this.#attempts.size <= this.#max) return;
    for (const oldest of this.#attempts.keys()) {
      this.#attempts.delete(oldest);
      return;
    }
  }

  /** The attempt, once: whoever asks again, or with another fence, gets nothing. */
  take(attempt: number, fence: number): Assignment | undefined {
    const found = this.#attempts.get(attempt);
    if (found?.fence !== fence) return undefined;
    this.#attempts.delete(attempt);
    return found;
  }

  /** Forgets all. */
  clear(): void {
    this.#attempts.clear();
  }
}

// A clock that a test moves.
import type { Clock } from "./clock.ts";

/** Time stands still until `advance`. */
export class ManualClock implements Clock {
  #nowMs = 1_000;
  readonly #timers = new Map<number, { readonly dueMs: number; readonly run: () => void }>();
  #made = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  after(ms: number, run: () => void): () => void {
    const timer = this.#made++;
    this.#timers.set(timer, { dueMs: this.#nowMs + ms, run });
    return () => this.#timers.delete(timer);
  }

  /** Timers that wait. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Moves time on and runs what is due, the earliest first. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(([, { dueMs }]) => dueMs <= untilMs)
        .sort(([, a], [, b]) => a.dueMs - b.dueMs);
      if (next === undefined) break;
      const [timer, { dueMs, run }] = next;
      this.#timers.delete(timer);
      this.#nowMs = dueMs;
      run();
    }
    this.#nowMs = untilMs;
  }
}

// Time for tests: stands still until told, so that what a timer does can be looked at between two of its runs.
import { setImmediate } from "node:timers";

/** A clock with timers that run when the test says so. */
export class StoreClock {
  #nowMs = 1_800_000_000_000;
  readonly #timers = new Set<{ readonly run: () => void; readonly dueMs: number }>();

  readonly nowMs = (): number => this.#nowMs;

  readonly schedule = (run: () => void, delayMs: number): () => void => {
    const timer = { run, dueMs: this.#nowMs + delayMs };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** How long until the next timer, undefined when there is none. */
  get nextMs(): number | undefined {
    const due = [...this.#timers].map(({ dueMs }) => dueMs - this.#nowMs);
    return due.length === 0 ? undefined : Math.min(...due);
  }

  /** Drops every timer: their process was killed. */
  kill(): void {
    this.#timers.clear();
  }

  /** Lets time pass, runs every timer that falls due and waits until what it started is done. */
  async pass(ms: number): Promise<void> {
    await settled();
    const endMs = this.#nowMs + ms;
    for (;;) {
      const due = [...this.#timers].filter(({ dueMs }) =>
        dueMs <= endMs
      ).sort((a, b) => a.dueMs - b.dueMs)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#nowMs = due.dueMs;
      due.run();
      await settled();
    }
    this.#nowMs = endMs;
    await settled();
  }
}

/** The store works in microtasks: after one turn of the event loop it has come to rest. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

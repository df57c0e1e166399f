// Time as the worker's parts get it: monotone, and replaceable in tests.

/** A clock with timers. */
export interface Clock {
  /** Monotone milliseconds since the epoch. */
  nowMs(): number;
  /** Runs once after `ms`; the returned function takes it back. */
  after(ms: number, run: () => void): () => void;
}

/** The machine's clock. */
export const systemClock: Clock = {
  nowMs: () => performance.timeOrigin + performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

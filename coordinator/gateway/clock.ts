// The coordinator's one clock: epoch milliseconds that never go back, whatever happens to the system's time.

/** Time and alarms; what the shell and the gateways know of either. */
export interface Clock {
  /** Monotone epoch milliseconds. */
  nowMs(): number;
  /** Runs `wake` once after a delay; answers how to call it off. */
  after(delayMs: number, wake: () => void): () => void;
}

/** The system's monotone clock, placed on the epoch at the start of the process. */
export const systemClock: Clock = Object.freeze({
  nowMs: () => performance.timeOrigin + performance.now(),
  after: (delayMs: number, wake: () => void) => {
    const timer = setTimeout(wake, delayMs);
    return () => clearTimeout(timer);
  },
});

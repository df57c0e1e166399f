// How long to wait before the next attempt to connect: exponential with full jitter, so that a thousand clients of a
// restarted coordinator do not come back in the same moment.

/** The wait of the first attempt is below this. */
const baseMs = 250;
/** No wait is longer than this. */
const capMs = 15_000;

/** The wait before attempt `attempt` (0 is the first), `draw` being uniform in 0…1. */
export function backoffMs(attempt: number, draw: number): number {
  return draw * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 16));
}

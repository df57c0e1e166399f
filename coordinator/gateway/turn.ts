// The end of the event loop's turn, shared by all connections: one immediate for however many have something to say.
import { setImmediate } from "node:timers";

/** Makes a `defer` that runs everything it was given once this turn has said what it had to say. */
export function turnEnd(onBug: (error: unknown) => void): (run: () => void) => void {
  let waiting: (() => void)[] = [];
  const runAll = (): void => {
    const due = waiting;
    waiting = [];
    for (const run of due) {
      try {
        run();
      } catch (error) {
        onBug(error);
      }
    }
  };
  return (run) => {
    waiting.push(run);
    if (waiting.length === 1) setImmediate(runAll);
  };
}

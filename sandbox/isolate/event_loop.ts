// A turn of the event loop: everything else that is due comes first.
import { setImmediate } from "node:timers";

/** Takes a few microseconds, where a timer of 0 ms takes two thousand. */
export function turnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

// The watchdog for Deno: node:vm runs a script with a time limit and ends it by terminating the isolate's execution,
// the one thing that stops a spinning kernel. A watchdog, never a boundary.
import { createContext, Script } from "node:vm";
import { P2c2rError } from "../../protocol/errors.ts";
import type { Watch } from "../watchdog.ts";

type Ending<T> = { readonly type: "returned"; readonly value: T } | {
  readonly type: "threw";
  readonly error: unknown;
};

/** How much of the limit is kept as a margin, and the most it may be. */
export interface Margin {
  readonly share: number;
  readonly msMax: number;
}

/** For a thread of its own, where a stray termination costs the thread. */
const THREAD_MARGIN: Margin = { share: 0.25, msMax: 50 };

/**
 * Makes a watchdog for this thread.
 *
 * The runtime's timer may fire in the moment in which the script returns. Then nobody takes the termination back, and
 * it ends whatever this thread does next: seen after a few hundred calls that end at their limit. So a call that comes
 * back within the margin before its limit is not let out: it spins until the timer, which is near, ends it. What is
 * left is a pause of the whole thread, longer than the margin, in the microsecond between the clock and the return.
 */
export function createVmWatchdog(margin: Margin = THREAD_MARGIN): Watch {
  const script = new Script("call()");
  const idle = (): unknown => undefined;
  const context = { call: idle };
  createContext(context);
  return <T>(work: () => T, limitMs: number): T => {
    const timeout = Math.max(1, Math.ceil(limitMs));
    const lateFrom = performance.now() + timeout - Math.min(timeout * margin.share, margin.msMax);
    context.call = (): Ending<T> => {
      const ending = endingOf(work);
      while (performance.now() >= lateFrom);
      return ending;
    };
    try {
      const ending = script.runInContext(context, { timeout, displayErrors: false }) as Ending<T>;
      if (ending.type === "threw") throw ending.error;
      return ending.value;
    } catch (error) {
      if ((error as { code?: unknown }).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
      throw new P2c2rError("kernel.late", `The kernel was stopped after ${timeout} ms.`, { cause: error });
    } finally {
      context.call = idle;
    }
  };
}

function endingOf<T>(work: () => T): Ending<T> {
  try {
    return { type: "returned", value: work() };
  } catch (error) {
    return { type: "threw", error };
  }
}

// An operation of a store in memory: done at once, told as a promise, and failed as every store fails.
import { P2c2rError } from "../../protocol/mod.ts";

/** Does it. Rejects with `store.failed`, or with the code that the store itself gives. */
export function doing<T>(work: () => T): Promise<T> {
  try {
    return Promise.resolve(work());
  } catch (cause) {
    if (cause instanceof P2c2rError) return Promise.reject(cause);
    const state = cause instanceof Error ? cause.message : String(cause);
    return Promise.reject(new P2c2rError("store.failed", `Cannot use the store: ${state}`, { cause }));
  }
}

// The numbers a session lives by.
import { limits } from "../../protocol/mod.ts";
import type { SessionConfig } from "./types.ts";

/** How long a worker that was asked to stop goes on with what it is computing. */
export const finishMsMax = 10_000;

/** Attempts kept in flight per slot: enough for 1 ms tasks over 30 ms of network, few enough to be handed back quickly. */
const windowPerSlot = 32;

/** The session's numbers for a worker with so many slots. */
export function sessionConfig(slots: number, software: string): SessionConfig {
  return Object.freeze({
    slots,
    window: Math.min(slots * windowPerSlot, limits.workerWindowMax),
    software,
    backoffMsBase: 250,
    backoffMsCap: 15_000,
    refusedMs: 60_000,
    stableMs: 10_000,
    silenceMsMax: limits.silenceMsMax,
    prepareAgainMs: 30_000,
    undeliveredBytesMax: 64 * 1024 * 1024,
  });
}

// How long to wait before connecting again: full jitter, so that a fleet that lost its coordinator does not come back as one wave.
import { type Code, codes } from "../../protocol/mod.ts";
import type { SessionConfig } from "./types.ts";

/** Milliseconds before the next try, after `failures` tries in a row that failed. `draw` is 0 ≤ draw < 1. */
export function backoffMs(config: SessionConfig, code: Code, failures: number, draw: number): number {
  if (!worthRetrying(code)) return Math.round(config.refusedMs * (1 + draw));
  const ceiling = Math.min(config.backoffMsCap, config.backoffMsBase * 2 ** Math.min(failures, 30));
  return Math.round(draw * ceiling);
}

/** A breach of the protocol can come from a damaged path and be gone on the next connection; a refusal stays. */
function worthRetrying(code: Code): boolean {
  return codes[code].retry || code === "protocol.malformed" || code === "protocol.limit" ||
    code === "protocol.order";
}

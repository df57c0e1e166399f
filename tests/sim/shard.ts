// A thread that plays seeds: gets numbers, sends back what came of them.
/// <reference lib="deno.worker" />
import { type SeedReport, simulate } from "./simulation.ts";

/** What a thread is sent: seeds to play, in order; `untilCaught` stops at the first broken promise. */
export interface ShardOrder {
  readonly seeds: readonly number[];
  readonly untilCaught: boolean;
}

self.onmessage = async ({ data }: MessageEvent<ShardOrder>) => {
  const reports: SeedReport[] = [];
  for (const seed of data.seeds) {
    const report = await simulate(seed);
    reports.push(report);
    if (data.untilCaught && report.violation !== null) break;
  }
  self.postMessage(reports);
};

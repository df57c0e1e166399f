// Trusted compute beside a coordinator: runs in isolates, checks on the spot.
import type { Bundle } from "../bundle/bundle.ts";
import type { Asset, CheckOutcome, Outcome } from "../outcome.ts";
import { Checker } from "./checker.ts";
import { createIsolate, type Isolate } from "./isolate.ts";
import type { CellKind } from "./cell.ts";
import { type CellEvent, createCellStock } from "./cell_stock.ts";
import { threads } from "./thread.ts";
import { createVmWatchdog, type Margin } from "./vm_watchdog.ts";

/** How a pool is set up. */
export interface PoolOptions {
  /** Runs at the same time, each in a cell of its own. */
  readonly slots: number;
  readonly report?: (event: CellEvent) => void;
  /** Default: threads without permissions. */
  readonly kind?: CellKind;
}

/** Trusted compute. No function rejects or throws for anything a kernel can do. */
export interface Pool {
  /** Runs a task in a fresh instance; without a limit under the kernel's own. Never more than `slots` at once: queueing is the caller's, and one more is a bug. */
  run(bundle: Bundle, input: Uint8Array, assets: readonly Asset[], fuelLimit?: number): Promise<Outcome>;
  /** Judges an output in a reused instance on this thread, or with `again` in a fresh one. */
  check(
    bundle: Bundle,
    input: Uint8Array,
    assets: readonly Asset[],
    output: Uint8Array,
    seed: bigint,
    again: boolean,
  ): CheckOutcome;
  close(): Promise<void>;
}

/** On the caller's own thread a stray termination would end the process: half of the limit keeps it away. */
const OWN_THREAD_MARGIN: Margin = { share: 0.5, msMax: 500 };

/** Makes a pool; its cells start at once. */
export function createPool({ slots, kind = threads, ...rest }: PoolOptions): Pool {
  const stock = createCellStock({ kind, ...rest });
  const isolates = Array.from({ length: slots }, () => createIsolate({ stock }));
  const free: Isolate[] = [...isolates];
  const checker = new Checker(createVmWatchdog(OWN_THREAD_MARGIN));
  return {
    async run(bundle, input, assets, fuelLimit = bundle.manifest.limits.fuelMax) {
      const isolate = free.pop();
      if (isolate === undefined) {
        throw new Error(`Bug: a pool of ${slots} slots runs ${slots} tasks at a time`);
      }
      const { wallMsMax } = bundle.manifest.limits;
      try {
        return await isolate.run({ bundle, input, assets, fuelLimit, wallMs: wallMsMax });
      } finally {
        free.push(isolate);
      }
    },
    check: (bundle, input, assets, output, seed, again) =>
      checker.check({ bundle, input, assets, output, seed, again }),
    async close() {
      checker.clear();
      await Promise.all([stock.close(), ...isolates.map((isolate) => isolate.close())]);
    },
  };
}

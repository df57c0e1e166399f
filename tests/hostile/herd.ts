// Many runaways, several at a time, in isolates of one kind. Runs in a browser as it runs in Deno.
import { limits } from "../../protocol/limits.ts";
import type { CellKind } from "../../sandbox/isolate/cell.ts";
import { createCellStock } from "../../sandbox/isolate/cell_stock.ts";
import { createIsolate, type Isolate } from "../../sandbox/isolate/isolate.ts";
import { bundleOf } from "./bundles.ts";
import { kernel, spin } from "./kernels.ts";
import { op } from "./wasm_builder.ts";

/** The limit of each runaway, in milliseconds. */
export const RUNAWAY_MS = 50;
/** For whatever is honest, on a machine that does much else. */
const PATIENCE_MS = 60_000;
const PAGES = 64;
const INPUT = Uint8Array.of(2, 7, 1, 8);

/** A herd that is held. */
export interface Herd {
  /** Lets so many run; each must be stopped and be followed by an honest task. What went wrong, once each. */
  run(count: number): Promise<string[]>;
  close(): Promise<void>;
}

/** Gets isolates ready. */
export async function holdHerd(kind: CellKind, isolateCount: number): Promise<Herd> {
  const stock = createCellStock({ kind, startMsMax: PATIENCE_MS });
  const isolates = Array.from({ length: isolateCount }, () => createIsolate({ stock }));
  // Touches all of its 4 MiB, so that one that stayed would be seen; fuel without end, so that it is the time that ends.
  const touchAll = [...op.i32(0), ...op.i32(1), ...op.i32(PAGES * 65_536), ...op.fill];
  const memory = { initial: PAGES, maximum: PAGES };
  const spinning = await bundleOf(kernel({ run: [...touchAll, ...spin], memory }), {
    limits: { fuelMax: limits.fuelMax, memoryPages: PAGES },
  });
  const honest = await bundleOf(kernel(), { limits: { wallMsMax: PATIENCE_MS } });
  const task = (bundle: typeof honest, wallMs: number) => ({
    bundle,
    input: INPUT,
    assets: [],
    fuelLimit: bundle.manifest.limits.fuelMax,
    wallMs,
  });
  const wrong = new Set<string>();
  const runOne = async (isolate: Isolate) => {
    const late = await isolate.run(task(spinning, RUNAWAY_MS));
    if (late.type === "output" || late.code !== "kernel.late") {
      wrong.add(`a runaway came to ${JSON.stringify(late)}`);
    }
    const right = await isolate.run(task(honest, PATIENCE_MS));
    if (right.type !== "output" || right.output.join() !== INPUT.join()) {
      wrong.add(`an honest task came to ${JSON.stringify(right)}`);
    }
  };
  return {
    async run(count) {
      wrong.clear();
      let left = count;
      await Promise.all(isolates.map(async (isolate) => {
        while (left-- > 0) await runOne(isolate);
      }));
      return [...wrong];
    },
    async close() {
      await Promise.all([stock.close(), ...isolates.map((isolate) => isolate.close())]);
    },
  };
}

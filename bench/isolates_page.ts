// What the isolates of a browser cost, measured in a page.
import { browserWorkers } from "../sandbox/isolate/browser.ts";
import { createCellStock } from "../sandbox/isolate/cell_stock.ts";
import { createIsolate } from "../sandbox/isolate/isolate.ts";
import { bundleOf } from "../tests/hostile/bundles.ts";
import { kernel, spin } from "../tests/hostile/kernels.ts";

const INPUT = new Uint8Array(2048);
const RUNAWAY_MS = 50;
/** Chromium lets a worker that was ended run on for two seconds, if it spins. */
const AFTERLIFE_MS = 2_500;
const ALONE = 15;
const IN_A_ROW = 40;

/** Samples of round trips (µs), starts (ms) and overruns of runaways (ms): alone, and one behind the other. */
export async function measureAll() {
  const limits = { wallMsMax: 10_000, fuelMax: 1e12 };
  const honest = await bundleOf(kernel(), { limits });
  const spinning = await bundleOf(kernel({ run: spin }), { limits });
  const task = (bundle: typeof honest, wallMs: number) => ({
    bundle,
    input: INPUT,
    assets: [],
    fuelLimit: bundle.manifest.limits.fuelMax,
    wallMs,
  });
  const kind = browserWorkers();
  const stock = createCellStock({ kind });
  const isolate = createIsolate({ stock });
  const timed = async (bundle: typeof honest, wallMs: number) => {
    const start = performance.now();
    await isolate.run(task(bundle, wallMs));
    return performance.now() - start;
  };
  for (let i = 0; i < 300; i++) await timed(honest, 10_000);
  // The clock of a page is coarse: a batch is timed, and its share is what one task took.
  const roundTripUs: number[] = [];
  for (let i = 0; i < 100; i++) {
    const start = performance.now();
    for (let j = 0; j < 20; j++) await isolate.run(task(honest, 10_000));
    roundTripUs.push(((performance.now() - start) * 1000) / 20);
  }
  const overrun = async () => await timed(spinning, RUNAWAY_MS) - RUNAWAY_MS;
  const aloneMs: number[] = [];
  for (let i = 0; i < ALONE; i++) {
    aloneMs.push(await overrun());
    await timed(honest, 10_000);
    await new Promise((resolve) => setTimeout(resolve, AFTERLIFE_MS));
  }
  const inARowMs: number[] = [];
  for (let i = 0; i < IN_A_ROW; i++) {
    inARowMs.push(await overrun());
    await timed(honest, 10_000);
  }
  await isolate.close();
  await stock.close();
  return { roundTripUs, aloneMs, inARowMs, startMs: await starts(kind, task(honest, 10_000)) };
}

async function starts(
  kind: ReturnType<typeof browserWorkers>,
  task: Parameters<ReturnType<typeof createIsolate>["run"]>[0],
) {
  const stock = createCellStock({ kind, spares: 0 });
  const samples: number[] = [];
  for (let i = 0; i < 20; i++) {
    const start = performance.now();
    const isolate = createIsolate({ stock });
    await isolate.run(task);
    samples.push(performance.now() - start);
    await isolate.close();
  }
  await stock.close();
  return samples;
}

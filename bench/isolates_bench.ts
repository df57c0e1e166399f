// What each kind of isolate costs: deno run --no-prompt -P=bench bench/isolates_bench.ts [--json]
import {
  type CellKind,
  createCellStock,
  createIsolate,
  generateSigner,
  loadBundle,
  processes,
  threads,
} from "../sandbox/mod.ts";
import { meter } from "../sandbox/meter/mod.ts";
import { chromium, withPage } from "../tests/browser/chromium.ts";
import { canCount, census } from "../tests/hostile/census.ts";
import { filesOf, type ManifestParts, sourceOf } from "../tests/hostile/bundles.ts";
import { kernel, type KernelParts, spin } from "../tests/hostile/kernels.ts";
import { measure, print, type Row, rowOf } from "./rows.ts";

const INPUT = new Uint8Array(2048);
const RUNAWAY_MS = 50;
const SPARE_MS = 700;
const signer = await generateSigner();
const rules = { pins: new Map([[signer.keyId, signer.publicKey]]), releaseFloor: () => 0 };

async function bundleOf(parts: KernelParts = {}, limits: ManifestParts["limits"] = {}) {
  const files = await filesOf(meter(kernel(parts)), signer, { limits: { wallMsMax: 10_000, ...limits } });
  return await loadBundle(sourceOf(files), rules);
}

/** Round trip, start, the task after a lost cell, runaways. */
async function rowsOf(kind: CellKind): Promise<Row[]> {
  const honest = await bundleOf();
  const spinning = await bundleOf({ run: spin }, { fuelMax: 1e12 });
  const task = (bundle: typeof honest, wallMs: number) => ({
    bundle,
    input: INPUT,
    assets: [],
    fuelLimit: bundle.manifest.limits.fuelMax,
    wallMs,
  });
  const stock = createCellStock({ kind });
  const isolate = createIsolate({ stock });
  const echo = () => isolate.run(task(honest, 10_000));
  const rows = [await measure(`${kind.name}: whole task, 2 KiB in and out`, 5_000, echo)];
  const overruns: number[] = [];
  const next: number[] = [];
  for (let i = 0; i < 200; i++) {
    const start = performance.now();
    const { type } = await isolate.run(task(spinning, RUNAWAY_MS));
    const end = performance.now();
    if (type === "output") throw new Error("a runaway was not stopped");
    overruns.push(end - start - RUNAWAY_MS);
    await echo();
    next.push((performance.now() - end) * 1000);
  }
  rows.push(rowOf(`${kind.name}: runaway stopped after its limit of ${RUNAWAY_MS} ms`, "ms", overruns));
  rows.push(rowOf(`${kind.name}: the task after a runaway`, "µs", next));
  await isolate.close();
  await stock.close();
  return [...rows, await startsOf(kind, task(honest, 10_000)), await afterLoss(kind, task(honest, 10_000))];
}

type Task = Parameters<ReturnType<typeof createIsolate>["run"]>[0];

async function startsOf(kind: CellKind, task: Task): Promise<Row> {
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
  return rowOf(`${kind.name}: start and first task, no spare`, "ms", samples);
}

/** The task after one whose cell was ended from outside, with a spare in stock. */
async function afterLoss(kind: CellKind, task: Task): Promise<Row> {
  const fillAll = [0x41, 0, 0x41, 1, 0x41, 0x80, 0x80, 0xfc, 0x1f, 0xfc, 0x0b, 0];
  const deaf = await bundleOf(
    {
      run: [...Array.from({ length: 40 }, () => fillAll).flat(), 0x00],
      memory: { initial: 1023, maximum: 1023 },
    },
    { memoryPages: 1023, wallMsMax: 5 },
  );
  const stock = createCellStock({ kind });
  const isolate = createIsolate({ stock, graceMs: 5 });
  const samples: number[] = [];
  for (let i = 0; i < 10; i++) {
    await isolate.run(task);
    // Until the spare is there.
    await new Promise((resolve) => setTimeout(resolve, SPARE_MS));
    await isolate.run({ ...task, bundle: deaf });
    const start = performance.now();
    await isolate.run(task);
    samples.push((performance.now() - start) * 1000);
  }
  await isolate.close();
  await stock.close();
  return rowOf(`${kind.name}: the task after a lost cell, one spare`, "µs", samples);
}

/** Resident memory that one more slot takes once it has run a task, in MiB. */
async function memoryOf(kind: CellKind): Promise<Row> {
  const honest = await bundleOf();
  const stock = createCellStock({ kind, spares: 0 });
  const isolates = [];
  const samples: number[] = [];
  for (let i = 0; i < 8; i++) {
    const before = census(Deno.pid).residentBytes;
    const isolate = createIsolate({ stock });
    isolates.push(isolate);
    for (let j = 0; j < 10; j++) {
      await isolate.run({ bundle: honest, input: INPUT, assets: [], fuelLimit: 100_000, wallMs: 10_000 });
    }
    samples.push((census(Deno.pid).residentBytes - before) / 1024 / 1024);
  }
  await Promise.all([stock.close(), ...isolates.map((isolate) => isolate.close())]);
  return rowOf(`${kind.name}: memory of one more slot`, "MiB", samples);
}

/** The same in a browser, whose isolates only it can measure. */
async function browserRows(): Promise<Row[]> {
  const rows: Row[] = [];
  await withPage(async (page) => {
    const { roundTripUs, startMs, aloneMs, inARowMs } = await page.call(
      "bench/isolates_page.ts",
      "measureAll",
    ) as Record<
      "roundTripUs" | "startMs" | "aloneMs" | "inARowMs",
      number[]
    >;
    rows.push(rowOf("browser: whole task, 2 KiB in and out", "µs", roundTripUs));
    rows.push(rowOf(`browser: runaway stopped after its limit of ${RUNAWAY_MS} ms`, "ms", aloneMs));
    rows.push(rowOf("browser: the same, forty in a row", "ms", inARowMs));
    rows.push(rowOf("browser: start and first task, no spare", "ms", startMs));
  });
  return rows;
}

if (import.meta.main) {
  print([
    ...await rowsOf(threads),
    ...await rowsOf(processes),
    ...(canCount ? [await memoryOf(threads), await memoryOf(processes)] : []),
    ...(chromium === undefined ? [] : await browserRows()),
  ]);
}

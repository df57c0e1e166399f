// What the sandbox costs: deno run --no-prompt -P=bench bench/sandbox_bench.ts [--json]
import {
  type Bundle,
  createCellStock,
  createIsolate,
  createPool,
  generateSigner,
  type Isolate,
  loadBundle,
  selfTest,
  threads as kind,
} from "../sandbox/mod.ts";
import { execute } from "../sandbox/abi/execute.ts";
import { prepareCore } from "../sandbox/abi/exports.ts";
import { createVmWatchdog } from "../sandbox/isolate/vm_watchdog.ts";
import { filesOf, type ManifestParts, sourceOf } from "../tests/hostile/bundles.ts";
import { kernel, type KernelParts, spin } from "../tests/hostile/kernels.ts";

/** One measured quantity: how it is distributed, in its unit. */
interface Row {
  readonly name: string;
  readonly unit: string;
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly samples: number;
}

const signer = await generateSigner();
const rules = { pins: new Map([[signer.keyId, signer.publicKey]]), releaseFloor: () => 0 };
const INPUT = new Uint8Array(2048);
const MEBIBYTE = 1024 * 1024;

/** A kernel that answers with its input, in memory of 4 MiB, and room for large assets on request. */
async function bundleOf(
  parts: KernelParts = {},
  pages = 64,
  limits: ManifestParts["limits"] = {},
): Promise<Bundle> {
  const core = kernel({ memory: { initial: pages, maximum: pages }, ...parts });
  const manifest = {
    limits: { memoryPages: pages, assetBytesMax: 16 * MEBIBYTE, wallMsMax: 10_000, ...limits },
  };
  return await loadBundle(sourceOf(await filesOf(core, signer, manifest)), rules);
}

function rowOf(name: string, unit: string, samples: readonly number[]): Row {
  const sorted = Float64Array.from(samples).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  const mean = sorted.reduce((sum, one) => sum + one, 0) / sorted.length;
  return { name, unit, mean, p50: at(0.5), p99: at(0.99), max: at(1), samples: sorted.length };
}

/** Microseconds of each call, behind a tenth as many to warm up. */
async function measure(name: string, count: number, call: () => unknown): Promise<Row> {
  for (let i = 0; i < count / 10; i++) await call();
  const samples: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    const result = call();
    if (result instanceof Promise) await result;
    samples.push((performance.now() - start) * 1000);
  }
  return rowOf(name, "µs", samples);
}

async function freshRuns(): Promise<Row[]> {
  const { digest, module } = await bundleOf();
  const watch = createVmWatchdog();
  const job = {
    kernel: digest,
    core: prepareCore(module),
    input: INPUT,
    assets: [],
    outputBytesMax: 65_536,
    fuel: 1,
    wallMs: 1_000,
  };
  return [
    await measure("run in a fresh instance, no watchdog", 5_000, () => execute(job, (work) => work())),
    await measure("run in a fresh instance, watchdog", 5_000, () => execute(job, watch)),
  ];
}

async function checks(): Promise<Row[]> {
  const bundle = await bundleOf();
  const pool = createPool({ slots: 0 });
  const check = (again: boolean) => pool.check(bundle, INPUT, [], INPUT, 1n, again);
  const rows = [
    await measure("check in a reused instance", 10_000, () => check(false)),
    await measure("check in a fresh instance", 5_000, () => check(true)),
  ];
  await pool.close();
  return rows;
}

function runOf(
  isolate: Isolate,
  bundle: Bundle,
  assets: readonly { digest: string; bytes: Uint8Array }[] = [],
) {
  return isolate.run({ bundle, input: INPUT, assets, fuelLimit: 100_000, wallMs: 10_000 });
}

async function threads(): Promise<Row[]> {
  const bundle = await bundleOf();
  const large = await bundleOf({}, 600);
  const stock = createCellStock({ kind });
  const isolate = createIsolate({ stock });
  const rows = [await measure("thread round trip, 2 KiB in and out", 5_000, () => runOf(isolate, bundle))];
  for (const mebibytes of [0.0625, 1, 4, 16]) {
    const asset = { digest: `${mebibytes}`, bytes: new Uint8Array(mebibytes * MEBIBYTE).fill(1) };
    const run = () => runOf(isolate, large, [asset]);
    rows.push(await measure(`thread round trip, asset of ${mebibytes} MiB in the thread`, 50, run));
  }
  let number = 0;
  const bytes = new Uint8Array(MEBIBYTE);
  const send = () => runOf(isolate, large, [{ digest: `new ${number++}`, bytes }]);
  rows.push(await measure("thread round trip, asset of 1 MiB not yet in the thread", 50, send));
  await isolate.close();
  await stock.close();
  return rows;
}

async function starts(): Promise<Row[]> {
  const bundle = await bundleOf();
  const stock = createCellStock({ kind, spares: 0 });
  const cold: number[] = [];
  for (let i = 0; i < 20; i++) {
    const start = performance.now();
    const isolate = createIsolate({ stock });
    await runOf(isolate, bundle);
    cold.push(performance.now() - start);
    await isolate.close();
  }
  await stock.close();
  const files = sourceOf(await filesOf(bundle.core, signer, { limits: { memoryPages: 64 } }));
  return [
    rowOf("a thread's start and its first task", "ms", cold),
    await measure("verify and compile a bundle", 200, () => loadBundle(files, rules)),
  ];
}

async function runaways(limitMs: number, count: number): Promise<Row[]> {
  const spinning = await bundleOf({ run: spin });
  const stock = createCellStock({ kind });
  const isolate = createIsolate({ stock });
  await runOf(isolate, await bundleOf());
  const overruns: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    const task = { bundle: spinning, input: INPUT, assets: [], fuelLimit: 100_000, wallMs: limitMs };
    const outcome = await isolate.run(task);
    if (outcome.type === "output" || outcome.code !== "kernel.late") {
      throw new Error("a runaway was not stopped");
    }
    overruns.push(performance.now() - start - limitMs);
  }
  await isolate.close();
  await stock.close();
  return [
    rowOf(`runaway stopped after its limit of ${limitMs} ms`, "ms", overruns),
    rowOf("the self-test's runaway", "ms", [(await selfTest(kind)).overrunMs]),
  ];
}

function print(rows: readonly Row[]): void {
  for (const { name, unit, mean, p50, p99, max } of rows) {
    const numbers = [mean, p50, p99, max].map((value) => value.toFixed(1).padStart(9)).join(" ");
    console.log(`${name.padEnd(56)} ${numbers}  ${unit}`);
  }
}

/** Measures everything; about ten seconds. */
export async function sandboxBench(): Promise<readonly Row[]> {
  return [
    ...await freshRuns(),
    ...await checks(),
    ...await threads(),
    ...await starts(),
    ...await runaways(50, 60),
  ];
}

if (import.meta.main) {
  const rows = await sandboxBench();
  if (Deno.args.includes("--json")) console.log(JSON.stringify(rows));
  else {
    console.log(
      `${"".padEnd(56)} ${["mean", "p50", "p99", "max"].map((word) => word.padStart(9)).join(" ")}`,
    );
    print(rows);
  }
}

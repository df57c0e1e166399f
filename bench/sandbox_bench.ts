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
import { limits } from "../protocol/limits.ts";
import { execute } from "../sandbox/abi/execute.ts";
import { prepareCore } from "../sandbox/abi/exports.ts";
import { meter } from "../sandbox/meter/mod.ts";
import { createVmWatchdog } from "../sandbox/isolate/vm_watchdog.ts";
import { filesOf, type ManifestParts, sourceOf } from "../tests/hostile/bundles.ts";
import { kernel, type KernelParts } from "../tests/hostile/kernels.ts";
import { measure, print, type Row, rowOf } from "./rows.ts";

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
  const core = meter(kernel({ memory: { initial: pages, maximum: pages }, ...parts }));
  const manifest = {
    limits: { memoryPages: pages, assetBytesMax: 16 * MEBIBYTE, wallMsMax: 10_000, ...limits },
  };
  return await loadBundle(sourceOf(await filesOf(core, signer, manifest)), rules);
}

async function freshRuns(): Promise<Row[]> {
  const { digest, module, lent } = await bundleOf();
  const watch = createVmWatchdog();
  const job = {
    kernel: digest,
    input: INPUT,
    assets: [],
    outputBytesMax: 65_536,
    fuelLimit: limits.fuelMax,
    wallMs: 1_000,
  };
  const own = { ...job, core: prepareCore(module), memory: undefined };
  const core = prepareCore(lent.module);
  const inUsed = async (pages: number) => {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const used = prepareCore((await bundleOf({}, pages)).lent.module);
    return () => execute({ ...job, core: used, memory: () => memory }, watch);
  };
  return [
    await measure("run in a fresh instance, no watchdog", 5_000, () => execute(own, (work) => work())),
    await measure("run in a fresh instance, watchdog", 5_000, () => execute(own, watch)),
    await measure(
      "the same, lent a fresh memory of 4 MiB",
      5_000,
      () => execute({ ...job, core, memory: () => new WebAssembly.Memory({ ...lent.memory }) }, watch),
    ),
    await measure("the same, lent a used memory of 256 KiB, zeroing apart", 5_000, await inUsed(4)),
    await measure("the same, lent a used memory of 4 MiB, zeroing apart", 5_000, await inUsed(64)),
    ...await zeroing(),
  ];
}

/** What assets cost to be put into memories of twice their size. */
async function assetRuns(): Promise<Row[]> {
  const watch = createVmWatchdog();
  const rows: Row[] = [];
  for (const mebibytes of [1, 4, 16]) {
    const { digest, lent } = await bundleOf({}, mebibytes * 32);
    const assets = [{ digest: "asset", bytes: new Uint8Array(mebibytes * MEBIBYTE).fill(1) }];
    const core = prepareCore(lent.module);
    const used = new WebAssembly.Memory({ ...lent.memory });
    const job = {
      kernel: digest,
      core,
      input: INPUT,
      assets,
      outputBytesMax: 65_536,
      fuelLimit: limits.fuelMax,
      wallMs: 10_000,
    };
    const fresh = () => new WebAssembly.Memory({ ...lent.memory });
    rows.push(
      await measure(
        `${mebibytes} MiB of assets in a fresh memory`,
        60,
        () => execute({ ...job, memory: fresh }, watch),
      ),
      await measure(
        `${mebibytes} MiB of assets in a used memory, zeroing apart`,
        60,
        () => execute({ ...job, memory: () => used }, watch),
      ),
    );
  }
  return rows;
}

/** Of memories whose pages are all there. */
async function zeroing(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const mebibytes of [0.25, 1, 8]) {
    const memory = new WebAssembly.Memory({ initial: mebibytes * 16, maximum: mebibytes * 16 });
    const bytes = new Uint8Array(memory.buffer).fill(1);
    rows.push(await measure(`zeroing ${mebibytes} MiB`, 500, () => bytes.fill(0)));
  }
  return rows;
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
  return isolate.run({ bundle, input: INPUT, assets, fuelLimit: limits.fuelMax, wallMs: 10_000 });
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
    rows.push(await measure(`thread round trip, asset of ${mebibytes} MiB in the thread`, 200, run));
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

/** Measures everything; about ten seconds. */
export async function sandboxBench(): Promise<readonly Row[]> {
  return [
    ...await freshRuns(),
    ...await assetRuns(),
    ...await checks(),
    ...await threads(),
    ...await starts(),
    rowOf("the self-test's runaway", "ms", [(await selfTest(kind)).overrunMs]),
  ];
}

if (import.meta.main) print(await sandboxBench());

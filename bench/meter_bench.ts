// What metering costs: each kernel's own core beside the metered one, on its vectors. Both are called in turns of about
// a millisecond; what counts is the median of the ratios of turns that lie side by side, which a busy machine moves least.
// deno run --no-prompt -P=bench bench/meter_bench.ts [--json]
import { kernelCore } from "../sandbox/component/mod.ts";
import { casesOf, type KernelName, versionOf } from "../tasks-as/testing/cases.ts";
import { type Core, instantiateCore } from "../tasks-as/testing/core.ts";

/** Calls of one measurement take about this long. */
const SAMPLE_MS = 0.7;
const ROUNDS = 120;
/** Both compilers of the engine have been through a core that was called for this long. */
const WARM_MS = 20;

interface Row {
  readonly kernel: string;
  readonly cases: number;
  /** Metered over unmetered time, over the cases. */
  readonly median: number;
  readonly worst: number;
  readonly nsPerFuel: number;
}

const rows: Row[] = [];
for (const kernel of Object.keys(versionOf) as KernelName[]) rows.push(await rowOf(kernel));
if (Deno.args.includes("--json")) console.log(JSON.stringify(rows));
else {
  for (const { kernel, cases, median, worst, nsPerFuel } of rows) {
    const numbers = `${median.toFixed(3)} median, ${worst.toFixed(3)} at most`;
    console.log(`${kernel.padEnd(10)} ${numbers} of ${cases} cases; ${nsPerFuel.toFixed(2)} ns per fuel`);
  }
  console.log(`median over the kernels ${median(rows.map((row) => row.median)).toFixed(3)}`);
}

async function rowOf(kernel: KernelName): Promise<Row> {
  const folder = new URL(`../tasks-as/bundles/${kernel}/${versionOf[kernel]}/`, import.meta.url);
  const component = await Deno.readFile(new URL("component.wasm", folder));
  const plain = instantiateCore(await WebAssembly.compile(kernelCore(component)));
  const metered = instantiateCore(
    await WebAssembly.compile(await Deno.readFile(new URL("core.wasm", folder))),
  );
  const ratios: number[] = [];
  const perFuel: number[] = [];
  const cases = await casesOf[kernel]();
  for (const { input, assets } of cases) {
    for (const core of [plain, metered]) warm(core, input, assets);
    const calls = Math.max(1, Math.round(SAMPLE_MS / timeOf(plain, input, assets, 3)));
    const pairs: number[] = [];
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const isFirst = round % 2 === 0;
      const first = timeOf(isFirst ? plain : metered, input, assets, calls);
      const second = timeOf(isFirst ? metered : plain, input, assets, calls);
      const [own, ours] = isFirst ? [first, second] : [second, first];
      pairs.push(ours / own);
      times.push(ours);
    }
    ratios.push(median(pairs));
    perFuel.push(median(times) * 1e6 / metered.fuelUsed);
  }
  return {
    kernel,
    cases: cases.length,
    median: median(ratios),
    worst: Math.max(...ratios),
    nsPerFuel: median(perFuel),
  };
}

function warm(core: Core, input: Uint8Array, assets: readonly Uint8Array[]): void {
  const endMs = performance.now() + WARM_MS;
  while (performance.now() < endMs) core.run(input, assets);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** Milliseconds of one call. */
function timeOf(core: Core, input: Uint8Array, assets: readonly Uint8Array[], calls: number): number {
  const startMs = performance.now();
  for (let i = 0; i < calls; i++) core.run(input, assets);
  return (performance.now() - startMs) / calls;
}

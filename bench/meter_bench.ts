// What metering costs: each kernel's own core beside the metered one, in turns, on its vectors.
// deno run --no-prompt -P=bench bench/meter_bench.ts [--json]
import { kernelCore } from "../sandbox/component/mod.ts";
import { casesOf } from "../tasks-as/testing/cases.ts";
import { type Core, instantiateCore } from "../tasks-as/testing/core.ts";

const VERSIONS = {
  flowfield: "1.0.0",
  mesh: "1.0.0",
  pathfind: "1.0.0",
  physics: "2.0.0",
  terrain: "1.0.0",
} as const;
/** Calls of one measurement take about this long. */
const SAMPLE_MS = 6;
const ROUNDS = 20;

interface Row {
  readonly kernel: string;
  readonly cases: number;
  /** Metered over unmetered time, over the cases. */
  readonly median: number;
  readonly worst: number;
  readonly nsPerFuel: number;
}

const rows: Row[] = [];
for (const kernel of Object.keys(VERSIONS) as (keyof typeof VERSIONS)[]) rows.push(await rowOf(kernel));
if (Deno.args.includes("--json")) console.log(JSON.stringify(rows));
else {
  for (const { kernel, cases, median, worst, nsPerFuel } of rows) {
    const numbers = `${median.toFixed(3)} median, ${worst.toFixed(3)} at most`;
    console.log(`${kernel.padEnd(10)} ${numbers} of ${cases} cases; ${nsPerFuel.toFixed(2)} ns per fuel`);
  }
  const medians = rows.map((row) => row.median).sort((a, b) => a - b);
  console.log(`median over the kernels ${medians[medians.length >> 1]?.toFixed(3)}`);
}

async function rowOf(kernel: keyof typeof VERSIONS): Promise<Row> {
  const folder = new URL(`../tasks-as/bundles/${kernel}/${VERSIONS[kernel]}/`, import.meta.url);
  const component = await Deno.readFile(new URL("component.wasm", folder));
  const plain = instantiateCore(await WebAssembly.compile(kernelCore(component)));
  const metered = instantiateCore(
    await WebAssembly.compile(await Deno.readFile(new URL("core.wasm", folder))),
  );
  const ratios: number[] = [];
  const perFuel: number[] = [];
  const cases = await casesOf[kernel]();
  for (const { input, assets } of cases) {
    timeOf(plain, input, assets, 3);
    const calls = Math.max(1, Math.round(SAMPLE_MS / timeOf(plain, input, assets, 3)));
    let [own, ours] = [Infinity, Infinity];
    for (let round = 0; round < ROUNDS; round++) {
      own = Math.min(own, timeOf(plain, input, assets, calls));
      ours = Math.min(ours, timeOf(metered, input, assets, calls));
    }
    ratios.push(ours / own);
    perFuel.push(ours * 1e6 / metered.fuelUsed);
  }
  ratios.sort((a, b) => a - b);
  perFuel.sort((a, b) => a - b);
  return {
    kernel,
    cases: cases.length,
    median: ratios[ratios.length >> 1] ?? NaN,
    worst: ratios.at(-1) ?? NaN,
    nsPerFuel: perFuel[perFuel.length >> 1] ?? NaN,
  };
}

/** Milliseconds of one call. */
function timeOf(core: Core, input: Uint8Array, assets: readonly Uint8Array[], calls: number): number {
  const startMs = performance.now();
  for (let i = 0; i < calls; i++) core.run(input, assets);
  return (performance.now() - startMs) / calls;
}

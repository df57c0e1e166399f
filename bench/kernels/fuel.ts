// The fuel that a kernel's calls use: its core module, metered as workers run it.
import { Gauge, meter } from "../../sandbox/meter/mod.ts";
import { instantiateCore } from "../../tasks-as/testing/core.ts";

const BUDGET = 1_000_000_000_000;

/** Counts the fuel of calls of `run`. */
export async function fuelOf(
  kernel: string,
  version: string,
): Promise<(input: Uint8Array, assets: readonly Uint8Array[]) => number> {
  const url = new URL(`../../tasks-as/bundles/${kernel}/${version}/core.wasm`, import.meta.url);
  const core = instantiateCore(await WebAssembly.compile(meter(await Deno.readFile(url))));
  const gauge = new Gauge([core.exports]);
  return (input, assets) => {
    gauge.fill(BUDGET);
    core.run(input, assets);
    return gauge.read().fuel;
  };
}

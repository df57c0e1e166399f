// The fuel that a kernel's calls use, as its metered core counts it.
import { instantiateCore, loadCore } from "../../tasks-as/testing/core.ts";

/** Counts the fuel of calls of `run`. */
export async function fuelOf(
  kernel: string,
  version: string,
): Promise<(input: Uint8Array, assets: readonly Uint8Array[]) => number> {
  const core = instantiateCore(await loadCore(kernel, version));
  return (input, assets) => {
    core.run(input, assets);
    return core.fuelUsed;
  };
}

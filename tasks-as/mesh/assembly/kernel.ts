/** Kernel `mesh`: light and quads of a chunk of cells. Byte layout: README.md. */
import { buildMesh } from "./build";
import { judge } from "./judge";
import { errMaterial, largestCell, materialCount, materialsOf, mergeOf, refuseTask } from "./task";

export { cabi_post_check, cabi_post_run, cabi_realloc } from "../../lib/abi";

export function run(input: usize, inputSize: usize, assets: usize, assetCount: u32): usize {
  const refusal = refuseTask(input, inputSize, assets, assetCount);
  if (refusal != 0) return refusal;
  const largest = largestCell(input);
  const count = materialCount(assets);
  if (largest >= count) return errMaterial(largest, count);
  return buildMesh(input, materialsOf(assets), count, mergeOf(input));
}

/** Cells beyond the table are left to `run`, which refuses them: to look for one costs more than a tenth of this. */
export function check(
  input: usize,
  inputSize: usize,
  assets: usize,
  assetCount: u32,
  output: usize,
  outputSize: usize,
  seed: u64,
): usize {
  const refusal = refuseTask(input, inputSize, assets, assetCount);
  if (refusal != 0) return refusal;
  return judge(input, materialsOf(assets), materialCount(assets), output, outputSize, seed);
}

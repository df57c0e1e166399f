/** Kernel `terrain`: a chunk of a world of cells from a seed and a world asset. Byte layout: README.md. */
import { fillChunk } from "./fill";
import { judge } from "./judge";
import { refuseTask, worldOf } from "./world";

export { cabi_post_check, cabi_post_run, cabi_realloc } from "../../lib/abi";

export function run(input: usize, inputSize: usize, assets: usize, assetCount: u32): usize {
  const refusal = refuseTask(input, inputSize, assets, assetCount);
  return refusal != 0 ? refusal : fillChunk(worldOf(input, assets));
}

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
  return refusal != 0 ? refusal : judge(worldOf(input, assets), output, outputSize, seed);
}

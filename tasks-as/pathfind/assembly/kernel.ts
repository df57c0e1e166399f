/**
 * Kernel `pathfind`: shortest paths on an octile grid for a batch of start and goal pairs. Byte layout:
 * README.md.
 */
import { err } from "../../lib/abi";
import { assetSize, assetStart } from "../../lib/assets";
import { Grid, gridFrom } from "./grid";
import { judge } from "./judge";
import { refusePairs } from "./pairs";
import { solveAll } from "./solve";

export { cabi_post_check, cabi_post_run, cabi_realloc } from "../../lib/abi";

export function run(input: usize, inputSize: usize, assets: usize, assetCount: u32): usize {
  const grid = onlyGrid(assets, assetCount);
  if (grid == null) return errNoGrid();
  const refusal = refusePairs(input, inputSize, grid);
  return refusal != 0 ? refusal : solveAll(grid, input, inputSize);
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
  const grid = onlyGrid(assets, assetCount);
  if (grid == null) return errNoGrid();
  const refusal = refusePairs(input, inputSize, grid);
  return refusal != 0 ? refusal : judge(grid, input, inputSize, output, outputSize, seed);
}

function onlyGrid(assets: usize, assetCount: u32): Grid | null {
  return assetCount == 1 ? gridFrom(assetStart(assets, 0), assetSize(assets, 0)) : null;
}

function errNoGrid(): usize {
  return err("Cannot find paths: expected one asset, a grid");
}

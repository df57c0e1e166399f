/**
 * Kernel `pathfind`: shortest paths on an octile grid, or cheapest ones on a grid with costs, for a batch of start
 * and goal pairs. Byte layout: README.md.
 */
import { err } from "../../lib/abi";
import { assetSize, assetStart } from "../../lib/assets";
import { Costs, costsFrom, MAGIC_BITS } from "../../lib/costs";
import { judgeCostly } from "./costly_judge";
import { solveCostly } from "./costly_solve";
import { Grid, gridFrom } from "./grid";
import { judge } from "./judge";
import { OPTION_PROOF, optionsOf, pairsSize, refuseInput } from "./pairs";
import { solveAll } from "./solve";

export { cabi_post_check, cabi_post_run, cabi_realloc } from "../../lib/abi";

export function run(input: usize, inputSize: usize, assets: usize, assetCount: u32): usize {
  const costs = onlyCosts(assets, assetCount);
  if (costs != null) {
    const refusal = refuseInput(input, inputSize, costs.width, costs.height);
    const isProved = refusal == 0 && optionsOf(input, inputSize) == OPTION_PROOF;
    return refusal != 0 ? refusal : solveCostly(costs, input, pairsSize(inputSize), isProved);
  }
  const grid = onlyGrid(assets, assetCount);
  if (grid == null) return errNoGrid();
  const refusal = refuseOnBitmap(input, inputSize, grid);
  return refusal != 0 ? refusal : solveAll(grid, input, pairsSize(inputSize));
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
  const costs = onlyCosts(assets, assetCount);
  if (costs != null) {
    const refusal = refuseInput(input, inputSize, costs.width, costs.height);
    if (refusal != 0) return refusal;
    const isProved = optionsOf(input, inputSize) == OPTION_PROOF;
    return judgeCostly(costs, input, pairsSize(inputSize), isProved, output, outputSize, seed);
  }
  const grid = onlyGrid(assets, assetCount);
  if (grid == null) return errNoGrid();
  const refusal = refuseOnBitmap(input, inputSize, grid);
  return refusal != 0 ? refusal : judge(grid, input, pairsSize(inputSize), output, outputSize, seed);
}

function refuseOnBitmap(input: usize, inputSize: usize, grid: Grid): usize {
  const refusal = refuseInput(input, inputSize, grid.width, grid.height);
  if (refusal != 0 || optionsOf(input, inputSize) == 0) return refusal;
  return err("Cannot find paths: there are proofs on grids with costs only");
}

/** The grid with costs, unless the asset is a bitmap. */
function onlyCosts(assets: usize, assetCount: u32): Costs | null {
  if (assetCount != 1) return null;
  const start = assetStart(assets, 0);
  const size = assetSize(assets, 0);
  return size < 4 || load<u32>(start) == MAGIC_BITS ? null : costsFrom(start, size);
}

function onlyGrid(assets: usize, assetCount: u32): Grid | null {
  return assetCount == 1 ? gridFrom(assetStart(assets, 0), assetSize(assets, 0)) : null;
}

function errNoGrid(): usize {
  return err("Cannot find paths: expected one asset, a grid or a grid with costs");
}

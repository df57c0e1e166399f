/**
 * Kernel `flowfield`: for every cell of a grid the distance to the nearest of many goals, and the way there. Byte
 * layout: README.md.
 */
import { err } from "../../lib/abi";
import { assetSize, assetStart } from "../../lib/assets";
import { Costs, costsFrom } from "../../lib/costs";
import { makeField } from "./field";
import { judge } from "./judge";
import { requestFrom } from "./request";

export { cabi_post_check, cabi_post_run, cabi_realloc } from "../../lib/abi";

export function run(input: usize, inputSize: usize, assets: usize, assetCount: u32): usize {
  const costs = onlyCosts(assets, assetCount);
  if (costs == null) return errNoGrid();
  const request = requestFrom(input, inputSize, costs);
  return request.refusal != 0 ? request.refusal : makeField(costs, request);
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
  if (costs == null) return errNoGrid();
  const request = requestFrom(input, inputSize, costs);
  return request.refusal != 0 ? request.refusal : judge(costs, request, output, outputSize, seed);
}

function onlyCosts(assets: usize, assetCount: u32): Costs | null {
  return assetCount == 1 ? costsFrom(assetStart(assets, 0), assetSize(assets, 0)) : null;
}

function errNoGrid(): usize {
  return err("Cannot make a field: expected one asset, a grid or a grid with costs");
}

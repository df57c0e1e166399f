/**
 * Stretches of a walked path. Every stretch of a cheapest path is a cheapest path between its ends, so a cheaper way
 * between two cells a few steps apart refutes the whole path, and to look for it costs little.
 */
import { costAt, Costs, DIAGONAL, STRAIGHT } from "../../lib/costs";
import { RUN_SIZE, runDirection, runSteps } from "./answers";
import { isDiagonal, stepX, stepY } from "./directions";
import { PAIR_SIZE, placeEnd } from "./pairs";

/** Steps of a stretch. */
export const STRETCH_STEPS: u32 = 12;
/** How far beside a stretch a cheaper way is looked for, in cells. */
export const STRETCH_MARGIN: u32 = 4;

/**
 * Puts the ends of the stretch that begins `skipped` steps from (x, y) into `pair` and returns its cost. The path has
 * been walked and is long enough.
 */
export function stretchOf(costs: Costs, x: u32, y: u32, runs: usize, skipped: u32, pair: usize): u32 {
  let run = runs;
  let left = runSteps(run);
  let cost: u32 = 0;
  const end = skipped + STRETCH_STEPS;
  for (let step: u32 = 0; step < end; step++) {
    if (step == skipped) placeEnd(pair, x, y);
    if (left == 0) {
      run += RUN_SIZE;
      left = runSteps(run);
    }
    const direction = runDirection(run);
    const before = costAt(costs, x, y);
    x += stepX(direction);
    y += stepY(direction);
    left -= 1;
    if (step >= skipped) cost += (isDiagonal(direction) ? DIAGONAL : STRAIGHT) * (before + costAt(costs, x, y));
  }
  placeEnd(pair + PAIR_SIZE / 2, x, y);
  return cost;
}

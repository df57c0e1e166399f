/**
 * Solves one pair again inside the rectangle that no shorter path can leave, and only looks for paths that
 * are shorter than the claimed one.
 */
import { arenaMark, arenaRelease, arenaReserve } from "../../lib/arena";
import { Grid, mapsOf, mapsSize } from "./grid";
import { lengthOf } from "./lengths";
import { searchOver, searchSize } from "./nodes";
import { goalX, goalY, startX, startY } from "./pairs";
import { findPath, FOUND } from "./search";

/** √2 − 1 and its inverse √2 + 1, rounded so that the rectangle can only grow. */
const SLOPE_BELOW: f64 = 0.41421356;
const SLOPE_INVERSE_ABOVE: f64 = 2.41421357;

/** Whether there is a path of the pair that is shorter than `straight` and `diagonal` steps. */
export function isShorterPath(grid: Grid, pair: usize, straight: u32, diagonal: u32): bool {
  const length = lengthOf(straight, diagonal);
  const left = min(startX(pair), goalX(pair));
  const top = min(startY(pair), goalY(pair));
  const across = max(startX(pair), goalX(pair)) - left;
  const down = max(startY(pair), goalY(pair)) - top;
  const marginX = marginOf(length, across, down);
  const marginY = marginOf(length, down, across);
  const x = left - min(left, marginX);
  const y = top - min(top, marginY);
  const width = min(grid.width, left + across + marginX + 1) - x;
  const height = min(grid.height, top + down + marginY + 1) - y;
  const mark = arenaMark();
  arenaReserve(mapsSize(width, height) + 4096);
  const maps = mapsOf(grid, x, y, width, height);
  arenaReserve(searchSize(maps) + 4096);
  const search = searchOver(maps);
  const outcome = findPath(
    search,
    startX(pair) - x,
    startY(pair) - y,
    goalX(pair) - x,
    goalY(pair) - y,
    length,
    u32.MAX_VALUE,
  );
  arenaRelease(mark);
  return outcome == FOUND;
}

/**
 * How far a path shorter than `length` may leave the span of start and goal, `along` apart on this axis and
 * `beside` on the other. Steps of dx and dy are at least dx + (√2 − 1)·dy and at least dy + (√2 − 1)·dx long;
 * over both parts of a path that goes m cells out and comes back, dx adds up to along + 2m and dy to beside.
 */
function marginOf(length: f64, along: u32, beside: u32): u32 {
  const steep = length - SLOPE_BELOW * <f64>beside;
  const flat = (length - <f64>beside) * SLOPE_INVERSE_ABOVE;
  return <u32>max(0, (min(steep, flat) - <f64>along) * 0.5) + 1;
}

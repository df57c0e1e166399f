/**
 * Looks for a shortcut: a way between any two cells of a walked path that costs less than the path does between them.
 * Every stretch of a cheapest path is a cheapest path, so a shortcut refutes the whole. The cells of the path begin with
 * what the path costs up to them; then rows of cells, downwards and upwards, take what the row before and the cells
 * beside give them more cheaply (sweeps in alternating directions, as H. Zhao, "A fast sweeping method for eikonal
 * equations", 2005, has them). Whatever a sweep finds is the cost of a way, so no cheapest path is ever refused; a
 * shortcut is overlooked where it leaves the box or turns back more than once: there are three sweeps.
 */
import { arenaMark, arenaRelease, arenaReserve, arenaTake } from "../../lib/arena";
import { copyCosts, Costs, DIAGONAL, STRAIGHT } from "../../lib/costs";
import { Random, randomBelow } from "../../lib/random";
import { RUN_SIZE, runDirection, runSteps } from "./answers";
import { sweepLine } from "./costly_sweep";
import { isDiagonal, stepX, stepY } from "./directions";
import { goalX, goalY, startX, startY } from "./pairs";

/** A box has a cell beside the path's own for so many steps of the path, and some more. */
const STEPS_PER_MARGIN: u32 = 12;
const MARGIN_LEAST: u32 = 2;
/** Up to this cost 16 bits hold everything. */
const SHORT_COST_MAX: u32 = 65534;
/** A cost that a search does not come to. */
const COST_END: u32 = 0xe0100000;
/** Cells in front of the first line of a box, and behind its last one. */
const PADDING: u32 = 16;
/** So many cells are looked at for a whole task, on average: larger boxes take their chance. */
const CELLS_MAX: u32 = 8 << 20;

/** What all looks of a task share, and the box of the present one. */
@unmanaged
export class Looks {
  costs: Costs;
  leastCost: u32;
  random: Random;
  /** Cells that each path may have in its box. */
  cellsMax: u32;
  x: u32;
  y: u32;
  width: u32;
  height: u32;
  /** Lines with cells of the path, counted from the box's first one. */
  pathTop: u32;
  pathBottom: u32;
  /** Lines have that many cells, the last one of them blocked; so are the line above the box and that below. */
  stride: u32;
  /** Of the first cell: u8 and T each. */
  boxCosts: usize;
  distances: usize;
}

/** Looks for so many paths. */
export function looksFor(costs: Costs, leastCost: u32, paths: u32, random: Random): Looks {
  const looks = changetype<Looks>(arenaTake(offsetof<Looks>(), 8));
  looks.costs = costs;
  looks.leastCost = leastCost;
  looks.random = random;
  looks.cellsMax = CELLS_MAX / paths;
  return looks;
}

/** Whether the path of `pair` along the runs, which was walked and has that cost, is seen to have a shortcut. */
export function hasShortcut(looks: Looks, pair: usize, runs: usize, runsEnd: usize, cost: u32): bool {
  if (cost >= COST_END) return true;
  placeBox(looks, pair, runs, runsEnd, cost);
  const cells = looks.width * looks.height;
  if (cells > looks.cellsMax && randomBelow(looks.random, cells) >= looks.cellsMax) return false;
  const mark = arenaMark();
  const isFound = cost <= SHORT_COST_MAX
    ? isFoundIn<u16>(looks, pair, runs, runsEnd)
    : isFoundIn<u32>(looks, pair, runs, runsEnd);
  arenaRelease(mark);
  return isFound;
}

/** The box of the path: its cells and some beside, as far as a cheaper path of the pair can come. */
function placeBox(looks: Looks, pair: usize, runs: usize, runsEnd: usize, cost: u32): void {
  let x = startX(pair);
  let y = startY(pair);
  let left = x;
  let right = x;
  let top = y;
  let bottom = y;
  let steps: u32 = 0;
  for (let run = runs; run < runsEnd; run += RUN_SIZE) {
    const direction = runDirection(run);
    x += stepX(direction) * <i32>runSteps(run);
    y += stepY(direction) * <i32>runSteps(run);
    left = min(left, x);
    right = max(right, x);
    top = min(top, y);
    bottom = max(bottom, y);
    steps += runSteps(run);
  }
  const margin = steps / STEPS_PER_MARGIN + MARGIN_LEAST;
  // Who goes m cells out and comes back takes 2 m steps more than the span, each at 10 times the least cost or more.
  const stepsMost = cost / (2 * STRAIGHT * looks.leastCost) + 1;
  const goLeft = min(startX(pair), goalX(pair));
  const goRight = max(startX(pair), goalX(pair));
  const goTop = min(startY(pair), goalY(pair));
  const goBottom = max(startY(pair), goalY(pair));
  const across = (stepsMost - min(stepsMost, goRight - goLeft)) / 2 + 1;
  const down = (stepsMost - min(stepsMost, goBottom - goTop)) / 2 + 1;
  looks.x = max(left - min(left, margin), goLeft - min(goLeft, across));
  looks.y = max(top - min(top, margin), goTop - min(goTop, down));
  looks.pathTop = top - looks.y;
  looks.pathBottom = bottom - looks.y;
  looks.width = min(min(looks.costs.width - 1, right + margin), goRight + across) - looks.x + 1;
  looks.height = min(min(looks.costs.height - 1, bottom + margin), goBottom + down) - looks.y + 1;
}

function isFoundIn<T>(looks: Looks, pair: usize, runs: usize, runsEnd: usize): bool {
  fillBox<T>(looks);
  followIn<T>(looks, pair, runs, runsEnd, true);
  // Nothing is reached beyond the path's lines before the first sweep, nor counts there after the last one.
  const isUpFirst = goalY(pair) < startY(pair);
  sweep<T>(looks, isUpFirst, true, false);
  sweep<T>(looks, !isUpFirst, false, false);
  sweep<T>(looks, isUpFirst, false, true);
  return followIn<T>(looks, pair, runs, runsEnd, false);
}

function fillBox<T>(looks: Looks): void {
  const stride = (looks.width + 1 + 15) & ~15;
  const cells = <usize>stride * (looks.height + 2) + 2 * PADDING;
  arenaReserve(cells * (1 + sizeof<T>()) + 64);
  const costs = arenaTake(cells, 16);
  const distances = arenaTake(cells * sizeof<T>(), 16);
  memory.fill(costs, 0, cells);
  memory.fill(distances, 0xff, cells * sizeof<T>());
  looks.stride = stride;
  looks.boxCosts = costs + PADDING + stride;
  looks.distances = distances + <usize>(PADDING + stride) * sizeof<T>();
  for (let y: u32 = 0; y < looks.height; y++) {
    copyCosts(looks.costs, looks.x, looks.y + y, looks.width, looks.boxCosts + <usize>y * stride);
  }
}

/**
 * Walks the path. With `isFirst` writes its costs into the box; else says whether some cell of it is reached more
 * cheaply than by the path.
 */
function followIn<T>(looks: Looks, pair: usize, runs: usize, runsEnd: usize, isFirst: bool): bool {
  const first = (startY(pair) - looks.y) * looks.stride + startX(pair) - looks.x;
  let costAt = looks.boxCosts + first;
  let at = looks.distances + <usize>first * sizeof<T>();
  let sum: u32 = 0;
  let before = <u32>load<u8>(costAt);
  if (isFirst) store<T>(at, 0);
  for (let run = runs; run < runsEnd; run += RUN_SIZE) {
    const direction = runDirection(run);
    const part = isDiagonal(direction) ? DIAGONAL : STRAIGHT;
    const step = <isize>(stepY(direction) * <i32>looks.stride + stepX(direction));
    for (let left = runSteps(run); left != 0; left--) {
      costAt += <usize>step;
      at += <usize>(step * <isize>sizeof<T>());
      const here = <u32>load<u8>(costAt);
      sum += part * (before + here);
      before = here;
      if (isFirst) store<T>(at, <T>min(sum, <u32>load<T>(at)));
      else if (<u32>load<T>(at) < sum) return true;
    }
  }
  return false;
}

/**
 * Lets every line take what the line before it gives more cheaply: from the bottom up, or from the top down. May begin
 * with the first line of the path that it meets, or end with the last one.
 */
function sweep<T>(looks: Looks, isUp: bool, isFromPath: bool, isToPath: bool): void {
  const top = (isUp ? isToPath : isFromPath) ? looks.pathTop : 0;
  const bottom = (isUp ? isFromPath : isToPath) ? looks.pathBottom : looks.height - 1;
  const before = isUp ? <isize>looks.stride : -<isize>looks.stride;
  for (let i: u32 = 0; i <= bottom - top; i++) {
    const first = (isUp ? bottom - i : top + i) * looks.stride;
    sweepLine<T>(looks.boxCosts + first, looks.distances + <usize>first * sizeof<T>(), looks.width, before);
  }
}

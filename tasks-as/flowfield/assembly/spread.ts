/**
 * Distances from the goals outwards: Dijkstra's algorithm with buckets (R. Dial, "Algorithm 360: shortest-path
 * forest with topological ordering", CACM 1969). A bucket holds eight neighbouring distances; the cheapest step
 * costs ten, so no cell of a bucket improves another one, and their order does not matter. The distances are the
 * only ones that fit, so the answer does not depend on any order.
 *
 * Cells lie in lines of `stride` with a blocked cell at both ends and a blocked line above and below.
 */
import { arenaTake } from "../../lib/arena";
import { copyCosts, Costs, DIAGONAL, STRAIGHT } from "../../lib/costs";
import { INFINITE } from "../../lib/field_rows";
import { goalX, goalY, nextGoal, Request } from "./request";

const BUCKET_SHIFT: u32 = 3;
/** A power of two, and more than the buckets between a cell and what a step from it can reach. */
const BUCKETS: u32 = 512;
const NOBODY: u32 = 0;

@unmanaged
export class Spread {
  stride: u32;
  /** Cost per cell, u8. */
  costs: usize;
  /** Distance per cell, u32. */
  distances: usize;
  /** Per cell the cells behind and before it in its bucket, u32 each; cell 0 is in none. */
  links: usize;
  /** First cell per bucket, u32. */
  buckets: usize;
  reach: u32;
  /** Cells that wait in buckets. */
  waiting: u32;
  /** The largest distance of a cell. */
  farthest: u32;
}

/** Lines of a window of that width. */
@inline
export function strideOf(width: u32): u32 {
  return (width + 2 + 15) & ~15;
}

/** Bytes that `spreadOver` takes. */
export function spreadSize(width: u32, height: u32): usize {
  return <usize>strideOf(width) * (height + 2) * 13 + (<usize>BUCKETS << 2) + 256;
}

/** All distances in the window. */
export function spreadOver(costs: Costs, request: Request): Spread {
  const spread = changetype<Spread>(arenaTake(offsetof<Spread>(), 8));
  const stride = strideOf(request.width);
  const cells = <usize>stride * (request.height + 2);
  spread.stride = stride;
  spread.costs = arenaTake(cells, 16);
  spread.distances = arenaTake(cells << 2, 16);
  spread.links = arenaTake(cells << 3, 16);
  spread.buckets = arenaTake(<usize>BUCKETS << 2, 16);
  spread.reach = request.reach;
  spread.waiting = 0;
  spread.farthest = 0;
  memory.fill(spread.costs, 0, cells);
  for (let y: u32 = 0; y < request.height; y++) {
    copyCosts(costs, request.x, request.y + y, request.width, spread.costs + (y + 1) * stride + 1);
  }
  const nothing = i32x4.splat(<i32>INFINITE);
  for (let at = spread.distances, end = at + (cells << 2); at < end; at += 16) v128.store(at, nothing);
  memory.fill(spread.buckets, 0, <usize>BUCKETS << 2);
  for (let goal = request.goals; goal < request.goalsEnd; goal = nextGoal(goal)) {
    const cell = (goalY(request, goal) + 1) * stride + goalX(request, goal) + 1;
    if (load<u8>(spread.costs + cell) != 0 && distanceOf(spread, cell) != 0) enter(spread, cell, 0, INFINITE);
  }
  empty(spread);
  return spread;
}

@inline
function distanceOf(spread: Spread, cell: u32): u32 {
  return load<u32>(spread.distances + (<usize>cell << 2));
}

/** Takes the buckets in turn until nothing waits. Addresses are kept in locals: it is the hot loop. */
function empty(spread: Spread): void {
  const costs = spread.costs;
  const distances = spread.distances;
  const links = spread.links;
  const buckets = spread.buckets;
  const reach = spread.reach;
  const stride = spread.stride;
  let bucket: u32 = 0;
  while (spread.waiting != 0) {
    const head = buckets + (<usize>bucket << 2);
    for (let cell = load<u32>(head); cell != NOBODY; cell = load<u32>(head)) {
      const next = load<u32>(links + (<usize>cell << 3));
      store<u32>(head, next);
      if (next != NOBODY) store<u32>(links + (<usize>next << 3), NOBODY, 4);
      spread.waiting -= 1;
      const here = costs + cell;
      const distance = load<u32>(distances + (<usize>cell << 2));
      const cost = <u32>load<u8>(here);
      const straight = distance + STRAIGHT * cost;
      const diagonal = distance + DIAGONAL * cost;
      const east = <u32>load<u8>(here, 1);
      const west = <u32>load<u8>(here - 1);
      const south = <u32>load<u8>(here + stride);
      const north = <u32>load<u8>(here - stride);
      spread.farthest = max(spread.farthest, distance);
      offer(spread, distances, reach, cell + 1, straight, STRAIGHT, east);
      offer(spread, distances, reach, cell - 1, straight, STRAIGHT, west);
      offer(spread, distances, reach, cell + stride, straight, STRAIGHT, south);
      offer(spread, distances, reach, cell - stride, straight, STRAIGHT, north);
      if (south != 0) {
        if (east != 0) offer(spread, distances, reach, cell + stride + 1, diagonal, DIAGONAL, load<u8>(here + stride, 1));
        if (west != 0) offer(spread, distances, reach, cell + stride - 1, diagonal, DIAGONAL, load<u8>(here + stride - 1));
      }
      if (north != 0) {
        if (east != 0) offer(spread, distances, reach, cell - stride + 1, diagonal, DIAGONAL, load<u8>(here - stride, 1));
        if (west != 0) offer(spread, distances, reach, cell - stride - 1, diagonal, DIAGONAL, load<u8>(here - stride - 1));
      }
    }
    bucket = (bucket + 1) & (BUCKETS - 1);
  }
}

/** Offers a neighbour the way through a settled cell; a blocked one costs 0 and takes none. */
@inline
function offer(
  spread: Spread,
  distances: usize,
  reach: u32,
  cell: u32,
  before: u32,
  part: u32,
  cost: u32,
): void {
  const distance = before + part * cost;
  const known = load<u32>(distances + (<usize>cell << 2));
  if (distance < known && cost != 0 && distance <= reach) enter(spread, cell, distance, known);
}

/** Gives a cell a smaller distance and puts it into its bucket. */
function enter(spread: Spread, cell: u32, distance: u32, known: u32): void {
  const links = spread.links;
  const buckets = spread.buckets;
  const link = links + (<usize>cell << 3);
  store<u32>(spread.distances + (<usize>cell << 2), distance);
  if (known == INFINITE) spread.waiting += 1;
  else {
    if ((known >> BUCKET_SHIFT) == (distance >> BUCKET_SHIFT)) return;
    const behind = load<u32>(link);
    const before = load<u32>(link, 4);
    if (before == NOBODY) store<u32>(bucketOf(buckets, known), behind);
    else store<u32>(links + (<usize>before << 3), behind);
    if (behind != NOBODY) store<u32>(links + (<usize>behind << 3), before, 4);
  }
  const head = bucketOf(buckets, distance);
  const first = load<u32>(head);
  store<u64>(link, <u64>first);
  if (first != NOBODY) store<u32>(links + (<usize>first << 3), cell, 4);
  store<u32>(head, cell);
}

@inline
function bucketOf(buckets: usize, distance: u32): usize {
  return buckets + (<usize>((distance >> BUCKET_SHIFT) & (BUCKETS - 1)) << 2);
}

/**
 * Cheapest paths where cells cost differently: A* over cells (P. Hart, N. Nilsson, B. Raphael, 1968) with a bucket
 * for each estimate of the whole cost. The estimate of what is left is the octile distance at the price of the
 * cheapest cell; it never falls by more than a step costs, so a cell that leaves its bucket is settled.
 *
 * A search covers a window of the grid. Cells lie in lines of `stride` with a blocked cell at both ends and a
 * blocked line above and below; coordinates count from the window's corner.
 */
import { arenaTake } from "../../lib/arena";
import { copyCosts, Costs, DIAGONAL, STRAIGHT } from "../../lib/costs";
import {
  Buckets,
  bucketsOver,
  bucketsSize,
  emptyBuckets,
  firstOf,
  leastFilled,
  putIn,
  takeOut,
} from "./costly_buckets";

/** What a search ends with. */
export const FOUND: u32 = 0;
export const UNREACHABLE: u32 = 1;
export const GAVE_UP: u32 = 2;
export const TOO_FAR: u32 = 3;

/** A cost that no path has. */
export const INFINITE: u32 = 0xf0000000;
/** A search that comes so far stops: beyond it sums might not hold in 32 bits. */
const FAR: u32 = 0xe0000000;

/** Bit of `from` that says that a cell is settled. */
const SETTLED: u32 = 8;

@unmanaged
export class CostlySearch {
  width: u32;
  height: u32;
  stride: u32;
  /** Cost per cell, u8. */
  costs: usize;
  /** Cost of the cheapest known way to a cell, u32. */
  known: usize;
  /** Per cell the direction of the step that came there, and SETTLED. */
  from: usize;
  /** The cells that are reached and not settled, by the estimate of the whole cost. */
  buckets: Buckets;
  /** What the cheapest cell of the grid costs. */
  leastCost: u32;
  goalX: u32;
  goalY: u32;
  /** Ways that cost as much or more are of no interest. */
  bound: u32;
  /** Rectangle of the cells that were reached, to be cleared before the next search. */
  left: u32;
  top: u32;
  right: u32;
  bottom: u32;
}

@inline
export function strideOf(width: u32): u32 {
  return (width + 2 + 15) & ~15;
}

/** Bytes that `searchOver` takes. */
export function searchSize(width: u32, height: u32): usize {
  const cells = <usize>strideOf(width) * (height + 2);
  return cells * 6 + bucketsSize(cells) + 512;
}

/** A search over `width` × `height` cells of the grid from (x, y) on. */
export function searchOver(costs: Costs, x: u32, y: u32, width: u32, height: u32, leastCost: u32): CostlySearch {
  const search = changetype<CostlySearch>(arenaTake(offsetof<CostlySearch>(), 8));
  const stride = strideOf(width);
  const cells = <usize>stride * (height + 2);
  search.width = width;
  search.height = height;
  search.stride = stride;
  search.costs = arenaTake(cells, 16);
  search.known = arenaTake(cells << 2, 16);
  search.from = arenaTake(cells, 16);
  search.buckets = bucketsOver(cells);
  search.leastCost = leastCost;
  memory.fill(search.costs, 0, cells);
  for (let i: u32 = 0; i < height; i++) copyCosts(costs, x, y + i, width, search.costs + (i + 1) * stride + 1);
  memory.fill(search.from, 0, cells);
  forget(search.known, cells);
  search.left = width;
  search.top = height;
  search.right = 0;
  search.bottom = 0;
  return search;
}

function forget(known: usize, cells: usize): void {
  const nothing = i32x4.splat(<i32>INFINITE);
  const end = known + (cells << 2);
  let at = known;
  for (; at + 16 <= end; at += 16) v128.store(at, nothing);
  for (; at < end; at += 4) store<u32>(at, INFINITE);
}

/**
 * Looks for a cheapest path between two free cells that costs less than `bound`, and gives up after
 * `expansionsMax` cells. After FOUND `known` of the goal is its cost, and `from` leads back.
 */
export function findCheapest(
  search: CostlySearch,
  startX: u32,
  startY: u32,
  goalX: u32,
  goalY: u32,
  bound: u32,
  expansionsMax: u32,
): u32 {
  clear(search);
  search.goalX = goalX;
  search.goalY = goalY;
  search.bound = bound;
  const stride = search.stride;
  const start = cellOf(search, startX, startY);
  const goal = cellOf(search, goalX, goalY);
  const estimate = leastWay(search, startX, startY);
  if (estimate >= bound) return UNREACHABLE;
  enter(search, start, startX, startY, 0, INFINITE, estimate, 0);
  const buckets = search.buckets;
  let least = estimate;
  let expansions: u32 = 0;
  while (buckets.waiting != 0) {
    least = leastFilled(buckets, least);
    const cell = firstOf(buckets, least);
    takeOut(buckets, cell, least);
    if (cell == goal) return FOUND;
    if (expansions == expansionsMax) return GAVE_UP;
    expansions += 1;
    const at = search.from + cell;
    store<u8>(at, load<u8>(at) | SETTLED);
    const x = cell % stride - 1;
    const y = cell / stride - 1;
    if (!lookAround(search, cell, x, y)) return TOO_FAR;
  }
  return UNREACHABLE;
}

/** Index of a cell. */
@inline
export function cellOf(search: CostlySearch, x: u32, y: u32): u32 {
  return (y + 1) * search.stride + x + 1;
}

@inline
export function knownOf(search: CostlySearch, cell: u32): u32 {
  return load<u32>(search.known + (<usize>cell << 2));
}

/** The direction of the step that came to the cell. */
@inline
export function stepTo(search: CostlySearch, cell: u32): u32 {
  return load<u8>(search.from + cell) & 7;
}

@inline
export function isSettled(search: CostlySearch, cell: u32): bool {
  return (load<u8>(search.from + cell) & SETTLED) != 0;
}

/** What a way from the cell to the goal costs at least. */
@inline
function leastWay(search: CostlySearch, x: u32, y: u32): u32 {
  return octileCost(x, y, search.goalX, search.goalY, search.leastCost);
}

/** What a way between two cells costs at least where no cell costs less than `leastCost`. */
@inline
export function octileCost(x: u32, y: u32, toX: u32, toY: u32, leastCost: u32): u32 {
  const across = <u32>abs(<i32>(x - toX));
  const down = <u32>abs(<i32>(y - toY));
  const most = max(across, down);
  return 2 * leastCost * (STRAIGHT * most + (DIAGONAL - STRAIGHT) * min(across, down));
}

/** Forgets the cells of the last search. */
function clear(search: CostlySearch): void {
  for (let y = search.top; y < search.bottom; y++) {
    const cell = cellOf(search, search.left, y);
    forget(search.known + (<usize>cell << 2), search.right - search.left);
    memory.fill(search.from + cell, 0, search.right - search.left);
  }
  emptyBuckets(search.buckets);
  search.left = search.width;
  search.top = search.height;
  search.right = 0;
  search.bottom = 0;
}

/** Offers a settled cell's neighbours the way through it; false when a way costs more than numbers hold. */
function lookAround(search: CostlySearch, cell: u32, x: u32, y: u32): bool {
  const stride = search.stride;
  const here = search.costs + cell;
  const known = knownOf(search, cell);
  const cost = <u32>load<u8>(here);
  const straight = known + STRAIGHT * cost;
  const diagonal = known + DIAGONAL * cost;
  const east = <u32>load<u8>(here, 1);
  const west = <u32>load<u8>(here - 1);
  const south = <u32>load<u8>(here + stride);
  const north = <u32>load<u8>(here - stride);
  if (known >= FAR) return false;
  offer(search, cell + 1, x + 1, y, straight, STRAIGHT, east, 0);
  offer(search, cell - 1, x - 1, y, straight, STRAIGHT, west, 4);
  offer(search, cell + stride, x, y + 1, straight, STRAIGHT, south, 2);
  offer(search, cell - stride, x, y - 1, straight, STRAIGHT, north, 6);
  if (south != 0) {
    const below = here + stride;
    if (east != 0) offer(search, cell + stride + 1, x + 1, y + 1, diagonal, DIAGONAL, load<u8>(below, 1), 1);
    if (west != 0) offer(search, cell + stride - 1, x - 1, y + 1, diagonal, DIAGONAL, load<u8>(below - 1), 3);
  }
  if (north != 0) {
    const above = here - stride;
    if (east != 0) offer(search, cell - stride + 1, x + 1, y - 1, diagonal, DIAGONAL, load<u8>(above, 1), 7);
    if (west != 0) offer(search, cell - stride - 1, x - 1, y - 1, diagonal, DIAGONAL, load<u8>(above - 1), 5);
  }
  return true;
}

/** Offers a cell the way through a neighbour; a blocked one costs 0 and takes none. */
@inline
function offer(
  search: CostlySearch,
  cell: u32,
  x: u32,
  y: u32,
  before: u32,
  part: u32,
  cost: u32,
  direction: u32,
): void {
  const known = before + part * cost;
  const old = load<u32>(search.known + (<usize>cell << 2));
  if (known < old && cost != 0) consider(search, cell, x, y, known, old, direction);
}

function consider(
  search: CostlySearch,
  cell: u32,
  x: u32,
  y: u32,
  known: u32,
  old: u32,
  direction: u32,
): void {
  const left = leastWay(search, x, y);
  if (known + left >= search.bound) return;
  enter(search, cell, x, y, known, old, left, direction);
}

/** Gives a cell a cheaper way and puts it into its bucket. */
function enter(
  search: CostlySearch,
  cell: u32,
  x: u32,
  y: u32,
  known: u32,
  old: u32,
  left: u32,
  direction: u32,
): void {
  if (old != INFINITE) takeOut(search.buckets, cell, old + left);
  else {
    search.left = min(search.left, x);
    search.top = min(search.top, y);
    search.right = max(search.right, x + 1);
    search.bottom = max(search.bottom, y + 1);
  }
  store<u32>(search.known + (<usize>cell << 2), known);
  store<u8>(search.from + cell, <u8>direction);
  putIn(search.buckets, cell, known + left);
}

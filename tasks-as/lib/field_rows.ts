/**
 * What the distances of a row of cells must be, from its neighbours' distances: the condition of R. Bellman ("On a routing
 * problem", 1958) for 8 cells at a time with 16-bit distances, or 4 with 32 bits.
 *
 * A row of lanes `T` is made ready once and then read as the row above, at and below. Distances that no cell has
 * are INFINITE; with 16 bits that is 65,535 and sums stop there, so that no finite distance may be above
 * `HALF_MAX` for them to be exact.
 */
import { arenaTake } from "./arena";
import { DIAGONAL, STEP_COST_MAX, STRAIGHT } from "./costs";

/** The largest distance that 2 bytes hold; one more means not reached. */
export const SHORT_MAX: u32 = 65534;
/** A distance that no cell has, with room for sums above it. */
export const INFINITE: u32 = 0xf0000000;

/** Directions 0 … 7 are E, SE, S, SW, W, NW, N, NE. */
export const AT_GOAL: u32 = 8;
export const NO_WAY: u32 = 15;

/** Above that, rows of 32 bits must be used. */
export const HALF_MAX: u32 = SHORT_MAX - STEP_COST_MAX;

/**
 * A row is an address with arrays of lanes at constant distances behind it: so loads need no pointers that the
 * compiler cannot keep in registers. Each array has room for 2,048 lanes of 32 bits and blocked cells around them.
 */
const MARGIN: usize = 64;
const ARRAY_SIZE: usize = 2048 * 4 + 2 * MARGIN;
/** Distances. */
export const DISTANCES: usize = MARGIN;
/** Costs. */
export const CELL_COSTS: usize = MARGIN + ARRAY_SIZE;
/** What a straight step finds at the cell: its distance and its part of the step. */
const BY_STRAIGHT: usize = MARGIN + 2 * ARRAY_SIZE;
/** What a diagonal step finds in this row, one cell east or west, past this row's own corner cell. */
const EASTWARDS: usize = MARGIN + 3 * ARRAY_SIZE;
const WESTWARDS: usize = MARGIN + 4 * ARRAY_SIZE;
/** Bytes of a row. */
export const ROW_SIZE: usize = 5 * ARRAY_SIZE;
/** Bytes of the room for a row's diagonal steps while it is made ready. */
export const SCRATCH_SIZE: usize = ARRAY_SIZE;

/** A row of blocked cells. */
export function rowOf<T>(width: u32): usize {
  const row = arenaTake(ROW_SIZE, 16);
  const end = MARGIN + <usize>width * sizeof<T>() + MARGIN;
  const nowhere = splat<T>(<u32>infinite<T>());
  for (let at: usize = 0; at < end; at += 16) {
    v128.store(row + at, nowhere);
    v128.store(row + at, splat<T>(0), CELL_COSTS - MARGIN);
    v128.store(row + at, nowhere, BY_STRAIGHT - MARGIN);
    v128.store(row + at, nowhere, EASTWARDS - MARGIN);
    v128.store(row + at, nowhere, WESTWARDS - MARGIN);
  }
  return row;
}

/** The scratch of `fillRow`. */
export function scratchOf<T>(width: u32): usize {
  const scratch = arenaTake(SCRATCH_SIZE, 16);
  const end = MARGIN + <usize>width * sizeof<T>() + MARGIN;
  for (let at: usize = 0; at < end; at += 16) v128.store(scratch + at, splat<T>(<u32>infinite<T>()));
  return scratch;
}

/** The distance that no cell has. */
@inline
export function infinite<T>(): T {
  return sizeof<T>() == 2 ? <T>0xffff : <T>INFINITE;
}

/** Makes a row of an output ready: `distances` of `size` bytes each, `costs` a byte per cell. */
export function fillRow<T>(
  row: usize,
  scratch: usize,
  distances: usize,
  size: u32,
  costs: usize,
  width: u32,
): void {
  const lanes: u32 = 16 / sizeof<T>();
  let x: u32 = 0;
  for (; x + lanes <= width; x += lanes) {
    const at = <usize>x * sizeof<T>();
    const cost = costsAt<T>(costs + x);
    const distance = distancesAt<T>(distances + <usize>x * size, size);
    v128.store(row + at, distance, DISTANCES);
    v128.store(row + at, cost, CELL_COSTS);
    v128.store(row + at, plus<T>(distance, times<T>(cost, STRAIGHT)), BY_STRAIGHT);
    v128.store(scratch + at, plus<T>(distance, times<T>(cost, DIAGONAL)), MARGIN);
  }
  for (; x < width; x++) fillCell<T>(row, scratch, distances, size, costs, x);
  const one = sizeof<T>();
  const end = <usize>width * sizeof<T>();
  for (let at: usize = 0; at < end; at += 16) {
    const walls = wallsOf<T>(v128.load(row + at, CELL_COSTS));
    v128.store(row + at, most<T>(walls, v128.load(scratch + at + one, MARGIN)), EASTWARDS);
    v128.store(row + at, most<T>(walls, v128.load(scratch + at - one, MARGIN)), WESTWARDS);
  }
}

/** The same for a single cell at the end of a row. */
function fillCell<T>(row: usize, scratch: usize, distances: usize, size: u32, costs: usize, x: u32): void {
  const at = <usize>x * sizeof<T>();
  const cost = <u32>load<u8>(costs + x);
  const given = size == 2 ? <u32>load<u16>(distances + (<usize>x << 1)) : load<u32>(distances + (<usize>x << 2));
  const none = <u32>infinite<T>();
  const distance = size == 2 && given == 0xffff ? none : min(given, none);
  const isNowhere = distance == none;
  store<T>(row + at, <T>distance, DISTANCES);
  store<T>(row + at, <T>cost, CELL_COSTS);
  store<T>(row + at, <T>(isNowhere ? none : distance + STRAIGHT * cost), BY_STRAIGHT);
  store<T>(scratch + at, <T>(isNowhere ? none : distance + DIAGONAL * cost), MARGIN);
}

/** INFINITE where the cost says that a cell is blocked, else 0. */
@inline
function wallsOf<T>(costs: v128): v128 {
  const isBlocked = equal<T>(costs, splat<T>(0));
  return sizeof<T>() == 2 ? isBlocked : v128.and(isBlocked, splat<T>(INFINITE));
}

/** The best distance that a straight step gives to the cells from `at` on. */
@inline
function byStraight<T>(north: usize, here: usize, south: usize, at: usize, cost: v128): v128 {
  const one = sizeof<T>();
  const beside = least<T>(v128.load(here + at + one, BY_STRAIGHT), v128.load(here + at - one, BY_STRAIGHT));
  const across = least<T>(v128.load(south + at, BY_STRAIGHT), v128.load(north + at, BY_STRAIGHT));
  return plus<T>(least<T>(beside, across), times<T>(cost, STRAIGHT));
}

/** The best distance that a diagonal step gives to the cells from `at` on. */
@inline
function byDiagonal<T>(north: usize, here: usize, south: usize, at: usize, cost: v128): v128 {
  const one = sizeof<T>();
  const eastwards = least<T>(v128.load(north + at, EASTWARDS), v128.load(south + at, EASTWARDS));
  const westwards = least<T>(v128.load(north + at, WESTWARDS), v128.load(south + at, WESTWARDS));
  const past = least<T>(
    most<T>(eastwards, wallsOf<T>(v128.load(here + at + one, CELL_COSTS))),
    most<T>(westwards, wallsOf<T>(v128.load(here + at - one, CELL_COSTS))),
  );
  return plus<T>(past, times<T>(cost, DIAGONAL));
}

/** The best distance that a step gives to the cells of `here` from `at` (an offset into lanes), which cost `cost`. */
@inline
export function bestAt<T>(north: usize, here: usize, south: usize, at: usize, cost: v128): v128 {
  return least<T>(
    byStraight<T>(north, here, south, at, cost),
    byDiagonal<T>(north, here, south, at, cost),
  );
}

/**
 * The distances that the cells must have if they are no goals: the best step's, or INFINITE where that is above
 * `reach` or the cell is blocked.
 */
@inline
export function expectedAt<T>(north: usize, here: usize, south: usize, at: usize, reach: v128): v128 {
  const cost = v128.load(here + at, CELL_COSTS);
  const best = bestAt<T>(north, here, south, at, cost);
  const isNowhere = v128.or(above<T>(best, reach), equal<T>(cost, splat<T>(0)));
  return v128.bitselect(splat<T>(<u32>infinite<T>()), best, isNowhere);
}

/**
 * The directions of the cells of `here` from `at`, a lane each: the first of E, S, W, N, SE, SW, NW, NE with the
 * best distance, AT_GOAL, or NO_WAY.
 */
@inline
export function directionsAt<T>(north: usize, here: usize, south: usize, at: usize): v128 {
  const one = sizeof<T>();
  const cost = v128.load(here + at, CELL_COSTS);
  const part = times<T>(cost, STRAIGHT);
  const cornerPart = times<T>(cost, DIAGONAL);
  const eastWalls = wallsOf<T>(v128.load(here + at + one, CELL_COSTS));
  const westWalls = wallsOf<T>(v128.load(here + at - one, CELL_COSTS));
  let best = plus<T>(v128.load(here + at + one, BY_STRAIGHT), part);
  let direction = splat<T>(0);
  let other = plus<T>(v128.load(south + at, BY_STRAIGHT), part);
  let isBetter = above<T>(best, other);
  best = least<T>(best, other);
  direction = v128.bitselect(splat<T>(2), direction, isBetter);
  other = plus<T>(v128.load(here + at - one, BY_STRAIGHT), part);
  isBetter = above<T>(best, other);
  best = least<T>(best, other);
  direction = v128.bitselect(splat<T>(4), direction, isBetter);
  other = plus<T>(v128.load(north + at, BY_STRAIGHT), part);
  isBetter = above<T>(best, other);
  best = least<T>(best, other);
  direction = v128.bitselect(splat<T>(6), direction, isBetter);
  other = plus<T>(most<T>(v128.load(south + at, EASTWARDS), eastWalls), cornerPart);
  isBetter = above<T>(best, other);
  best = least<T>(best, other);
  direction = v128.bitselect(splat<T>(1), direction, isBetter);
  other = plus<T>(most<T>(v128.load(south + at, WESTWARDS), westWalls), cornerPart);
  isBetter = above<T>(best, other);
  best = least<T>(best, other);
  direction = v128.bitselect(splat<T>(3), direction, isBetter);
  other = plus<T>(most<T>(v128.load(north + at, WESTWARDS), westWalls), cornerPart);
  isBetter = above<T>(best, other);
  best = least<T>(best, other);
  direction = v128.bitselect(splat<T>(5), direction, isBetter);
  other = plus<T>(most<T>(v128.load(north + at, EASTWARDS), eastWalls), cornerPart);
  isBetter = above<T>(best, other);
  direction = v128.bitselect(splat<T>(7), direction, isBetter);
  const distance = v128.load(here + at, DISTANCES);
  direction = v128.bitselect(splat<T>(AT_GOAL), direction, equal<T>(distance, splat<T>(0)));
  return v128.bitselect(splat<T>(NO_WAY), direction, equal<T>(distance, splat<T>(<u32>infinite<T>())));
}

/** Costs of as many cells as `T` has lanes. */
@inline
function costsAt<T>(costs: usize): v128 {
  if (sizeof<T>() == 2) return v128.load_ext<u8>(costs);
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load_zero<u32>(costs)));
}

/** Distances of as many cells as `T` has lanes, INFINITE where there is none. */
@inline
function distancesAt<T>(distances: usize, size: u32): v128 {
  if (sizeof<T>() == 2) return v128.load(distances);
  const none = i32x4.splat(<i32>INFINITE);
  if (size == 4) return i32x4.min_u(v128.load(distances), none);
  const given = v128.load_ext<u16>(distances);
  return v128.bitselect(none, given, i32x4.eq(given, i32x4.splat(0xffff)));
}

@inline
export function splat<T>(value: u32): v128 {
  return sizeof<T>() == 2 ? i16x8.splat(<i16>value) : i32x4.splat(<i32>value);
}

@inline
export function equal<T>(a: v128, b: v128): v128 {
  return sizeof<T>() == 2 ? i16x8.eq(a, b) : i32x4.eq(a, b);
}

@inline
export function most<T>(a: v128, b: v128): v128 {
  return sizeof<T>() == 2 ? i16x8.max_u(a, b) : i32x4.max_u(a, b);
}

@inline
export function least<T>(a: v128, b: v128): v128 {
  return sizeof<T>() == 2 ? i16x8.min_u(a, b) : i32x4.min_u(a, b);
}

@inline
export function minus<T>(a: v128, b: v128): v128 {
  return sizeof<T>() == 2 ? i16x8.sub(a, b) : i32x4.sub(a, b);
}

@inline
export function above<T>(a: v128, b: v128): v128 {
  return sizeof<T>() == 2 ? i16x8.gt_u(a, b) : i32x4.gt_u(a, b);
}

@inline
export function plus<T>(a: v128, b: v128): v128 {
  return sizeof<T>() == 2 ? i16x8.add_sat_u(a, b) : i32x4.add(a, b);
}

@inline
export function times<T>(a: v128, factor: u32): v128 {
  return sizeof<T>() == 2 ? i16x8.mul(a, i16x8.splat(<i16>factor)) : i32x4.mul(a, i32x4.splat(<i32>factor));
}

/**
 * A cheap first look at a pair that is said to be unconnected: most such pairs have an end in a small pocket,
 * and a pocket inside 64 × 64 cells around that end is flooded in a microsecond or two, a whole row of the
 * window at a time.
 */
import { Grid } from "./grid";

const SIDE: i32 = 64;
const HALF: i32 = 32;
/** Cells in the first and last column of the window. */
const RIM: u64 = 0x8000000000000001;

/** What the flood around an end found. */
export const POCKET_WITHOUT: u32 = 0;
export const POCKET_WITH: u32 = 1;
export const NO_POCKET: u32 = 2;

/** Bytes that `floodPocket` needs as scratch: free cells and reached cells, an empty row above and below. */
export const POCKET_SIZE: usize = (64 + 66) * 8;

/**
 * Floods from the free cell (x, y): whether it is enclosed within the window around it, and if so whether
 * (otherX, otherY) is enclosed with it.
 */
export function floodPocket(grid: Grid, x: u32, y: u32, otherX: u32, otherY: u32, scratch: usize): u32 {
  const free = scratch;
  const reached = scratch + (SIDE + 1) * 8;
  for (let i = 0; i < SIDE; i++) store<u64>(free + (i << 3), windowRow(grid, x - HALF, y - HALF + i));
  memory.fill(reached - 8, 0, (SIDE + 2) * 8);
  store<u64>(reached + (HALF << 3), spread((<u64>1) << HALF, load<u64>(free + (HALF << 3))));
  let first = HALF;
  let last = HALF;
  let hasGrown = true;
  while (hasGrown) {
    hasGrown = false;
    for (let i = first - 1; i <= last + 1; i++) hasGrown = floodRow(free, reached, i) || hasGrown;
    for (let i = last + 1; i >= first - 1; i--) hasGrown = floodRow(free, reached, i) || hasGrown;
    if (load<u64>(reached + ((first - 1) << 3)) != 0) first -= 1;
    if (load<u64>(reached + ((last + 1) << 3)) != 0) last += 1;
    if (first == 0 || last == SIDE - 1) return NO_POCKET;
  }
  for (let i = first; i <= last; i++) {
    if ((load<u64>(reached + (i << 3)) & RIM) != 0) return NO_POCKET;
  }
  const column = otherX - x + HALF;
  const row = otherY - y + HALF;
  if (column >= <u32>SIDE || row >= <u32>SIDE) return POCKET_WITHOUT;
  return ((load<u64>(reached + (row << 3)) >> column) & 1) != 0 ? POCKET_WITH : POCKET_WITHOUT;
}

/** Takes up what the rows above and below have reached; whether that is more than before. */
function floodRow(free: usize, reached: usize, i: i32): bool {
  const at = reached + (i << 3);
  const before = load<u64>(at);
  const entered = (before | load<u64>(at - 8) | load<u64>(at, 8)) & load<u64>(free + (i << 3));
  if (entered == before) return false;
  store<u64>(at, spread(entered, load<u64>(free + (i << 3))));
  return true;
}

/** The cells of all runs of free cells that hold one of `cells`: doubles the distance in both directions. */
function spread(cells: u64, free: u64): u64 {
  let up = cells & free;
  let down = up;
  let freeUp = free;
  let freeDown = free;
  for (let distance: u64 = 1; distance < 64; distance <<= 1) {
    up |= freeUp & (up << distance);
    freeUp &= freeUp << distance;
    down |= freeDown & (down >> distance);
    freeDown &= freeDown >> distance;
  }
  return up | down;
}

/** 64 cells of row `y` from `x` on; both may have wrapped around below zero. Outside the grid is blocked. */
function windowRow(grid: Grid, x: u32, y: u32): u64 {
  if (y >= grid.height) return 0;
  const row = grid.rows + grid.rowSize * y;
  if (<i32>x < 0) return load<u64>(row) << <u64>(0 - x);
  if (x >= grid.width) return 0;
  const word = row + (<usize>(x >> 6) << 3);
  const shift = <u64>(x & 63);
  const cells = load<u64>(word) >> shift;
  if (shift == 0 || word + 8 == row + grid.rowSize) return cells;
  return cells | (load<u64>(word, 8) << (64 - shift));
}

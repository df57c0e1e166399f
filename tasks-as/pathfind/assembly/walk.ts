/**
 * Walks a claimed path on the asset itself, run by run: whole words along rows, two or three cells per row
 * else.
 *
 * At every turn it asks whether the search would have turned there. A path of `run` goes diagonally as early
 * as it can, so it leaves a straight run only around a corner: the cell beside the one before the turn, on
 * the side of the turn, is blocked. Then every path that could be pulled tighter, and nearly every other path
 * of the same length, has a turn that fails: a detour into the open must come back around something that is
 * not there.
 */
import { RUN_SIZE, runDirection, runSteps } from "./answers";
import { isDiagonal, stepX, stepY } from "./directions";
import { Grid, isFree } from "./grid";

/** Where a walk is, and what it has counted. */
@unmanaged
export class Walk {
  x: u32;
  y: u32;
  straight: u32;
  diagonal: u32;
}

/**
 * Follows `count` runs from where `walk` stands, at most `stepsMax` steps; returns what is wrong with them, or
 * null.
 */
export function followRuns(grid: Grid, walk: Walk, runs: usize, count: u32, stepsMax: u32): string | null {
  let x = walk.x;
  let y = walk.y;
  let straight: u32 = 0;
  let diagonal: u32 = 0;
  let directionBefore: u32 = 0;
  const end = runs + <usize>count * RUN_SIZE;
  for (let run = runs; run < end; run += RUN_SIZE) {
    const direction = runDirection(run);
    const steps = runSteps(run);
    const dx = stepX(direction);
    const dy = stepY(direction);
    // Left of or above the grid a coordinate wraps around to a large number; steps are below 2^13.
    const endX = x + <u32>(dx * <i32>steps);
    const endY = y + <u32>(dy * <i32>steps);
    if (steps == 0) return "has a path with an empty run";
    if (straight + diagonal + steps > stepsMax) return "has wrong numbers of steps";
    if (endX >= grid.width || endY >= grid.height) return "has a path that leaves the grid";
    if (run != runs && !isTurn(grid, x, y, directionBefore, direction)) {
      return "has a path with a needless turn";
    }
    if (isDiagonal(direction)) {
      if (!isDiagonalFree(grid, x, y, dx, dy, steps)) return "has a path with an illegal step";
      diagonal += steps;
    } else {
      const isLineFree = dy == 0
        ? isRowFree(grid, min(x, endX), y, steps + 1)
        : isColumnFree(grid, x, min(y, endY), steps + 1);
      if (!isLineFree) return "has a path with an illegal step";
      straight += steps;
    }
    x = endX;
    y = endY;
    directionBefore = direction;
  }
  walk.x = x;
  walk.y = y;
  walk.straight = straight;
  walk.diagonal = diagonal;
  return null;
}

/** Whether a path of `run` may change its direction at (x, y), which it has reached by a legal step. */
function isTurn(grid: Grid, x: u32, y: u32, from: u32, to: u32): bool {
  const turn = (to - from) & 7;
  if (isDiagonal(from)) return turn == 1 || turn == 7;
  if (turn != 1 && turn != 7 && turn != 2 && turn != 6) return false;
  const side = turn < 4 ? (from + 2) & 7 : (from - 2) & 7;
  return !isFree(grid, x - stepX(from) + stepX(side), y - stepY(from) + stepY(side));
}

/** Whether `count` cells from (x, y) eastwards are free; all lie in the grid. */
function isRowFree(grid: Grid, x: u32, y: u32, count: u32): bool {
  const row = grid.rows + grid.rowSize * y;
  const last = x + count - 1;
  let word = row + (<usize>(x >> 6) << 3);
  const lastWord = row + (<usize>(last >> 6) << 3);
  let blocked = ~load<u64>(word) & (~<u64>0 << (x & 63));
  for (; word < lastWord; blocked = ~load<u64>(word)) {
    if (blocked != 0) return false;
    word += 8;
  }
  return (blocked & (~<u64>0 >> (63 - (last & 63)))) == 0;
}

/** Whether `count` cells from (x, y) southwards are free; all lie in the grid. */
function isColumnFree(grid: Grid, x: u32, y: u32, count: u32): bool {
  const rowSize = grid.rowSize;
  const shift = <u8>(x & 7);
  let address = grid.rows + rowSize * y + (x >> 3);
  for (const end = address + rowSize * count; address < end; address += rowSize) {
    if (((load<u8>(address) >> shift) & 1) == 0) return false;
  }
  return true;
}

/**
 * Whether `steps` diagonal steps from (x, y) are legal; their end lies in the grid. The path touches two
 * cells in its first and last row and three in each row between: the cell itself, and one beside each of the
 * two steps.
 */
function isDiagonalFree(grid: Grid, x: u32, y: u32, dx: i32, dy: i32, steps: u32): bool {
  const rowSize = grid.rowSize;
  const rowStep = dy > 0 ? rowSize : 0 - rowSize;
  let row = grid.rows + rowSize * y;
  let left = dx > 0 ? x : x - 1;
  if (!areCellsFree(row, rowSize, left, 0b11)) return false;
  if (dx < 0) left -= 1;
  for (let i: u32 = 1; i < steps; i++) {
    row += rowStep;
    if (!areCellsFree(row, rowSize, left, 0b111)) return false;
    left += dx;
  }
  return areCellsFree(row + rowStep, rowSize, dx > 0 ? left : left + 1, 0b11);
}

/** Whether the cells of `mask` from `x` on are free; the 16 bits looked at never leave the row. */
@inline
function areCellsFree(row: usize, rowSize: usize, x: u32, mask: u32): bool {
  const byte = min(<usize>(x >> 3), rowSize - 2);
  return ((<u32>load<u16>(row + byte) >> (x - (<u32>byte << 3))) & mask) == mask;
}

/** Goes through the distances in a window of a grid row by row, with three rows in view (field_rows.ts). */
import { arenaTake } from "./arena";
import { copyCosts, Costs } from "./costs";
import { fillRow, ROW_SIZE, rowOf, SCRATCH_SIZE, scratchOf } from "./field_rows";

@unmanaged
export class Sweep {
  costs: Costs;
  /** The window, all of it in the grid. */
  x: u32;
  top: u32;
  width: u32;
  height: u32;
  /** Row 0 of the distances, and the bytes of each; all bits set where there is none. */
  distances: usize;
  distanceSize: u32;
  /** The rows in view; outside the window everything is blocked. */
  north: usize;
  here: usize;
  south: usize;
  outside: usize;
  /** Row y of the window is made ready in the ring's y mod 3. */
  ring0: usize;
  ring1: usize;
  ring2: usize;
  /** Room for what is needed while a row is made ready. */
  scratch: usize;
  /** The row in view, counted from the window's top. */
  y: u32;
  /** Room for a row of costs. */
  costBuffer: usize;
}

/** A sweep in front of the first row. */
export function sweepOver<T>(
  costs: Costs,
  x: u32,
  y: u32,
  width: u32,
  height: u32,
  distances: usize,
  distanceSize: u32,
): Sweep {
  const sweep = changetype<Sweep>(arenaTake(offsetof<Sweep>(), 8));
  sweep.costs = costs;
  sweep.x = x;
  sweep.top = y;
  sweep.width = width;
  sweep.height = height;
  sweep.distances = distances;
  sweep.distanceSize = distanceSize;
  sweep.costBuffer = arenaTake(<usize>width + 16, 16);
  sweep.outside = rowOf<T>(width);
  sweep.scratch = scratchOf<T>(width);
  sweep.ring0 = rowOf<T>(width);
  sweep.ring1 = rowOf<T>(width);
  sweep.ring2 = rowOf<T>(width);
  sweep.north = sweep.outside;
  sweep.here = sweep.outside;
  sweep.south = readyRow<T>(sweep, 0);
  sweep.y = u32.MAX_VALUE;
  return sweep;
}

/** Bytes that `sweepOver` takes. */
export function sweepSize(width: u32): usize {
  return 4 * ROW_SIZE + SCRATCH_SIZE + <usize>width + 1024;
}

/** Moves on by a row; false behind the last one. */
export function nextRow<T>(sweep: Sweep): bool {
  const y = sweep.y + 1;
  const height = sweep.height;
  if (y == height) return false;
  sweep.north = sweep.here;
  sweep.here = sweep.south;
  sweep.south = y + 1 == height ? sweep.outside : readyRow<T>(sweep, y + 1);
  sweep.y = y;
  return true;
}

/** Makes row `y` of the window ready, in place of the one three rows above it. */
function readyRow<T>(sweep: Sweep, y: u32): usize {
  const row = y % 3 == 0 ? sweep.ring0 : y % 3 == 1 ? sweep.ring1 : sweep.ring2;
  const width = sweep.width;
  const distances = sweep.distances + <usize>(y * width) * sweep.distanceSize;
  let costs = sweep.costBuffer;
  if (sweep.costs.isBits) copyCosts(sweep.costs, sweep.x, sweep.top + y, width, costs);
  else costs = sweep.costs.rows + sweep.costs.rowSize * (sweep.top + y) + sweep.x;
  fillRow<T>(row, sweep.scratch, distances, sweep.distanceSize, costs, width);
  return row;
}

/**
 * Which pairs are connected, for a whole batch at once: runs of free cells in each row, joined with the runs
 * that touch them in the row above (union-find). A diagonal step needs both cells beside it free, so cells
 * are connected by legal steps exactly if they are by straight ones.
 */
import { Grid, isFree } from "./grid";
import { goalX, goalY, PAIR_SIZE, startX, startY } from "./pairs";

/** Run: first cell u16 @0, last cell u16 @2, parent run u32 @4. */
const RUN_SHIFT: usize = 3;

/** Bytes that `connectedPairs` needs as scratch. */
export function connectSize(width: u32, height: u32): usize {
  return (<usize>(((width + 1) >> 1) * height) << RUN_SHIFT) + (<usize>(height + 1) << 2);
}

/** A bit per pair: set when start and goal are free and connected. `scratch` is overwritten. */
export function connectedPairs(grid: Grid, input: usize, inputSize: usize, scratch: usize): u64 {
  const firstRuns = scratch;
  const runs = scratch + (<usize>(grid.height + 1) << 2);
  let count: u32 = 0;
  let firstAbove: u32 = 0;
  for (let y: u32 = 0; y < grid.height; y++) {
    const first = count;
    store<u32>(firstRuns + (<usize>y << 2), first);
    count = appendRuns(grid, y, runs, count);
    joinRows(runs, firstAbove, first, count);
    firstAbove = first;
  }
  store<u32>(firstRuns + (<usize>grid.height << 2), count);

  let connected: u64 = 0;
  for (let pair = input, bit: u64 = 1; pair < input + inputSize; pair += PAIR_SIZE, bit <<= 1) {
    if (!isFree(grid, startX(pair), startY(pair)) || !isFree(grid, goalX(pair), goalY(pair))) continue;
    const start = rootOf(runs, runAt(runs, firstRuns, startX(pair), startY(pair)));
    const goal = rootOf(runs, runAt(runs, firstRuns, goalX(pair), goalY(pair)));
    if (start == goal) connected |= bit;
  }
  return connected;
}

/** Appends the runs of row `y`, each its own root; returns the new count. */
function appendRuns(grid: Grid, y: u32, runs: usize, count: u32): u32 {
  const row = grid.rows + grid.rowSize * y;
  let isInRun = false;
  let start: u32 = 0;
  for (let offset: usize = 0; offset < grid.rowSize; offset += 8) {
    const cells = load<u64>(row + offset);
    const base = <u32>offset << 3;
    // Bits where the row changes between blocked and free.
    let edges = cells ^ ((cells << 1) | <u64>isInRun);
    for (; edges != 0; edges &= edges - 1) {
      const x = base + <u32>ctz(edges);
      if (isInRun) {
        storeRun(runs, count, start, x - 1);
        count += 1;
      } else start = x;
      isInRun = !isInRun;
    }
  }
  if (!isInRun) return count;
  storeRun(runs, count, start, grid.width - 1);
  return count + 1;
}

/** Joins the runs of two neighbouring rows that share a column. */
function joinRows(runs: usize, above: u32, first: u32, end: u32): void {
  let below = first;
  while (above < first && below < end) {
    if (firstCell(runs, above) <= lastCell(runs, below) && firstCell(runs, below) <= lastCell(runs, above)) {
      const one = rootOf(runs, above);
      const other = rootOf(runs, below);
      if (one < other) setParent(runs, other, one);
      else if (other < one) setParent(runs, one, other);
    }
    if (lastCell(runs, above) < lastCell(runs, below)) above += 1;
    else below += 1;
  }
}

/** The run that holds a free cell, by bisection. */
function runAt(runs: usize, firstRuns: usize, x: u32, y: u32): u32 {
  let low = load<u32>(firstRuns + (<usize>y << 2));
  let high = load<u32>(firstRuns + (<usize>y << 2), 4) - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lastCell(runs, middle) < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The root of a run's tree; halves the way there for the next time. */
function rootOf(runs: usize, run: u32): u32 {
  while (true) {
    const parent = load<u32>(runs + (<usize>run << RUN_SHIFT), 4);
    if (parent == run) return run;
    const above = load<u32>(runs + (<usize>parent << RUN_SHIFT), 4);
    setParent(runs, run, above);
    run = above;
  }
}

@inline
function firstCell(runs: usize, run: u32): u32 {
  return load<u16>(runs + (<usize>run << RUN_SHIFT));
}

@inline
function lastCell(runs: usize, run: u32): u32 {
  return load<u16>(runs + (<usize>run << RUN_SHIFT), 2);
}

@inline
function setParent(runs: usize, run: u32, parent: u32): void {
  store<u32>(runs + (<usize>run << RUN_SHIFT), parent, 4);
}

function storeRun(runs: usize, run: u32, first: u32, last: u32): void {
  const at = runs + (<usize>run << RUN_SHIFT);
  store<u16>(at, <u16>first);
  store<u16>(at, <u16>last, 2);
  store<u32>(at, run, 4);
}

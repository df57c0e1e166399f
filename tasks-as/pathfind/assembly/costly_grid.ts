/** What a grid with costs is besides: the bitmap of its free cells, and its cheapest cell. */
import { arenaReserve, arenaTake } from "../../lib/arena";
import { Costs } from "../../lib/costs";
import { Grid } from "./grid";

/** The free cells as a bitmap, with the rows of a "P2G1". */
export function freeCellsOf(costs: Costs): Grid {
  const rowSize = <usize>((costs.width + 63) >> 6) << 3;
  arenaReserve(rowSize * costs.height + 4096);
  const grid = changetype<Grid>(arenaTake(offsetof<Grid>(), 8));
  grid.width = costs.width;
  grid.height = costs.height;
  grid.rowSize = rowSize;
  grid.rows = arenaTake(rowSize * costs.height, 8);
  memory.fill(grid.rows, 0, rowSize * costs.height);
  for (let y: u32 = 0; y < costs.height; y++) {
    const source = costs.rows + costs.rowSize * y;
    const target = grid.rows + rowSize * y;
    let x: u32 = 0;
    for (; x + 16 <= costs.width; x += 16) {
      const isBlocked = i8x16.eq(v128.load(source + x), i8x16.splat(0));
      store<u16>(target + (x >> 3), <u16>~i8x16.bitmask(isBlocked));
    }
    for (; x < costs.width; x++) {
      if (load<u8>(source + x) == 0) continue;
      const at = target + (x >> 3);
      store<u8>(at, load<u8>(at) | (<u8>1 << <u8>(x & 7)));
    }
  }
  return grid;
}

/** The least cost of a free cell; 255 where there is none. */
export function leastCostOf(costs: Costs): u32 {
  const end = costs.rows + costs.rowSize * costs.height;
  const one = i8x16.splat(1);
  let at = costs.rows;
  let lanes = i8x16.splat(-1);
  // One less than a cost: blocked becomes 255.
  for (; at + 16 <= end; at += 16) lanes = i8x16.min_u(lanes, i8x16.sub(v128.load(at), one));
  const scratch = arenaTake(16, 16);
  v128.store(scratch, lanes);
  let least: u32 = 254;
  for (let lane: usize = 0; lane < 16; lane++) least = min(least, <u32>load<u8>(scratch + lane));
  for (; at < end; at++) least = min(least, (<u32>load<u8>(at) - 1) & 0xff);
  return least + 1;
}

/**
 * Grids with costs, as pathfind and flowfield take them: what it costs to cross a cell, 1 … 255, or 0 where it
 * is blocked. Two assets give one: "P2G2" with a byte per cell, and the bitmap "P2G1" (pathfind's README) whose
 * free cells all cost 1. A straight step between two cells costs 5 times the sum of their costs, a diagonal
 * step 7 times; it needs both cells beside it free.
 *
 * P2G2: magic u32, width u32, height u32, zero u32, then `height` rows of `width` bytes.
 */
import { arenaTake } from "./arena";

export const SIDE_MAX: u32 = 2048;
export const STRAIGHT: u32 = 5;
export const DIAGONAL: u32 = 7;
/** No step costs more: a diagonal one between cells of 255. */
export const STEP_COST_MAX: u32 = 2 * 255 * DIAGONAL;

const HEADER_SIZE: usize = 16;
/** "P2G1". */
export const MAGIC_BITS: u32 = 0x31473250;
const MAGIC_COSTS: u32 = 0x32473250;

@unmanaged
export class Costs {
  width: u32;
  height: u32;
  /** Address of row 0. */
  rows: usize;
  /** Bytes from one row to the next. */
  rowSize: usize;
  /** Whether rows hold a bit per cell instead of a byte. */
  isBits: bool;
}

/** Reads the header and looks at every padding bit; null when the asset is neither kind of grid. */
export function costsFrom(start: usize, size: usize): Costs | null {
  if (size < HEADER_SIZE || load<u32>(start, 12) != 0) return null;
  const magic = load<u32>(start);
  const width = load<u32>(start, 4);
  const height = load<u32>(start, 8);
  if (magic != MAGIC_BITS && magic != MAGIC_COSTS) return null;
  if (width == 0 || width > SIDE_MAX || height == 0 || height > SIDE_MAX) return null;
  const isBits = magic == MAGIC_BITS;
  const rowSize = isBits ? <usize>((width + 63) >> 6) << 3 : <usize>width;
  if (size != HEADER_SIZE + rowSize * height) return null;
  const rows = start + HEADER_SIZE;
  if (isBits && (width & 63) != 0) {
    const padding = ~<u64>0 << (width & 63);
    for (let last = rows + rowSize - 8, end = rows + rowSize * height; last < end; last += rowSize) {
      if ((load<u64>(last) & padding) != 0) return null;
    }
  }
  const costs = changetype<Costs>(arenaTake(offsetof<Costs>(), 8));
  costs.width = width;
  costs.height = height;
  costs.rows = rows;
  costs.rowSize = rowSize;
  costs.isBits = isBits;
  return costs;
}

/** What the cell costs, 0 where it is blocked; it lies in the grid. */
@inline
export function costAt(costs: Costs, x: u32, y: u32): u32 {
  const row = costs.rows + costs.rowSize * y;
  return costs.isBits ? (<u32>load<u8>(row + (x >> 3)) >> (x & 7)) & 1 : load<u8>(row + x);
}

/** Copies the costs of `count` cells from (x, y) on, all of them in the grid, to bytes at `target`. */
export function copyCosts(costs: Costs, x: u32, y: u32, count: u32, target: usize): void {
  const row = costs.rows + costs.rowSize * y;
  if (!costs.isBits) {
    memory.copy(target, row + x, count);
    return;
  }
  let i: u32 = 0;
  for (; i + 8 <= count; i += 8) store<u64>(target + i, spreadBits(eightBits(row, x + i)));
  for (; i < count; i++) store<u8>(target + i, <u8>costAt(costs, x + i, y));
}

/** Eight cells of a bit row from `x` on; the row holds all of them. */
@inline
function eightBits(row: usize, x: u32): u64 {
  const byte = row + (x >> 3);
  const shift = x & 7;
  return shift == 0 ? load<u8>(byte) : (<u64>load<u16>(byte) >> shift) & 0xff;
}

/** Bit k of the byte becomes byte k. */
@inline
function spreadBits(bits: u64): u64 {
  const copies = bits * 0x0101010101010101;
  const picked = copies & 0x8040201008040201;
  return ((picked + 0x7f7f7f7f7f7f7f7f) | picked) >> 7 & 0x0101010101010101;
}

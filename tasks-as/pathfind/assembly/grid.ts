/**
 * The grid: asset 0 as it arrives, and the bitmaps the search reads.
 *
 * Asset: magic "P2G1", width u32, height u32, zero u32, then `height` rows of ⌈width / 64⌉ words of 64 bits;
 * bit x of a row is set when cell x is free, bits behind the width are zero.
 *
 * Bitmaps lie in lines (rows, or columns in a transposed one) of ⌈cells / 64⌉ words and one blocked word that
 * ends the line; a blocked line comes before the first and after the last. So a scan along a line always
 * meets a blocked cell before it leaves the line, and every neighbour of a cell can be read without a test.
 */
import { arenaTake } from "../../lib/arena";

export const SIDE_MAX: u32 = 2048;
export const HEADER_SIZE: usize = 16;
const MAGIC: u32 = 0x31473250;

/** The asset, validated. */
@unmanaged
export class Grid {
  width: u32;
  height: u32;
  /** Bytes from one row to the next. */
  rowSize: usize;
  /** Address of row 0. */
  rows: usize;
}

/** The bitmaps of a search over a rectangle of the grid, one bit per cell, lines as described above. */
@unmanaged
export class Maps {
  width: u32;
  height: u32;
  /** No more cells than that are jump points of any direction. */
  jumpPointsMax: u32;
  /** Bits from one line to the next, in row maps and in column maps. */
  rowStride: u32;
  columnStride: u32;
  /** Free cells, by rows and by columns. */
  rowsFree: usize;
  columnsFree: usize;
  /** Where a straight scan stops: at a blocked cell or at a jump point of that direction. */
  eastStops: usize;
  westStops: usize;
  southStops: usize;
  northStops: usize;
}

/** Reads the header and looks at every padding bit; null when the asset is not a grid. */
export function gridFrom(start: usize, size: usize): Grid | null {
  if (size < HEADER_SIZE || load<u32>(start) != MAGIC || load<u32>(start, 12) != 0) return null;
  const width = load<u32>(start, 4);
  const height = load<u32>(start, 8);
  if (width == 0 || width > SIDE_MAX || height == 0 || height > SIDE_MAX) return null;
  const rowSize = <usize>((width + 63) >> 6) << 3;
  if (size != HEADER_SIZE + rowSize * height) return null;
  const rows = start + HEADER_SIZE;
  if ((width & 63) != 0) {
    const padding = ~<u64>0 << (width & 63);
    for (let last = rows + rowSize - 8, end = rows + rowSize * height; last < end; last += rowSize) {
      if ((load<u64>(last) & padding) != 0) return null;
    }
  }
  const grid = changetype<Grid>(arenaTake(offsetof<Grid>(), 8));
  grid.width = width;
  grid.height = height;
  grid.rowSize = rowSize;
  grid.rows = rows;
  return grid;
}

/** Whether the cell is free; coordinates outside the grid wrap to large numbers and are not. */
export function isFree(grid: Grid, x: u32, y: u32): bool {
  if (x >= grid.width || y >= grid.height) return false;
  return ((load<u8>(grid.rows + grid.rowSize * y + (x >> 3)) >> <u8>(x & 7)) & 1) != 0;
}

/** Builds every bitmap of a search over `width` × `height` cells from (x, y) on, all of them in the grid. */
export function mapsOf(grid: Grid, x: u32, y: u32, width: u32, height: u32): Maps {
  const maps = changetype<Maps>(arenaTake(offsetof<Maps>(), 8));
  const rowWords = wordsOf(width) + 1;
  const columnWords = wordsOf(height) + 1;
  maps.width = width;
  maps.height = height;
  maps.rowStride = rowWords << 6;
  maps.columnStride = columnWords << 6;
  const rowMapSize = <usize>(rowWords * (height + 2)) << 3;
  const columnMapSize = <usize>(columnWords * (width + 2)) << 3;
  maps.rowsFree = takeMap(rowMapSize);
  maps.columnsFree = takeMap(columnMapSize);
  maps.eastStops = takeMap(rowMapSize);
  maps.westStops = takeMap(rowMapSize);
  maps.southStops = takeMap(columnMapSize);
  maps.northStops = takeMap(columnMapSize);
  copyRows(grid, x, y, maps);
  transpose(maps);
  const inRows = findStops(maps.rowsFree, rowWords, height, maps.eastStops, maps.westStops);
  const inColumns = findStops(maps.columnsFree, columnWords, width, maps.southStops, maps.northStops);
  // A jump point is free and has a blocked cell diagonally beside it: at most 4 of 5 cells can be one.
  maps.jumpPointsMax = min(inRows + inColumns, width * height / 5 * 4 + 4);
  return maps;
}

/** Bytes that `mapsOf` takes. */
export function mapsSize(width: u32, height: u32): usize {
  const rowMapSize = <usize>((wordsOf(width) + 1) * (height + 2)) << 3;
  const columnMapSize = <usize>((wordsOf(height) + 1) * (width + 2)) << 3;
  return 3 * (rowMapSize + columnMapSize) + 1024;
}

function wordsOf(cells: u32): u32 {
  return (cells + 63) >> 6;
}

/** Index of a cell in a row map; in a column map the same with x and y exchanged. */
@inline
export function bitOf(stride: u32, line: u32, cell: u32): u32 {
  return (line + 1) * stride + cell;
}

@inline
export function bitAt(map: usize, bit: u32): u32 {
  return (<u32>load<u8>(map + (bit >> 3)) >> (bit & 7)) & 1;
}

/** 8 bytes of slack on both sides: scans load whole words from byte addresses. */
function takeMap(size: usize): usize {
  return arenaTake(size + 16, 8) + 8;
}

function copyRows(grid: Grid, x: u32, y: u32, maps: Maps): void {
  const lineSize = <usize>maps.rowStride >> 3;
  const words = wordsOf(maps.width);
  const shift = <u64>(x & 63);
  const lastMask = ~<u64>0 >> <u64>((0 - maps.width) & 63);
  let line = maps.rowsFree;
  memory.fill(line, 0, lineSize);
  for (let i: u32 = 0; i < maps.height; i++) {
    line += lineSize;
    let source = grid.rows + grid.rowSize * (y + i) + (<usize>(x >> 6) << 3);
    const sourceEnd = grid.rows + grid.rowSize * (y + i + 1);
    for (let word: u32 = 0; word < words; word++, source += 8) {
      let cells = load<u64>(source) >> shift;
      if (shift != 0 && source + 8 < sourceEnd) cells |= load<u64>(source, 8) << (64 - shift);
      store<u64>(line + (<usize>word << 3), word + 1 == words ? cells & lastMask : cells);
    }
    store<u64>(line + lineSize - 8, 0);
  }
  memory.fill(line + lineSize, 0, lineSize);
}

/** Makes the column map from the row map, in blocks of 64 × 64 cells. */
function transpose(maps: Maps): void {
  const rowSize = <usize>maps.rowStride >> 3;
  const columnSize = <usize>maps.columnStride >> 3;
  const block = arenaTake(64 << 3, 8);
  memory.fill(maps.columnsFree, 0, columnSize * (maps.width + 2));
  for (let y: u32 = 0; y < maps.height; y += 64) {
    const rowsHere = min<u32>(64, maps.height - y);
    for (let x: u32 = 0; x < maps.width; x += 64) {
      let source = maps.rowsFree + rowSize * (y + 1) + (x >> 3);
      for (let i: u32 = 0; i < rowsHere; i++, source += rowSize) {
        store<u64>(block + (i << 3), load<u64>(source));
      }
      if (rowsHere < 64) memory.fill(block + (rowsHere << 3), 0, (64 - rowsHere) << 3);
      transposeBlock(block);
      const columnsHere = min<u32>(64, maps.width - x);
      let target = maps.columnsFree + columnSize * (x + 1) + (y >> 3);
      for (let i: u32 = 0; i < columnsHere; i++, target += columnSize) {
        store<u64>(target, load<u64>(block + (i << 3)));
      }
    }
  }
}

/**
 * Transposes 64 × 64 bits in place by exchanging ever smaller off-diagonal squares (Warren, Hacker's Delight,
 * 7-3).
 */
function transposeBlock(block: usize): void {
  let mask: u64 = 0x00000000ffffffff;
  for (let size: u32 = 32; size != 0; size >>= 1, mask ^= mask << size) {
    for (let i: u32 = 0; i < 64; i = (i + size + 1) & ~size) {
      const upper = block + (i << 3);
      const lower = block + ((i + size) << 3);
      const difference = ((load<u64>(upper) >> size) ^ load<u64>(lower)) & mask;
      store<u64>(lower, load<u64>(lower) ^ difference);
      store<u64>(upper, load<u64>(upper) ^ (difference << size));
    }
  }
}

/**
 * Fills the stop maps of both directions along the lines of `free`, and returns how many cells are jump
 * points of either. A cell is a jump point for a scan along its line when a neighbouring line is blocked
 * beside the cell before it and free beside the cell itself: only there does a shortest path turn off the
 * line (no corner is cut).
 */
function findStops(free: usize, words: u32, lines: u32, forward: usize, backward: usize): u32 {
  const lineSize = <usize>words << 3;
  let count: u64 = 0;
  memory.fill(forward - 8, 0xff, lineSize + 8);
  memory.fill(backward - 8, 0xff, lineSize + 8);
  let offset = lineSize;
  for (const end = lineSize * (lines + 1); offset < end; offset += 8) {
    const here = free + offset;
    const before = here - lineSize;
    const behind = here + lineSize;
    const cells = load<u64>(here);
    const openedHere = openedForward(before) | openedForward(behind);
    const openedThere = openedBackward(before) | openedBackward(behind);
    store<u64>(forward + offset, openedHere | ~cells);
    store<u64>(backward + offset, openedThere | ~cells);
    count += popcnt((openedHere | openedThere) & cells);
  }
  memory.fill(forward + offset, 0xff, lineSize + 8);
  memory.fill(backward + offset, 0xff, lineSize + 8);
  return <u32>count;
}

/** Free cells whose predecessor on the line is blocked. */
@inline
function openedForward(word: usize): u64 {
  const cells = load<u64>(word);
  return cells & ~((cells << 1) | (load<u64>(word - 8) >> 63));
}

/** Free cells whose successor on the line is blocked. */
@inline
function openedBackward(word: usize): u64 {
  const cells = load<u64>(word);
  return cells & ~((cells >> 1) | (load<u64>(word + 8) << 63));
}

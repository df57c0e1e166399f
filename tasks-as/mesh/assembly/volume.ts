/**
 * The padded volume: what each cell does to light, and which are opaque, as one 64-bit word per row along x
 * (bit 0 is the neighbour's cell at x = −1). Sixteen cells at a time; the table is looked up in slices of 16.
 */
import { arenaTake } from "../../lib/arena";
import { CELLS_OFFSET, LOSS_ALL, OPAQUE, PADDED, VOLUME } from "./layout";

@unmanaged
export class Volume {
  cells: usize;
  /** What light loses by entering a cell, u8 each, and what the cell gives off. */
  loss: usize;
  emission: usize;
  /** Rows of bits, by (y × 34 + z): opaque cells, and cells that are neither opaque nor air. */
  opaque: usize;
  clear: usize;
  isAnyLit: bool;
  isAnyClear: bool;
}

const ROWS: usize = 34 * 34;

/** Bytes that `volumeOf` takes. */
export const VOLUME_BYTES: usize = 2 * 34 * 34 * 34 + 16 * 34 * 34 + 256;

export function volumeOf(input: usize, materials: usize, count: u32): Volume {
  const volume = changetype<Volume>(arenaTake(offsetof<Volume>(), 4));
  volume.cells = input + CELLS_OFFSET;
  volume.loss = arenaTake(VOLUME, 16);
  volume.emission = arenaTake(VOLUME, 16);
  volume.opaque = arenaTake(ROWS * 8, 16);
  volume.clear = arenaTake(ROWS * 8, 16);
  const table = tableOf(materials, count);
  let lit = i8x16.splat(0);
  let clear: u64 = 0;
  for (let row: usize = 0; row < ROWS; row++) {
    const at = row * PADDED;
    const cells = volume.cells + at;
    const first = v128.load(cells);
    const second = v128.load(cells, 16);
    const last = v128.load(cells, 18);
    const firstTraits = traitsOf(table, count, first);
    const secondTraits = traitsOf(table, count, second);
    const lastTraits = traitsOf(table, count, last);
    lit = v128.or(lit, v128.or(v128.or(firstTraits, secondTraits), lastTraits));
    storeTraits(volume, at, firstTraits);
    storeTraits(volume, at + 16, secondTraits);
    storeTraits(volume, at + 18, lastTraits);
    const opaque = rowBits(isOpaque(firstTraits), isOpaque(secondTraits), isOpaque(lastTraits));
    const filled = ~rowBits(isAir(first), isAir(second), isAir(last)) & 0x3ffffffff;
    store<u64>(volume.opaque + (row << 3), opaque);
    store<u64>(volume.clear + (row << 3), filled & ~opaque);
    clear |= filled & ~opaque;
  }
  volume.isAnyLit = v128.any_true(v128.and(lit, i8x16.splat(15)));
  volume.isAnyClear = clear != 0;
  return volume;
}

/** The table of materials with zeros behind it, where sixteen entries can be loaded at once. */
export function tableOf(materials: usize, count: u32): usize {
  const table = arenaTake(256, 16);
  memory.fill(table, 0, 256);
  memory.copy(table, materials, count);
  return table;
}

/** The table's bytes for sixteen cells. */
@inline
export function traitsOf(table: usize, count: u32, cells: v128): v128 {
  let traits = i8x16.swizzle(v128.load(table), cells);
  for (let from: u32 = 16; from < count; from += 16) {
    const index = i8x16.sub(cells, i8x16.splat(<i8>from));
    traits = v128.or(traits, i8x16.swizzle(v128.load(table + from), index));
  }
  return traits;
}

@inline
function storeTraits(volume: Volume, at: usize, traits: v128): void {
  v128.store(volume.loss + at, lossOf(traits));
  v128.store(volume.emission + at, v128.and(traits, i8x16.splat(15)));
}

/** What light loses by entering cells of these traits. */
@inline
export function lossOf(traits: v128): v128 {
  const loss = i8x16.add(i8x16.shr_u(traits, 4), i8x16.splat(1));
  return v128.or(loss, v128.and(isOpaque(traits), i8x16.splat(<i8>LOSS_ALL)));
}

@inline
export function isOpaque(traits: v128): v128 {
  return i8x16.ge_u(traits, i8x16.splat(<i8>(OPAQUE << 4)));
}

@inline
export function isAir(cells: v128): v128 {
  return i8x16.eq(cells, i8x16.splat(0));
}

/** Bits of cells 0 … 15, 16 … 31 and 18 … 33 of a row as one word. */
@inline
export function rowBits(first: v128, second: v128, last: v128): u64 {
  return <u64>i8x16.bitmask(first) | <u64>i8x16.bitmask(second) << 16 | <u64>(i8x16.bitmask(last) >> 14) << 32;
}

/** The row of opaque cells at y, z of the padded volume. */
@inline
export function opaqueRow(volume: Volume, y: usize, z: usize): u64 {
  return load<u64>(volume.opaque + ((y * PADDED + z) << 3));
}

@inline
export function clearRow(volume: Volume, y: usize, z: usize): u64 {
  return load<u64>(volume.clear + ((y * PADDED + z) << 3));
}

/**
 * Which faces can be seen. A face of an opaque cell is seen where its neighbour is not opaque; a face of a
 * clear cell (water, leaves, glass) where its neighbour is neither opaque nor of the same material. Whole rows
 * at a time. Masks lie by face, slice and row: 32 bits along u.
 */
import { ORIGIN, SIDE, STEP_X, STEP_Y, STEP_Z } from "./layout";
import { clearRow, opaqueRow, Volume } from "./volume";

/** Faces look along +x, −x, +y, −y, +z, −z. u runs along z, z, x, x, x, x; v along y, y, z, z, y, y. */
export const MASKS_SIZE: usize = 6 * 32 * 32 * 4;

@inline
export function maskAt(masks: usize, face: u32, slice: u32, v: u32): usize {
  return masks + ((face << 10 | slice << 5 | v) << 2);
}

/** Distance in the padded volume from a cell to the one its face looks at. */
export function frontStep(face: u32): usize {
  const step = face < 2 ? STEP_X : face < 4 ? STEP_Y : STEP_Z;
  return (face & 1) == 0 ? step : 0 - step;
}

/** Distance in the padded volume from slice to slice, along u and along v. */
export function sliceStep(face: u32): usize {
  return face < 2 ? STEP_X : face < 4 ? STEP_Y : STEP_Z;
}

export function uStep(face: u32): usize {
  return face < 2 ? STEP_Z : STEP_X;
}

export function vStep(face: u32): usize {
  return face >= 2 && face < 4 ? STEP_Z : STEP_Y;
}

/** Fills the masks with the faces of opaque or of clear cells; returns how many there are. */
export function findFaces(volume: Volume, masks: usize, isClear: bool): u32 {
  memory.fill(masks, 0, 2 * 32 * 32 * 4);
  let count: u32 = 0;
  for (let y: u32 = 0; y < <u32>SIDE; y++) {
    for (let z: u32 = 0; z < <u32>SIDE; z++) {
      count += isClear ? findClear(volume, masks, y, z) : findOpaque(volume, masks, y, z);
    }
  }
  return count;
}

function findOpaque(volume: Volume, masks: usize, y: u32, z: u32): u32 {
  const row = opaqueRow(volume, y + 1, z + 1);
  const own = <u32>(row >> 1);
  const up = own & ~<u32>(opaqueRow(volume, y + 2, z + 1) >> 1);
  const down = own & ~<u32>(opaqueRow(volume, y, z + 1) >> 1);
  const south = own & ~<u32>(opaqueRow(volume, y + 1, z + 2) >> 1);
  const north = own & ~<u32>(opaqueRow(volume, y + 1, z) >> 1);
  return storeMasks(masks, y, z, own & ~<u32>(row >> 2), own & ~<u32>row, up, down, south, north);
}

function findClear(volume: Volume, masks: usize, y: u32, z: u32): u32 {
  const own = <u32>(clearRow(volume, y + 1, z + 1) >> 1);
  if (own == 0) return storeMasks(masks, y, z, 0, 0, 0, 0, 0, 0);
  const at = volume.cells + ORIGIN + y * STEP_Y + z * STEP_Z;
  const row = opaqueRow(volume, y + 1, z + 1);
  const east = own & ~<u32>(row >> 2) & ~sameBits(at, at + STEP_X);
  const west = own & ~<u32>row & ~sameBits(at, at - STEP_X);
  const up = own & ~<u32>(opaqueRow(volume, y + 2, z + 1) >> 1) & ~sameBits(at, at + STEP_Y);
  const down = own & ~<u32>(opaqueRow(volume, y, z + 1) >> 1) & ~sameBits(at, at - STEP_Y);
  const south = own & ~<u32>(opaqueRow(volume, y + 1, z + 2) >> 1) & ~sameBits(at, at + STEP_Z);
  const north = own & ~<u32>(opaqueRow(volume, y + 1, z) >> 1) & ~sameBits(at, at - STEP_Z);
  return storeMasks(masks, y, z, east, west, up, down, south, north);
}

/** In which of 32 cells two rows are of the same material. */
export function sameBits(a: usize, b: usize): u32 {
  return i8x16.bitmask(i8x16.eq(v128.load(a), v128.load(b))) |
    i8x16.bitmask(i8x16.eq(v128.load(a, 16), v128.load(b, 16))) << 16;
}

function storeMasks(
  masks: usize,
  y: u32,
  z: u32,
  east: u32,
  west: u32,
  up: u32,
  down: u32,
  south: u32,
  north: u32,
): u32 {
  store<u32>(maskAt(masks, 2, y, z), up);
  store<u32>(maskAt(masks, 3, y, z), down);
  store<u32>(maskAt(masks, 4, z, y), south);
  store<u32>(maskAt(masks, 5, z, y), north);
  scatter(masks, 0, east, y, z);
  scatter(masks, 1, west, y, z);
  return popcnt(up) + popcnt(down) + popcnt(south) + popcnt(north) + popcnt(east) + popcnt(west);
}

/** Bits along x into the slices of an x face. */
function scatter(masks: usize, face: u32, bits: u32, y: u32, z: u32): void {
  for (; bits != 0; bits &= bits - 1) {
    const mask = maskAt(masks, face, ctz(bits), y);
    store<u32>(mask, load<u32>(mask) | 1 << z);
  }
}

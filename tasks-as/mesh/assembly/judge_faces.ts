/**
 * Whether a face is covered by exactly one quad that looks as the face must, and whether that quad is as large
 * as greedy meshing makes it: no quad beside or behind it could have been one with it. Quads are looked at four
 * at a time; behind the last of them stands the light, so that reading beyond the end stays inside the output.
 */
import { Evidence, keyOf } from "./evidence";
import { QUAD_SIZE } from "./layout";

export const FACE_FINE: u32 = 0;
export const FACE_UNCOVERED: u32 = 1;
const FACE_WRONG: u32 = 2;
export const FACE_UNMERGED: u32 = 3;

/** The quads of one group: opaque or clear, of one direction; ordered by slice. */
@unmanaged
export class Group {
  start: usize;
  end: usize;
  face: u32;
}

/** Where slice, u and v stand in a quad's first word, five bits each; its lengths along u and v. */
@inline
export function sliceShift(face: u32): u32 {
  return face < 2 ? 0 : face < 4 ? 5 : 10;
}

@inline
export function uShift(face: u32): u32 {
  return face < 2 ? 10 : 0;
}

@inline
export function vShift(face: u32): u32 {
  return face >= 2 && face < 4 ? 10 : 5;
}

export const WIDTH_SHIFT: u32 = 15;
export const HEIGHT_SHIFT: u32 = 20;
export const FIVE: u32 = 31;
const FOUR_QUADS: usize = 4 * QUAD_SIZE;

/** Judges the face of the cell at `x`, `y`, `z` that looks along the group's direction, known to be visible. */
export function judgeFace(evidence: Evidence, group: Group, x: u32, y: u32, z: u32): u32 {
  const face = group.face;
  const place = x | y << 5 | z << 10;
  const slice = place >> sliceShift(face) & FIVE;
  const start = firstOfSlice(group, slice);
  const end = firstOfSlice(group, slice + 1);
  let covering: usize = 0;
  for (let at = start; at < end; at += FOUR_QUADS) {
    const covers = coverBits(at, face, place) & lanesBefore(at, end);
    if (covers == 0) continue;
    if (covering != 0 || popcnt(covers) != 1) return FACE_WRONG;
    covering = at + QUAD_SIZE * <usize>ctz(covers);
  }
  if (covering == 0) return FACE_UNCOVERED;
  const quad = load<u32>(covering);
  if (load<u32>(covering, 4) != keyOf(evidence, x, y, z, face) || quad >> 25 != face) return FACE_WRONG;
  return isLargest(evidence, covering, start, end, face) ? FACE_FINE : FACE_UNMERGED;
}

/** Address of the first quad that is not before a slice, by halving without a branch to guess. */
function firstOfSlice(group: Group, slice: u32): usize {
  const shift = sliceShift(group.face);
  let low = group.start;
  let count = (group.end - group.start) / QUAD_SIZE;
  if (count == 0) return low;
  while (count > 1) {
    const half = count >> 1;
    const middle = low + half * QUAD_SIZE;
    low = select<usize>(middle, low, (load<u32>(middle - QUAD_SIZE) >> shift & FIVE) < slice);
    count -= half;
  }
  return low + select<usize>(QUAD_SIZE, 0, (load<u32>(low) >> shift & FIVE) < slice);
}

/** A bit for each of the four quads at `at` that is there. */
@inline
function lanesBefore(at: usize, end: usize): u32 {
  return end - at >= FOUR_QUADS ? 15 : (<u32>1 << <u32>((end - at) / QUAD_SIZE)) - 1;
}

/** The first words of four quads. */
@inline
function placesAt(at: usize): v128 {
  return i8x16.shuffle(v128.load(at), v128.load(at, 16), 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
}

/** Their second words. */
@inline
function keysAt(at: usize): v128 {
  return i8x16.shuffle(v128.load(at), v128.load(at, 16), 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
}

@inline
function fiveBits(places: v128, shift: u32): v128 {
  return v128.and(i32x4.shr_u(places, shift), i32x4.splat(FIVE));
}

/** Which of four quads lie in the slice of a place and cover it. */
@inline
function coverBits(at: usize, face: u32, place: u32): u32 {
  const places = placesAt(at);
  const beyondU = i32x4.sub(i32x4.splat(place >> uShift(face) & FIVE), fiveBits(places, uShift(face)));
  const beyondV = i32x4.sub(i32x4.splat(place >> vShift(face) & FIVE), fiveBits(places, vShift(face)));
  const inU = i32x4.le_u(beyondU, fiveBits(places, WIDTH_SHIFT));
  const inV = i32x4.le_u(beyondV, fiveBits(places, HEIGHT_SHIFT));
  const mask = FIVE << sliceShift(face);
  const inSlice = i32x4.eq(v128.and(places, i32x4.splat(mask)), i32x4.splat(place & mask));
  return i32x4.bitmask(v128.and(v128.and(inU, inV), inSlice));
}

/** Whether no quad of the slice begins where this one ends, in the same row or with the same edge, and looks alike. */
function isLargest(evidence: Evidence, quad: usize, start: usize, end: usize, face: u32): bool {
  const place = load<u32>(quad);
  const key = load<u32>(quad, 4);
  const u = place >> uShift(face) & FIVE;
  const v = place >> vShift(face) & FIVE;
  const width = (place >> WIDTH_SHIFT & FIVE) + 1;
  const height = (place >> HEIGHT_SHIFT & FIVE) + 1;
  if (width > evidence.merge || height > evidence.merge) return false;
  const growsU = ((key ^ key >> 2) & 0x330000) == 0 && width < evidence.merge && u + width <= FIVE;
  const growsV = ((key ^ key >> 4) & 0x0f0000) == 0 && height < evidence.merge && v + height <= FIVE;
  if (!growsU && !growsV) return true;
  const cell = FIVE << uShift(face) | FIVE << vShift(face);
  const edge = cell | FIVE << WIDTH_SHIFT;
  // A place that no quad has stands for a direction in which there is nothing to grow into.
  const nowhere = i32x4.splat(-1);
  const beside = growsU ? i32x4.splat((u + width) << uShift(face) | v << vShift(face)) : nowhere;
  const behind = growsV ? i32x4.splat(u << uShift(face) | (v + height) << vShift(face) | (width - 1) << WIDTH_SHIFT) : nowhere;
  for (let at = start; at < end; at += FOUR_QUADS) {
    const places = placesAt(at);
    const isBeside = i32x4.eq(v128.and(places, i32x4.splat(cell)), beside);
    const isBehind = i32x4.eq(v128.and(places, i32x4.splat(edge)), behind);
    const isAlike = i32x4.eq(keysAt(at), i32x4.splat(key));
    const grows = i32x4.bitmask(v128.and(v128.or(isBeside, isBehind), isAlike));
    if ((grows & lanesBefore(at, end)) != 0) return false;
  }
  return true;
}

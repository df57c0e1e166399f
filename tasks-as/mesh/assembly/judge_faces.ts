/**
 * Whether a face is covered by exactly one quad that looks as the face must, and whether that quad is as large
 * as greedy meshing makes it: no quad beside or behind it could have been one with it.
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

@inline
function sliceOf(place: u32, face: u32): u32 {
  return face < 2 ? place & 31 : face < 4 ? place >> 5 & 31 : place >> 10 & 31;
}

@inline
function uOf(place: u32, face: u32): u32 {
  return face < 2 ? place >> 10 & 31 : place & 31;
}

@inline
function vOf(place: u32, face: u32): u32 {
  return face >= 2 && face < 4 ? place >> 10 & 31 : place >> 5 & 31;
}

/** Judges the face of the cell at `x`, `y`, `z` that looks along the group's direction, known to be visible. */
export function judgeFace(evidence: Evidence, group: Group, x: u32, y: u32, z: u32): u32 {
  const face = group.face;
  const place = x | y << 5 | z << 10;
  const slice = sliceOf(place, face);
  const start = firstOfSlice(group, slice);
  let covering: usize = 0;
  let end = start;
  for (; end < group.end && sliceOf(load<u32>(end), face) == slice; end += QUAD_SIZE) {
    if (!covers(load<u32>(end), face, uOf(place, face), vOf(place, face))) continue;
    if (covering != 0) return FACE_WRONG;
    covering = end;
  }
  if (covering == 0) return FACE_UNCOVERED;
  const quad = load<u32>(covering);
  if (load<u32>(covering, 4) != keyOf(evidence, x, y, z, face) || quad >> 25 != face) return FACE_WRONG;
  return isLargest(evidence, covering, start, end, face) ? FACE_FINE : FACE_UNMERGED;
}

/** Address of the first quad of a slice, by halving. */
function firstOfSlice(group: Group, slice: u32): usize {
  let low: usize = 0;
  let high = (group.end - group.start) / QUAD_SIZE;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sliceOf(load<u32>(group.start + middle * QUAD_SIZE), group.face) < slice) low = middle + 1;
    else high = middle;
  }
  return group.start + low * QUAD_SIZE;
}

@inline
function covers(quad: u32, face: u32, u: u32, v: u32): bool {
  return u - uOf(quad, face) <= (quad >> 15 & 31) && v - vOf(quad, face) <= (quad >> 20 & 31);
}

/** Whether no quad of the slice begins where this one ends, in the same row or with the same edge, and looks alike. */
function isLargest(evidence: Evidence, quad: usize, start: usize, end: usize, face: u32): bool {
  const place = load<u32>(quad);
  const key = load<u32>(quad, 4);
  const u = uOf(place, face);
  const v = vOf(place, face);
  const width = (place >> 15 & 31) + 1;
  const height = (place >> 20 & 31) + 1;
  const growsU = ((key ^ key >> 2) & 0x330000) == 0 && width < evidence.merge;
  const growsV = ((key ^ key >> 4) & 0x0f0000) == 0 && height < evidence.merge;
  if (!growsU && !growsV) return width <= evidence.merge && height <= evidence.merge;
  for (let at = start; at < end; at += QUAD_SIZE) {
    if (load<u32>(at, 4) != key) continue;
    const other = load<u32>(at);
    if (growsU && uOf(other, face) == u + width && vOf(other, face) == v) return false;
    if (
      growsV && vOf(other, face) == v + height && uOf(other, face) == u && (other >> 15 & 31) + 1 == width
    ) return false;
  }
  return width <= evidence.merge && height <= evidence.merge;
}

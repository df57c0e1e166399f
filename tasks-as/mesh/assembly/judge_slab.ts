/**
 * One slab of the chunk, all cells of one z: the faces along x and y that can be seen there are counted, and
 * what the quads cover of it must be as much. Whoever leaves quads out, or puts more in, has to be lucky here.
 */
import { cellAt, clearBits, Evidence, opaqueBits } from "./evidence";
import { frontStep, sameBits } from "./faces";
import { FACES, QUAD_SIZE, STEP_Y } from "./layout";

/** Directions whose faces cross a slab: ±x and ±y, of opaque and of clear cells. */
const CROSSING: u32 = 4;

/** A slab's visible faces: a count per group of quads, and in which rows there are any. */
@unmanaged
export class Slab {
  z: u32;
  /** Bits by y. */
  rowsSeen: u32;
  /** Twelve counts; those of faces along z stay 0. */
  counts: usize;
}

export const SLAB_COUNTS_SIZE: usize = 48;

/** Counts what can be seen. */
export function lookAtSlab(evidence: Evidence, slab: Slab): void {
  memory.fill(slab.counts, 0, SLAB_COUNTS_SIZE);
  let rowsSeen: u32 = 0;
  let east: u32 = 0;
  let west: u32 = 0;
  let up: u32 = 0;
  let down: u32 = 0;
  let at = cellAt(evidence, 0, 0, slab.z);
  let below = <u32>(opaqueBits(evidence, at - 1 - STEP_Y) >> 1);
  let here = opaqueBits(evidence, at - 1);
  for (let y: u32 = 0; y < 32; y++, at += STEP_Y) {
    const above = opaqueBits(evidence, at - 1 + STEP_Y);
    const own = <u32>(here >> 1);
    const openEast = ~<u32>(here >> 2);
    const openWest = ~<u32>here;
    const openUp = ~<u32>(above >> 1);
    east += <u32>popcnt(own & openEast);
    west += <u32>popcnt(own & openWest);
    up += <u32>popcnt(own & openUp);
    down += <u32>popcnt(own & ~below);
    let seen = own & (openEast | openWest | openUp | ~below);
    const clear = clearBits(at, here);
    if (clear != 0) {
      seen |= add(slab, FACES, clear & openEast & ~sameBits(at, at + frontStep(0)));
      seen |= add(slab, FACES + 1, clear & openWest & ~sameBits(at, at + frontStep(1)));
      seen |= add(slab, FACES + 2, clear & openUp & ~sameBits(at, at + frontStep(2)));
      seen |= add(slab, FACES + 3, clear & ~below & ~sameBits(at, at + frontStep(3)));
    }
    if (seen != 0) rowsSeen |= 1 << y;
    below = own;
    here = above;
  }
  slab.rowsSeen = rowsSeen;
  store<u32>(slab.counts, east);
  store<u32>(slab.counts, west, 4);
  store<u32>(slab.counts, up, 8);
  store<u32>(slab.counts, down, 12);
}

@inline
function add(slab: Slab, group: u32, faces: u32): u32 {
  const count = slab.counts + (group << 2);
  store<u32>(count, load<u32>(count) + <u32>popcnt(faces));
  return faces;
}

/** Whether the quads cover as many faces of the slab as can be seen. */
export function isSlabCovered(slab: Slab, counts: usize, quads: usize): bool {
  for (let group: u32 = 0; group < 2 * FACES; group++) {
    const count = load<u32>(counts + (group << 2));
    const face = group % FACES;
    if (face < CROSSING && coveredBy(quads, count, face, slab.z) != load<u32>(slab.counts + (group << 2))) return false;
    quads += QUAD_SIZE * <usize>count;
  }
  return true;
}

/** How many faces of a slab some quads cover: across x and along z, or across y and along both. */
function coveredBy(quads: usize, count: u32, face: u32, z: u32): u32 {
  const alongZ: i32 = face < 2 ? 15 : 20;
  const across: i32 = face < 2 ? 20 : 15;
  const end = quads + QUAD_SIZE * <usize>count;
  let sums = i32x4.splat(0);
  let at = quads;
  for (; at + 8 * QUAD_SIZE <= end; at += 8 * QUAD_SIZE) {
    sums = i32x4.add(sums, lengthsIn(at, z, alongZ, across));
    sums = i32x4.add(sums, lengthsIn(at + 4 * QUAD_SIZE, z, alongZ, across));
  }
  let sum = i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3);
  for (; at < end; at += QUAD_SIZE) {
    const place = load<u32>(at);
    if (z - (place >> 10 & 31) <= (place >> alongZ & 31)) sum += (place >> across & 31) + 1;
  }
  return <u32>sum;
}

/** Of four quads the lengths of what lies in a slab. */
@inline
function lengthsIn(at: usize, z: u32, alongZ: i32, across: i32): v128 {
  const five = i32x4.splat(31);
  const places = i8x16.shuffle(v128.load(at), v128.load(at, 16), 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
  const from = i32x4.sub(i32x4.splat(z), v128.and(i32x4.shr_u(places, 10), five));
  const isIn = i32x4.le_u(from, v128.and(i32x4.shr_u(places, alongZ), five));
  const lengths = i32x4.add(v128.and(i32x4.shr_u(places, across), five), i32x4.splat(1));
  return v128.and(lengths, isIn);
}

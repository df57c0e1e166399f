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
  slab.rowsSeen = 0;
  let below = opaqueBits(evidence, cellAt(evidence, 0, 0, slab.z) - 1 - STEP_Y);
  let here = opaqueBits(evidence, cellAt(evidence, 0, 0, slab.z) - 1);
  for (let y: u32 = 0; y < 32; y++) {
    const at = cellAt(evidence, 0, y, slab.z);
    const above = opaqueBits(evidence, at - 1 + STEP_Y);
    const own = <u32>(here >> 1);
    const open0 = ~<u32>(here >> 2);
    const open1 = ~<u32>here;
    const open2 = ~<u32>(above >> 1);
    const open3 = ~<u32>(below >> 1);
    let seen = add(slab, 0, own & open0) | add(slab, 1, own & open1) | add(slab, 2, own & open2) | add(slab, 3, own & open3);
    const clear = clearBits(at, here);
    if (clear != 0) {
      seen |= add(slab, FACES, clear & open0 & ~sameBits(at, at + frontStep(0)));
      seen |= add(slab, FACES + 1, clear & open1 & ~sameBits(at, at + frontStep(1)));
      seen |= add(slab, FACES + 2, clear & open2 & ~sameBits(at, at + frontStep(2)));
      seen |= add(slab, FACES + 3, clear & open3 & ~sameBits(at, at + frontStep(3)));
    }
    if (seen != 0) slab.rowsSeen |= 1 << y;
    below = here;
    here = above;
  }
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
  const five = i32x4.splat(31);
  let sums = i32x4.splat(0);
  let at = quads;
  for (; at + 4 * QUAD_SIZE <= end; at += 4 * QUAD_SIZE) {
    const places = i8x16.shuffle(v128.load(at), v128.load(at, 16), 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
    const from = i32x4.sub(i32x4.splat(z), v128.and(i32x4.shr_u(places, 10), five));
    const isIn = i32x4.le_u(from, v128.and(i32x4.shr_u(places, alongZ), five));
    const lengths = i32x4.add(v128.and(i32x4.shr_u(places, across), five), i32x4.splat(1));
    sums = i32x4.add(sums, v128.and(lengths, isIn));
  }
  let sum = i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3);
  for (; at < end; at += QUAD_SIZE) {
    const place = load<u32>(at);
    if (z - (place >> 10 & 31) <= (place >> alongZ & 31)) sum += (place >> across & 31) + 1;
  }
  return <u32>sum;
}

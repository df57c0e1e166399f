/**
 * A run of quads, one after the other as they stand in the output: each is a face that can be seen and looks as
 * the face must, at a cell of it that is drawn; the next comes behind it and could not have been one with it.
 */
import { cellAt, Evidence, isVisible, keyOf } from "./evidence";
import { FIVE, Group, HEIGHT_SHIFT, sliceShift, uShift, vShift, WIDTH_SHIFT } from "./judge_faces";
import { QUAD_SIZE } from "./layout";

export const RUN_FINE: u32 = 0;
export const RUN_BEYOND: u32 = 1;
export const RUN_UNSEEN: u32 = 2;
export const RUN_WRONG: u32 = 3;
export const RUN_UNORDERED: u32 = 4;

/** So many quads are a run, fewer where the group ends. */
const RUN_QUADS: usize = 8;
/** What turns one draw into the next: an odd number whose high bits are well mixed (Knuth's golden ratio). */
const SPREAD: u32 = 0x9e3779b9;

/** Judges the quads of a group from the one at `from` on. */
export function judgeRun(evidence: Evidence, group: Group, from: usize, isClear: bool, draw: u32): u32 {
  const face = group.face;
  const toU = uShift(face);
  const toV = vShift(face);
  const end = min(group.end, from + RUN_QUADS * QUAD_SIZE);
  for (let at = from; at < end; at += QUAD_SIZE) {
    const place = load<u32>(at);
    const width = (place >> WIDTH_SHIFT & FIVE) + 1;
    const height = (place >> HEIGHT_SHIFT & FIVE) + 1;
    const u = place >> toU & FIVE;
    const v = place >> toV & FIVE;
    if (max(width, height) > evidence.merge || max(u + width, v + height) > FIVE + 1) return RUN_BEYOND;
    draw = draw * SPREAD + 1;
    const cell = (place & CELL) + ((draw >> 16) * width >> 16 << toU) + ((draw & 0xffff) * height >> 16 << toV);
    const x = cell & FIVE;
    const y = cell >> 5 & FIVE;
    const z = cell >> 10;
    if (!isVisible(evidence, cellAt(evidence, x, y, z), face, isClear)) return RUN_UNSEEN;
    if (load<u32>(at, 4) != keyOf(evidence, x, y, z, face) || place >> 25 != face) return RUN_WRONG;
    if (at + QUAD_SIZE < group.end && !isBehind(evidence, at, face)) return RUN_UNORDERED;
  }
  return RUN_FINE;
}

/** The bits of a quad's first cell. */
const CELL: u32 = 0x7fff;

/** Whether the quad behind the one at `at` stands later in the order, and not beside it looking alike. */
@inline
function isBehind(evidence: Evidence, at: usize, face: u32): bool {
  const place = load<u32>(at);
  const next = load<u32>(at + QUAD_SIZE);
  const here = orderOf(place, face);
  const there = orderOf(next, face);
  if (there <= here) return false;
  const width = (place >> WIDTH_SHIFT & FIVE) + 1;
  const key = load<u32>(at, 4);
  const isOne = there == here + width && load<u32>(at + QUAD_SIZE, 4) == key && ((key ^ key >> 2) & 0x330000) == 0;
  return !isOne || width >= evidence.merge || (here & FIVE) + width > FIVE;
}

/** A number that ascends by slice, then by v, then by u. */
@inline
function orderOf(place: u32, face: u32): u32 {
  return (place >> sliceShift(face) & FIVE) << 10 | (place >> vShift(face) & FIVE) << 5 | (place >> uShift(face) & FIVE);
}

/**
 * What a face looks like, as one number: material in bits 0 … 7, light of the cell it looks at in bits
 * 8 … 15, ambient occlusion of its four corners in bits 16 … 23 (corner (u, v) in bits 2 (u + 2 v)). Occlusion
 * after M. Lysenko, "Ambient occlusion for Minecraft-like worlds" (0fps.net, 2013): of the three cells that
 * touch the corner in front of the face, none opaque is 3, each takes one off, and both sides make 0.
 */
import { ORIGIN, PADDED } from "./layout";
import { frontStep, maskAt, sliceStep, uStep, vStep } from "./faces";
import { Volume } from "./volume";

/** Occlusion by three bits, two bits each: (corner, side along v, side along u), and with the first two exchanged. */
const CORNER_FIRST: u32 = 3 | 2 << 2 | 2 << 4 | 1 << 6 | 2 << 8 | 1 << 10;
const SIDE_FIRST: u32 = 3 | 2 << 2 | 2 << 4 | 1 << 6 | 2 << 8 | 1 << 12;
const NO_OCCLUSION: u32 = 0xff;

/** The four corners from three rows of three cells in front of the face, v from − to +, u in bits 0 … 2. */
export function occlusionOf(before: u32, beside: u32, behind: u32): u32 {
  if ((before | (beside & 5) | behind) == 0) return NO_OCCLUSION;
  const low = (beside & 1) << 2;
  const high = beside & 4;
  return (CORNER_FIRST >> ((before & 3 | low) << 1) & 3) |
    (SIDE_FIRST >> ((before >> 1 | high) << 1) & 3) << 2 |
    (CORNER_FIRST >> ((behind & 3 | low) << 1) & 3) << 4 |
    (SIDE_FIRST >> ((behind >> 1 | high) << 1) & 3) << 6;
}

/** Fills the keys of a slice (32 × 32 u32, by v and u) wherever its masks have a bit. */
export function keysOfSlice(volume: Volume, light: usize, masks: usize, face: u32, slice: u32, keys: usize): void {
  const front = frontStep(face);
  const first = ORIGIN + slice * sliceStep(face);
  for (let v: u32 = 0; v < 32; v++) {
    let bits = load<u32>(maskAt(masks, face, slice, v));
    if (bits == 0) continue;
    const cells = volume.cells + first + v * vStep(face);
    const lights = light + first + v * vStep(face) + front;
    const target = keys + (v << 7);
    if (face < 2) {
      for (; bits != 0; bits &= bits - 1) {
        const u = ctz(bits);
        const key = seenAt(cells + u * uStep(face), lights + u * uStep(face));
        store<u32>(target + (u << 2), key | occlusionBesideX(volume, face, slice, u, v) << 16);
      }
      continue;
    }
    const rows = frontRow(volume, face, slice, v);
    const step = face < 4 ? <usize>8 : <usize>8 * PADDED;
    const before = load<u64>(rows - step);
    const beside = load<u64>(rows);
    const behind = load<u64>(rows + step);
    for (; bits != 0; bits &= bits - 1) {
      const u = ctz(bits);
      const occlusion = occlusionOf(
        <u32>(before >> u) & 7,
        <u32>(beside >> u) & 7,
        <u32>(behind >> u) & 7,
      );
      store<u32>(target + (u << 2), seenAt(cells + u, lights + u) | occlusion << 16);
    }
  }
}

@inline
function seenAt(cell: usize, light: usize): u32 {
  return <u32>load<u8>(cell) | <u32>load<u8>(light) << 8;
}

/** Address of the row of opaque cells in front of row v of a slice that looks along y or z. */
@inline
function frontRow(volume: Volume, face: u32, slice: u32, v: u32): usize {
  const ahead = (face & 1) == 0 ? slice + 2 : slice;
  const row = face < 4 ? ahead * <u32>PADDED + v + 1 : (v + 1) * <u32>PADDED + ahead;
  return volume.opaque + (row << 3);
}

/** Rows lie along x: a face that looks along x takes one bit of nine of them. */
function occlusionBesideX(volume: Volume, face: u32, slice: u32, u: u32, v: u32): u32 {
  const bit = <u64>((face & 1) == 0 ? slice + 2 : slice);
  const rows = volume.opaque + ((v * <u32>PADDED + u) << 3);
  return occlusionOf(threeBits(rows, bit), threeBits(rows + 8 * PADDED, bit), threeBits(rows + 16 * PADDED, bit));
}

@inline
function threeBits(rows: usize, bit: u64): u32 {
  return <u32>(load<u64>(rows) >> bit & 1) | <u32>(load<u64>(rows, 8) >> bit & 1) << 1 | <u32>(load<u64>(rows, 16) >> bit & 1) << 2;
}

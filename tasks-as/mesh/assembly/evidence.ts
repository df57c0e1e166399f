/** What `check` looks things up in: the chunk around a place, and the light that the output claims. */
import { isAir, isOpaque, tableOf, traitsOf } from "./volume";
import { CELLS_OFFSET, OPAQUE, ORIGIN, PLANES_OFFSET, PLANE_SIZE, SIDE, STEP_Y, STEP_Z } from "./layout";
import { frontStep, uStep, vStep } from "./faces";
import { occlusionOf } from "./keys";

@unmanaged
export class Evidence {
  cells: usize;
  planes: usize;
  table: usize;
  materials: u32;
  merge: u32;
  /** The light of the chunk's cells as the output claims it. */
  light: usize;
}

export function fillEvidence(evidence: Evidence, input: usize, materials: usize, count: u32, light: usize): void {
  evidence.cells = input + CELLS_OFFSET;
  evidence.planes = input + PLANES_OFFSET;
  evidence.table = tableOf(materials, count);
  evidence.materials = count;
  evidence.merge = load<u8>(input);
  evidence.light = light;
}

/** Address of a cell; coordinates from −1 to 32. */
@inline
export function cellAt(evidence: Evidence, x: u32, y: u32, z: u32): usize {
  return evidence.cells + ORIGIN + <usize>(<i32>y * <i32>STEP_Y + <i32>z * <i32>STEP_Z + <i32>x);
}

@inline
function isOpaqueCell(evidence: Evidence, cell: usize): bool {
  return (<u32>load<u8>(evidence.table + load<u8>(cell)) >> 4) == OPAQUE;
}

/** Opaque cells of the row of 34 that begins at `row`. */
export function opaqueBits(evidence: Evidence, row: usize): u64 {
  const first = isOpaque(traitsOf(evidence.table, evidence.materials, v128.load(row)));
  const second = isOpaque(traitsOf(evidence.table, evidence.materials, v128.load(row, 16)));
  const last = <u64>isOpaqueCell(evidence, row + 32) | <u64>isOpaqueCell(evidence, row + 33) << 1;
  return <u64>i8x16.bitmask(first) | <u64>i8x16.bitmask(second) << 16 | last << 32;
}

/** Cells of the chunk's row at `at` that are neither air nor opaque. */
export function clearBits(at: usize, opaque: u64): u32 {
  const air = i8x16.bitmask(isAir(v128.load(at))) | i8x16.bitmask(isAir(v128.load(at, 16))) << 16;
  return ~air & ~<u32>(opaque >> 1);
}

/** Which of the 32 cells in front of a row of the chunk, in one direction, are opaque. */
export function blockedBits(evidence: Evidence, at: usize, opaque: u64, face: u32): u32 {
  if (face < 2) return <u32>(face == 0 ? opaque >> 2 : opaque);
  return <u32>(opaqueBits(evidence, at - 1 + frontStep(face)) >> 1);
}

/** Whether a face of one cell can be seen, and as one of the opaque or the clear. */
export function isVisible(evidence: Evidence, cell: usize, face: u32, isClear: bool): bool {
  const ahead = cell + frontStep(face);
  if (isOpaqueCell(evidence, ahead)) return false;
  const own = load<u8>(cell);
  if (!isClear) return isOpaqueCell(evidence, cell);
  return own != 0 && own != load<u8>(ahead) && !isOpaqueCell(evidence, cell);
}

/** What a face must look like: material, light and occlusion as in keys.ts. */
export function keyOf(evidence: Evidence, x: u32, y: u32, z: u32, face: u32): u32 {
  const cell = cellAt(evidence, x, y, z);
  const ahead = cell + frontStep(face);
  const u = uStep(face);
  const v = vStep(face);
  const occlusion = occlusionOf(
    threeCells(evidence, ahead - v, u),
    threeCells(evidence, ahead, u),
    threeCells(evidence, ahead + v, u),
  );
  const out = (face & 1) == 0 ? 1 : -1;
  const light = face < 2
    ? lightAt(evidence, x + out, y, z)
    : face < 4
    ? lightAt(evidence, x, y + out, z)
    : lightAt(evidence, x, y, z + out);
  return <u32>load<u8>(cell) | light << 8 | occlusion << 16;
}

@inline
function threeCells(evidence: Evidence, middle: usize, step: usize): u32 {
  return u32(isOpaqueCell(evidence, middle - step)) | u32(isOpaqueCell(evidence, middle)) << 1 |
    u32(isOpaqueCell(evidence, middle + step)) << 2;
}

/** Light at a place of which at most one coordinate is −1 or 32. */
function lightAt(evidence: Evidence, x: u32, y: u32, z: u32): u32 {
  if (x >= <u32>SIDE) return load<u8>(evidence.planes + (x == <u32>SIDE ? PLANE_SIZE : 0) + (y << 5 | z));
  return load<u8>(lightRow(evidence, y, z) + x);
}

/** Address of the light of 32 cells at y, z, of which at most one is −1 or 32. */
export function lightRow(evidence: Evidence, y: u32, z: u32): usize {
  if (y >= <u32>SIDE) return evidence.planes + (y == <u32>SIDE ? 3 : 2) * PLANE_SIZE + (z << 5);
  if (z >= <u32>SIDE) return evidence.planes + (z == <u32>SIDE ? 5 : 4) * PLANE_SIZE + (y << 5);
  return evidence.light + (y << 10 | z << 5);
}

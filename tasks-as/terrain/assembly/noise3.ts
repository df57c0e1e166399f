/**
 * Noise in three dimensions, four cells or a row of 32 at a time. The four numbers of a row are computed for four
 * rows on top of each other at once, one in each lane, and kept with the gradients of their lattice cell until
 * another takes the place in a small table.
 */
import { hashLanes, linearAt, stepsYZ } from "./hash";
import {
  BLOCK_SIZE,
  blended,
  fadeOf,
  fades,
  Fractal,
  fractionOf,
  fractions,
  GRADIENTS_SIZE,
  KEPT,
  LANE_BYTE_ONLY,
  lookUp,
  Octave,
} from "./noise";

const ROW_GROUPS: usize = 8;

/** The noise at (x … x + 3, y, z), x a multiple of four; within ±1.04. */
export function noise3(fractal: Fractal, x: i32, y: i32, z: i32): v128 {
  let sum = f32x4.splat(0);
  for (let at = fractal.octaves; at < fractal.end; at += offsetof<Octave>()) {
    const octave = changetype<Octave>(at);
    const shiftedX = x + octave.offsetX;
    const row = blockAt(octave, shiftedX >> octave.shift, y, z) + 16 + (<usize>(y & 3) << 2);
    const value = blended(
      v128.load32_splat(row),
      v128.load32_splat(row, 16),
      v128.load32_splat(row, 32),
      v128.load32_splat(row, 48),
      fractions(octave, shiftedX),
    );
    sum = f32x4.add(sum, f32x4.mul(value, f32x4.splat(octave.weight)));
  }
  return f32x4.mul(sum, f32x4.splat(fractal.scale));
}

/** The noise at (x … x + 31, y, z), x a multiple of 32, into eight vectors; the same numbers as `noise3` gives. */
export function noise3Row(fractal: Fractal, x: i32, y: i32, z: i32, target: usize): void {
  for (let at = fractal.octaves; at < fractal.end; at += offsetof<Octave>()) {
    const octave = changetype<Octave>(at);
    if (!octave.hasRow) keepFractions(octave, x);
    addRow(octave, x, y, z, target, at == fractal.octaves);
  }
  const scale = f32x4.splat(fractal.scale);
  for (let group: usize = 0; group < ROW_GROUPS; group++) {
    v128.store(target + (group << 4), f32x4.mul(v128.load(target + (group << 4)), scale));
  }
}

function addRow(octave: Octave, x: i32, y: i32, z: i32, target: usize, isFirst: bool): void {
  const weight = f32x4.splat(octave.weight);
  const perLattice = octave.shift >= 5 ? 8 : 1 << (octave.shift - 2);
  let group: i32 = 0;
  while (group < 8) {
    const shiftedX = x + (group << 2) + octave.offsetX;
    const latticeX = shiftedX >> octave.shift;
    const row = blockAt(octave, latticeX, y, z) + 16 + (<usize>(y & 3) << 2);
    const left = ((latticeX + 1) << octave.shift) - shiftedX;
    const end = min(8, group + min(perLattice, left >> 2));
    const a0 = v128.load32_splat(row);
    const b0 = v128.load32_splat(row, 16);
    const c1 = v128.load32_splat(row, 32);
    const b1 = v128.load32_splat(row, 48);
    for (; group < end; group++) {
      const f = v128.load(octave.row + (<usize>group << 5));
      const fade = v128.load(octave.row + (<usize>group << 5), 16);
      const near = f32x4.add(a0, f32x4.mul(b0, f));
      const far = f32x4.add(c1, f32x4.mul(b1, f));
      const value = f32x4.mul(f32x4.add(near, f32x4.mul(fade, f32x4.sub(far, near))), weight);
      const place = target + (<usize>group << 4);
      v128.store(place, isFirst ? f32x4.add(f32x4.splat(0), value) : f32x4.add(v128.load(place), value));
    }
  }
}

/** f and fade of the 32 cells from x on. */
export function keepFractions(octave: Octave, x: i32): void {
  for (let group: usize = 0; group < ROW_GROUPS; group++) {
    const f = fractions(octave, x + (<i32>group << 2) + octave.offsetX);
    v128.store(octave.row + (group << 5), f);
    v128.store(octave.row + (group << 5), fades(f), 16);
  }
  octave.hasRow = true;
}

/** The block of the rows y − y mod 4 … + 3: a₀, b₀, c₁, b₁ behind sixteen bytes. */
export function blockAt(octave: Octave, x: i32, y: i32, z: i32): usize {
  const block = octave.blocks + BLOCK_SIZE * (<usize>x & (KEPT - 1));
  const fourth = y >> 2;
  if (load<i32>(block) == x && load<i32>(block, 4) == fourth && load<i32>(block, 8) == z) return block;
  store<i32>(block, x);
  store<i32>(block, fourth, 4);
  store<i32>(block, z, 8);
  const shiftedY = (fourth << 2) + octave.offsetY;
  const shiftedZ = z + octave.offsetZ;
  const gradients = gradientsAt(octave, x, shiftedY >> octave.shift, shiftedZ >> octave.shift) + 16;
  const fy = fractions(octave, shiftedY);
  const fz = fractionOf(shiftedZ, octave.shift);
  const fadeY = fades(fy);
  const fadeZ = f32x4.splat(fadeOf(fz));
  const b1 = over(gradients + 48, fadeY, fadeZ);
  v128.store(block, across(gradients, fy, fz, fadeY, fadeZ), 16);
  v128.store(block, over(gradients, fadeY, fadeZ), 32);
  v128.store(block, f32x4.sub(across(gradients + 48, fy, fz, fadeY, fadeZ), b1), 48);
  v128.store(block, b1, 64);
  return block;
}

/** The gradients' x of four corners, blended for four rows. */
@inline
function over(gradients: usize, fadeY: v128, fadeZ: v128): v128 {
  const near = lerp4(v128.load32_splat(gradients), v128.load32_splat(gradients, 4), fadeY);
  const far = lerp4(v128.load32_splat(gradients, 8), v128.load32_splat(gradients, 12), fadeY);
  return lerp4(near, far, fadeZ);
}

/** What the gradients' y and z of four corners make of the distances along them, blended for four rows. */
@inline
function across(gradients: usize, fy: v128, fz: f32, fadeY: v128, fadeZ: v128): v128 {
  const fyBehind = f32x4.sub(fy, f32x4.splat(1));
  const near = lerp4(dots(gradients, fy, fz), dots(gradients + 4, fyBehind, fz), fadeY);
  const far = lerp4(dots(gradients + 8, fy, fz - 1), dots(gradients + 12, fyBehind, fz - 1), fadeY);
  return lerp4(near, far, fadeZ);
}

@inline
function dots(gradients: usize, awayY: v128, awayZ: f32): v128 {
  const alongZ = f32x4.splat(load<f32>(gradients, 32) * awayZ);
  return f32x4.add(f32x4.mul(v128.load32_splat(gradients, 16), awayY), alongZ);
}

@inline
function lerp4(from: v128, to: v128, part: v128): v128 {
  return f32x4.add(from, f32x4.mul(part, f32x4.sub(to, from)));
}

/** The gradients of a lattice cell: its place, then x, y, z of the corners at x₀, then of those at x₁. */
function gradientsAt(octave: Octave, x: i32, y: i32, z: i32): usize {
  const kept = octave.gradients + GRADIENTS_SIZE * (<usize>x & (KEPT - 1));
  if (load<i32>(kept) == x && load<i32>(kept, 4) == y && load<i32>(kept, 8) == z) return kept;
  store<i32>(kept, x);
  store<i32>(kept, y, 4);
  store<i32>(kept, z, 8);
  for (let side = 0; side < 2; side++) {
    const hashed = hashLanes(octave.seed, linearAt(x + side, y, z), stepsYZ());
    const index = v128.or(v128.and(hashed, i32x4.splat(15)), i32x4.splat(LANE_BYTE_ONLY));
    const place = kept + 16 + 48 * <usize>side;
    v128.store(place, lookUp(i8x16(1, -1, 1, -1, 1, -1, 1, -1, 0, 0, 0, 0, 1, 0, -1, 0), index));
    v128.store(place, lookUp(i8x16(1, 1, -1, -1, 0, 0, 0, 0, 1, -1, 1, -1, 1, -1, 1, -1), index), 16);
    v128.store(place, lookUp(i8x16(0, 0, 0, 0, 1, 1, -1, -1, 1, 1, -1, -1, 0, 1, 0, -1), index), 32);
  }
  return kept;
}

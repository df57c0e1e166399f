/**
 * Gradient noise in two and three dimensions: K. Perlin, "Improving noise" (SIGGRAPH 2002), with its fade
 * curve and its twelve directions, and a hash of the lattice point instead of a permutation table. Octaves of
 * half the period and half the weight are added and the sum is divided by the sum of weights.
 *
 * Periods are powers of two of at least four cells, so a place is a lattice point and a fraction without any
 * rounding, at any distance, and four cells in a row from a multiple of four lie between the same two lattice
 * planes. Along a row the value is then near + fade(f) (far − near) with near = a₀ + b₀ f, far = c₁ + b₁ f.
 * These four numbers depend on y and z alone, and are kept until another row or lattice cell is asked for. Two
 * dimensions here, three in noise3.ts.
 */
import { arenaTake } from "../../lib/arena";
import { hashAt, hashLanes, linearAt, mix, stepsXZ } from "./hash";
import { PERIOD_LOG2_MIN } from "./layout";

/** Offsets keep groups of four together; so far off, octaves share no lattice point that could be seen. */
const OFFSET_MASK: u32 = 0x7ffc;
/** Makes two-dimensional noise, whose directions are √5 long, reach from −1 to 1. */
const SCALE_2D: f32 = 0.632455532;
/** Places the lookup leaves at zero: bytes 1 to 3 of each lane. */
export const LANE_BYTE_ONLY: i32 = 0x10101000;

@unmanaged
export class Octave {
  seed: u32;
  shift: u32;
  offsetX: i32;
  offsetY: i32;
  offsetZ: i32;
  weight: f32;
  /** In two dimensions: where the four numbers hold, and a₀, b₀, c₁, b₁. */
  isKept: bool;
  latticeX: i32;
  z: i32;
  a0: f32;
  b0: f32;
  c1: f32;
  b1: f32;
  /** In three: the last blocks of rows, the gradients of the last lattice cells, f and fade along a row of 32. */
  blocks: usize;
  gradients: usize;
  row: usize;
  hasRow: bool;
}

/** Place of a lattice cell and its gradients: x, y, z for both sides along x, four corners each. */
export const GRADIENTS_SIZE: usize = 16 + 6 * 16;
/** Place of four rows (lattice x, y / 4, z), then a₀, b₀, c₁, b₁ of each, four rows in a vector. */
export const BLOCK_SIZE: usize = 16 + 4 * 16;
/** So many of both are kept, by lattice x. */
export const KEPT: u32 = 4;
/** No lattice cell has this x: chunks end long before. */
const NOWHERE: i32 = i32.MIN_VALUE;
const ROW_SIZE: usize = 8 * 32;

@unmanaged
export class Fractal {
  octaves: usize;
  end: usize;
  /** 1 divided by the sum of weights. */
  scale: f32;
}

/** A noise whose first octave has a period of 2^`periodLog2` cells. */
export function fractalOf(seed: u32, periodLog2: u32, octaves: u32): Fractal {
  const fractal = changetype<Fractal>(arenaTake(offsetof<Fractal>(), 4));
  const size = offsetof<Octave>();
  fractal.octaves = arenaTake(size * octaves, 16);
  fractal.end = fractal.octaves + size * octaves;
  let weight: f32 = 1;
  let sum: f32 = 0;
  for (let i: u32 = 0; i < octaves; i++, weight *= 0.5) {
    const octave = changetype<Octave>(fractal.octaves + size * i);
    octave.seed = mix(seed + i);
    octave.shift = periodLog2 - i;
    octave.offsetX = <i32>(hashAt(octave.seed, 1, 0, 0) & OFFSET_MASK);
    octave.offsetY = <i32>(hashAt(octave.seed, 0, 1, 0) & OFFSET_MASK);
    octave.offsetZ = <i32>(hashAt(octave.seed, 0, 0, 1) & OFFSET_MASK);
    octave.weight = weight;
    octave.isKept = false;
    octave.hasRow = false;
    octave.gradients = arenaTake(GRADIENTS_SIZE * KEPT, 16);
    octave.blocks = arenaTake(BLOCK_SIZE * KEPT, 16);
    for (let k: u32 = 0; k < KEPT; k++) {
      store<i32>(octave.gradients + GRADIENTS_SIZE * k, NOWHERE);
      store<i32>(octave.blocks + BLOCK_SIZE * k, NOWHERE);
    }
    octave.row = arenaTake(ROW_SIZE, 16);
    sum += weight;
  }
  fractal.scale = 1 / sum;
  return fractal;
}

/** Whether so many octaves still have periods that are long enough. */
export function isFractal(periodLog2: u32, octaves: u32): bool {
  return octaves >= 1 && periodLog2 + 1 >= PERIOD_LOG2_MIN + octaves;
}

/** The noise at (x … x + 3, z), x a multiple of four; within ±1. */
export function noise2(fractal: Fractal, x: i32, z: i32): v128 {
  let sum = f32x4.splat(0);
  for (let at = fractal.octaves; at < fractal.end; at += offsetof<Octave>()) {
    const octave = changetype<Octave>(at);
    const shiftedX = x + octave.offsetX;
    const latticeX = shiftedX >> octave.shift;
    if (!octave.isKept || octave.latticeX != latticeX || octave.z != z) keepRow2(octave, latticeX, z);
    const value = blended(
      f32x4.splat(octave.a0),
      f32x4.splat(octave.b0),
      f32x4.splat(octave.c1),
      f32x4.splat(octave.b1),
      fractions(octave, shiftedX),
    );
    sum = f32x4.add(sum, f32x4.mul(value, f32x4.splat(octave.weight)));
  }
  return f32x4.mul(sum, f32x4.splat(fractal.scale * SCALE_2D));
}

@inline
export function fractions(octave: Octave, shiftedX: i32): v128 {
  const within = shiftedX & ((1 << octave.shift) - 1);
  const step: f32 = reinterpret<f32>((127 - octave.shift) << 23);
  return f32x4.mul(
    f32x4.convert_i32x4_s(i32x4.add(i32x4.splat(within), i32x4(0, 1, 2, 3))),
    f32x4.splat(step),
  );
}

@inline
export function fades(f: v128): v128 {
  const inner = f32x4.sub(f32x4.mul(f, f32x4.splat(6)), f32x4.splat(15));
  const curve = f32x4.add(f32x4.mul(f, inner), f32x4.splat(10));
  return f32x4.mul(f32x4.mul(f32x4.mul(f, f), f), curve);
}

@inline
export function blended(a0: v128, b0: v128, c1: v128, b1: v128, f: v128): v128 {
  const near = f32x4.add(a0, f32x4.mul(b0, f));
  const far = f32x4.add(c1, f32x4.mul(b1, f));
  return f32x4.add(near, f32x4.mul(fades(f), f32x4.sub(far, near)));
}

/** Corners in lanes: (x₀, z₀), (x₁, z₀), (x₀, z₁), (x₁, z₁). Directions (±1, ±2) and (±2, ±1). */
function keepRow2(octave: Octave, latticeX: i32, z: i32): void {
  const shiftedZ = z + octave.offsetZ;
  const latticeZ = shiftedZ >> octave.shift;
  const hashed = hashLanes(octave.seed, linearAt(latticeX, 0, latticeZ), stepsXZ());
  const index = v128.or(v128.and(hashed, i32x4.splat(7)), i32x4.splat(LANE_BYTE_ONLY));
  const gradX = lookUp(i8x16(1, -1, 1, -1, 2, -2, 2, -2, 0, 0, 0, 0, 0, 0, 0, 0), index);
  const gradZ = lookUp(i8x16(2, 2, -2, -2, 1, 1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0), index);
  const f = fractionOf(shiftedZ, octave.shift);
  const fade = fadeOf(f);
  const along = f32x4.mul(gradZ, f32x4(f, f, f - 1, f - 1));
  octave.a0 = lerp(f32x4.extract_lane(along, 0), f32x4.extract_lane(along, 2), fade);
  octave.b0 = lerp(f32x4.extract_lane(gradX, 0), f32x4.extract_lane(gradX, 2), fade);
  octave.b1 = lerp(f32x4.extract_lane(gradX, 1), f32x4.extract_lane(gradX, 3), fade);
  octave.c1 = lerp(f32x4.extract_lane(along, 1), f32x4.extract_lane(along, 3), fade) - octave.b1;
  octave.isKept = true;
  octave.latticeX = latticeX;
  octave.z = z;
}

/** Small signed numbers from a table of sixteen, as floats. */
@inline
export function lookUp(table: v128, index: v128): v128 {
  return f32x4.convert_i32x4_s(i32x4.shr_s(i32x4.shl(i8x16.swizzle(table, index), 24), 24));
}

@inline
export function fractionOf(shifted: i32, shift: u32): f32 {
  return <f32>(shifted & ((1 << shift) - 1)) * reinterpret<f32>((127 - shift) << 23);
}

@inline
export function fadeOf(f: f32): f32 {
  return f * f * f * (f * (f * 6 - 15) + 10);
}

@inline
function lerp(from: f32, to: f32, part: f32): f32 {
  return from + part * (to - from);
}

/**
 * Gradient noise in two and three dimensions: K. Perlin, "Improving noise" (SIGGRAPH 2002), with its fade
 * curve and its twelve directions, and a hash of the lattice point instead of a permutation table. Octaves of
 * half the period and half the weight are added and the sum is divided by the sum of weights.
 *
 * Periods are powers of two of at least four cells, so a place is a lattice point and a fraction without any
 * rounding, at any distance, and four cells in a row from a multiple of four lie between the same two lattice
 * planes. Along the row the value is then (A₀ + B₀ f) + fade(f) ((A₁ + B₁ (f − 1)) − (A₀ + B₀ f)) with four
 * numbers that depend on y and z alone: they are kept until another row or lattice cell is asked for.
 */
import { arenaTake } from "../../lib/arena";
import { hashAt, hashLanes, linearAt, mix, stepsXZ, stepsYZ } from "./hash";
import { PERIOD_LOG2_MIN } from "./layout";

/** Offsets keep groups of four together; so far off, octaves share no lattice point that could be seen. */
const OFFSET_MASK: u32 = 0x7ffc;
/** Makes two-dimensional noise, whose directions are √5 long, reach from −1 to 1. */
const SCALE_2D: f32 = 0.632455532;
/** Places the lookup leaves at zero: bytes 1 to 3 of each lane. */
const LANE_BYTE_ONLY: i32 = 0x10101000;

@unmanaged
export class Octave {
  seed: u32;
  shift: u32;
  offsetX: i32;
  offsetY: i32;
  offsetZ: i32;
  weight: f32;
  /** Where the four numbers hold: lattice x, y and z of the row. */
  isKept: bool;
  latticeX: i32;
  y: i32;
  z: i32;
  a0: f32;
  b0: f32;
  a1: f32;
  b1: f32;
}

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
  fractal.octaves = arenaTake(size * octaves, 4);
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
    sum = f32x4.add(sum, alongRow(octave, shiftedX));
  }
  return f32x4.mul(sum, f32x4.splat(fractal.scale * SCALE_2D));
}

/** The noise at (x … x + 3, y, z), x a multiple of four; within ±1.04. */
export function noise3(fractal: Fractal, x: i32, y: i32, z: i32): v128 {
  let sum = f32x4.splat(0);
  for (let at = fractal.octaves; at < fractal.end; at += offsetof<Octave>()) {
    const octave = changetype<Octave>(at);
    const shiftedX = x + octave.offsetX;
    const latticeX = shiftedX >> octave.shift;
    if (!octave.isKept || octave.latticeX != latticeX || octave.y != y || octave.z != z) {
      keepRow3(octave, latticeX, y, z);
    }
    sum = f32x4.add(sum, alongRow(octave, shiftedX));
  }
  return f32x4.mul(sum, f32x4.splat(fractal.scale));
}

@inline
function alongRow(octave: Octave, shiftedX: i32): v128 {
  const within = shiftedX & ((1 << octave.shift) - 1);
  const step: f32 = reinterpret<f32>((127 - octave.shift) << 23);
  const f = f32x4.mul(
    f32x4.convert_i32x4_s(i32x4.add(i32x4.splat(within), i32x4(0, 1, 2, 3))),
    f32x4.splat(step),
  );
  const one = f32x4.splat(1);
  const near = f32x4.add(f32x4.splat(octave.a0), f32x4.mul(f32x4.splat(octave.b0), f));
  const far = f32x4.add(f32x4.splat(octave.a1), f32x4.mul(f32x4.splat(octave.b1), f32x4.sub(f, one)));
  const inner = f32x4.sub(f32x4.mul(f, f32x4.splat(6)), f32x4.splat(15));
  const curve = f32x4.add(f32x4.mul(f, inner), f32x4.splat(10));
  const fade = f32x4.mul(f32x4.mul(f32x4.mul(f, f), f), curve);
  const value = f32x4.add(near, f32x4.mul(fade, f32x4.sub(far, near)));
  return f32x4.mul(value, f32x4.splat(octave.weight));
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
  octave.a1 = lerp(f32x4.extract_lane(along, 1), f32x4.extract_lane(along, 3), fade);
  octave.b0 = lerp(f32x4.extract_lane(gradX, 0), f32x4.extract_lane(gradX, 2), fade);
  octave.b1 = lerp(f32x4.extract_lane(gradX, 1), f32x4.extract_lane(gradX, 3), fade);
  octave.isKept = true;
  octave.latticeX = latticeX;
  octave.z = z;
}

/** Corners in lanes: (y₀, z₀), (y₁, z₀), (y₀, z₁), (y₁, z₁), first for x₀, then for x₁. */
function keepRow3(octave: Octave, latticeX: i32, y: i32, z: i32): void {
  const shiftedY = y + octave.offsetY;
  const shiftedZ = z + octave.offsetZ;
  const fy = fractionOf(shiftedY, octave.shift);
  const fz = fractionOf(shiftedZ, octave.shift);
  const fadeY = fadeOf(fy);
  const fadeZ = fadeOf(fz);
  const awayY = f32x4(fy, fy - 1, fy, fy - 1);
  const awayZ = f32x4(fz, fz, fz - 1, fz - 1);
  const weights = f32x4.mul(
    f32x4(1 - fadeY, fadeY, 1 - fadeY, fadeY),
    f32x4(1 - fadeZ, 1 - fadeZ, fadeZ, fadeZ),
  );
  const latticeY = shiftedY >> octave.shift;
  const latticeZ = shiftedZ >> octave.shift;
  for (let side = 0; side < 2; side++) {
    const hashed = hashLanes(octave.seed, linearAt(latticeX + side, latticeY, latticeZ), stepsYZ());
    const index = v128.or(v128.and(hashed, i32x4.splat(15)), i32x4.splat(LANE_BYTE_ONLY));
    const gradX = lookUp(i8x16(1, -1, 1, -1, 1, -1, 1, -1, 0, 0, 0, 0, 1, 0, -1, 0), index);
    const gradY = lookUp(i8x16(1, 1, -1, -1, 0, 0, 0, 0, 1, -1, 1, -1, 1, -1, 1, -1), index);
    const gradZ = lookUp(i8x16(0, 0, 0, 0, 1, 1, -1, -1, 1, 1, -1, -1, 0, 1, 0, -1), index);
    const across = f32x4.add(f32x4.mul(gradY, awayY), f32x4.mul(gradZ, awayZ));
    const a = sumOf(f32x4.mul(across, weights));
    const b = sumOf(f32x4.mul(gradX, weights));
    if (side == 0) {
      octave.a0 = a;
      octave.b0 = b;
    } else {
      octave.a1 = a;
      octave.b1 = b;
    }
  }
  octave.isKept = true;
  octave.latticeX = latticeX;
  octave.y = y;
  octave.z = z;
}

/** Small signed numbers from a table of sixteen, as floats. */
@inline
function lookUp(table: v128, index: v128): v128 {
  return f32x4.convert_i32x4_s(i32x4.shr_s(i32x4.shl(i8x16.swizzle(table, index), 24), 24));
}

@inline
function sumOf(lanes: v128): f32 {
  return (f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 1)) +
    (f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3));
}

@inline
function fractionOf(shifted: i32, shift: u32): f32 {
  return <f32>(shifted & ((1 << shift) - 1)) * reinterpret<f32>((127 - shift) << 23);
}

@inline
function fadeOf(f: f32): f32 {
  return f * f * f * (f * (f * 6 - 15) + 10);
}

@inline
function lerp(from: f32, to: f32, part: f32): f32 {
  return from + part * (to - from);
}

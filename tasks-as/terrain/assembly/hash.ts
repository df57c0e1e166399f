/**
 * The hash behind everything that is drawn: two rounds of multiply and shift with the constants that C.
 * Wellons found to mix best ("Prospecting for hash functions", 2018), over a linear mix of the coordinates.
 */

const X_PRIME: u32 = 0x8da6b343;
const Y_PRIME: u32 = 0xd8163841;
const Z_PRIME: u32 = 0xcb1ab31f;
const FIRST: u32 = 0x7feb352d;
const SECOND: u32 = 0x846ca68b;

/** 32 bits that depend on every bit of `bits`. */
export function mix(bits: u32): u32 {
  bits ^= bits >> 16;
  bits *= FIRST;
  bits ^= bits >> 15;
  bits *= SECOND;
  return bits ^ (bits >> 16);
}

/** The seed of one of the world's streams of draws. */
export function streamSeed(seed: u64, stream: u32): u32 {
  return mix(<u32>seed ^ mix(<u32>(seed >> 32) ^ mix(stream * 0x9e3779b9 + 1)));
}

/** The draw at a place. */
export function hashAt(seed: u32, x: i32, y: i32, z: i32): u32 {
  return mix(seed ^ (<u32>x * X_PRIME + <u32>y * Y_PRIME + <u32>z * Z_PRIME));
}

/** The part of a draw's coordinates that is the same for several lanes, and what one step adds. */
export function linearAt(x: i32, y: i32, z: i32): u32 {
  return <u32>x * X_PRIME + <u32>y * Y_PRIME + <u32>z * Z_PRIME;
}

/** `hashAt` of four places: `linear` and what each lane adds to it. */
@inline
export function hashLanes(seed: u32, linear: u32, steps: v128): v128 {
  let bits = v128.xor(i32x4.add(i32x4.splat(<i32>linear), steps), i32x4.splat(<i32>seed));
  bits = v128.xor(bits, i32x4.shr_u(bits, 16));
  bits = i32x4.mul(bits, i32x4.splat(<i32>FIRST));
  bits = v128.xor(bits, i32x4.shr_u(bits, 15));
  bits = i32x4.mul(bits, i32x4.splat(<i32>SECOND));
  return v128.xor(bits, i32x4.shr_u(bits, 16));
}

/** Steps of the corners (0,0), (1,0), (0,1), (1,1) in y and z. */
@inline
export function stepsYZ(): v128 {
  return i32x4(0, <i32>Y_PRIME, <i32>Z_PRIME, <i32>(Y_PRIME + Z_PRIME));
}

/** Steps of the corners (0,0), (1,0), (0,1), (1,1) in x and z. */
@inline
export function stepsXZ(): v128 {
  return i32x4(0, <i32>X_PRIME, <i32>Z_PRIME, <i32>(X_PRIME + Z_PRIME));
}

/** A draw as a number in 0 ≤ n < 1. */
export function unitOf(bits: u32): f32 {
  return <f32>(bits >> 8) * <f32>(1.0 / 16777216.0);
}

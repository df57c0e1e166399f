/** Three-vectors in v128 (fourth lane zero) and four-lane transposition. */

// @ts-ignore: decorator
@inline
export function add(a: v128, b: v128): v128 {
  return f32x4.add(a, b);
}

// @ts-ignore: decorator
@inline
export function sub(a: v128, b: v128): v128 {
  return f32x4.sub(a, b);
}

// @ts-ignore: decorator
@inline
export function mul(a: v128, b: v128): v128 {
  return f32x4.mul(a, b);
}

// @ts-ignore: decorator
@inline
export function splat(a: f32): v128 {
  return f32x4.splat(a);
}

// @ts-ignore: decorator
@inline
export function scale(a: v128, b: f32): v128 {
  return f32x4.mul(a, f32x4.splat(b));
}

// @ts-ignore: decorator
@inline
export function xOf(a: v128): f32 {
  return f32x4.extract_lane(a, 0);
}

// @ts-ignore: decorator
@inline
export function yOf(a: v128): f32 {
  return f32x4.extract_lane(a, 1);
}

// @ts-ignore: decorator
@inline
export function zOf(a: v128): f32 {
  return f32x4.extract_lane(a, 2);
}

// @ts-ignore: decorator
@inline
export function wOf(a: v128): f32 {
  return f32x4.extract_lane(a, 3);
}

/** x + y + z of a product that is already formed. */
// @ts-ignore: decorator
@inline
export function sum3(m: v128): f32 {
  return f32x4.extract_lane(m, 0) + f32x4.extract_lane(m, 1) + f32x4.extract_lane(m, 2);
}

// @ts-ignore: decorator
@inline
export function dot(a: v128, b: v128): f32 {
  return sum3(f32x4.mul(a, b));
}

// @ts-ignore: decorator
@inline
export function yzx(a: v128): v128 {
  return v128.shuffle<f32>(a, a, 1, 2, 0, 3);
}

// @ts-ignore: decorator
@inline
export function zxy(a: v128): v128 {
  return v128.shuffle<f32>(a, a, 2, 0, 1, 3);
}

// @ts-ignore: decorator
@inline
export function cross(a: v128, b: v128): v128 {
  return yzx(f32x4.sub(f32x4.mul(a, yzx(b)), f32x4.mul(yzx(a), b)));
}

/** columns c0, c1, c2 times p. */
// @ts-ignore: decorator
@inline
export function turn(c0: v128, c1: v128, c2: v128, p: v128): v128 {
  return f32x4.add(
    f32x4.add(
      f32x4.mul(c0, v128.shuffle<f32>(p, p, 0, 0, 0, 0)),
      f32x4.mul(c1, v128.shuffle<f32>(p, p, 1, 1, 1, 1)),
    ),
    f32x4.mul(c2, v128.shuffle<f32>(p, p, 2, 2, 2, 2)),
  );
}

/** The 4×4 matrix of four loaded rows, transposed into `to`: row i goes to `to + i × stride`. */
// @ts-ignore: decorator
@inline
export function storeTransposed(r0: v128, r1: v128, r2: v128, r3: v128, to: usize, stride: usize): void {
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(to + stride, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
  v128.store(to + 2 * stride, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
  v128.store(to + 3 * stride, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
}

/** Per lane: whether low ≤ value ≤ high; false for NaN. */
// @ts-ignore: decorator
@inline
export function within(value: v128, low: f32, high: f32): v128 {
  return v128.and(f32x4.ge(value, f32x4.splat(low)), f32x4.le(value, f32x4.splat(high)));
}

/** The lowest bytes of four lanes. */
// @ts-ignore: decorator
@inline
export function bytesOf(lanes: v128): u32 {
  return i32x4.extract_lane(v128.shuffle<u8>(lanes, lanes, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12), 0);
}

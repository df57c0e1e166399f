/** How impulses are stored: 18 bits of mantissa, the six lowest bits of each float zero. */
import { IMPULSE_LOW_BITS, IMPULSE_MAX } from "./layout";
import { splat } from "./vec";

/** Rounds to the stored precision. */
// @ts-ignore: decorator
@inline
export function rounded(value: v128): v128 {
  const half = i32x4.splat((IMPULSE_LOW_BITS + 1) >> 1);
  return v128.and(i32x4.add(value, half), i32x4.splat(~IMPULSE_LOW_BITS));
}

/** Per lane: whether an impulse can be stored, which one that is beyond the range or not a number cannot. */
// @ts-ignore: decorator
@inline
export function storable(value: v128): v128 {
  return f32x4.le(f32x4.abs(value), splat(IMPULSE_MAX));
}

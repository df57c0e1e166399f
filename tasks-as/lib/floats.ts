/**
 * Floats as bits that are the same on every machine and in every compiler tier. WebAssembly leaves sign and
 * payload of a computed NaN open, so a float reaches an output only through these functions.
 */

const NAN_F32: u32 = 0x7fc00000;
const NAN_F64: u64 = 0x7ff8000000000000;

/** The bits of `value`; any NaN gives the quiet NaN with sign 0 and payload 0. */
export function bitsOfF32(value: f32): u32 {
  const bits = reinterpret<u32>(value);
  return (bits & 0x7fffffff) > 0x7f800000 ? NAN_F32 : bits;
}

/** The bits of `value`; any NaN gives the quiet NaN with sign 0 and payload 0. */
export function bitsOfF64(value: f64): u64 {
  const bits = reinterpret<u64>(value);
  return (bits & 0x7fffffffffffffff) > 0x7ff0000000000000 ? NAN_F64 : bits;
}

/** Stores `value` at `address` with canonical NaN. */
export function storeF32(address: usize, value: f32): void {
  store<u32>(address, bitsOfF32(value));
}

/** Stores `value` at `address` with canonical NaN. */
export function storeF64(address: usize, value: f64): void {
  store<u64>(address, bitsOfF64(value));
}

/** Replaces every NaN among the four lanes by the canonical one. */
export function canonicalF32x4(value: v128): v128 {
  return v128.bitselect(value, i32x4.splat(<i32>NAN_F32), f32x4.eq(value, value));
}

/** Whether `value` is neither infinite nor NaN. */
export function isFiniteF32(value: f32): bool {
  return (reinterpret<u32>(value) & 0x7f800000) != 0x7f800000;
}

/** Whether `value` is neither infinite nor NaN. */
export function isFiniteF64(value: f64): bool {
  return (reinterpret<u64>(value) & 0x7ff0000000000000) != 0x7ff0000000000000;
}

// The vector instructions of WebAssembly, behind the prefix 0xfd, as data. Relaxed SIMD (from 0x100 on) is not among
// them: its results differ between processors.
import type { OpcodeRow } from "./opcode_rows.ts";

const unary = "v128 -> v128";
const binary = "v128 v128 -> v128";
const shift = "v128 i32 -> v128";
const test = "v128 -> i32";

/** Instructions behind the prefix 0xfd. */
export const SIMD_ROWS: readonly OpcodeRow[] = [
  {
    code: 0x00,
    names: "v128.load v128.load8x8_s v128.load8x8_u v128.load16x4_s v128.load16x4_u v128.load32x2_s " +
      "v128.load32x2_u v128.load8_splat v128.load16_splat v128.load32_splat v128.load64_splat",
    immediates: ["memarg"],
    stack: "i32 -> v128",
  },
  { code: 0x0b, names: "v128.store", immediates: ["memarg"], stack: "i32 v128 ->" },
  { code: 0x0c, names: "v128.const", immediates: ["v128"], stack: "-> v128" },
  { code: 0x0d, names: "i8x16.shuffle", immediates: ["v128"], stack: binary },
  { code: 0x0e, names: "i8x16.swizzle", stack: binary },
  { code: 0x0f, names: "i8x16.splat i16x8.splat i32x4.splat", stack: "i32 -> v128" },
  { code: 0x12, names: "i64x2.splat", stack: "i64 -> v128" },
  { code: 0x13, names: "f32x4.splat", stack: "f32 -> v128" },
  { code: 0x14, names: "f64x2.splat", stack: "f64 -> v128" },
  { code: 0x15, names: "i8x16.extract_lane_s i8x16.extract_lane_u", immediates: ["lane"], stack: test },
  { code: 0x17, names: "i8x16.replace_lane", immediates: ["lane"], stack: shift },
  { code: 0x18, names: "i16x8.extract_lane_s i16x8.extract_lane_u", immediates: ["lane"], stack: test },
  { code: 0x1a, names: "i16x8.replace_lane", immediates: ["lane"], stack: shift },
  { code: 0x1b, names: "i32x4.extract_lane", immediates: ["lane"], stack: test },
  { code: 0x1c, names: "i32x4.replace_lane", immediates: ["lane"], stack: shift },
  { code: 0x1d, names: "i64x2.extract_lane", immediates: ["lane"], stack: "v128 -> i64" },
  { code: 0x1e, names: "i64x2.replace_lane", immediates: ["lane"], stack: "v128 i64 -> v128" },
  { code: 0x1f, names: "f32x4.extract_lane", immediates: ["lane"], stack: "v128 -> f32" },
  { code: 0x20, names: "f32x4.replace_lane", immediates: ["lane"], stack: "v128 f32 -> v128" },
  { code: 0x21, names: "f64x2.extract_lane", immediates: ["lane"], stack: "v128 -> f64" },
  { code: 0x22, names: "f64x2.replace_lane", immediates: ["lane"], stack: "v128 f64 -> v128" },
  {
    code: 0x23,
    names: "i8x16.eq i8x16.ne i8x16.lt_s i8x16.lt_u i8x16.gt_s i8x16.gt_u i8x16.le_s i8x16.le_u " +
      "i8x16.ge_s i8x16.ge_u i16x8.eq i16x8.ne i16x8.lt_s i16x8.lt_u i16x8.gt_s i16x8.gt_u i16x8.le_s " +
      "i16x8.le_u i16x8.ge_s i16x8.ge_u i32x4.eq i32x4.ne i32x4.lt_s i32x4.lt_u i32x4.gt_s i32x4.gt_u " +
      "i32x4.le_s i32x4.le_u i32x4.ge_s i32x4.ge_u f32x4.eq f32x4.ne f32x4.lt f32x4.gt f32x4.le f32x4.ge " +
      "f64x2.eq f64x2.ne f64x2.lt f64x2.gt f64x2.le f64x2.ge",
    stack: binary,
  },
  { code: 0x4d, names: "v128.not", stack: unary },
  { code: 0x4e, names: "v128.and v128.andnot v128.or v128.xor", stack: binary },
  { code: 0x52, names: "v128.bitselect", stack: "v128 v128 v128 -> v128" },
  { code: 0x53, names: "v128.any_true", stack: test },
  {
    code: 0x54,
    names: "v128.load8_lane v128.load16_lane v128.load32_lane v128.load64_lane",
    immediates: ["memarg", "lane"],
    stack: "i32 v128 -> v128",
  },
  {
    code: 0x58,
    names: "v128.store8_lane v128.store16_lane v128.store32_lane v128.store64_lane",
    immediates: ["memarg", "lane"],
    stack: "i32 v128 ->",
  },
  { code: 0x5c, names: "v128.load32_zero v128.load64_zero", immediates: ["memarg"], stack: "i32 -> v128" },
  { code: 0x5e, names: "f32x4.demote_f64x2_zero f64x2.promote_low_f32x4", stack: unary },
  { code: 0x60, names: "i8x16.abs i8x16.neg i8x16.popcnt", stack: unary },
  { code: 0x63, names: "i8x16.all_true i8x16.bitmask", stack: test },
  { code: 0x65, names: "i8x16.narrow_i16x8_s i8x16.narrow_i16x8_u", stack: binary },
  { code: 0x67, names: "f32x4.ceil f32x4.floor f32x4.trunc f32x4.nearest", stack: unary },
  { code: 0x6b, names: "i8x16.shl i8x16.shr_s i8x16.shr_u", stack: shift },
  {
    code: 0x6e,
    names: "i8x16.add i8x16.add_sat_s i8x16.add_sat_u i8x16.sub i8x16.sub_sat_s i8x16.sub_sat_u",
    stack: binary,
  },
  { code: 0x74, names: "f64x2.ceil f64x2.floor", stack: unary },
  { code: 0x76, names: "i8x16.min_s i8x16.min_u i8x16.max_s i8x16.max_u", stack: binary },
  { code: 0x7a, names: "f64x2.trunc", stack: unary },
  { code: 0x7b, names: "i8x16.avgr_u", stack: binary },
  {
    code: 0x7c,
    names: "i16x8.extadd_pairwise_i8x16_s i16x8.extadd_pairwise_i8x16_u i32x4.extadd_pairwise_i16x8_s " +
      "i32x4.extadd_pairwise_i16x8_u i16x8.abs i16x8.neg",
    stack: unary,
  },
  { code: 0x82, names: "i16x8.q15mulr_sat_s", stack: binary },
  { code: 0x83, names: "i16x8.all_true i16x8.bitmask", stack: test },
  { code: 0x85, names: "i16x8.narrow_i32x4_s i16x8.narrow_i32x4_u", stack: binary },
  {
    code: 0x87,
    names: "i16x8.extend_low_i8x16_s i16x8.extend_high_i8x16_s i16x8.extend_low_i8x16_u " +
      "i16x8.extend_high_i8x16_u",
    stack: unary,
  },
  { code: 0x8b, names: "i16x8.shl i16x8.shr_s i16x8.shr_u", stack: shift },
  {
    code: 0x8e,
    names: "i16x8.add i16x8.add_sat_s i16x8.add_sat_u i16x8.sub i16x8.sub_sat_s i16x8.sub_sat_u",
    stack: binary,
  },
  { code: 0x94, names: "f64x2.nearest", stack: unary },
  { code: 0x95, names: "i16x8.mul i16x8.min_s i16x8.min_u i16x8.max_s i16x8.max_u", stack: binary },
  {
    code: 0x9b,
    names: "i16x8.avgr_u i16x8.extmul_low_i8x16_s i16x8.extmul_high_i8x16_s i16x8.extmul_low_i8x16_u " +
      "i16x8.extmul_high_i8x16_u",
    stack: binary,
  },
  { code: 0xa0, names: "i32x4.abs i32x4.neg", stack: unary },
  { code: 0xa3, names: "i32x4.all_true i32x4.bitmask", stack: test },
  {
    code: 0xa7,
    names: "i32x4.extend_low_i16x8_s i32x4.extend_high_i16x8_s i32x4.extend_low_i16x8_u " +
      "i32x4.extend_high_i16x8_u",
    stack: unary,
  },
  { code: 0xab, names: "i32x4.shl i32x4.shr_s i32x4.shr_u", stack: shift },
  { code: 0xae, names: "i32x4.add", stack: binary },
  { code: 0xb1, names: "i32x4.sub", stack: binary },
  {
    code: 0xb5,
    names: "i32x4.mul i32x4.min_s i32x4.min_u i32x4.max_s i32x4.max_u i32x4.dot_i16x8_s",
    stack: binary,
  },
  {
    code: 0xbc,
    names: "i32x4.extmul_low_i16x8_s i32x4.extmul_high_i16x8_s i32x4.extmul_low_i16x8_u " +
      "i32x4.extmul_high_i16x8_u",
    stack: binary,
  },
  { code: 0xc0, names: "i64x2.abs i64x2.neg", stack: unary },
  { code: 0xc3, names: "i64x2.all_true i64x2.bitmask", stack: test },
  {
    code: 0xc7,
    names: "i64x2.extend_low_i32x4_s i64x2.extend_high_i32x4_s i64x2.extend_low_i32x4_u " +
      "i64x2.extend_high_i32x4_u",
    stack: unary,
  },
  { code: 0xcb, names: "i64x2.shl i64x2.shr_s i64x2.shr_u", stack: shift },
  { code: 0xce, names: "i64x2.add", stack: binary },
  { code: 0xd1, names: "i64x2.sub", stack: binary },
  {
    code: 0xd5,
    names: "i64x2.mul i64x2.eq i64x2.ne i64x2.lt_s i64x2.gt_s i64x2.le_s i64x2.ge_s " +
      "i64x2.extmul_low_i32x4_s i64x2.extmul_high_i32x4_s i64x2.extmul_low_i32x4_u i64x2.extmul_high_i32x4_u",
    stack: binary,
  },
  { code: 0xe0, names: "f32x4.abs f32x4.neg", stack: unary },
  { code: 0xe3, names: "f32x4.sqrt", stack: unary },
  {
    code: 0xe4,
    names: "f32x4.add f32x4.sub f32x4.mul f32x4.div f32x4.min f32x4.max f32x4.pmin f32x4.pmax",
    stack: binary,
  },
  { code: 0xec, names: "f64x2.abs f64x2.neg", stack: unary },
  { code: 0xef, names: "f64x2.sqrt", stack: unary },
  {
    code: 0xf0,
    names: "f64x2.add f64x2.sub f64x2.mul f64x2.div f64x2.min f64x2.max f64x2.pmin f64x2.pmax",
    stack: binary,
  },
  {
    code: 0xf8,
    names: "i32x4.trunc_sat_f32x4_s i32x4.trunc_sat_f32x4_u f32x4.convert_i32x4_s f32x4.convert_i32x4_u " +
      "i32x4.trunc_sat_f64x2_s_zero i32x4.trunc_sat_f64x2_u_zero f64x2.convert_low_i32x4_s " +
      "f64x2.convert_low_i32x4_u",
    stack: unary,
  },
];

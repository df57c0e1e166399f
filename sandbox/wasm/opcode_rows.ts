// The instructions of WebAssembly that are accepted here, as data: the 1.0 set with sign extension, saturating
// conversions, bulk memory, reference types, several values and tail calls. Order and codes are the specification's
// (its index of instructions). A row names instructions with consecutive codes that share immediates and stack effect.

/** Immediates of an instruction, in order; what each is called says how it is read. */
export type Immediate =
  | "blocktype"
  | "label"
  | "labels"
  | "func"
  | "type"
  | "local"
  | "global"
  | "table"
  | "memory"
  | "elem"
  | "data"
  | "memarg"
  | "lane"
  | "i32"
  | "i64"
  | "f32"
  | "f64"
  | "v128"
  | "reftype"
  | "valtypes";

/** Consecutive codes from `code` on. `stack`: operands -> results; absent where it depends on the immediates. */
export interface OpcodeRow {
  readonly code: number;
  readonly names: string;
  readonly immediates?: readonly Immediate[];
  readonly stack?: string;
}

/** Instructions of one byte. */
export const CORE_ROWS: readonly OpcodeRow[] = [
  { code: 0x00, names: "unreachable" },
  { code: 0x01, names: "nop", stack: "->" },
  { code: 0x02, names: "block loop if", immediates: ["blocktype"] },
  { code: 0x05, names: "else" },
  { code: 0x0b, names: "end" },
  { code: 0x0c, names: "br br_if", immediates: ["label"] },
  { code: 0x0e, names: "br_table", immediates: ["labels"] },
  { code: 0x0f, names: "return" },
  { code: 0x10, names: "call", immediates: ["func"] },
  { code: 0x11, names: "call_indirect", immediates: ["type", "table"] },
  { code: 0x12, names: "return_call", immediates: ["func"] },
  { code: 0x13, names: "return_call_indirect", immediates: ["type", "table"] },
  { code: 0x1a, names: "drop" },
  { code: 0x1b, names: "select" },
  { code: 0x1c, names: "select_t", immediates: ["valtypes"] },
  { code: 0x20, names: "local.get local.set local.tee", immediates: ["local"] },
  { code: 0x23, names: "global.get global.set", immediates: ["global"] },
  { code: 0x25, names: "table.get", immediates: ["table"], stack: "i32 -> ref" },
  { code: 0x26, names: "table.set", immediates: ["table"], stack: "i32 ref ->" },
  { code: 0x28, names: "i32.load", immediates: ["memarg"], stack: "i32 -> i32" },
  { code: 0x29, names: "i64.load", immediates: ["memarg"], stack: "i32 -> i64" },
  { code: 0x2a, names: "f32.load", immediates: ["memarg"], stack: "i32 -> f32" },
  { code: 0x2b, names: "f64.load", immediates: ["memarg"], stack: "i32 -> f64" },
  {
    code: 0x2c,
    names: "i32.load8_s i32.load8_u i32.load16_s i32.load16_u",
    immediates: ["memarg"],
    stack: "i32 -> i32",
  },
  {
    code: 0x30,
    names: "i64.load8_s i64.load8_u i64.load16_s i64.load16_u i64.load32_s i64.load32_u",
    immediates: ["memarg"],
    stack: "i32 -> i64",
  },
  { code: 0x36, names: "i32.store", immediates: ["memarg"], stack: "i32 i32 ->" },
  { code: 0x37, names: "i64.store", immediates: ["memarg"], stack: "i32 i64 ->" },
  { code: 0x38, names: "f32.store", immediates: ["memarg"], stack: "i32 f32 ->" },
  { code: 0x39, names: "f64.store", immediates: ["memarg"], stack: "i32 f64 ->" },
  { code: 0x3a, names: "i32.store8 i32.store16", immediates: ["memarg"], stack: "i32 i32 ->" },
  {
    code: 0x3c,
    names: "i64.store8 i64.store16 i64.store32",
    immediates: ["memarg"],
    stack: "i32 i64 ->",
  },
  { code: 0x3f, names: "memory.size", immediates: ["memory"], stack: "-> i32" },
  { code: 0x40, names: "memory.grow", immediates: ["memory"], stack: "i32 -> i32" },
  { code: 0x41, names: "i32.const", immediates: ["i32"], stack: "-> i32" },
  { code: 0x42, names: "i64.const", immediates: ["i64"], stack: "-> i64" },
  { code: 0x43, names: "f32.const", immediates: ["f32"], stack: "-> f32" },
  { code: 0x44, names: "f64.const", immediates: ["f64"], stack: "-> f64" },
  { code: 0x45, names: "i32.eqz", stack: "i32 -> i32" },
  {
    code: 0x46,
    names: "i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s i32.ge_u",
    stack: "i32 i32 -> i32",
  },
  { code: 0x50, names: "i64.eqz", stack: "i64 -> i32" },
  {
    code: 0x51,
    names: "i64.eq i64.ne i64.lt_s i64.lt_u i64.gt_s i64.gt_u i64.le_s i64.le_u i64.ge_s i64.ge_u",
    stack: "i64 i64 -> i32",
  },
  { code: 0x5b, names: "f32.eq f32.ne f32.lt f32.gt f32.le f32.ge", stack: "f32 f32 -> i32" },
  { code: 0x61, names: "f64.eq f64.ne f64.lt f64.gt f64.le f64.ge", stack: "f64 f64 -> i32" },
  { code: 0x67, names: "i32.clz i32.ctz i32.popcnt", stack: "i32 -> i32" },
  {
    code: 0x6a,
    names: "i32.add i32.sub i32.mul i32.div_s i32.div_u i32.rem_s i32.rem_u i32.and i32.or i32.xor " +
      "i32.shl i32.shr_s i32.shr_u i32.rotl i32.rotr",
    stack: "i32 i32 -> i32",
  },
  { code: 0x79, names: "i64.clz i64.ctz i64.popcnt", stack: "i64 -> i64" },
  {
    code: 0x7c,
    names: "i64.add i64.sub i64.mul i64.div_s i64.div_u i64.rem_s i64.rem_u i64.and i64.or i64.xor " +
      "i64.shl i64.shr_s i64.shr_u i64.rotl i64.rotr",
    stack: "i64 i64 -> i64",
  },
  {
    code: 0x8b,
    names: "f32.abs f32.neg f32.ceil f32.floor f32.trunc f32.nearest f32.sqrt",
    stack: "f32 -> f32",
  },
  {
    code: 0x92,
    names: "f32.add f32.sub f32.mul f32.div f32.min f32.max f32.copysign",
    stack: "f32 f32 -> f32",
  },
  {
    code: 0x99,
    names: "f64.abs f64.neg f64.ceil f64.floor f64.trunc f64.nearest f64.sqrt",
    stack: "f64 -> f64",
  },
  {
    code: 0xa0,
    names: "f64.add f64.sub f64.mul f64.div f64.min f64.max f64.copysign",
    stack: "f64 f64 -> f64",
  },
  { code: 0xa7, names: "i32.wrap_i64", stack: "i64 -> i32" },
  { code: 0xa8, names: "i32.trunc_f32_s i32.trunc_f32_u", stack: "f32 -> i32" },
  { code: 0xaa, names: "i32.trunc_f64_s i32.trunc_f64_u", stack: "f64 -> i32" },
  { code: 0xac, names: "i64.extend_i32_s i64.extend_i32_u", stack: "i32 -> i64" },
  { code: 0xae, names: "i64.trunc_f32_s i64.trunc_f32_u", stack: "f32 -> i64" },
  { code: 0xb0, names: "i64.trunc_f64_s i64.trunc_f64_u", stack: "f64 -> i64" },
  { code: 0xb2, names: "f32.convert_i32_s f32.convert_i32_u", stack: "i32 -> f32" },
  { code: 0xb4, names: "f32.convert_i64_s f32.convert_i64_u", stack: "i64 -> f32" },
  { code: 0xb6, names: "f32.demote_f64", stack: "f64 -> f32" },
  { code: 0xb7, names: "f64.convert_i32_s f64.convert_i32_u", stack: "i32 -> f64" },
  { code: 0xb9, names: "f64.convert_i64_s f64.convert_i64_u", stack: "i64 -> f64" },
  { code: 0xbb, names: "f64.promote_f32", stack: "f32 -> f64" },
  { code: 0xbc, names: "i32.reinterpret_f32", stack: "f32 -> i32" },
  { code: 0xbd, names: "i64.reinterpret_f64", stack: "f64 -> i64" },
  { code: 0xbe, names: "f32.reinterpret_i32", stack: "i32 -> f32" },
  { code: 0xbf, names: "f64.reinterpret_i64", stack: "i64 -> f64" },
  { code: 0xc0, names: "i32.extend8_s i32.extend16_s", stack: "i32 -> i32" },
  { code: 0xc2, names: "i64.extend8_s i64.extend16_s i64.extend32_s", stack: "i64 -> i64" },
  { code: 0xd0, names: "ref.null", immediates: ["reftype"], stack: "-> ref" },
  { code: 0xd1, names: "ref.is_null", stack: "ref -> i32" },
  { code: 0xd2, names: "ref.func", immediates: ["func"], stack: "-> ref" },
];

/** Instructions behind the prefix 0xfc: saturating conversions, bulk memory, tables. */
export const MISC_ROWS: readonly OpcodeRow[] = [
  { code: 0, names: "i32.trunc_sat_f32_s i32.trunc_sat_f32_u", stack: "f32 -> i32" },
  { code: 2, names: "i32.trunc_sat_f64_s i32.trunc_sat_f64_u", stack: "f64 -> i32" },
  { code: 4, names: "i64.trunc_sat_f32_s i64.trunc_sat_f32_u", stack: "f32 -> i64" },
  { code: 6, names: "i64.trunc_sat_f64_s i64.trunc_sat_f64_u", stack: "f64 -> i64" },
  { code: 8, names: "memory.init", immediates: ["data", "memory"], stack: "i32 i32 i32 ->" },
  { code: 9, names: "data.drop", immediates: ["data"], stack: "->" },
  { code: 10, names: "memory.copy", immediates: ["memory", "memory"], stack: "i32 i32 i32 ->" },
  { code: 11, names: "memory.fill", immediates: ["memory"], stack: "i32 i32 i32 ->" },
  { code: 12, names: "table.init", immediates: ["elem", "table"], stack: "i32 i32 i32 ->" },
  { code: 13, names: "elem.drop", immediates: ["elem"], stack: "->" },
  { code: 14, names: "table.copy", immediates: ["table", "table"], stack: "i32 i32 i32 ->" },
  { code: 15, names: "table.grow", immediates: ["table"], stack: "ref i32 -> i32" },
  { code: 16, names: "table.size", immediates: ["table"], stack: "-> i32" },
  { code: 17, names: "table.fill", immediates: ["table"], stack: "i32 ref i32 ->" },
];

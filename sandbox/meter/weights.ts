// What instructions cost, in units of fuel. A change here changes every count: it is a new version of the table, and
// every kernel that is built with it is a new kernel.
import type { Opcode } from "../wasm/mod.ts";

/** Version of the table below, as manifests name it. */
export const WEIGHTS_VERSION = 1;

/** What an instruction costs that no other list names. */
const PLAIN = 1;

/** Instructions that engines make no machine code of, or next to none. */
const FREE =
  "nop block loop else end drop local.get local.set local.tee i32.const i64.const f32.const f64.const " +
  "v128.const ref.null";

/** Fuel by names; the slow ones of their kind. */
const WEIGHTS: Readonly<Record<number, string>> = {
  0: FREE,
  2: "br_table select_t global.set ref.func table.get table.set",
  4: "call return_call f32.div f32.sqrt i32x4.dot_i16x8_s f32x4.div f32x4.sqrt i64x2.mul i8x16.popcnt " +
    "i8x16.shl i8x16.shr_s i8x16.shr_u",
  8: "call_indirect return_call_indirect f64.div f64.sqrt f64x2.div f64x2.sqrt i32.div_s i32.div_u i32.rem_s " +
    "i32.rem_u i64.div_s i64.div_u i64.rem_s i64.rem_u",
  16:
    "memory.init memory.copy memory.fill table.init table.copy table.fill memory.grow table.grow data.drop elem.drop",
};

const byName = new Map<string, number>();
for (const [weight, names] of Object.entries(WEIGHTS)) {
  for (const name of names.split(" ")) byName.set(name, Number(weight));
}

/** Fuel of one execution, beside what the amount costs. */
export function weightOf(op: Opcode): number {
  return byName.get(op.name) ?? PLAIN;
}

/** Fuel of entering a function and of a loop's next turn. */
export const ENTRY_WEIGHT = 1;

/**
 * What an instruction costs beside its weight for each unit of its amount, the number on top of the stack: a shift to
 * the left, or to the right where it is negative. Bytes: one unit of fuel for eight; pages: 4,096.
 */
export const AMOUNT_SHIFTS: Readonly<Record<string, number>> = {
  "memory.init": -3,
  "memory.copy": -3,
  "memory.fill": -3,
  "table.init": 0,
  "table.copy": 0,
  "table.fill": 0,
  "table.grow": 3,
  "memory.grow": 12,
};

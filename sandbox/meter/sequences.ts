// The instructions that the meter puts in, as bytes. None of them touches the operands that lie on the stack.
import { Writer } from "../wasm/mod.ts";
import { MACHINE_FAILED } from "./names.ts";

/** Codes of the instructions used here. */
export const code = {
  unreachable: 0x00,
  block: 0x02,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i64Const: 0x42,
  i32Eq: 0x46,
  i32LtS: 0x48,
  i64LtS: 0x53,
  i64GtS: 0x55,
  i64LeU: 0x58,
  i64GeS: 0x59,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i64Add: 0x7c,
  i64Sub: 0x7d,
  i64Mul: 0x7e,
  i64DivU: 0x80,
  i64Shl: 0x86,
  i64ShrU: 0x88,
  i64ExtendI32S: 0xac,
  i64ExtendI32U: 0xad,
} as const;

export const NO_RESULT = 0x40;

/** The indices of the meter's globals in a module. */
export interface MeterGlobals {
  readonly fuel: number;
  readonly depth: number;
}

/** Where a function counts: in the module's global, or in a local of its own that it writes back. */
export interface Counter {
  readonly global: number;
  readonly local: number | undefined;
}

/** The indices of the locals that the meter added to a function. */
export interface MeterLocals {
  readonly amount: number;
  readonly result: number;
  readonly left: number;
  readonly distance: number;
  /** By the codes of their types. */
  readonly floats: ReadonlyMap<number, number>;
}

/** Takes fuel; with `checked` it ends the call when none is left. */
export function putCharge(to: Writer, counter: Counter, cost: number, checked: boolean): void {
  putGet(to, counter);
  to.byte(code.i64Const).signed(cost).byte(code.i64Sub);
  putSet(to, counter);
  if (checked) putFuelTest(to, counter);
}

/** Takes the fuel that `putCost` leaves on the stack, and ends the call when none is left. */
export function putCostSubtracted(to: Writer, counter: Counter, putCost: () => void): void {
  putGet(to, counter);
  putCost();
  to.byte(code.i64Sub);
  putSet(to, counter);
  putFuelTest(to, counter);
}

/** What a function that counts in a local begins with: what is left, and a block that every way out leads through. */
export function putOpening(to: Writer, counter: Counter, results: readonly number[]): void {
  if (counter.local === undefined) return;
  putResumed(to, counter);
  to.byte(code.block).byte(results[0] ?? NO_RESULT);
}

/** What it ends with, in front of its own `end`. */
export function putClosing(to: Writer, counter: Counter): void {
  if (counter.local === undefined) return;
  to.byte(code.end);
  putSettled(to, counter);
}

/** Writes back what is left, for whoever counts or looks next. */
export function putSettled(to: Writer, { global, local }: Counter): void {
  if (local === undefined) return;
  to.byte(code.localGet).unsigned(local).byte(code.globalSet).unsigned(global);
}

/** Reads what others have left. */
export function putResumed(to: Writer, { global, local }: Counter): void {
  if (local === undefined) return;
  to.byte(code.globalGet).unsigned(global).byte(code.localSet).unsigned(local);
}

/** Ends the call as one that has used all of its fuel. */
export function putExhausted(to: Writer, { global }: Counter): void {
  to.byte(code.i64Const).signed(-1).byte(code.globalSet).unsigned(global).byte(code.unreachable);
}

function putGet(to: Writer, { global, local }: Counter): void {
  if (local === undefined) to.byte(code.globalGet).unsigned(global);
  else to.byte(code.localGet).unsigned(local);
}

function putSet(to: Writer, { global, local }: Counter): void {
  if (local === undefined) to.byte(code.globalSet).unsigned(global);
  else to.byte(code.localSet).unsigned(local);
}

/** In front of a bulk operation: takes fuel for its amount, on top of the stack, which it leaves there and in a local. */
export function putAmountCharge(
  to: Writer,
  counter: Counter,
  { amount }: MeterLocals,
  shift: number,
): void {
  to.byte(code.localTee).unsigned(amount);
  putCostOf(to, counter, amount, shift);
  putSettled(to, counter);
}

/** In front of an instruction that grows a memory or table: keeps what it asks for. */
export function putGrowth(to: Writer, { amount }: MeterLocals): void {
  to.byte(code.localTee).unsigned(amount);
}

/** What was grown: the instruction that reads its size, and the most it may have; undefined where that is not known. */
export interface Grown {
  readonly size: ArrayLike<number>;
  readonly maximum: number | undefined;
}

/**
 * Behind it: takes fuel for what was given. Where nothing was, although the module may have that much, it is this
 * machine that failed, which says nothing about the task.
 */
export function putGrowthCharge(
  to: Writer,
  counter: Counter,
  { amount, result }: MeterLocals,
  shift: number,
  { size, maximum }: Grown,
): void {
  to.byte(code.localTee).unsigned(result);
  to.byte(code.i32Const).signed(-1).byte(code.i32Eq);
  to.byte(code.if).byte(NO_RESULT);
  if (maximum !== undefined) {
    to.bytes(size).byte(code.i64ExtendI32U);
    to.byte(code.localGet).unsigned(amount).byte(code.i64ExtendI32U).byte(code.i64Add);
    to.byte(code.i64Const).signed(maximum).byte(code.i64LeU);
    to.byte(code.if).byte(NO_RESULT);
    to.byte(code.i64Const).signed(MACHINE_FAILED);
    to.byte(code.globalSet).unsigned(counter.global).byte(code.unreachable);
    to.byte(code.end);
  }
  to.byte(code.else);
  putCostOf(to, counter, amount, shift);
  to.byte(code.end);
  to.byte(code.localGet).unsigned(result);
}

function putCostOf(to: Writer, counter: Counter, amount: number, shift: number): void {
  putCostSubtracted(to, counter, () => {
    to.byte(code.localGet).unsigned(amount).byte(code.i64ExtendI32U);
    if (shift === 0) return;
    to.byte(code.i64Const).signed(Math.abs(shift)).byte(shift < 0 ? code.i64ShrU : code.i64Shl);
  });
}

/** In front of a call that may recur: takes call stack, and ends the call when none is left. */
export function putDescent(to: Writer, { depth }: MeterGlobals, slots: number): void {
  to.byte(code.globalGet).unsigned(depth);
  to.byte(code.i32Const).signed(slots).byte(code.i32Sub);
  to.byte(code.globalSet).unsigned(depth);
  to.byte(code.globalGet).unsigned(depth).byte(code.i32Const).signed(0).byte(code.i32LtS);
  to.byte(code.if).byte(NO_RESULT).byte(code.unreachable).byte(code.end);
}

/** Behind such a call: gives the call stack back. */
export function putAscent(to: Writer, { depth }: MeterGlobals, slots: number): void {
  to.byte(code.globalGet).unsigned(depth);
  to.byte(code.i32Const).signed(slots).byte(code.i32Add);
  to.byte(code.globalSet).unsigned(depth);
}

function putFuelTest(to: Writer, counter: Counter): void {
  putGet(to, counter);
  to.byte(code.i64Const).signed(0).byte(code.i64LtS).byte(code.if).byte(NO_RESULT);
  putSettled(to, counter);
  to.byte(code.unreachable).byte(code.end);
}

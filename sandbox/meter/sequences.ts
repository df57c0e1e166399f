// The instructions that the meter puts in, as bytes. None of them touches the operands that lie on the stack.
import { Writer } from "../wasm/mod.ts";
import { MACHINE_FAILED } from "./names.ts";

/** Codes of the instructions used here. */
const code = {
  unreachable: 0x00,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  localGet: 0x20,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i64Const: 0x42,
  i32Eq: 0x46,
  i32LtS: 0x48,
  i64LtS: 0x53,
  i64LeU: 0x58,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i64Add: 0x7c,
  i64Sub: 0x7d,
  i64Shl: 0x86,
  i64ShrU: 0x88,
  i64ExtendI32U: 0xad,
} as const;

const NO_RESULT = 0x40;

/** The indices of the meter's globals in a module. */
export interface MeterGlobals {
  readonly fuel: number;
  readonly depth: number;
}

/** The indices of the locals that the meter added to a function. */
export interface MeterLocals {
  readonly amount: number;
  readonly result: number;
}

/** Takes fuel; with `checked` it ends the call when none is left. */
export function putCharge(to: Writer, { fuel }: MeterGlobals, cost: number, checked: boolean): void {
  to.byte(code.globalGet).unsigned(fuel);
  to.byte(code.i64Const).signed(cost).byte(code.i64Sub);
  to.byte(code.globalSet).unsigned(fuel);
  if (checked) putFuelTest(to, fuel);
}

/** In front of a bulk operation: takes fuel for its amount, on top of the stack, which it leaves there and in a local. */
export function putAmountCharge(
  to: Writer,
  globals: MeterGlobals,
  { amount }: MeterLocals,
  shift: number,
): void {
  to.byte(code.localTee).unsigned(amount);
  putCostOf(to, globals, amount, shift);
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
  globals: MeterGlobals,
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
    to.byte(code.globalSet).unsigned(globals.fuel).byte(code.unreachable);
    to.byte(code.end);
  }
  to.byte(code.else);
  putCostOf(to, globals, amount, shift);
  to.byte(code.end);
  to.byte(code.localGet).unsigned(result);
}

function putCostOf(to: Writer, { fuel }: MeterGlobals, amount: number, shift: number): void {
  to.byte(code.globalGet).unsigned(fuel);
  to.byte(code.localGet).unsigned(amount).byte(code.i64ExtendI32U);
  if (shift !== 0) {
    to.byte(code.i64Const).signed(Math.abs(shift)).byte(shift < 0 ? code.i64ShrU : code.i64Shl);
  }
  to.byte(code.i64Sub);
  to.byte(code.globalSet).unsigned(fuel);
  putFuelTest(to, fuel);
}

/** In front of a call that may recur: takes call stack, and ends the call when none is left. */
export function putDescent(to: Writer, { depth }: MeterGlobals, slots: number): void {
  to.byte(code.globalGet).unsigned(depth);
  to.byte(code.i32Const).signed(slots).byte(code.i32Sub);
  to.byte(code.globalSet).unsigned(depth);
  to.byte(code.globalGet).unsigned(depth).byte(code.i32Const).signed(0).byte(code.i32LtS);
  putTrap(to);
}

/** Behind such a call: gives the call stack back. */
export function putAscent(to: Writer, { depth }: MeterGlobals, slots: number): void {
  to.byte(code.globalGet).unsigned(depth);
  to.byte(code.i32Const).signed(slots).byte(code.i32Add);
  to.byte(code.globalSet).unsigned(depth);
}

function putFuelTest(to: Writer, fuel: number): void {
  to.byte(code.globalGet).unsigned(fuel).byte(code.i64Const).signed(0).byte(code.i64LtS);
  putTrap(to);
}

function putTrap(to: Writer): void {
  to.byte(code.if).byte(NO_RESULT).byte(code.unreachable).byte(code.end);
}

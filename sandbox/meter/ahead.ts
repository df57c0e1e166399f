// What a counted loop costs, charged in front of it: how often it will turn, by numbers of 64 bits, in which nothing wraps.
import { isEveryBoundMet, lastBound, type Turns } from "./counted.ts";
import type { Linear } from "./linear.ts";
import { code, type Counter, NO_RESULT, putCostSubtracted, putExhausted } from "./sequences.ts";
import type { Writer } from "../wasm/mod.ts";

/** Takes what all turns of a loop cost, and ends the call when that is more than is left. */
export function putAhead(
  to: Writer,
  counter: Counter,
  distance: number,
  turns: Turns,
  perTurn: number,
): void {
  const { bound, first, step, kind, isSigned } = turns;
  const [far, near] = step > 0 ? [bound, first] : [first, bound];
  if (kind === "unequal") {
    putLinear(to, far);
    putLinear(to, near);
    to.byte(code.i32Sub).byte(code.i64ExtendI32U).byte(code.localSet).unsigned(distance);
    return putTurnsCharge(to, counter, distance, 1, perTurn);
  }
  const extend = isSigned ? code.i64ExtendI32S : code.i64ExtendI32U;
  putLinear(to, far);
  to.byte(extend);
  putLinear(to, near);
  to.byte(extend).byte(code.i64Sub);
  // What is added rounds up to whole steps.
  const more = Math.abs(step) - 1 + (kind === "upTo" ? 1 : 0);
  if (more > 0) to.byte(code.i64Const).signed(more).byte(code.i64Add);
  to.byte(code.localTee).unsigned(distance);
  to.byte(code.i64Const).signed(Math.abs(step)).byte(code.i64GeS);
  to.byte(code.if).byte(NO_RESULT);
  putBoundTest(to, counter, turns);
  putTurnsCharge(to, counter, distance, Math.abs(step), perTurn);
  to.byte(code.end);
}

/** Ends the call where the loop might never end. */
function putBoundTest(to: Writer, counter: Counter, turns: Turns): void {
  const { bound, step, isSigned } = turns;
  if (isEveryBoundMet(turns)) return;
  putLinear(to, bound);
  to.byte(isSigned ? code.i64ExtendI32S : code.i64ExtendI32U);
  to.byte(code.i64Const).signed(lastBound(turns)).byte(step > 0 ? code.i64GtS : code.i64LtS);
  to.byte(code.if).byte(NO_RESULT);
  putExhausted(to, counter);
  to.byte(code.end);
}

function putTurnsCharge(
  to: Writer,
  counter: Counter,
  distance: number,
  width: number,
  perTurn: number,
): void {
  putCostSubtracted(to, counter, () => {
    to.byte(code.localGet).unsigned(distance);
    const shift = Math.log2(width);
    if (shift > 0 && Number.isInteger(shift)) to.byte(code.i64Const).signed(shift).byte(code.i64ShrU);
    else if (shift > 0) to.byte(code.i64Const).signed(width).byte(code.i64DivU);
    if (perTurn !== 1) to.byte(code.i64Const).signed(perTurn).byte(code.i64Mul);
  });
}

function putLinear(to: Writer, { local, plus }: Linear): void {
  if (local === undefined) {
    to.byte(code.i32Const).signed(plus);
    return;
  }
  to.byte(code.localGet).unsigned(local);
  if (plus !== 0) to.byte(code.i32Const).signed(plus).byte(code.i32Add);
}

// The instructions that make any NaN on top of the stack the one of its type: positive, quiet, without a payload.
import type { FloatType } from "./nan.ts";
import type { Writer } from "../wasm/mod.ts";

/** Codes of value types. */
const TYPES = { f32: 0x7d, f64: 0x7c, f32x4: 0x7b, f64x2: 0x7b } as const;

const SINGLE = [0x00, 0x00, 0xc0, 0x7f];
const DOUBLE = [0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf8, 0x7f];
const VECTOR_CONSTANT = [0xfd, 0x0c];
const VECTOR_SELECT = [0xfd, 0x52];

/** The constant, the comparison with itself, and the choice between the two. */
const CODES: Readonly<Record<FloatType, readonly (readonly number[])[]>> = {
  f32: [[0x43, ...SINGLE], [0x5b], [0x1b]],
  f64: [[0x44, ...DOUBLE], [0x61], [0x1b]],
  f32x4: [[...VECTOR_CONSTANT, ...SINGLE, ...SINGLE, ...SINGLE, ...SINGLE], [0xfd, 0x41], VECTOR_SELECT],
  f64x2: [[...VECTOR_CONSTANT, ...DOUBLE, ...DOUBLE], [0xfd, 0x47], VECTOR_SELECT],
};

/** Code of the type of the local that one is kept in meanwhile. */
export function keptIn(type: FloatType): number {
  return TYPES[type];
}

/** Makes the value on top of the stack one whose NaN is the one; `local` is of the type's own kind. */
export function putOneNan(to: Writer, type: FloatType, local: number): void {
  const [constant = [], isNumber = [], choose = []] = CODES[type];
  const get = () => to.byte(0x20).unsigned(local);
  to.byte(0x22).unsigned(local).bytes(constant);
  get();
  get();
  to.bytes(isNumber).bytes(choose);
}

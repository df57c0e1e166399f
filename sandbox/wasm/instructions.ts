// A function's code as a list of instructions. What is not in the table of accepted instructions is refused by name.
import type { Cursor } from "./cursor.ts";
import { refuseFeature } from "./features.ts";
import { type Opcode, opcodeAt, PREFIX, refusedFeature } from "./opcodes.ts";

/** One instruction and where its bytes are. */
export interface Instruction {
  readonly op: Opcode;
  /** Offsets into the module's bytes. */
  readonly start: number;
  readonly end: number;
  /** The immediates that are indices, labels included, in order; of a `br_table` every label, the default last. */
  readonly indices: readonly number[];
  /** A block's type: a type's index, the code of its one result, or `EMPTY_BLOCK`. */
  readonly block: BlockType | undefined;
}

/** What a block takes and leaves. */
export type BlockType = { readonly type: "index"; readonly index: number } | {
  readonly type: "results";
  readonly codes: readonly number[];
};

const EMPTY_BLOCK = 0x40;
const LANES_OF_16 = 16;
const NONE: readonly number[] = [];

/** Reads instructions up to the cursor's end. @throws {P2c2rError} bundle.malformed, bundle.feature */
export function readInstructions(cursor: Cursor, where: string): Instruction[] {
  const instructions: Instruction[] = [];
  while (!cursor.done) instructions.push(readInstruction(cursor, where));
  return instructions;
}

/** Reads one instruction. @throws {P2c2rError} bundle.malformed, bundle.feature */
export function readInstruction(cursor: Cursor, where: string): Instruction {
  const start = cursor.at;
  const first = cursor.byte();
  const isPrefix = first === PREFIX.misc || first === PREFIX.simd;
  const prefix = isPrefix ? first : 0;
  const code = isPrefix ? cursor.u32() : first;
  const op = opcodeAt(prefix, code);
  if (op === undefined) return refuseFeature(refusedFeature(prefix, code), `${where}, byte ${start}`);
  if (op.immediates.length === 0) return { op, start, end: cursor.at, indices: NONE, block: undefined };
  const indices: number[] = [];
  let block: BlockType | undefined;
  for (const immediate of op.immediates) {
    if (immediate === "blocktype") block = readBlockType(cursor, where);
    else readImmediate(cursor, immediate, indices, where);
  }
  return { op, start, end: cursor.at, indices, block };
}

function readImmediate(
  cursor: Cursor,
  immediate: Exclude<Opcode["immediates"][number], "blocktype">,
  indices: number[],
  where: string,
): void {
  switch (immediate) {
    case "label":
    case "func":
    case "type":
    case "local":
    case "global":
    case "table":
    case "memory":
    case "elem":
    case "data":
      indices.push(cursor.u32());
      return;
    case "labels":
      indices.push(...cursor.list(() => cursor.u32()), cursor.u32());
      return;
    case "memarg":
      return readMemoryArgument(cursor, where);
    case "valtypes":
      for (let left = cursor.u32(); left > 0; left--) readValueType(cursor, where);
      return;
    case "reftype":
      readValueType(cursor, where);
      return;
    case "lane":
      cursor.byte();
      return;
    case "i32":
    case "i64":
      return cursor.skipNumber();
    case "f32":
      cursor.take(4);
      return;
    case "f64":
      cursor.take(8);
      return;
    case "v128":
      cursor.take(LANES_OF_16);
      return;
  }
}

/** The number of an `i32.const`. */
export function i32At(bytes: Uint8Array, { start, end }: Instruction): number {
  let value = 0;
  for (let at = start + 1; at < end; at++) value |= ((bytes[at] as number) & 0x7f) << (7 * (at - start - 1));
  const bits = 7 * (end - start - 1);
  return bits < 32 && ((bytes[end - 1] as number) & 0x40) !== 0 ? value | (-1 << bits) : value;
}

/** Alignment and offset; a bit of the alignment would say that a memory's index follows. */
function readMemoryArgument(cursor: Cursor, where: string): void {
  const HAS_MEMORY = 0x40;
  const at = cursor.at;
  if ((cursor.u32() & HAS_MEMORY) !== 0) refuseFeature("several memories", `${where}, byte ${at}`);
  cursor.skipNumber();
}

function readBlockType(cursor: Cursor, where: string): BlockType {
  const first = cursor.bytes[cursor.at] ?? 0;
  if (first === EMPTY_BLOCK) {
    cursor.byte();
    return { type: "results", codes: NONE };
  }
  // Types have negative numbers of one byte, indices are not negative.
  if (first < 0x80 && first >= EMPTY_BLOCK) return { type: "results", codes: [readValueType(cursor, where)] };
  return { type: "index", index: cursor.u32() };
}

/** Value types by code. References with a heap type of their own, and so garbage-collected data, are not among them. */
export const VALUE_TYPES: ReadonlyMap<number, string> = new Map([
  [0x7f, "i32"],
  [0x7e, "i64"],
  [0x7d, "f32"],
  [0x7c, "f64"],
  [0x7b, "v128"],
  [0x70, "funcref"],
  [0x6f, "externref"],
]);

/** The code of a value type. @throws {P2c2rError} bundle.feature */
export function readValueType(cursor: Cursor, where: string): number {
  const at = cursor.at;
  const code = cursor.byte();
  if (!VALUE_TYPES.has(code)) refuseFeature("a value type of garbage collection", `${where}, byte ${at}`);
  return code;
}

// Copies parts of a core module into another one, where everything it names by number has another number.
import {
  Cursor,
  type FunctionBody,
  type Immediate,
  type Instruction,
  PREFIX,
  readInstruction,
  Writer,
} from "../wasm/mod.ts";

/** What is named by number, and can move. */
export type Space = "type" | "func" | "table" | "global" | "elem" | "data";

/** New number of a thing by its old one. */
export type Maps = Readonly<Record<Space, (index: number) => number>>;

const SPACES: ReadonlySet<Immediate> = new Set<Space>(["type", "func", "table", "global", "elem", "data"]);
const EMPTY_BLOCK = 0x40;
const END = 0x0b;
const SIZED_IN_BYTES: Readonly<Partial<Record<Immediate, number>>> = {
  f32: 4,
  f64: 8,
  v128: 16,
  lane: 1,
  reftype: 1,
};

/** A function's entry in the code section, behind its size. */
export function remapBody(bytes: Uint8Array, { locals, instructions }: FunctionBody, maps: Maps): Uint8Array {
  const out = new Writer().unsigned(locals.length);
  for (const { count, type } of locals) out.unsigned(count).byte(type);
  for (const instruction of instructions) putInstruction(out, bytes, instruction, maps);
  return out.written();
}

/** An entry of the global section. */
export function remapGlobal(out: Writer, cursor: Cursor, maps: Maps): void {
  out.byte(cursor.byte()).byte(cursor.byte());
  putConstant(out, cursor, maps);
}

/** An entry of the data section. The one memory there is keeps its number. */
export function remapData(out: Writer, cursor: Cursor, maps: Maps): void {
  const PASSIVE = 1;
  const flags = cursor.u32();
  out.unsigned(flags === PASSIVE ? PASSIVE : 0);
  if (flags > PASSIVE) cursor.u32();
  if (flags !== PASSIVE) putConstant(out, cursor, maps);
  out.sized(cursor.take(cursor.u32()));
}

/** An entry of the element section; an active one always names its table. */
export function remapElement(out: Writer, cursor: Cursor, maps: Maps): void {
  const flags = cursor.u32();
  const isActive = (flags & 1) === 0;
  const hasIndex = (flags & 2) !== 0;
  const areExpressions = (flags & 4) !== 0;
  out.unsigned(isActive ? flags | 2 : flags);
  if (isActive) {
    out.unsigned(maps.table(hasIndex ? cursor.u32() : 0));
    putConstant(out, cursor, maps);
  }
  const FUNCTIONS = areExpressions ? 0x70 : 0x00;
  out.byte(!isActive || hasIndex ? cursor.byte() : FUNCTIONS);
  const count = cursor.u32();
  out.unsigned(count);
  for (let left = count; left > 0; left--) {
    if (areExpressions) putConstant(out, cursor, maps);
    else out.unsigned(maps.func(cursor.u32()));
  }
}

/** A constant expression, its `end` included. */
function putConstant(out: Writer, cursor: Cursor, maps: Maps): void {
  for (;;) {
    const instruction = readInstruction(cursor, "constants");
    putInstruction(out, cursor.bytes, instruction, maps);
    if (instruction.op.prefix === 0 && instruction.op.code === END) return;
  }
}

function putInstruction(out: Writer, bytes: Uint8Array, instruction: Instruction, maps: Maps): void {
  const { op: { immediates }, start, end } = instruction;
  if (!immediates.some((one) => SPACES.has(one) || one === "blocktype")) {
    out.bytes(bytes.subarray(start, end));
    return;
  }
  const cursor = new Cursor(bytes, start, end);
  const first = cursor.byte();
  out.byte(first);
  if (first === PREFIX.misc || first === PREFIX.simd) out.unsigned(cursor.u32());
  for (const immediate of immediates) putImmediate(out, cursor, immediate, maps);
}

function putImmediate(out: Writer, cursor: Cursor, immediate: Immediate, maps: Maps): void {
  if (immediate === "blocktype") {
    const next = cursor.bytes[cursor.at] as number;
    // Types have negative numbers of one byte, indices are not negative.
    if (next < 0x80 && next >= EMPTY_BLOCK) out.byte(cursor.byte());
    else out.signed(maps.type(cursor.u32()));
    return;
  }
  const size = SIZED_IN_BYTES[immediate];
  if (size !== undefined) out.bytes(cursor.take(size));
  else if (SPACES.has(immediate)) out.unsigned(maps[immediate as Space](cursor.u32()));
  else if (immediate === "memory") out.unsigned(cursor.u32());
  else throw new Error(`Bug: no instruction has ${immediate} beside an index`);
}

// A module's sections, and the small structures in them: types, imports, limits, exports, segments.
import { Cursor, malformedAt } from "./cursor.ts";
import { refuseFeature } from "./features.ts";
import { type Instruction, readInstruction, readValueType, VALUE_TYPES } from "./instructions.ts";

/** Ids of the sections of the accepted features. */
export const sectionId = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
} as const;

/** Kinds of imports and exports. */
export const kindOf = { function: 0, table: 1, memory: 2, global: 3 } as const;

/** One section: where its bytes are, behind its size. */
export interface Section {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

/** Codes of value types. */
export interface FunctionType {
  readonly params: readonly number[];
  readonly results: readonly number[];
}

/** Sizes of a memory (pages) or a table (entries). */
export interface Sizes {
  readonly initial: number;
  readonly maximum: number | undefined;
}

/** An import. `index`: among imports and definitions of its kind. */
export interface Import {
  readonly module: string;
  readonly name: string;
  readonly kind: number;
  /** Of a function: its type's index. */
  readonly type: number | undefined;
  /** Of a table or memory. */
  readonly sizes: Sizes | undefined;
}

/** An export. */
export interface Export {
  readonly name: string;
  readonly kind: number;
  readonly index: number;
}

/** A global's type: the code of its value type. */
export interface Global {
  readonly type: number;
}

const MAGIC = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const FUNCTION_FORM = 0x60;
const IMPORTED_TAG = 4;
const TAG_SECTION = 13;
const END = 0x0b;

/** The sections of a core module, in order. @throws {P2c2rError} bundle.malformed, bundle.feature */
export function readSections(core: Uint8Array): Section[] {
  if (MAGIC.some((byte, i) => core[i] !== byte)) throw malformedAt(0, "it is no core module");
  const cursor = new Cursor(core, MAGIC.length);
  const sections: Section[] = [];
  while (!cursor.done) {
    const at = cursor.at;
    const id = cursor.byte();
    const size = cursor.u32();
    const start = cursor.at;
    cursor.take(size);
    if (id === TAG_SECTION) refuseFeature("exceptions", `section ${id}, byte ${at}`);
    if (id > sectionId.dataCount) refuseFeature(`a section of kind ${id}`, `byte ${at}`);
    sections.push({ id, start, end: cursor.at });
  }
  return sections;
}

/** One entry of the type section. */
export function readType(cursor: Cursor): FunctionType {
  const at = cursor.at;
  if (cursor.byte() !== FUNCTION_FORM) {
    refuseFeature("a type that is no function type (garbage collection)", `types, byte ${at}`);
  }
  const list = () => cursor.list(() => readValueType(cursor, "types"));
  return { params: list(), results: list() };
}

/** A function type as text: `i32 i32 -> i32`. */
export function signatureOf({ params, results }: FunctionType): string {
  const side = (codes: readonly number[]) => codes.map((code) => VALUE_TYPES.get(code)).join(" ");
  return `${side(params)} -> ${side(results)}`;
}

/** One entry of the import section. */
export function readImport(cursor: Cursor): Import {
  const module = cursor.name();
  const name = cursor.name();
  const where = `import ${module}.${name}`.slice(0, 100);
  const kind = cursor.byte();
  const of = { module, name, kind };
  switch (kind) {
    case kindOf.function:
      return { ...of, type: cursor.u32(), sizes: undefined };
    case kindOf.table:
      return { ...of, type: undefined, sizes: readTable(cursor, where) };
    case kindOf.memory:
      return { ...of, type: undefined, sizes: readSizes(cursor, where) };
    case kindOf.global:
      readGlobalType(cursor, where);
      return { ...of, type: undefined, sizes: undefined };
    default:
      return refuseFeature(kind === IMPORTED_TAG ? "exceptions" : `an import of kind ${kind}`, where);
  }
}

/** One entry of the table section: what plain tables hold are functions or foreign values. */
export function readTable(cursor: Cursor, where: string): Sizes {
  const at = cursor.at;
  const code = cursor.byte();
  if (code !== 0x70 && code !== 0x6f) {
    refuseFeature("a table that is not plain (typed function references)", `${where}, byte ${at}`);
  }
  return readSizes(cursor, where);
}

/** One entry of the memory section, or the sizes of a table: 32-bit, not shared, pages of 64 KiB. */
export function readSizes(cursor: Cursor, where: string): Sizes {
  const at = cursor.at;
  const flags = cursor.byte();
  const place = `${where}, byte ${at}`;
  if ((flags & 0x02) !== 0) refuseFeature("shared memory", place);
  if ((flags & 0x04) !== 0) refuseFeature("addresses of 64 bits", place);
  if (flags > 1) refuseFeature("pages of an unusual size", place);
  const initial = cursor.u32();
  return { initial, maximum: flags === 1 ? cursor.u32() : undefined };
}

/** One entry of the global section. */
export function readGlobal(cursor: Cursor): Global {
  const type = readGlobalType(cursor, "globals");
  readConstant(cursor, "globals");
  return { type };
}

/** One entry of the export section. */
export function readExport(cursor: Cursor): Export {
  const name = cursor.name();
  return { name, kind: cursor.byte(), index: cursor.u32() };
}

/** One entry of the element section: the functions it names. */
export function readElement(cursor: Cursor): number[] {
  const flags = cursor.u32();
  const isActive = (flags & 1) === 0;
  const hasIndex = (flags & 2) !== 0;
  const areExpressions = (flags & 4) !== 0;
  if (isActive) {
    if (hasIndex) cursor.u32();
    readConstant(cursor, "elements");
  }
  // Only the plainest active form goes without a kind or type.
  if (!isActive || hasIndex) cursor.byte();
  if (!areExpressions) return cursor.list(() => cursor.u32());
  return cursor.list(() => functionsIn(readConstant(cursor, "elements"))).flat();
}

/** The functions that instructions take references to. */
export function functionsIn(instructions: readonly Instruction[]): number[] {
  return instructions.flatMap(({ op, indices }) => op.name === "ref.func" ? indices : []);
}

function readGlobalType(cursor: Cursor, where: string): number {
  const type = readValueType(cursor, where);
  cursor.byte();
  return type;
}

/** A constant expression, its `end` included. */
function readConstant(cursor: Cursor, where: string): Instruction[] {
  const instructions: Instruction[] = [];
  for (;;) {
    const instruction = readInstruction(cursor, where);
    instructions.push(instruction);
    if (instruction.op.code === END && instruction.op.prefix === 0) return instructions;
  }
}

// A core module, read as far as rewriting and judging it needs. The engine has validated the bytes before.
import { Cursor } from "./cursor.ts";
import { refuseFeature } from "./features.ts";
import { type Instruction, readInstructions, readValueType } from "./instructions.ts";
import {
  type Export,
  functionsIn,
  type FunctionType,
  type Global,
  type Import,
  kindOf,
  readElement,
  readExport,
  readGlobal,
  readImport,
  readSections,
  readSizes,
  readTable,
  readType,
  type Section,
  sectionId,
  type Sizes,
} from "./sections.ts";

/** Consecutive locals of one type. */
export interface Locals {
  readonly count: number;
  /** Code of the value type. */
  readonly type: number;
}

/** A function with code of its own. */
export interface FunctionBody {
  /** Among imported and defined functions. */
  readonly index: number;
  readonly type: FunctionType;
  readonly locals: readonly Locals[];
  /** The last one is the function's own `end`. */
  readonly instructions: readonly Instruction[];
}

/** A core module. */
export interface CoreModule {
  readonly bytes: Uint8Array;
  readonly sections: readonly Section[];
  readonly types: readonly FunctionType[];
  readonly imports: readonly Import[];
  /** Types of all functions, the imported ones first. */
  readonly functions: readonly FunctionType[];
  readonly importedFunctions: number;
  /** Memories and tables, the imported ones first. */
  readonly memories: readonly Sizes[];
  readonly importedMemories: number;
  readonly tables: readonly Sizes[];
  readonly importedTables: number;
  readonly importedGlobals: number;
  readonly globals: readonly Global[];
  readonly exports: readonly Export[];
  readonly start: number | undefined;
  /** Functions of which somebody may hold a reference. */
  readonly referenced: ReadonlySet<number>;
  readonly bodies: readonly FunctionBody[];
}

/**
 * Reads a module that the engine has validated.
 *
 * @throws {P2c2rError} bundle.feature for one that uses what does not go with determinism or bounded memory,
 * bundle.malformed for bytes that are no module
 */
export function readModule(bytes: Uint8Array): CoreModule {
  const sections = readSections(bytes);
  const listOf = <T>(id: number, read: (cursor: Cursor) => T): T[] => {
    const section = sections.find((one) => one.id === id);
    if (section === undefined) return [];
    const cursor = new Cursor(bytes, section.start, section.end);
    return cursor.list(() => read(cursor));
  };
  const types = listOf(sectionId.type, readType);
  const imports = listOf(sectionId.import, readImport);
  const importsOf = (kind: number) => imports.filter((one) => one.kind === kind);
  const functionOf = (index: number): FunctionType => types[index] ?? { params: [], results: [] };
  const defined = listOf(sectionId.function, (cursor) => functionOf(cursor.u32()));
  const importedFunctions = importsOf(kindOf.function);
  const memories = sizesOf(
    importsOf(kindOf.memory),
    listOf(sectionId.memory, (cursor) => readSizes(cursor, "memories")),
  );
  if (memories.length > 1) refuseFeature(`several memories (${memories.length})`, "memories");
  const elements = listOf(sectionId.element, readElement);
  let next = 0;
  const bodies = listOf(sectionId.code, (cursor) => {
    const index = importedFunctions.length + next;
    return readBody(cursor, index, defined[next++] ?? { params: [], results: [] });
  });
  const start = sections.find((one) => one.id === sectionId.start);
  return {
    bytes,
    sections,
    types,
    imports,
    functions: [...importedFunctions.map((one) => functionOf(one.type ?? -1)), ...defined],
    importedFunctions: importedFunctions.length,
    memories,
    importedMemories: importsOf(kindOf.memory).length,
    tables: sizesOf(
      importsOf(kindOf.table),
      listOf(sectionId.table, (cursor) => readTable(cursor, "tables")),
    ),
    importedTables: importsOf(kindOf.table).length,
    importedGlobals: importsOf(kindOf.global).length,
    globals: listOf(sectionId.global, readGlobal),
    exports: listOf(sectionId.export, readExport),
    start: start === undefined ? undefined : new Cursor(bytes, start.start, start.end).u32(),
    referenced: new Set([...elements.flat(), ...bodies.flatMap((body) => functionsIn(body.instructions))]),
    bodies,
  };
}

function sizesOf(imported: readonly Import[], defined: readonly Sizes[]): Sizes[] {
  return [...imported.flatMap((one) => one.sizes ?? []), ...defined];
}

function readBody(cursor: Cursor, index: number, type: FunctionType): FunctionBody {
  const where = `function ${index}`;
  const size = cursor.u32();
  const inside = new Cursor(cursor.bytes, cursor.at, cursor.at + size);
  cursor.take(size);
  const locals = inside.list(() => ({ count: inside.u32(), type: readValueType(inside, where) }));
  return { index, type, locals, instructions: readInstructions(inside, where) };
}

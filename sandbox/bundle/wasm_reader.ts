// Enough of the WebAssembly binary format to see what JavaScript's own view of a module hides: memories, tables,
// function types, start functions. It reads modules that the engine has already validated.
import { malformed } from "./strict_json.ts";

/** Ids of the sections a kernel may have, and of those it may not. */
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

/** The bytes of one section behind its size. */
export interface Section {
  readonly id: number;
  readonly body: Uint8Array;
}

/** Sizes of a memory (pages) or a table (entries). `plain`: 32-bit, not shared, pages of 64 KiB. */
export interface Sizes {
  readonly plain: boolean;
  readonly initial: number;
  readonly maximum: number | undefined;
}

/** A function's type as text: value types of parameters, an arrow, value types of results. */
export type Signature = string;

const HEADER_BYTES = 8;
const FUNCTION_TYPE = 0x60;
/** The kind of an import or export that is a function. */
const FUNCTION_EXPORT = 0;
/** What plain tables hold: functions or foreign values. Other element types take more than one byte. */
const PLAIN_ELEMENTS: readonly number[] = [0x70, 0x6f];
const HAS_MAXIMUM = 1;
/** Value types by code. References with a heap type of their own (and so garbage-collected data) are not among them. */
const VALUE_TYPES = new Map([
  [0x7f, "i32"],
  [0x7e, "i64"],
  [0x7d, "f32"],
  [0x7c, "f64"],
  [0x7b, "v128"],
  [0x70, "funcref"],
  [0x6f, "externref"],
]);

/** A place in the bytes of a section; each read moves it. */
export class Cursor {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw malformed("core.wasm", "ends too early");
    this.#at += 1;
    return byte;
  }

  /** An unsigned number of at most 32 bits in LEB128. */
  number(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw malformed("core.wasm", "has a number of more than 32 bits");
  }

  take(size: number): Uint8Array {
    if (this.#at + size > this.#bytes.length) throw malformed("core.wasm", "ends too early");
    const taken = this.#bytes.subarray(this.#at, this.#at + size);
    this.#at += size;
    return taken;
  }
}

/** The sections of a core module, in order. */
export function readSections(core: Uint8Array): Section[] {
  const cursor = new Cursor(core, HEADER_BYTES);
  const sections: Section[] = [];
  while (!cursor.done) {
    const id = cursor.byte();
    sections.push({ id, body: cursor.take(cursor.number()) });
  }
  return sections;
}

/** The memories of a memory section. */
export function readMemories(body: Uint8Array): Sizes[] {
  const cursor = new Cursor(body);
  return Array.from({ length: cursor.number() }, () => readSizes(cursor));
}

/** The tables of a table section. */
export function readTables(body: Uint8Array): Sizes[] {
  const cursor = new Cursor(body);
  return Array.from({ length: cursor.number() }, () => {
    if (!PLAIN_ELEMENTS.includes(cursor.byte())) {
      throw malformed("core.wasm", "has a table that is not plain");
    }
    return readSizes(cursor);
  });
}

/** The types of a type section; only functions over plain values. */
export function readTypes(body: Uint8Array): Signature[] {
  const cursor = new Cursor(body);
  return Array.from({ length: cursor.number() }, () => {
    if (cursor.byte() !== FUNCTION_TYPE) {
      throw malformed("core.wasm", "defines a type that is no function type (garbage collection)");
    }
    return `${readValueTypes(cursor)} -> ${readValueTypes(cursor)}`;
  });
}

/** For each function of a function section, the number of its type. */
export function readFunctions(body: Uint8Array): number[] {
  const cursor = new Cursor(body);
  return Array.from({ length: cursor.number() }, () => cursor.number());
}

/** The imports of an import section; for a function, the number of its type. What is no function has none. */
export function readImports(body: Uint8Array): { module: string; name: string; type: number | undefined }[] {
  const cursor = new Cursor(body);
  const imports: { module: string; name: string; type: number | undefined }[] = [];
  for (let left = cursor.number(); left > 0; left--) {
    const [module, name] = [readName(cursor), readName(cursor)];
    const isFunction = cursor.byte() === FUNCTION_EXPORT;
    imports.push({ module, name, type: isFunction ? cursor.number() : undefined });
    // Whatever follows is not read: the first import that is no function is refused.
    if (!isFunction) break;
  }
  return imports;
}

/** The exported functions of an export section: number by name. */
export function readFunctionExports(body: Uint8Array): Map<string, number> {
  const cursor = new Cursor(body);
  const names = new Map<string, number>();
  for (let left = cursor.number(); left > 0; left--) {
    const name = readName(cursor);
    const kind = cursor.byte();
    const number = cursor.number();
    if (kind === FUNCTION_EXPORT) names.set(name, number);
  }
  return names;
}

function readName(cursor: Cursor): string {
  return new TextDecoder().decode(cursor.take(cursor.number()));
}

function readValueTypes(cursor: Cursor): string {
  return Array.from({ length: cursor.number() }, () => {
    const name = VALUE_TYPES.get(cursor.byte());
    if (name === undefined) throw malformed("core.wasm", "uses a value type that is not allowed");
    return name;
  }).join(" ");
}

/** A size of 64 bits does not fit the cursor; what is not plain is refused by its flags before anyone looks at sizes. */
function readSizes(cursor: Cursor): Sizes {
  const flags = cursor.byte();
  if (flags !== 0 && flags !== HAS_MAXIMUM) return { plain: false, initial: 0, maximum: undefined };
  const initial = cursor.number();
  return { plain: true, initial, maximum: flags === HAS_MAXIMUM ? cursor.number() : undefined };
}

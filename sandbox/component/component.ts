// A component's binary format, as far as kernels need it: core modules, how they are linked, what is imported and
// exported. What it does not know it refuses, so nothing of a component is passed over in silence.
//
// Format: the Component Model's "Binary Format Explainer", version 0x0d, as wit-component and jco write it.
import { P2c2rError } from "../../protocol/errors.ts";
import { ByteReader } from "./byte_reader.ts";
import { readExtern, readExternName, readTypeSection, type TypeSpace } from "./types.ts";

/** What kinds of things core modules give each other. */
export type CoreKind = "func" | "table" | "memory" | "global";

/** Something that a core module can import: an export of an instance, or a lowered function of the host. */
export type CoreItem =
  | { readonly type: "export"; readonly kind: CoreKind; readonly instance: number; readonly name: string }
  | {
    readonly type: "lowered";
    readonly interface: string;
    readonly function: string;
    readonly options: Options;
  }
  | { readonly type: "drop"; readonly interface: string; readonly resource: string };

/** Options of the canonical ABI. */
export interface Options {
  readonly memory: CoreItem | undefined;
  readonly realloc: CoreItem | undefined;
  readonly postReturn: CoreItem | undefined;
}

/** An instance of a core module with its imports by module name, or a bag of things from elsewhere. */
export type CoreInstance =
  | {
    readonly type: "module";
    readonly module: number;
    readonly args: readonly (readonly [string, number])[];
  }
  | { readonly type: "bag"; readonly items: readonly (readonly [string, CoreItem])[] };

/** A function of the component itself. */
export type Func =
  | { readonly type: "imported"; readonly interface: string; readonly function: string }
  | {
    readonly type: "lifted";
    readonly core: CoreItem;
    readonly options: Options;
    readonly signature: string;
  };

/** A component, read. */
export interface Component {
  readonly modules: readonly Uint8Array[];
  readonly instances: readonly CoreInstance[];
  /** The interfaces it imports, by full name, in order. */
  readonly imports: readonly string[];
  readonly exports: ReadonlyMap<string, Func>;
}

const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];
const CORE_PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const CORE_KINDS: readonly CoreKind[] = ["func", "table", "memory", "global"];

const section = {
  custom: 0,
  coreModule: 1,
  coreInstance: 2,
  component: 4,
  alias: 6,
  type: 7,
  canon: 8,
  import: 10,
  export: 11,
} as const;

/** Whether the bytes start as a core module does, which is the mistake to expect where a component is wanted. */
export function isCoreModule(bytes: Uint8Array): boolean {
  return CORE_PREAMBLE.every((byte, i) => bytes[i] === byte);
}

/**
 * Reads a component.
 *
 * @throws {P2c2rError} bundle.malformed with the place, bundle.imports for a function or type that is imported by itself
 */
export function readComponent(bytes: Uint8Array): Component {
  const reader = new ByteReader(bytes);
  if (isCoreModule(bytes)) reader.refuse("is a core module and no component");
  for (const byte of PREAMBLE) {
    if (reader.byte() !== byte) reader.refuse("does not start as a component does");
  }
  const read = new Reading();
  while (!reader.done) {
    const id = reader.byte();
    const size = reader.number();
    const body = new ByteReader(reader.take(size), reader.offset - size);
    read.section(id, body, size);
    if (!body.done) body.refuse("has bytes behind the end of a section's contents");
  }
  return read;
}

/** The index spaces of a component, filled from front to back. */
class Reading implements Component {
  readonly modules: Uint8Array[] = [];
  readonly instances: CoreInstance[] = [];
  readonly imports: string[] = [];
  readonly exports = new Map<string, Func>();
  readonly #cores: Readonly<Record<CoreKind, CoreItem[]>> = { func: [], table: [], memory: [], global: [] };
  readonly #types: TypeSpace = [];
  /** For a type that an imported interface gives: where it is from. */
  readonly #typeOrigins = new Map<number, { readonly interface: string; readonly resource: string }>();
  readonly #funcs: Func[] = [];

  section(id: number, body: ByteReader, size: number): void {
    const each = (read: () => void) => {
      for (let left = body.count(); left > 0; left--) read();
    };
    switch (id) {
      case section.custom:
        body.take(size);
        return;
      case section.coreModule:
        this.modules.push(body.take(size));
        return;
      case section.coreInstance:
        return each(() => this.instances.push(this.#readCoreInstance(body)));
      case section.alias:
        return each(() => this.#readAlias(body));
      case section.type:
        return readTypeSection(body, this.#types);
      case section.canon:
        return each(() => this.#readCanon(body));
      case section.import:
        return each(() => this.#readImport(body));
      case section.export:
        return each(() => this.#readExport(body));
      case section.component:
        return body.refuse("holds another component; take in the parts of a composition one by one");
      default:
        return body.refuse(`has a section of kind ${id}, which kernels do not use`);
    }
  }

  #readCoreInstance(body: ByteReader): CoreInstance {
    const form = body.byte();
    if (form === 0x01) {
      const items = body.list(() => {
        const name = body.name();
        return [name, this.#coreAt(body, this.#readCoreKind(body))] as const;
      });
      return { type: "bag", items };
    }
    if (form !== 0x00) body.refuse("has a core instance of an unknown kind");
    const module = body.number();
    if (module >= this.modules.length) body.refuse(`instantiates core module ${module}, which is not there`);
    const args = body.list(() => {
      const name = body.name();
      body.expect(0x12, "an argument");
      return [name, this.#instanceIndex(body)] as const;
    });
    return { type: "module", module, args };
  }

  #readAlias(body: ByteReader): void {
    const sort = body.byte();
    if (sort === 0x00) {
      const kind = this.#readCoreKind(body);
      body.expect(0x01, "an alias");
      const instance = this.#instanceIndex(body);
      this.#cores[kind].push(this.#exportOf(body, instance, kind, body.name()));
      return;
    }
    if (sort !== 0x01 && sort !== 0x03) body.refuse("has an alias of something that kernels do not use");
    body.expect(0x00, "an alias");
    const from = this.#entry(body, this.imports, "imported interface");
    const name = body.name();
    if (sort === 0x01) {
      this.#funcs.push({ type: "imported", interface: from, function: name });
      return;
    }
    this.#typeOrigins.set(this.#types.length, { interface: from, resource: name });
    this.#types.push(name);
  }

  #readCanon(body: ByteReader): void {
    const form = body.byte();
    if (form === 0x03) {
      const type = body.number();
      const origin = this.#typeOrigins.get(type);
      if (origin === undefined) return body.refuse(`drops a handle of type ${type}, which is not imported`);
      this.#cores.func.push({ type: "drop", ...origin });
      return;
    }
    if (form !== 0x00 && form !== 0x01) body.refuse(`uses built-in ${form} of the component model`);
    body.expect(0x00, "a lifted or lowered function");
    if (form === 0x00) {
      const core = this.#coreAt(body, "func");
      const options = this.#readOptions(body);
      const signature = this.#entry(body, this.#types, "type");
      this.#funcs.push({ type: "lifted", core, options, signature });
      return;
    }
    const func = this.#entry(body, this.#funcs, "function");
    if (func.type !== "imported") return body.refuse("lowers a function of its own");
    const options = this.#readOptions(body);
    const { interface: name, function: of } = func;
    this.#cores.func.push({ type: "lowered", interface: name, function: of, options });
  }

  #readOptions(body: ByteReader): Options {
    const found: { -readonly [K in keyof Options]: Options[K] } = {
      memory: undefined,
      realloc: undefined,
      postReturn: undefined,
    };
    for (let left = body.count(); left > 0; left--) {
      const option = body.byte();
      if (option === 0x03) found.memory = this.#coreAt(body, "memory");
      else if (option === 0x04) found.realloc = this.#coreAt(body, "func");
      else if (option === 0x05) found.postReturn = this.#coreAt(body, "func");
      else if (option !== 0x00) body.refuse("has strings that are not UTF-8, or functions that wait");
    }
    return found;
  }

  #readImport(body: ByteReader): void {
    const name = readExternName(body);
    const extern = readExtern(body);
    if (extern.kind !== "instance") {
      throw new P2c2rError(
        "bundle.imports",
        `Cannot take component: it imports the ${extern.kind} ${shown(name)}`,
        {
          hint: "Import whole interfaces of WASI 0.2 only.",
        },
      );
    }
    this.imports.push(name);
  }

  #readExport(body: ByteReader): void {
    const name = readExternName(body);
    const sort = body.byte();
    if (sort !== 0x01) body.refuse(`exports ${shown(name)}, which is no function`);
    const func = this.#entry(body, this.#funcs, "function");
    const hasType = body.byte();
    if (hasType === 0x01) readExtern(body);
    else if (hasType !== 0x00) body.refuse("has an export of an unknown kind");
    if (this.exports.has(name)) body.refuse(`exports ${shown(name)} twice`);
    this.exports.set(name, func);
    // An export is a thing of its own behind the one exported.
    this.#funcs.push(func);
  }

  #readCoreKind(body: ByteReader): CoreKind {
    return CORE_KINDS[body.byte()] ?? body.refuse("names something of a core module that kernels do not use");
  }

  #coreAt(body: ByteReader, kind: CoreKind): CoreItem {
    return this.#entry(body, this.#cores[kind], `core ${kind}`);
  }

  #instanceIndex(body: ByteReader): number {
    const index = body.number();
    return index < this.instances.length
      ? index
      : body.refuse(`names core instance ${index}, which is not there`);
  }

  #entry<T>(body: ByteReader, space: readonly T[], what: string): T {
    const index = body.number();
    return space[index] ?? body.refuse(`names ${what} ${index}, which is not there`);
  }

  #exportOf(body: ByteReader, instance: number, kind: CoreKind, name: string): CoreItem {
    const of = this.instances[instance] as CoreInstance;
    if (of.type === "module") return { type: "export", kind, instance, name };
    const item = of.items.find(([one]) => one === name)?.[1];
    return item ?? body.refuse(`takes ${shown(name)} from core instance ${instance}, which does not have it`);
  }
}

/** A foreign name in a sentence: cut, and without what a terminal would obey. */
export function shown(name: string): string {
  return name.replaceAll(/[^ -~]/g, "?").slice(0, 100);
}

// What a core module must be like before it may run: no imports but functions of WASI, no start function, the ABI's exports, and every
// resource it can take bounded by what it declares. WebAssembly memory and tables are bounded by their declared
// maximum only, and objects (exceptions, garbage-collected data) by nothing: a heap that overflows ends the process.
import { P2c2rError } from "../../protocol/errors.ts";
import {
  readFunctionExports,
  readFunctions,
  readImports,
  readMemories,
  readSections,
  readTables,
  readTypes,
  type Section,
  sectionId,
  type Sizes,
} from "./wasm_reader.ts";
import { functionIn, HOST_REALLOC, readImportName, signatureIn } from "../wasi/mod.ts";
import { malformed } from "./strict_json.ts";

/** Most entries of all tables together, by their declared maximums. */
const TABLE_ENTRIES_MAX = 65_536;

const ALLOWED_SECTIONS: ReadonlySet<number> = new Set(Object.values(sectionId));

const REALLOC = "i32 i32 i32 i32 -> i32";
/** What the ABI wants exported beside `memory`. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  cabi_realloc: REALLOC,
  run: "i32 i32 i32 i32 -> i32",
  check: "i32 i32 i32 i32 i32 i32 i64 -> i32",
  cabi_post_run: "i32 -> ",
  cabi_post_check: "i32 -> ",
};

/**
 * Compiles a core module that keeps all rules.
 *
 * @param interfaces those of WASI that it may import functions of
 * @throws {P2c2rError} bundle.malformed, bundle.imports or bundle.memory
 */
export async function compileCore(
  core: Uint8Array<ArrayBuffer>,
  memoryPagesMax: number,
  interfaces: readonly string[] = [],
): Promise<WebAssembly.Module> {
  const module = await compile(core);
  const sections = readSections(core);
  const foreign = sections.find((section) => !ALLOWED_SECTIONS.has(section.id));
  if (foreign !== undefined) throw malformed("core.wasm", `has a section of kind ${foreign.id} (exceptions)`);
  if (bodyOf(sections, sectionId.start) !== undefined) throw malformed("core.wasm", "has a start function");
  refuseTables(sections);
  refuseMemory(sections, memoryPagesMax);
  const imports = readImports(bodyOf(sections, sectionId.import) ?? EMPTY);
  const types = readTypes(bodyOf(sections, sectionId.type) ?? EMPTY);
  refuseImports(imports, types, interfaces);
  refuseExports(module, sections, types, imports);
  return module;
}

async function compile(core: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(core);
  } catch (cause) {
    if (cause instanceof WebAssembly.CompileError) {
      throw new P2c2rError("bundle.malformed", "Cannot read core.wasm: it is not a valid core module", {
        cause,
      });
    }
    throw cause;
  }
}

type Imports = ReturnType<typeof readImports>;

/** Every import is a function of WASI that the host has, with the type that it has there. */
function refuseImports(imports: Imports, types: readonly string[], interfaces: readonly string[]): void {
  for (const { module, name, type } of imports) {
    const of = interfaces.includes(module) ? readImportName(name)?.of : undefined;
    const expected = of === undefined ? undefined : signatureIn(module, of);
    if (type !== undefined && expected !== undefined && types[type] === expected) continue;
    const shown = `${module}.${name}`.replaceAll(/[^ -~]/g, "?").slice(0, 100);
    throw new P2c2rError("bundle.imports", `Cannot use core.wasm: it imports ${shown}`);
  }
  const unused = interfaces.find((one) => imports.every(({ module }) => module !== one));
  if (unused === undefined) return;
  throw new P2c2rError("bundle.imports", `Cannot use core.wasm: it does not import ${unused}, as it should`);
}

function refuseMemory(sections: readonly Section[], pagesMax: number): void {
  const body = bodyOf(sections, sectionId.memory);
  const memories = body === undefined ? [] : readMemories(body);
  const [memory] = memories;
  const refuse = (state: string): never => {
    throw new P2c2rError("bundle.memory", `Cannot use core.wasm: ${state}`);
  };
  if (memory === undefined || memories.length !== 1) {
    return refuse(`it has ${memories.length} memories, not one`);
  }
  if (!memory.plain) return refuse("its memory is shared, of 64 bits, or of unusual pages");
  if (memory.maximum === undefined) return refuse("its memory declares no maximum");
  if (memory.maximum > pagesMax) {
    refuse(`its memory may grow to ${memory.maximum} pages, limit is ${pagesMax}`);
  }
}

function refuseTables(sections: readonly Section[]): void {
  const body = bodyOf(sections, sectionId.table);
  const tables: readonly Sizes[] = body === undefined ? [] : readTables(body);
  let entries = 0;
  for (const { plain, maximum } of tables) {
    if (!plain || maximum === undefined) {
      throw new P2c2rError("bundle.memory", "Cannot use core.wasm: a table declares no plain maximum", {
        hint: "Declare a maximum for every table.",
      });
    }
    entries += maximum;
  }
  if (entries > TABLE_ENTRIES_MAX) {
    throw new P2c2rError("bundle.memory", `Cannot use core.wasm: its tables may grow to ${entries} entries`, {
      hint: `Declare at most ${TABLE_ENTRIES_MAX} entries in all tables together.`,
    });
  }
}

function refuseExports(
  module: WebAssembly.Module,
  sections: readonly Section[],
  types: readonly string[],
  imports: Imports,
): void {
  const memory = WebAssembly.Module.exports(module).find((one) => one.name === "memory");
  if (memory?.kind !== "memory") throw malformed("core.wasm", "does not export its memory as memory");
  const functions = [
    ...imports.map(({ type }) => type),
    ...readFunctions(bodyOf(sections, sectionId.function) ?? EMPTY),
  ];
  const exports = readFunctionExports(bodyOf(sections, sectionId.export) ?? EMPTY);
  const wanted = [
    ...Object.entries(FUNCTIONS),
    ...reallocsFor(imports).map((name) => [name, REALLOC] as const),
  ];
  for (const [name, expected] of wanted) {
    const number = exports.get(name);
    const found = number === undefined ? undefined : types[functions[number] ?? -1];
    if (found !== expected) throw malformed("core.wasm", `does not export ${name} as (${expected})`);
  }
}

/** The allocators that the host will use for what these imports give. */
function reallocsFor(imports: Imports): string[] {
  return imports.flatMap(({ module, name }) => {
    const read = readImportName(name);
    const needs = read === undefined ? undefined : functionIn(module, read.of)?.needs;
    return needs === "realloc" ? [`${HOST_REALLOC}${read?.realloc}`] : [];
  });
}

/** An empty list, as a section would write it. */
const EMPTY = Uint8Array.of(0);

function bodyOf(sections: readonly Section[], id: number): Uint8Array | undefined {
  return sections.find((section) => section.id === id)?.body;
}

// What a core module must be like before it may run: metered, no imports but functions of WASI, no start function, the ABI's exports, and
// every resource it can take bounded by what it declares. WebAssembly memory and tables are bounded by their declared
// maximum only, and objects (exceptions, garbage-collected data) by nothing: a heap that overflows ends the process.
import { P2c2rError } from "../../protocol/errors.ts";
import { METER_EXPORTS } from "../meter/mod.ts";
import { type CoreModule, kindOf, readModule, signatureOf, VALUE_TYPES } from "../wasm/mod.ts";
import { functionIn, HOST_REALLOC, readImportName, signatureIn } from "../wasi/mod.ts";
import { malformed } from "./strict_json.ts";

/** Most entries of all tables together, by their declared maximums. */
const TABLE_ENTRIES_MAX = 65_536;

const REALLOC = "i32 i32 i32 i32 -> i32";

/** What the ABI wants exported beside `memory`. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  cabi_realloc: REALLOC,
  run: "i32 i32 i32 i32 -> i32",
  check: "i32 i32 i32 i32 i32 i32 i64 -> i32",
  cabi_post_run: "i32 -> ",
  cabi_post_check: "i32 -> ",
};

/** What the meter exports: types of its counters. */
const COUNTERS: Readonly<Record<string, string>> = {
  [METER_EXPORTS.fuel]: "i64",
  [METER_EXPORTS.depth]: "i32",
};

/**
 * Compiles a core module that keeps all rules.
 *
 * @param interfaces those of WASI that it may import functions of
 * @throws {P2c2rError} bundle.malformed, bundle.imports, bundle.feature or bundle.memory
 */
export async function compileCore(
  core: Uint8Array<ArrayBuffer>,
  memoryPagesMax: number,
  interfaces: readonly string[] = [],
): Promise<WebAssembly.Module> {
  const module = await compile(core);
  const read = readModule(core);
  refuseImports(read, interfaces);
  if (read.start !== undefined) throw malformed("core.wasm", "has a start function");
  refuseTables(read);
  refuseMemory(read, memoryPagesMax);
  refuseExports(read);
  refuseUnmetered(read);
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

/** Every import is a function of WASI that the host has, with the type that it has there. */
function refuseImports({ imports, types }: CoreModule, interfaces: readonly string[]): void {
  for (const { module, name, type } of imports) {
    const of = interfaces.includes(module) ? readImportName(name)?.of : undefined;
    const expected = of === undefined ? undefined : signatureIn(module, of);
    const found = types[type ?? -1];
    if (found !== undefined && expected !== undefined && signatureOf(found) === expected) continue;
    const shown = `${module}.${name}`.replaceAll(/[^ -~]/g, "?").slice(0, 100);
    throw new P2c2rError("bundle.imports", `Cannot use core.wasm: it imports ${shown}`);
  }
  const unused = interfaces.find((one) => imports.every(({ module }) => module !== one));
  if (unused === undefined) return;
  throw new P2c2rError("bundle.imports", `Cannot use core.wasm: it does not import ${unused}, as it should`);
}

function refuseMemory({ memories }: CoreModule, pagesMax: number): void {
  const [memory] = memories;
  const refuse = (state: string): never => {
    throw new P2c2rError("bundle.memory", `Cannot use core.wasm: ${state}`);
  };
  if (memory === undefined) return refuse("it has no memory");
  if (memory.maximum === undefined) return refuse("its memory declares no maximum");
  if (memory.maximum > pagesMax) {
    refuse(`its memory may grow to ${memory.maximum} pages, limit is ${pagesMax}`);
  }
}

function refuseTables({ tables }: CoreModule): void {
  let entries = 0;
  for (const { maximum } of tables) {
    if (maximum === undefined) {
      throw new P2c2rError("bundle.memory", "Cannot use core.wasm: a table declares no maximum", {
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

function refuseUnmetered({ exports, globals }: CoreModule): void {
  for (const [name, expected] of Object.entries(COUNTERS)) {
    const found = exports.find((one) => one.name === name && one.kind === kindOf.global);
    const type = VALUE_TYPES.get(globals[found?.index ?? -1]?.type ?? -1);
    if (type !== expected) throw malformed("core.wasm", `is not metered: it does not export ${name}`);
  }
}

function refuseExports({ exports, functions, imports }: CoreModule): void {
  const memory = exports.find((one) => one.name === "memory");
  if (memory?.kind !== kindOf.memory) throw malformed("core.wasm", "does not export its memory as memory");
  const wanted = [
    ...Object.entries(FUNCTIONS),
    ...reallocsFor(imports).map((name) => [name, REALLOC] as const),
  ];
  for (const [name, expected] of wanted) {
    const found = exports.find((one) => one.name === name && one.kind === kindOf.function);
    const type = found === undefined ? undefined : functions[found.index];
    if (type === undefined || signatureOf(type) !== expected) {
      throw malformed("core.wasm", `does not export ${name} as (${expected})`);
    }
  }
}

/** The allocators that the host will use for what these imports give. */
function reallocsFor(imports: CoreModule["imports"]): string[] {
  return imports.flatMap(({ module, name }) => {
    const read = readImportName(name);
    const needs = read === undefined ? undefined : functionIn(module, read.of)?.needs;
    return needs === "realloc" ? [`${HOST_REALLOC}${read?.realloc}`] : [];
  });
}

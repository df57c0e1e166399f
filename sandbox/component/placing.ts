// Gives everything in the cores of a plan its number in the merged module: an import takes the number of what it stands
// for, everything else stands behind what the cores before it have.
import { P2c2rError } from "../../protocol/errors.ts";
import { importName, signatureIn } from "../wasi/mod.ts";
import {
  type CoreModule,
  Cursor,
  kindOf,
  readModule,
  sectionId,
  signatureOf,
  type Sizes,
} from "../wasm/mod.ts";
import { shown } from "./component.ts";
import type { FromCore, FromHost, Item, Plan, PlannedCore } from "./plan.ts";
import type { Maps, Space } from "./remap.ts";

/** One core, and the new number of everything in it. */
export interface Part {
  readonly module: CoreModule;
  readonly maps: Maps;
}

/** A function that the merged module imports, with the new number of its type. */
export interface HostImport {
  readonly module: string;
  readonly name: string;
  readonly type: number;
}

/** The cores with their numbers. */
export interface Placed {
  readonly parts: readonly Part[];
  readonly hostImports: readonly HostImport[];
  /** New numbers of the allocators that the host uses. */
  readonly reallocs: readonly number[];
  /** How many of each the merged module has, imported functions included. */
  readonly counts: Readonly<Record<Space, number>>;
}

/** @throws {P2c2rError} bundle.malformed for cores that do not fit together, bundle.feature */
export function place(plan: Plan): Placed {
  const modules = plan.cores.map(({ bytes }) => readValid(bytes));
  const host = hostImportsOf(plan, modules);
  const counts = { type: 0, func: host.imports.length, table: 0, global: 0, elem: 0, data: 0 };
  const parts: Part[] = [];
  for (const [i, module] of modules.entries()) {
    parts.push(placeCore(plan.cores[i] as PlannedCore, module, parts, host.numbers[i] ?? [], counts));
  }
  const reallocs = host.reallocs.map((from) => numberOf(parts, from, kindOf.function));
  return { parts, hostImports: host.imports, reallocs, counts };
}

/** The new number of what a core exports. @throws {P2c2rError} bundle.malformed where it exports no such thing */
export function numberOf(parts: readonly Part[], { from, export: name }: FromCore, kind: number): number {
  const { module, maps } = parts[from] as Part;
  const index = exportedIndex(module, name, kind);
  if (kind === kindOf.memory) return 0;
  return maps[SPACE_OF[kind] as Space](index);
}

/** The error for cores that do not fit together. */
export function unfit(state: string): P2c2rError {
  return new P2c2rError("bundle.malformed", `Cannot merge core modules: ${state}`);
}

const SPACE_OF: Readonly<Record<number, Space>> = {
  [kindOf.function]: "func",
  [kindOf.table]: "table",
  [kindOf.global]: "global",
};

function readValid(bytes: Uint8Array): CoreModule {
  if (WebAssembly.validate(bytes.slice())) return readModule(bytes);
  throw unfit("one of them is not a valid core module");
}

interface HostFunctions {
  readonly imports: HostImport[];
  /** For each core and each import of it, the number of the host's function that it is, if it is one. */
  readonly numbers: readonly (readonly (number | undefined)[])[];
  /** The allocators that the functions use, by the number in their names. */
  readonly reallocs: FromCore[];
}

/** Imported functions come first among all functions, so they are numbered before anything else is. */
function hostImportsOf(plan: Plan, modules: readonly CoreModule[]): HostFunctions {
  const imports: HostImport[] = [];
  const reallocs: FromCore[] = [];
  let typeBase = 0;
  const numbers = modules.map((module, i) => {
    const ofCore = module.imports.map((one) => {
      const item = itemOf(plan.cores[i] as PlannedCore, one.module, one.name);
      if (!("interface" in item)) return undefined;
      refuseOtherSignature(item, signatureOf(module.types[one.type ?? -1] ?? NO_TYPE));
      const name = importName(item.function, reallocNumber(item, reallocs));
      const known = imports.findIndex((other) => other.module === item.interface && other.name === name);
      if (known >= 0) return known;
      return imports.push({ module: item.interface, name, type: typeBase + (one.type ?? 0) }) - 1;
    });
    typeBase += module.types.length;
    return ofCore;
  });
  return { imports, numbers, reallocs };
}

const NO_TYPE = { params: [], results: [] } as const;

function reallocNumber({ realloc }: FromHost, reallocs: FromCore[]): number {
  if (realloc === undefined) return 0;
  const known = reallocs.findIndex((one) => one.from === realloc.from && one.export === realloc.export);
  return known >= 0 ? known : reallocs.push(realloc) - 1;
}

function refuseOtherSignature({ interface: from, function: of }: FromHost, found: string): void {
  const expected = signatureIn(from, of);
  if (found === expected) return;
  throw unfit(`they import ${shown(of)} as (${found}), WASI has it as (${expected})`);
}

function placeCore(
  core: PlannedCore,
  module: CoreModule,
  before: readonly Part[],
  hostNumbers: readonly (number | undefined)[],
  counts: Record<Space, number>,
): Part {
  const imported = new Map<number, number[]>(Object.values(kindOf).map((kind) => [kind, []]));
  for (const [i, { module: from, name, kind, type, sizes }] of module.imports.entries()) {
    const item = itemOf(core, from, name);
    const wanted: Wanted = { kind, name, sizes, type: type === undefined ? undefined : module.types[type] };
    const number = hostNumbers[i] ?? ("from" in item ? matching(before, item, wanted) : 0);
    imported.get(kind)?.push(number);
  }
  return { module, maps: mapsOf(module, imported, counts) };
}

/** What a core wants of an import. */
interface Wanted {
  readonly kind: number;
  readonly name: string;
  readonly sizes: Sizes | undefined;
  readonly type: CoreModule["types"][number] | undefined;
}

/** The new number of an earlier core's export, which must be of the kind and type that is imported. */
function matching(before: readonly Part[], item: FromCore, { kind, name, sizes, type }: Wanted): number {
  const { module } = before[item.from] as Part;
  const index = exportedIndex(module, item.export, kind);
  const fits = kind === kindOf.function
    ? signatureOf(module.functions[index] ?? NO_TYPE) === signatureOf(type ?? NO_TYPE)
    : kind === kindOf.global ||
      contains(sizes, (kind === kindOf.memory ? module.memories : module.tables)[index]);
  if (!fits) throw unfit(`${shown(name)} is imported as something else than it is`);
  return numberOf(before, item, kind);
}

/** Whether a memory or table of these sizes may stand where `wanted` is imported. */
function contains(wanted: Sizes | undefined, actual: Sizes | undefined): boolean {
  if (wanted === undefined || actual === undefined || actual.initial < wanted.initial) return false;
  return wanted.maximum === undefined || (actual.maximum !== undefined && actual.maximum <= wanted.maximum);
}

function mapsOf(
  module: CoreModule,
  imported: ReadonlyMap<number, readonly number[]>,
  counts: Record<Space, number>,
): Maps {
  const behind = (space: Space, kind: number, own: number) => {
    const [numbers, base] = [imported.get(kind) ?? [], counts[space]];
    counts[space] += own;
    return (index: number) => numbers[index] ?? base + index - numbers.length;
  };
  const shifted = (space: Space, own: number) => {
    const base = counts[space];
    counts[space] += own;
    return (index: number) => base + index;
  };
  return {
    type: shifted("type", module.types.length),
    func: behind("func", kindOf.function, module.bodies.length),
    table: behind("table", kindOf.table, module.tables.length - module.importedTables),
    global: behind("global", kindOf.global, module.globals.length),
    elem: shifted("elem", entryCount(module, sectionId.element)),
    data: shifted("data", entryCount(module, sectionId.data)),
  };
}

/** How many entries a section has; none where the module does not have it. */
export function entryCount(module: CoreModule, id: number): number {
  return entriesOf(module, id)?.u32() ?? 0;
}

/** A cursor at the start of a section, before the number of its entries. */
export function entriesOf({ bytes, sections }: CoreModule, id: number): Cursor | undefined {
  const section = sections.find((one) => one.id === id);
  return section && new Cursor(bytes, section.start, section.end);
}

function itemOf({ imports }: PlannedCore, module: string, name: string): Item {
  for (const one of imports) {
    if (one.module !== module) continue;
    const item = "items" in one ? one.items.get(name) : { from: one.from, export: name };
    if (item !== undefined) return item;
  }
  throw unfit(`${shown(module)}.${shown(name)} is imported and given by nobody`);
}

function exportedIndex({ exports }: CoreModule, name: string, kind: number): number {
  const found = exports.find((one) => one.name === name && one.kind === kind);
  if (found === undefined) throw unfit(`${shown(name)} is not exported by the core that should give it`);
  return found.index;
}

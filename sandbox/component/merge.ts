// From a component's core modules to one: what each imports from the others becomes a number, what they import from
// WASI stays an import. One module has one memory, one meter and one instance, and needs nothing beside itself to run.
import { Cursor, kindOf, sectionId, Writer } from "../wasm/mod.ts";
import { HOST_REALLOC } from "../wasi/mod.ts";
import { entriesOf, numberOf, type Part, place, type Placed, unfit } from "./placing.ts";
import type { Plan } from "./plan.ts";
import { type Maps, remapBody, remapData, remapElement, remapGlobal } from "./remap.ts";

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const END = 0x0b;
const CALL = 0x10;

/** Types behind those of the cores: of a start function, and of a post-return. */
const OWN_TYPES = [[0x60, 0, 0], [0x60, 1, 0x7f, 0]] as const;

/** A function that no core has: its type among {@link OWN_TYPES}, and its entry in the code section. */
interface OwnFunction {
  readonly type: 0 | 1;
  readonly code: readonly number[];
}

/**
 * Merges the cores of a plan into one core module, which exports what the kernel ABI wants.
 *
 * @throws {P2c2rError} bundle.malformed for cores that do not fit together, bundle.feature
 */
export function mergeCores(plan: Plan): Uint8Array<ArrayBuffer> {
  const placed = place(plan);
  const memories = placed.parts.reduce(
    (sum, { module }) => sum + module.memories.length - module.importedMemories,
    0,
  );
  if (memories !== 1) throw unfit(`they have ${memories} memories, not one`);
  const merged = write(plan, placed);
  if (WebAssembly.validate(merged)) return merged;
  throw unfit("merged into one they are not a valid module");
}

function write(plan: Plan, placed: Placed): Uint8Array<ArrayBuffer> {
  const { parts, hostImports, counts } = placed;
  const starts = startsOf(plan, parts);
  const own: OwnFunction[] = [{ type: 1, code: [0, END] }];
  if (starts.length > 0) own.push({ type: 0, code: callsOf(starts) });
  const functions = counts.func - hostImports.length + own.length;
  const exports = exportsOf(plan, placed);
  const out = new Writer().bytes(HEADER);
  const section = (id: number, count: number, entries: Writer) => {
    if (count === 0) return;
    const body = new Writer().unsigned(count).bytes(entries.written());
    out.byte(id).sized(body.written());
  };
  const types = raw(parts, sectionId.type);
  for (const type of OWN_TYPES) types.bytes(type);
  section(sectionId.type, counts.type + OWN_TYPES.length, types);
  section(sectionId.import, hostImports.length, importsOf(placed));
  section(sectionId.function, functions, functionsOf(placed, own));
  section(sectionId.table, counts.table, raw(parts, sectionId.table));
  section(sectionId.memory, 1, raw(parts, sectionId.memory));
  section(sectionId.global, counts.global, remapped(parts, sectionId.global, remapGlobal));
  section(sectionId.export, exports.count, exports.entries);
  if (starts.length > 0) out.byte(sectionId.start).sized(new Writer().unsigned(counts.func + 1).written());
  section(sectionId.element, counts.elem, remapped(parts, sectionId.element, remapElement));
  if (counts.data > 0) out.byte(sectionId.dataCount).sized(new Writer().unsigned(counts.data).written());
  section(sectionId.code, functions, codeOf(placed, own));
  section(sectionId.data, counts.data, remapped(parts, sectionId.data, remapData));
  return out.written().slice();
}

/** The functions that run before anything else does: those of the cores, then those that the component calls. */
function startsOf(plan: Plan, parts: readonly Part[]): number[] {
  const ofCores = parts.flatMap(({ module, maps }) =>
    module.start === undefined ? [] : [maps.func(module.start)]
  );
  const called = plan.starts.map((one) => {
    const { module } = parts[one.from] as Part;
    const index = module.exports.find(({ name, kind }) => name === one.export && kind === kindOf.function)
      ?.index;
    const type = module.functions[index ?? -1];
    if (type === undefined || type.params.length + type.results.length > 0) {
      throw unfit("a function that is called at the start takes or gives something");
    }
    return numberOf(parts, one, kindOf.function);
  });
  return [...ofCores, ...called];
}

function callsOf(functions: readonly number[]): number[] {
  const out = new Writer().byte(0);
  for (const number of functions) out.byte(CALL).unsigned(number);
  return [...out.byte(END).written()];
}

function importsOf({ hostImports }: Placed): Writer {
  const out = new Writer();
  for (const { module, name, type } of hostImports) {
    out.name(module).name(name).byte(kindOf.function).unsigned(type);
  }
  return out;
}

function functionsOf({ parts, counts }: Placed, own: readonly OwnFunction[]): Writer {
  const out = new Writer();
  for (const { module, maps } of parts) {
    const cursor = entriesOf(module, sectionId.function);
    for (const type of cursor?.list(() => cursor.u32()) ?? []) out.unsigned(maps.type(type));
  }
  for (const { type } of own) out.unsigned(counts.type + type);
  return out;
}

function codeOf({ parts }: Placed, own: readonly OwnFunction[]): Writer {
  const out = new Writer();
  for (const { module, maps } of parts) {
    for (const body of module.bodies) out.sized(remapBody(module.bytes, body, maps));
  }
  for (const { code } of own) out.sized(Uint8Array.from(code));
  return out;
}

/** The names of the kernel ABI, and the allocators that the host uses. A post-return that is not there does nothing. */
function exportsOf(
  plan: Plan,
  { parts, reallocs, counts }: Placed,
): { readonly count: number; readonly entries: Writer } {
  const nothing = counts.func;
  const func = (from: Plan["postRun"]) =>
    from === undefined ? nothing : numberOf(parts, from, kindOf.function);
  const functions: (readonly [string, number])[] = [
    ["cabi_realloc", func(plan.realloc)],
    ["run", func(plan.run)],
    ["check", func(plan.check)],
    ["cabi_post_run", func(plan.postRun)],
    ["cabi_post_check", func(plan.postCheck)],
    ...reallocs.map((number, i) => [`${HOST_REALLOC}${i}`, number] as const),
  ];
  const entries = new Writer().name("memory").byte(kindOf.memory).unsigned(
    numberOf(parts, plan.memory, kindOf.memory),
  );
  for (const [name, number] of functions) entries.name(name).byte(kindOf.function).unsigned(number);
  return { count: functions.length + 1, entries };
}

/** The entries of all cores as they are. */
function raw(parts: readonly Part[], id: number): Writer {
  const out = new Writer();
  for (const { module } of parts) {
    const cursor = entriesOf(module, id);
    if (cursor === undefined) continue;
    cursor.u32();
    out.bytes(cursor.take(cursor.end - cursor.at));
  }
  return out;
}

/** The entries of all cores with their new numbers. */
function remapped(
  parts: readonly Part[],
  id: number,
  remap: (out: Writer, cursor: Cursor, maps: Maps) => void,
): Writer {
  const out = new Writer();
  for (const { module, maps } of parts) {
    const cursor = entriesOf(module, id);
    if (cursor === undefined) continue;
    for (let left = cursor.u32(); left > 0; left--) remap(out, cursor, maps);
  }
  return out;
}

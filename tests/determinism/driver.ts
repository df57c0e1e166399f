// A metered kernel and one call of it as a module that stands alone: its exports take nothing and give numbers, so that
// an interpreter which can do no more than run exports can make the call and say what came of it.
import { Cursor, readModule, sectionId, Writer } from "../../sandbox/wasm/mod.ts";
import { op, type, unsigned } from "../hostile/wasm_builder.ts";
import { BUDGET, type Call } from "./campaign.ts";

/** The exports, in the order in which they have to run: `go` makes the call. */
export const DRIVER_EXPORTS = ["go", "tag", "size", "hash", "fuel", "depth"] as const;

const FUNCTION_FORM = 0x60;
const PASSIVE = 1;
const HASH_START = 0xcbf29ce484222325n;
const HASH_PRIME = 0x100000001b3n;

/** FNV-1a of 64 bits, as the driver computes it over the output. */
export function hashOf(bytes: Uint8Array): bigint {
  let hash = HASH_START;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * HASH_PRIME);
  return hash;
}

/** The module of a kernel's metered core that makes one call. */
export function driverOf(core: Uint8Array<ArrayBuffer>, call: Call): Uint8Array<ArrayBuffer> {
  const module = readModule(core);
  const indexOf = (name: string): number => {
    const found = module.exports.find((one) => one.name === name);
    if (found === undefined) throw new Error(`the kernel does not export ${name}`);
    return found.index;
  };
  const result = module.importedGlobals + module.globals.length;
  const first = module.functions.length;
  const present = (id: number) => module.sections.find((one) => one.id === id);
  const segments = [call.input, ...call.assets];
  const data = present(sectionId.data);
  const ours = listOf(data && core.subarray(data.start, data.end)).count;
  const bodies = [
    goBody(call, {
      realloc: indexOf("cabi_realloc"),
      run: indexOf("run"),
      fuel: indexOf("p2c2r_fuel"),
      result,
      ours,
    }),
    [0, ...op.getGlobal(result), ...op.load8()],
    [0, ...op.getGlobal(result), ...op.load32(8)],
    hashBody(result),
    [0, ...op.getGlobal(indexOf("p2c2r_fuel"))],
    [0, ...op.getGlobal(indexOf("p2c2r_depth"))],
  ];
  const types = [type.i32, type.i64];
  const typesOf = [0, 0, 0, 1, 1, 0];
  const more: Readonly<Record<number, readonly (readonly number[])[]>> = {
    [sectionId.type]: types.map((one) => [FUNCTION_FORM, 0, 1, one]),
    [sectionId.function]: typesOf.map((one) => unsigned(module.types.length + one)),
    [sectionId.global]: [[type.i32, 1, ...op.i32(0), ...op.end]],
    [sectionId.code]: bodies.map((body) => [...unsigned(body.length + 1), ...body, ...op.end]),
  };
  const out = new Writer().bytes(core.subarray(0, 8));
  for (const id of ORDER) {
    const section = present(id);
    const old = section && core.subarray(section.start, section.end);
    if (id === sectionId.export) out.byte(id).sized(exportSection(first));
    else if (id === sectionId.dataCount) {
      out.byte(id).sized(Uint8Array.from(unsigned(ours + segments.length)));
    } else if (id === sectionId.data) out.byte(id).sized(dataSection(old, segments));
    else if (more[id] !== undefined) out.byte(id).sized(longer(old, more[id]));
    else if (old !== undefined) out.byte(id).sized(old);
  }
  return out.written().slice();
}

/** Sections in the order that the standard wants. */
const ORDER = [1, 2, 3, 4, 5, 6, 7, 9, 12, 10, 11];

interface Places {
  readonly realloc: number;
  readonly run: number;
  readonly fuel: number;
  readonly result: number;
  /** The first of our data segments. */
  readonly ours: number;
}

/** Local 0: the input's place; 1: the list's; 2: an asset's. */
function goBody({ input, assets }: Call, { realloc, run, fuel, result, ours }: Places): number[] {
  const place = (size: number, align: number, local: number) => [
    ...[...op.i32(0), ...op.i32(0), ...op.i32(align), ...op.i32(size), ...op.call(realloc), ...op.set(local)],
  ];
  const fill = (segment: number, size: number, local: number) => [
    ...[...op.get(local), ...op.i32(0), ...op.i32(size), 0xfc, 0x08, ...unsigned(segment), 0],
  ];
  return [
    ...[1, 3, type.i32, ...op.i64(Number(BUDGET)), ...op.setGlobal(fuel)],
    ...[...place(input.length, 1, 0), ...fill(ours, input.length, 0), ...place(assets.length * 8, 4, 1)],
    ...assets.flatMap((asset, i) => [
      ...[...place(asset.length, 1, 2), ...fill(ours + 1 + i, asset.length, 2)],
      ...[...op.get(1), ...op.get(2), ...op.store32(i * 8)],
      ...[...op.get(1), ...op.i32(asset.length), ...op.store32(i * 8 + 4)],
    ]),
    ...[...op.get(0), ...op.i32(input.length), ...op.get(1), ...op.i32(assets.length), ...op.call(run)],
    ...[...op.setGlobal(result), ...op.getGlobal(result)],
  ];
}

/** Local 0: the next byte's place; 1: the end; 2: the hash. */
function hashBody(result: number): number[] {
  const i64 = (value: bigint) => [0x42, ...new Writer().signed(BigInt.asIntN(64, value)).written()];
  return [
    ...[2, 2, type.i32, 1, type.i64, ...i64(HASH_START), ...op.set(2)],
    ...[...op.getGlobal(result), ...op.load32(4), ...op.tee(0)],
    ...[...op.getGlobal(result), ...op.load32(8), ...op.add, ...op.set(1)],
    ...[...op.block, ...op.loop, ...op.get(0), ...op.get(1), ...op.eq, ...op.brIf(1)],
    // xor, extend, multiply
    ...[...op.get(2), ...op.get(0), ...op.load8(), 0xad, 0x85, ...i64(HASH_PRIME), 0x7e, ...op.set(2)],
    ...[...op.get(0), ...op.i32(1), ...op.add, ...op.set(0), ...op.br(0), ...op.end, ...op.end, ...op.get(2)],
  ];
}

function exportSection(first: number): Uint8Array {
  const out = new Writer().unsigned(DRIVER_EXPORTS.length);
  for (const [i, name] of DRIVER_EXPORTS.entries()) out.name(name).byte(0).unsigned(first + i);
  return out.written().slice();
}

function dataSection(old: Uint8Array | undefined, segments: readonly Uint8Array[]): Uint8Array {
  const { count, entries } = listOf(old);
  const out = new Writer().unsigned(count + segments.length).bytes(entries);
  for (const segment of segments) out.byte(PASSIVE).sized(segment);
  return out.written().slice();
}

/** A section's list with entries added. */
function longer(old: Uint8Array | undefined, more: readonly (readonly number[])[]): Uint8Array {
  const { count, entries } = listOf(old);
  const out = new Writer().unsigned(count + more.length).bytes(entries);
  for (const entry of more) out.bytes(entry);
  return out.written().slice();
}

function listOf(section: Uint8Array | undefined): { count: number; entries: Uint8Array } {
  if (section === undefined) return { count: 0, entries: new Uint8Array(0) };
  const cursor = new Cursor(section);
  return { count: cursor.u32(), entries: section.subarray(cursor.at) };
}

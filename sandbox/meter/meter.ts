// The meter: a core module in, the same module out with its own account of the work it does. It counts in two globals,
// which it exports under reserved names; nothing else about the module changes but that its custom sections are gone
// and that a start function waits until it is called.
import { P2c2rError } from "../../protocol/errors.ts";
import { type CoreModule, Cursor, kindOf, readModule, type Section, sectionId, Writer } from "../wasm/mod.ts";
import { meterBody, type Surroundings } from "./body.ts";
import { callGraphOf } from "./call_graph.ts";
import { constantCosts } from "./constants.ts";
import { frameSlots } from "./frames.ts";
import {
  CHAIN_SLOTS_MAX,
  METER_EXPORTS,
  type NanBits,
  RECURSION_SLOTS_MAX,
  RESERVED_PREFIX,
} from "./names.ts";

/** How a module is metered; without options as the versions of meter and weights say. */
export interface MeterOptions {
  /** Largest segment, in fuel, that another one pays for. 0: exactly what runs is charged. */
  readonly foldMax?: number;
  /**
   * `canonical` (unless said otherwise): where the bits of a NaN that an operation gave can be seen, they are made the
   * same on every machine. `own`: the kernel's code does so itself.
   */
  readonly nan?: NanBits;
}

const I32 = 0x7f;
const I64 = 0x7e;
const MUTABLE = 1;
const HEADER_BYTES = 8;

/**
 * Meters a core module. The same bytes give the same bytes.
 *
 * @throws {P2c2rError} bundle.malformed for bytes that are no valid module; bundle.feature for a module that uses what
 * would make its results or its needs differ between machines, or that exports one of the meter's names
 */
export function meter(core: Uint8Array<ArrayBuffer>, options: MeterOptions = {}): Uint8Array<ArrayBuffer> {
  if (!WebAssembly.validate(core)) {
    throw new P2c2rError("bundle.malformed", "Cannot meter module: it is not a valid core module");
  }
  const module = readModule(core);
  refuseReserved(module);
  const around = surroundingsOf(module, options);
  refuseDeep(module, around);
  const metered = assemble(module, around);
  if (WebAssembly.validate(metered)) return metered;
  throw new Error("Bug: the metered module is not valid");
}

function refuseReserved({ exports }: CoreModule): void {
  const taken = exports.find((one) => one.name.startsWith(RESERVED_PREFIX));
  if (taken === undefined) return;
  const name = taken.name.slice(0, 100);
  throw new P2c2rError("bundle.feature", `Cannot meter module: it exports ${name}, a name of the meter`, {
    hint: `Export no name that begins with ${RESERVED_PREFIX}.`,
  });
}

function surroundingsOf(module: CoreModule, { foldMax, nan = "canonical" }: MeterOptions): Surroundings {
  const frames = module.bodies.map((body) => frameSlots(module, body));
  const global = module.importedGlobals + module.globals.length;
  const graph = callGraphOf(module);
  return {
    module,
    globals: { fuel: global, depth: global + 1 },
    graph,
    constants: constantCosts(module, graph, foldMax),
    slots: (index) => frames[index - module.importedFunctions] ?? 0,
    foldMax,
    nan,
  };
}

function refuseDeep(module: CoreModule, { graph, slots }: Surroundings): void {
  const chain = graph.longestChain(slots);
  if (chain <= CHAIN_SLOTS_MAX) return;
  const largest = module.bodies.reduce((a, b) => slots(b.index) > slots(a.index) ? b : a);
  throw new P2c2rError(
    "bundle.feature",
    `Cannot meter module: its calls nest ${chain} slots deep, limit is ${CHAIN_SLOTS_MAX}; ` +
      `function ${largest.index} alone takes ${slots(largest.index)}`,
    { hint: "Use fewer locals in large functions, or put large values into memory." },
  );
}

function assemble(module: CoreModule, around: Surroundings): Uint8Array<ArrayBuffer> {
  const out = new Writer().bytes(module.bytes.subarray(0, HEADER_BYTES));
  const put = (id: number, body: Uint8Array) => out.byte(id).sized(body);
  for (const id of SECTIONS) {
    const section = module.sections.find((one) => one.id === id);
    if (id === sectionId.global) put(id, globalSection(module, section));
    else if (id === sectionId.export) put(id, exportSection(module, around, section));
    else if (section === undefined) continue;
    else if (id === sectionId.code) put(id, codeSection(around));
    else put(id, module.bytes.subarray(section.start, section.end));
  }
  return out.written().slice();
}

/** What a metered module is made of, in the order that the standard wants. */
const SECTIONS: readonly number[] = [
  sectionId.type,
  sectionId.import,
  sectionId.function,
  sectionId.table,
  sectionId.memory,
  sectionId.global,
  sectionId.export,
  sectionId.element,
  sectionId.dataCount,
  sectionId.code,
  sectionId.data,
];

function globalSection(module: CoreModule, section: Section | undefined): Uint8Array {
  const out = new Writer().unsigned(module.globals.length + 2).bytes(entriesOf(module, section));
  out.byte(I64).byte(MUTABLE).byte(0x42).signed(0).byte(0x0b);
  out.byte(I32).byte(MUTABLE).byte(0x41).signed(RECURSION_SLOTS_MAX).byte(0x0b);
  return out.written();
}

function exportSection(
  module: CoreModule,
  { globals }: Surroundings,
  section: Section | undefined,
): Uint8Array {
  const starts = module.start === undefined ? [] : [module.start];
  const out = new Writer().unsigned(module.exports.length + 2 + starts.length);
  out.bytes(entriesOf(module, section));
  out.name(METER_EXPORTS.fuel).byte(kindOf.global).unsigned(globals.fuel);
  out.name(METER_EXPORTS.depth).byte(kindOf.global).unsigned(globals.depth);
  for (const start of starts) out.name(METER_EXPORTS.start).byte(kindOf.function).unsigned(start);
  return out.written();
}

function codeSection(around: Surroundings): Uint8Array {
  const { bodies } = around.module;
  const out = new Writer().unsigned(bodies.length);
  for (const body of bodies) out.sized(meterBody(around, body).written());
  return out.written();
}

/** The bytes of a section behind the number of its entries. */
function entriesOf({ bytes }: CoreModule, section: Section | undefined): Uint8Array {
  if (section === undefined) return new Uint8Array(0);
  const cursor = new Cursor(bytes, section.start, section.end);
  cursor.u32();
  return bytes.subarray(cursor.at, section.end);
}

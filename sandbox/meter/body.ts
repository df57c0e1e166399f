// One function's code with the meter's instructions in it.
import { type CoreModule, type FunctionBody, type Instruction, Writer } from "../wasm/mod.ts";
import { putAhead } from "./ahead.ts";
import type { CallGraph } from "./call_graph.ts";
import { countedLoops } from "./counted.ts";
import { type Charges, chargesOf } from "./fold.ts";
import type { NanBits } from "./names.ts";
import { type FloatType, seenResults } from "./nan.ts";
import { keptIn, putOneNan } from "./one_nan.ts";
import { segmentsOf } from "./segments.ts";
import {
  type Counter,
  type Grown,
  type MeterGlobals,
  type MeterLocals,
  putAmountCharge,
  putAscent,
  putCharge,
  putClosing,
  putDescent,
  putGrowth,
  putGrowthCharge,
  putOpening,
  putResumed,
  putSettled,
} from "./sequences.ts";
import { AMOUNT_SHIFTS } from "./weights.ts";

/** What a function's rewriting needs to know of its module. */
export interface Surroundings {
  readonly module: CoreModule;
  readonly globals: MeterGlobals;
  readonly graph: CallGraph;
  /** Slots of the call stack by function index. */
  readonly slots: (index: number) => number;
  readonly foldMax: number | undefined;
  /** What functions cost that always cost the same, by index. */
  readonly constants: ReadonlyMap<number, number>;
  /** Who sees to it that NaN have the same bits everywhere: the meter, or the kernel's own code. */
  readonly nan: NanBits;
}

const I32 = 0x7f;
const I64 = 0x7e;
/** Slots that a call out of the module counts for: the host's frames. */
const HOST_SLOTS = 128;
/** The most a memory or table without a declared maximum may grow to. */
const PAGES_MOST = 65_536;
const ENTRIES_MOST = 2 ** 32 - 1;

/** The entry of the code section for a function, behind its size. */
export function meterBody(around: Surroundings, body: FunctionBody): Writer {
  const { charges, aheads, hasTurns } = chargesFor(around, body);
  const usesAmounts = body.instructions.some(({ op }) => op.name in AMOUNT_SHIFTS);
  // A block with several results would need a type of its own.
  const isCarried = hasTurns && body.type.results.length < 2;
  const seen = around.nan === "own" ? new Map<number, FloatType>() : seenResults(around.module, body);
  const floats = [...new Set([...seen.values()].map(keptIn))].sort((a, b) => a - b);
  const out = new Writer();
  const locals = putLocals(out, body, usesAmounts, isCarried, aheads.size > 0, floats);
  const counter = { global: around.globals.fuel, local: isCarried ? locals.left : undefined };
  putOpening(out, counter, body.type.results);
  let next = 0;
  for (const [at, instruction] of body.instructions.entries()) {
    const charge = charges[next];
    if (charge?.at === at) {
      putCharge(out, counter, charge.cost, charge.checked);
      if (at === 0) putSettled(out, counter);
      next++;
    }
    const ahead = aheads.get(at);
    if (ahead !== undefined) {
      putAhead(out, counter, locals.distance, ahead.turns, ahead.perTurn);
      putSettled(out, counter);
    }
    if (at === body.instructions.length - 1) putClosing(out, counter);
    putInstruction(out, around, body.index, instruction, locals, counter);
    const type = seen.get(at);
    if (type !== undefined) putOneNan(out, type, locals.floats.get(keptIn(type)) ?? 0);
  }
  return out;
}

/** What a function charges; nothing where its callers do. */
function chargesFor({ module, constants, foldMax }: Surroundings, body: FunctionBody): Charges {
  if (constants.has(body.index)) return { charges: [], aheads: new Map(), hasTurns: false };
  return chargesOf(
    segmentsOf(body.instructions, { constants, counted: countedLoops(module, body) }),
    foldMax,
  );
}

/** Declares a function's locals, its own first, and says where the meter's are. */
function putLocals(
  out: Writer,
  { locals, type }: FunctionBody,
  usesAmounts: boolean,
  isCarried: boolean,
  isAhead: boolean,
  floats: readonly number[],
): MeterLocals {
  const own = locals.reduce((sum, one) => sum + one.count, type.params.length);
  const wide = Number(isCarried) + Number(isAhead);
  out.unsigned(locals.length + Number(usesAmounts) + Number(wide > 0) + floats.length);
  for (const { count, type } of locals) out.unsigned(count).byte(type);
  if (usesAmounts) out.unsigned(2).byte(I32);
  if (wide > 0) out.unsigned(wide).byte(I64);
  for (const type of floats) out.unsigned(1).byte(type);
  const behind = own + (usesAmounts ? 2 : 0);
  return {
    amount: own,
    result: own + 1,
    left: behind,
    distance: behind + Number(isCarried),
    floats: new Map(floats.map((type, i) => [type, behind + wide + i])),
  };
}

function putInstruction(
  out: Writer,
  around: Surroundings,
  from: number,
  instruction: Instruction,
  locals: MeterLocals,
  counter: Counter,
): void {
  const { module, globals } = around;
  const raw = module.bytes.subarray(instruction.start, instruction.end);
  const { op } = instruction;
  const shift = AMOUNT_SHIFTS[op.name];
  if (shift !== undefined) {
    const grown = grownBy(module, instruction);
    if (grown === undefined) putAmountCharge(out, counter, locals, shift);
    else putGrowth(out, locals);
    out.bytes(raw);
    if (grown !== undefined) putGrowthCharge(out, counter, locals, shift, grown);
    return;
  }
  const hands = handsOver(around, instruction);
  if (hands !== "no") putSettled(out, counter);
  const slots = op.name === "call" || op.name === "call_indirect"
    ? recursionSlots(around, from, instruction)
    : 0;
  if (slots > 0) putDescent(out, globals, slots);
  out.bytes(raw);
  if (slots > 0) putAscent(out, globals, slots);
  if (hands === "forAWhile") putResumed(out, counter);
}

/** Whether an instruction hands the counting over to somebody else. */
function handsOver(
  { constants }: Surroundings,
  { op, indices }: Instruction,
): "no" | "forAWhile" | "forGood" {
  switch (op.name) {
    case "call":
      return constants.has(indices[0] ?? 0) ? "no" : "forAWhile";
    case "call_indirect":
      return "forAWhile";
    case "return":
    case "return_call":
    case "return_call_indirect":
    case "unreachable":
      return "forGood";
    default:
      return "no";
  }
}

/** What a call counts for: the caller's frame, which stays while the call lasts; 0 where it cannot recur. */
function recursionSlots(around: Surroundings, from: number, { op, indices }: Instruction): number {
  const index = indices[0] ?? 0;
  const isDirect = op.name === "call";
  const callees = isDirect ? [index] : around.graph.targetsOf(index);
  if (!around.graph.isRecursive(from, callees)) return 0;
  const leaves = isDirect ? index < around.module.importedFunctions : around.module.imports.length > 0;
  return around.slots(from) + (leaves ? HOST_SLOTS : 0);
}

/**
 * What an instruction grows, if it does. How far something imported may really grow is its owner's to say: without a
 * maximum of its own, that is not known.
 */
function grownBy(module: CoreModule, { op, indices }: Instruction): Grown | undefined {
  if (op.name === "memory.grow") {
    const most = module.importedMemories > 0 ? undefined : PAGES_MOST;
    return { size: [0x3f, 0x00], maximum: module.memories[0]?.maximum ?? most };
  }
  if (op.name !== "table.grow") return undefined;
  const table = indices[0] ?? 0;
  const most = table < module.importedTables ? undefined : ENTRIES_MOST;
  const size = new Writer().bytes([0xfc, 0x10]).unsigned(table).written();
  return { size, maximum: module.tables[table]?.maximum ?? most };
}

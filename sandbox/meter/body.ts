// One function's code with the meter's instructions in it.
import { type CoreModule, type FunctionBody, type Instruction, Writer } from "../wasm/mod.ts";
import type { CallGraph } from "./call_graph.ts";
import { chargesOf } from "./fold.ts";
import { segmentsOf } from "./segments.ts";
import {
  type Grown,
  type MeterGlobals,
  type MeterLocals,
  putAmountCharge,
  putAscent,
  putCharge,
  putDescent,
  putGrowth,
  putGrowthCharge,
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
}

const I32 = 0x7f;
/** Slots that a call out of the module counts for: the host's frames. */
const HOST_SLOTS = 128;
/** The most a memory or table without a declared maximum may grow to. */
const PAGES_MOST = 65_536;
const ENTRIES_MOST = 2 ** 32 - 1;

/** The entry of the code section for a function, behind its size. */
export function meterBody(around: Surroundings, body: FunctionBody): Writer {
  const charges = chargesOf(segmentsOf(body.instructions), around.foldMax);
  const own = body.locals.reduce((sum, one) => sum + one.count, body.type.params.length);
  const locals = { amount: own, result: own + 1 };
  const usesLocals = body.instructions.some(({ op }) => op.name in AMOUNT_SHIFTS);
  const out = new Writer();
  out.unsigned(body.locals.length + (usesLocals ? 1 : 0));
  for (const { count, type } of body.locals) out.unsigned(count).byte(type);
  if (usesLocals) out.unsigned(2).byte(I32);
  let next = 0;
  for (const [at, instruction] of body.instructions.entries()) {
    const charge = charges[next];
    if (charge?.at === at) {
      putCharge(out, around.globals, charge.cost, charge.checked);
      next++;
    }
    putInstruction(out, around, body.index, instruction, locals);
  }
  return out;
}

function putInstruction(
  out: Writer,
  around: Surroundings,
  from: number,
  instruction: Instruction,
  locals: MeterLocals,
): void {
  const { module, globals } = around;
  const raw = module.bytes.subarray(instruction.start, instruction.end);
  const { op } = instruction;
  const shift = AMOUNT_SHIFTS[op.name];
  if (shift !== undefined) {
    const grown = grownBy(module, instruction);
    if (grown === undefined) putAmountCharge(out, globals, locals, shift);
    else putGrowth(out, locals);
    out.bytes(raw);
    if (grown !== undefined) putGrowthCharge(out, globals, locals, shift, grown);
    return;
  }
  const slots = op.name === "call" || op.name === "call_indirect"
    ? recursionSlots(around, from, instruction)
    : 0;
  if (slots > 0) putDescent(out, globals, slots);
  out.bytes(raw);
  if (slots > 0) putAscent(out, globals, slots);
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

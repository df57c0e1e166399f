// Functions that cost the same whenever they run: no loop is left in them that is charged by its turns, nothing whose
// amount counts, and no call but of their like. Whoever calls them pays for them, and they count nothing themselves.
import { type CoreModule, kindOf } from "../wasm/mod.ts";
import type { CallGraph } from "./call_graph.ts";
import { countedLoops } from "./counted.ts";
import { chargesOf } from "./fold.ts";
import { segmentsOf } from "./segments.ts";
import { AMOUNT_SHIFTS } from "./weights.ts";

/** The most that such a function may cost, in fuel. */
const CONSTANT_MAX = 400;

/** What functions of constant cost take, by index. Those that somebody else may call, who would not pay, are not among them. */
export function constantCosts(
  module: CoreModule,
  graph: CallGraph,
  foldMax: number | undefined,
): ReadonlyMap<number, number> {
  const constants = new Map<number, number>();
  const open = new Set(module.referenced);
  for (const { kind, index } of module.exports) if (kind === kindOf.function) open.add(index);
  if (module.start !== undefined) open.add(module.start);
  for (const index of graph.calleesFirst) {
    const body = module.bodies[index - module.importedFunctions];
    if (body === undefined || open.has(index)) continue;
    const isPlain = body.instructions.every(({ op, indices }) => {
      if (op.name === "call" || op.name === "return_call") return constants.has(indices[0] ?? 0);
      return !(op.name in AMOUNT_SHIFTS) && op.name !== "call_indirect" && op.name !== "return_call_indirect";
    });
    if (!isPlain) continue;
    const segments = segmentsOf(body.instructions, { constants, counted: countedLoops(module, body) });
    const { charges, aheads, hasTurns } = chargesOf(segments, foldMax === 0 ? 0 : CONSTANT_MAX);
    const [charge] = charges;
    if (hasTurns || aheads.size > 0 || charges.length !== 1 || charge === undefined) continue;
    if (charge.cost <= CONSTANT_MAX) constants.set(index, charge.cost);
  }
  return constants;
}

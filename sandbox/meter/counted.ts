// Loops whose turns are known before the first one: a local goes up or down by the same step each turn, is compared with
// what no turn changes, and there is no other way out or back. Such a loop is charged ahead, as a whole.
import type { CoreModule, FunctionBody, Instruction } from "../wasm/mod.ts";
import { type Comparison, Follower, type Linear, mirrored, opposite } from "./linear.ts";

/** How often a loop turns: while `first`, and then what each step makes of it, compares with `bound` in that way. */
export interface Turns {
  /** What is compared in the first comparison, by the values of the locals in front of the loop. */
  readonly first: Linear;
  readonly bound: Linear;
  /** Not 0; the sign says which way. */
  readonly step: number;
  /** Whether the turn that meets the bound itself goes on. `unequal`: all but that one do, and the step is 1 or -1. */
  readonly kind: "before" | "upTo" | "unequal";
  readonly isSigned: boolean;
}

/** A loop of a function that is counted. */
export interface CountedLoop {
  /** The instruction in front of the code that runs once a turn and not in the last comparison; none when that is all. */
  readonly guardAt: number | undefined;
  readonly turns: Turns;
  /** What the first comparison's local is set to right in front of the loop, where that is a constant. */
  readonly start: number | undefined;
}

/** The longest loop that is looked at, in instructions. */
const LOOP_MAX = 10_000;

/** The counted loops of a function by the numbers of their `loop` instructions. */
export function countedLoops(
  { bytes }: CoreModule,
  { instructions }: FunctionBody,
): Map<number, CountedLoop> {
  const loops = new Map<number, CountedLoop>();
  const open: number[] = [];
  for (const [at, { op }] of instructions.entries()) {
    if (op.name === "block" || op.name === "loop" || op.name === "if") open.push(at);
    if (op.name !== "end") continue;
    const opener = open.pop();
    if (opener === undefined || instructions[opener]?.op.name !== "loop" || at - opener > LOOP_MAX) continue;
    const found = new Reader(bytes, instructions, opener, at).read();
    if (found !== undefined) loops.set(opener, found);
  }
  return loops;
}

/** The one way a loop is left, and where it is turned back. */
interface Shape {
  readonly guardAt: number;
  /** The comparison's truth means another turn. */
  readonly isContinued: boolean;
  readonly backAt: number;
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #code: readonly Instruction[];
  readonly #loop: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, code: readonly Instruction[], loop: number, end: number) {
    this.#bytes = bytes;
    this.#code = code;
    this.#loop = loop;
    this.#end = end;
  }

  read(): CountedLoop | undefined {
    const shape = this.#shape();
    if (shape === undefined || !this.#hasNoOtherWay(shape)) return undefined;
    const { comparison, follower } = this.#follow(shape);
    if (comparison === undefined) return undefined;
    const set = this.#localsSet(this.#loop, this.#end);
    const isFixed = ({ local }: Linear) => local === undefined || !set.has(local);
    const straight = isFixed(comparison.right) ? comparison : mirrored(comparison);
    const { left, right } = straight;
    if (!isFixed(right) || left.local === undefined || isFixed(left)) return undefined;
    const after = follower.local(left.local);
    if (after?.local !== left.local) return undefined;
    const turns = turnsOf(straight, after.plus);
    if (turns === undefined || isEndless(turns)) return undefined;
    const guardAt = shape.guardAt === shape.backAt ? undefined : shape.guardAt;
    return { guardAt, turns, start: this.#startOf(left.local) };
  }

  #shape(): Shape | undefined {
    if (!isEmpty(this.#code[this.#loop])) return undefined;
    const last = this.#end - 1;
    const { op, indices } = this.#code[last] as Instruction;
    // The comparison stands at the end: the turn is the whole loop.
    if (op.name === "br_if" && indices[0] === 0) return { guardAt: last, isContinued: true, backAt: last };
    const guardAt = this.#code.findIndex(({ op }, at) => at > this.#loop && isControl(op.name));
    const guard = this.#code[guardAt] as Instruction;
    if (guard.op.name === "if" && op.name === "end" && isEmpty(guard)) {
      return { guardAt, isContinued: true, backAt: last - 1 };
    }
    if (guard.op.name === "br_if" && (guard.indices[0] ?? 0) > 0) {
      return { guardAt, isContinued: false, backAt: last };
    }
    return undefined;
  }

  /** Whether nothing but the guard leaves the loop, and nothing but its last jump turns it back. */
  #hasNoOtherWay({ guardAt, backAt }: Shape): boolean {
    const names = this.#code[guardAt]?.op.name === "if" ? 1 : 0;
    const back = this.#code[backAt] as Instruction;
    if (guardAt !== backAt && (back.op.name !== "br" || back.indices[0] !== names)) return false;
    let depth = 0;
    for (let at = this.#loop + 1; at < this.#end; at++) {
      const { op, indices } = this.#code[at] as Instruction;
      if (op.name === "return" || op.name === "return_call" || op.name === "return_call_indirect") {
        return false;
      }
      if (op.name === "block" || op.name === "loop" || op.name === "if") depth++;
      else if (op.name === "end") depth--;
      // The arm of the guard has one arm, and the jump back stands at its end.
      else if (op.name === "else" && depth === names && names === 1) return false;
      else if (op.name === "br" || op.name === "br_if" || op.name === "br_table") {
        if (at === guardAt || at === backAt) {
          if (depth !== (at === backAt ? names : 0)) return false;
        } else if (indices.some((label) => label >= depth)) return false;
      }
    }
    return true;
  }

  /** The guard's comparison and what the locals hold where the loop turns back, by what they hold at its head. */
  #follow(
    { guardAt, isContinued, backAt }: Shape,
  ): { comparison: Comparison | undefined; follower: Follower } {
    const follower = new Follower(this.#bytes);
    let comparison: Comparison | undefined;
    for (let at = this.#loop + 1; at < backAt || at === guardAt; at++) {
      const instruction = this.#code[at] as Instruction;
      if (at === guardAt) {
        const said = follower.condition();
        comparison = said && (isContinued ? said : opposite(said));
      } else if (
        instruction.op.name === "block" || instruction.op.name === "loop" || instruction.op.name === "if"
      ) {
        const end = this.#endOf(at);
        for (const local of this.#localsSet(at, end)) follower.forget(local);
        follower.clear();
        at = end;
      } else follower.take(instruction);
    }
    return { comparison, follower };
  }

  #endOf(opener: number): number {
    let depth = 0;
    for (let at = opener;; at++) {
      const { name } = (this.#code[at] as Instruction).op;
      if (name === "block" || name === "loop" || name === "if") depth++;
      else if (name === "end" && --depth === 0) return at;
    }
  }

  #localsSet(from: number, to: number): Set<number> {
    const set = new Set<number>();
    for (let at = from; at < to; at++) {
      const { op, indices } = this.#code[at] as Instruction;
      if (op.name === "local.set" || op.name === "local.tee") set.add(indices[0] ?? 0);
    }
    return set;
  }

  /** The constant that a local was set to in the straight code in front of the loop. */
  #startOf(local: number): number | undefined {
    for (let at = this.#loop - 1; at > 0; at--) {
      const { op, indices } = this.#code[at] as Instruction;
      if (isControl(op.name)) return undefined;
      if (indices[0] !== local || (op.name !== "local.set" && op.name !== "local.tee")) continue;
      const follower = new Follower(this.#bytes);
      follower.take(this.#code[at - 1] as Instruction);
      follower.take(this.#code[at] as Instruction);
      const value = follower.local(local);
      return value?.local === undefined ? value?.plus : undefined;
    }
    return undefined;
  }
}

/** A comparison of what changes, on the left, as turns; undefined where the step leads away from the bound. */
function turnsOf({ name, left, right }: Comparison, step: number): Turns | undefined {
  const [what, sign] = name.slice("i32.".length).split("_");
  const turns = { first: left, bound: right, step, isSigned: sign === "s" };
  if (what === "ne") return step === 1 || step === -1 ? { ...turns, kind: "unequal" } : undefined;
  if ((what === "lt" || what === "le") && step > 0 || (what === "gt" || what === "ge") && step < 0) {
    return { ...turns, kind: what === "lt" || what === "gt" ? "before" : "upTo" };
  }
  return undefined;
}

/** The numbers that a local can be, by the sign of its comparison. */
const RANGES = {
  signed: { least: -(2n ** 31n), most: 2n ** 31n - 1n },
  unsigned: { least: 0n, most: 2n ** 32n - 1n },
} as const;

/** How often a loop turns whose first number and bound are constants; undefined for others. */
export function turnsKnown({ turns, start }: CountedLoop): number | undefined {
  const { bound, first, step, kind, isSigned } = turns;
  if (bound.local !== undefined || start === undefined) return undefined;
  const from = numberOf(start + first.plus, isSigned);
  const to = numberOf(bound.plus, isSigned);
  if (kind === "unequal") return Number(BigInt.asUintN(32, step > 0 ? to - from : from - to));
  const distance = (step > 0 ? to - from : from - to) + (kind === "upTo" ? 1n : 0n);
  if (distance <= 0n) return 0;
  const width = BigInt(Math.abs(step));
  return Number((distance + width - 1n) / width);
}

/** The furthest bound that is met before the numbers end. */
export function lastBound({ step, kind, isSigned }: Turns): bigint {
  const { least, most } = isSigned ? RANGES.signed : RANGES.unsigned;
  const more = kind === "upTo" ? 1n : 0n;
  return step > 0 ? most + 1n - BigInt(step) - more : least - 1n - BigInt(step) + more;
}

/** Whether a step leads past the end of the numbers from no bound at all. */
export function isEveryBoundMet(turns: Turns): boolean {
  const { least, most } = turns.isSigned ? RANGES.signed : RANGES.unsigned;
  return turns.kind === "unequal" || (turns.step > 0 ? lastBound(turns) >= most : lastBound(turns) <= least);
}

/** Whether a bound is so near to the end of the numbers that a step may lead past both. */
function isEndless(turns: Turns): boolean {
  if (turns.bound.local !== undefined || isEveryBoundMet(turns)) return false;
  const bound = numberOf(turns.bound.plus, turns.isSigned);
  return turns.step > 0 ? bound > lastBound(turns) : bound < lastBound(turns);
}

function numberOf(value: number, isSigned: boolean): bigint {
  return isSigned ? BigInt(value | 0) : BigInt(value >>> 0);
}

const CONTROL = new Set([
  ...["block", "loop", "if", "else", "end", "br", "br_if", "br_table"],
  ...["return", "return_call", "return_call_indirect", "unreachable"],
]);

function isControl(name: string): boolean {
  return CONTROL.has(name);
}

function isEmpty(opener: Instruction | undefined): boolean {
  return opener?.block?.type === "results" && opener.block.codes.length === 0;
}

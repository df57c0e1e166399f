// A function's code as segments: stretches of which every instruction runs when the first one does, as long as nothing
// traps. A segment's whole cost is charged where it begins. Code behind an `if`, a block or a loop belongs to the
// segment in front of it when nothing inside leaves past its end: then both run equally often, and one charge is exact.
import type { Instruction } from "../wasm/mod.ts";
import type { CountedLoop } from "./counted.ts";
import { ENTRY_WEIGHT, weightOf } from "./weights.ts";

/** What the cutting of a function needs to know beside its instructions. */
export interface Knowledge {
  /** What functions cost that always cost the same, by index: whoever calls them pays. */
  readonly constants: ReadonlyMap<number, number>;
  /** Loops that are charged ahead, by the numbers of their instructions. */
  readonly counted: ReadonlyMap<number, CountedLoop>;
}

/** One stretch of code. */
export interface Segment {
  /** The charge stands before the instruction with this number. */
  readonly at: number;
  /** Fuel, what was folded into it included. */
  cost: number;
  /** The segment that has run whenever this one runs, in the same turn of the same loop; null for a root. */
  readonly parent: Segment | null;
  /** What `if` and `else` of one condition have in common. */
  readonly arm: Choice | undefined;
  /** A charge that also tests whether fuel is left: entries of functions, turns of loops. */
  checked: boolean;
  /** What other segments brought in. */
  folded: number;
  /** Charged by another one. */
  gone: boolean;
}

/** Two arms of which one runs. */
export interface Choice {
  /** What folding its arms has added to the segment in front of them: the dearer one. */
  charged: number;
}

/** A loop: the segment in front of it, that of its head, and those that end in a jump back to it. */
export interface Loop {
  /** The number of its instruction. */
  readonly at: number;
  readonly counted: CountedLoop | undefined;
  /** The segment behind the guard of a loop that is counted, if it has one. */
  turn: Segment | undefined;
  readonly before: Segment;
  readonly head: Segment;
  readonly turns: Segment[];
  /** Every jump back is one without condition. */
  plain: boolean;
}

/** A function's segments, each behind the one that is its parent, and its loops, inner ones first. */
export interface Segments {
  readonly segments: readonly Segment[];
  readonly loops: readonly Loop[];
}

/** An open block, loop or if. */
interface Open {
  readonly kind: "block" | "loop" | "if" | "function";
  /** The segment it stands in; null in code that never runs. */
  readonly before: Segment | null;
  readonly loop: Loop | undefined;
  readonly choice: Choice | undefined;
  /** A branch inside leads past its end. */
  escapes: boolean;
  /** A branch leads to its end. */
  targeted: boolean;
  hasElse: boolean;
}

/** Cuts a function into segments. */
export function segmentsOf(instructions: readonly Instruction[], knowledge: Knowledge): Segments {
  return new Cutter(instructions.length, knowledge).cut(instructions);
}

class Cutter {
  readonly #segments: Segment[] = [];
  readonly #loops: Loop[] = [];
  readonly #open: Open[] = [];
  readonly #last: number;
  readonly #knowledge: Knowledge;
  /** Null in code that never runs. */
  #current: Segment | null;

  constructor(count: number, knowledge: Knowledge) {
    this.#knowledge = knowledge;
    this.#last = count - 1;
    this.#current = this.#segment(0, null, undefined, ENTRY_WEIGHT);
    this.#push("function", undefined, undefined);
  }

  cut(instructions: readonly Instruction[]): Segments {
    for (const [at, instruction] of instructions.entries()) this.#take(at, instruction);
    return { segments: this.#segments, loops: this.#loops };
  }

  #take(at: number, instruction: Instruction): void {
    const { op, indices } = instruction;
    if (this.#current !== null) this.#current.cost += weightOf(op) + this.#paidFor(instruction);
    switch (op.name) {
      case "block":
        return this.#push("block", undefined, undefined);
      case "loop":
        return this.#openLoop(at);
      case "if":
        return this.#openIf(at);
      case "else":
        return this.#openElse(at);
      case "end":
        return this.#close(at);
      case "br_if":
        this.#branch(indices[0] ?? 0, true);
        return this.#continue(at, this.#current, undefined);
      case "br":
      case "br_table":
        for (const label of indices) this.#branch(label, op.name === "br_table");
        this.#current = null;
        return;
      case "return":
      case "return_call":
      case "return_call_indirect":
        this.#branch(this.#open.length - 1, false);
        this.#current = null;
        return;
      case "unreachable":
        this.#current = null;
        return;
    }
  }

  /** What the caller pays for a function that does not count. */
  #paidFor({ op, indices }: Instruction): number {
    if (op.name !== "call" && op.name !== "return_call") return 0;
    return this.#knowledge.constants.get(indices[0] ?? 0) ?? 0;
  }

  #push(kind: Open["kind"], loop: Loop | undefined, choice: Choice | undefined): void {
    const before = this.#current;
    this.#open.push({ kind, before, loop, choice, escapes: false, targeted: false, hasElse: false });
  }

  #openLoop(at: number): void {
    const before = this.#current;
    if (before === null) return this.#push("loop", undefined, undefined);
    const head = this.#segment(at + 1, null, undefined, ENTRY_WEIGHT);
    const counted = this.#knowledge.counted.get(at);
    this.#push("loop", { at, counted, turn: undefined, before, head, turns: [], plain: true }, undefined);
    this.#current = head;
  }

  #openIf(at: number): void {
    const choice = { charged: 0 };
    this.#push("if", undefined, choice);
    this.#continue(at, this.#current, choice);
  }

  #openElse(at: number): void {
    const open = this.#open.at(-1) as Open;
    open.hasElse = true;
    if (this.#current !== null) open.targeted = true;
    this.#current = null;
    this.#continue(at, open.before, open.choice);
  }

  #close(at: number): void {
    const open = this.#open.pop() as Open;
    if (open.loop !== undefined && open.loop.turns.length > 0) this.#loops.push(open.loop);
    if (open.before === null || at === this.#last) return;
    const skips = open.kind === "if" && !open.hasElse;
    const isReached = this.#current !== null || open.targeted || skips;
    if (!isReached) {
      this.#current = null;
    } else if (open.kind === "block" && !open.targeted) {
      return;
    } else if (open.escapes) {
      this.#continue(at, open.before, undefined);
    } else {
      this.#current = open.before;
    }
  }

  /** A branch out of the innermost `label` constructs to the start or end of the next one. */
  #branch(label: number, isConditional: boolean): void {
    if (this.#current === null) return;
    const target = this.#open.length - 1 - label;
    for (let i = target + 1; i < this.#open.length; i++) (this.#open[i] as Open).escapes = true;
    const to = this.#open[target] as Open;
    if (to.kind === "loop") {
      to.loop?.turns.push(this.#current);
      if (isConditional && to.loop !== undefined) to.loop.plain = false;
    } else {
      to.targeted = true;
    }
  }

  /** Goes on behind an instruction in a segment of its own. */
  #continue(at: number, parent: Segment | null, arm: Choice | undefined): void {
    this.#current = parent === null ? null : this.#segment(at + 1, parent, arm, 0);
    const loop = this.#open.findLast((one) => one.loop !== undefined)?.loop;
    if (loop?.counted?.guardAt === at && this.#current !== null) loop.turn = this.#current;
  }

  #segment(at: number, parent: Segment | null, arm: Choice | undefined, cost: number): Segment {
    const segment = { at, cost, parent, arm, checked: parent === null, folded: 0, gone: false };
    this.#segments.push(segment);
    return segment;
  }
}

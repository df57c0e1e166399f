// Follows numbers of 32 bits through straight code: what a local or a comparison is, said by the values that locals had
// where the code began. What it cannot say is unknown, which is always right.
import { i32At, type Instruction } from "../wasm/mod.ts";

/** A number of 32 bits: what a local held where the code began, and a constant, wrapped; or the constant alone. */
export interface Linear {
  readonly local: number | undefined;
  readonly plus: number;
}

/** A comparison of two of them, by the instruction's name. */
export interface Comparison {
  readonly name: string;
  readonly left: Linear;
  readonly right: Linear;
}

type Known = { readonly type: "number"; readonly value: Linear } | {
  readonly type: "truth";
  readonly value: Comparison;
};

/** The comparison that says the opposite. */
const OPPOSITE: Readonly<Record<string, string>> = {
  "i32.eq": "i32.ne",
  "i32.ne": "i32.eq",
  "i32.lt_s": "i32.ge_s",
  "i32.ge_s": "i32.lt_s",
  "i32.lt_u": "i32.ge_u",
  "i32.ge_u": "i32.lt_u",
  "i32.gt_s": "i32.le_s",
  "i32.le_s": "i32.gt_s",
  "i32.gt_u": "i32.le_u",
  "i32.le_u": "i32.gt_u",
};

/** The same comparison with its sides exchanged. */
const MIRRORED: Readonly<Record<string, string>> = {
  "i32.eq": "i32.eq",
  "i32.ne": "i32.ne",
  "i32.lt_s": "i32.gt_s",
  "i32.gt_s": "i32.lt_s",
  "i32.lt_u": "i32.gt_u",
  "i32.gt_u": "i32.lt_u",
  "i32.le_s": "i32.ge_s",
  "i32.ge_s": "i32.le_s",
  "i32.le_u": "i32.ge_u",
  "i32.ge_u": "i32.le_u",
};

const ZERO: Linear = { local: undefined, plus: 0 };

/** The comparison that says the opposite of another one. */
export function opposite({ name, left, right }: Comparison): Comparison {
  return { name: OPPOSITE[name] ?? name, left, right };
}

/** The same comparison from the other side. */
export function mirrored({ name, left, right }: Comparison): Comparison {
  return { name: MIRRORED[name] ?? name, left: right, right: left };
}

/** What is known behind the instructions that were taken so far. */
export class Follower {
  readonly #bytes: Uint8Array;
  readonly #locals = new Map<number, Linear | undefined>();
  /** The top of the operand stack; what is below it is unknown. */
  #stack: (Known | undefined)[] = [];

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** What a local holds now. */
  local(index: number): Linear | undefined {
    return this.#locals.has(index) ? this.#locals.get(index) : { local: index, plus: 0 };
  }

  /** What the value on top of the stack says when it is a condition, taken from the stack. */
  condition(): Comparison | undefined {
    const top = this.#stack.pop();
    if (top?.type === "number") return { name: "i32.ne", left: top.value, right: ZERO };
    return top?.value;
  }

  /** A local was set, nobody knows to what. */
  forget(index: number): void {
    this.#locals.set(index, undefined);
  }

  /** Something was left on the stack or taken from it, nobody knows what. */
  clear(): void {
    this.#stack = [];
  }

  /** An instruction that is no control. */
  take(instruction: Instruction): void {
    const { op, indices } = instruction;
    const index = indices[0] ?? 0;
    switch (op.name) {
      case "local.get":
        return this.#push(this.local(index));
      case "local.set":
        this.#locals.set(index, this.#pop());
        return;
      case "local.tee": {
        const top = this.#stack.at(-1);
        this.#locals.set(index, top?.type === "number" ? top.value : undefined);
        return;
      }
      case "i32.const":
        return this.#push({ local: undefined, plus: i32At(this.#bytes, instruction) });
      case "i32.add": {
        const [b, a] = [this.#pop(), this.#pop()];
        return this.#push(a && b && sumOf(a, b));
      }
      case "i32.sub": {
        const [b, a] = [this.#pop(), this.#pop()];
        return this.#push(a && b && b.local === undefined ? sumOf(a, { ...b, plus: -b.plus }) : undefined);
      }
      case "i32.eqz": {
        const value = this.condition();
        this.#stack.push(value && { type: "truth", value: opposite(value) });
        return;
      }
      default:
        if (op.name in OPPOSITE) this.#compare(op.name);
        else this.#stack = [];
    }
  }

  #compare(name: string): void {
    const [right, left] = [this.#pop(), this.#pop()];
    this.#stack.push(left && right && { type: "truth", value: { name, left, right } });
  }

  #push(value: Linear | undefined): void {
    this.#stack.push(value && { type: "number", value });
  }

  #pop(): Linear | undefined {
    const top = this.#stack.pop();
    return top?.type === "number" ? top.value : undefined;
  }
}

/** The sum, where one side at most is a local's. */
function sumOf(a: Linear, b: Linear): Linear | undefined {
  if (a.local !== undefined && b.local !== undefined) return undefined;
  return { local: a.local ?? b.local, plus: (a.plus + b.plus) | 0 };
}

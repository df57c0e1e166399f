// Where the bits of a NaN can be seen. The standard leaves open which NaN an operation gives, and processors differ: what
// an operation gives has to be made the one NaN of its type before anything looks at more than that it is one. Results
// that only flow into further operations on floats, through the operand stack or through locals, need nothing.
import { type CoreModule, type FunctionBody, type Instruction } from "../wasm/mod.ts";

/** Types whose NaN are made one, as the instructions' names begin. */
export type FloatType = "f32" | "f64" | "f32x4" | "f64x2";

/** What is on the operand stack: the result of an operation on floats, what a local held, or something else. */
type Value = { readonly type: "result"; readonly at: number } | {
  readonly type: "local";
  readonly index: number;
} | undefined;

const OPERATIONS = new Set([
  ...["ceil", "floor", "trunc", "nearest", "sqrt", "add", "sub", "mul", "div", "min", "max"],
  ...["demote_f64", "promote_f32", "demote_f64x2_zero", "promote_low_f32x4"],
]);
const COMPARISONS = new Set(["eq", "ne", "lt", "gt", "le", "ge"]);

/** The type of an operation that may give any NaN. */
function floatResult({ op }: Instruction): FloatType | undefined {
  const [type, what = ""] = op.name.split(".");
  if (type !== "f32" && type !== "f64" && type !== "f32x4" && type !== "f64x2") return undefined;
  return OPERATIONS.has(what) ? type : undefined;
}

/** Whether an instruction asks of its operands no more than whether they are NaN. */
function isBlind(instruction: Instruction): boolean {
  const [type = "", what = ""] = instruction.op.name.split(".");
  if (floatResult(instruction) !== undefined) return true;
  if (type.startsWith("f") && COMPARISONS.has(what)) return true;
  return type.startsWith("i") && /^trunc_(sat_)?f/.test(what);
}

/** The types of the results whose NaN can be seen, by the numbers of the instructions that give them. */
export function seenResults(module: CoreModule, body: FunctionBody): ReadonlyMap<number, FloatType> {
  const types = new Map<number, FloatType>();
  for (const [at, instruction] of body.instructions.entries()) {
    const type = floatResult(instruction);
    if (type !== undefined) types.set(at, type);
  }
  if (types.size === 0) return types;
  const seen = new Watcher(module).watch(body);
  return new Map([...types].filter(([at]) => seen.has(at)));
}

class Watcher {
  readonly #module: CoreModule;
  readonly #seen = new Set<number>();
  readonly #seenLocals = new Set<number>();
  /** What locals are set to. */
  readonly #sets = new Map<number, Value[]>();
  #stack: Value[] = [];

  constructor(module: CoreModule) {
    this.#module = module;
  }

  watch({ instructions }: FunctionBody): Set<number> {
    for (const [at, instruction] of instructions.entries()) this.#take(at, instruction);
    const waiting = [...this.#seenLocals];
    for (let local = waiting.pop(); local !== undefined; local = waiting.pop()) {
      for (const value of this.#sets.get(local) ?? []) {
        if (value?.type === "result") this.#seen.add(value.at);
        if (value?.type === "local" && !this.#seenLocals.has(value.index)) {
          this.#seenLocals.add(value.index);
          waiting.push(value.index);
        }
      }
    }
    return this.#seen;
  }

  #take(at: number, instruction: Instruction): void {
    const { op, indices } = instruction;
    const index = indices[0] ?? 0;
    switch (op.name) {
      case "local.get":
        this.#stack.push({ type: "local", index });
        return;
      case "local.set":
        return this.#set(index, this.#stack.pop());
      case "local.tee":
        return this.#set(index, this.#stack.at(-1));
      case "drop":
        this.#stack.pop();
        return;
      case "global.get":
        this.#stack.push(undefined);
        return;
      case "global.set":
        return this.#see(this.#stack.pop());
      case "call": {
        const { params, results } = this.#module.functions[index] ?? { params: [], results: [] };
        return this.#move(params.length, results.length, false, undefined);
      }
    }
    if (op.stack === undefined) return this.#seeAll();
    const [takes = 0, leaves = 0] = op.stack.split("->").map(valuesIn);
    const result: Value = floatResult(instruction) === undefined ? undefined : { type: "result", at };
    this.#move(takes, leaves, isBlind(instruction), result);
  }

  #move(takes: number, leaves: number, isBlind: boolean, result: Value): void {
    for (let left = takes; left > 0; left--) {
      const value = this.#stack.pop();
      if (!isBlind) this.#see(value);
    }
    for (let left = leaves; left > 0; left--) this.#stack.push(result);
  }

  /** Control, and whatever else could be looking at anything. */
  #seeAll(): void {
    for (const value of this.#stack) this.#see(value);
    this.#stack = [];
  }

  #set(local: number, value: Value): void {
    const sets = this.#sets.get(local);
    if (sets === undefined) this.#sets.set(local, [value]);
    else sets.push(value);
  }

  #see(value: Value): void {
    if (value?.type === "result") this.#seen.add(value.at);
    if (value?.type === "local") this.#seenLocals.add(value.index);
  }
}

function valuesIn(side: string): number {
  return side.split(" ").filter((type) => type !== "").length;
}

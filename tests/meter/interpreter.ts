// A slow, plain interpreter of a part of WebAssembly, to count by: it runs a module as it was before it was metered and
// adds up the weight of every instruction that it executes. It shares the reader and the weights with the meter, and
// nothing of how the meter cuts, folds or writes.
import { ENTRY_WEIGHT, weightOf } from "../../sandbox/meter/weights.ts";
import type { CoreModule, FunctionBody, Instruction } from "../../sandbox/wasm/mod.ts";

/** What an execution came to. */
export type Ending = { readonly type: "returned"; readonly values: readonly number[] } | {
  readonly type: "trapped";
} | { readonly type: "unfinished" };

/** A run and what it cost, without any folding. `unfinished`: it was given up after so many steps. */
export interface Run {
  readonly ending: Ending;
  readonly fuel: number;
}

/** How a stretch of code was left: at its end, or by a branch out of so many blocks, or by a return. */
type Exit = { readonly type: "end" } | { readonly type: "branch"; readonly label: number } | {
  readonly type: "return";
};

/** Calls inside each other after which it gives up: they are calls of its own as well. */
const CALLS_MAX = 150;

class Trap extends Error {}
class Unfinished extends Error {}

/** A construct of the code, or an instruction in it. */
type Node =
  | { readonly type: "plain"; readonly instruction: Instruction }
  | { readonly type: "block" | "loop"; readonly opener: Instruction; readonly body: readonly Node[] }
  | {
    readonly type: "if";
    readonly opener: Instruction;
    readonly body: readonly Node[];
    readonly otherwise: readonly Node[];
  };

/** Runs a function of 32-bit numbers. */
export function interpret(module: CoreModule, index: number, args: readonly number[], stepsMax: number): Run {
  const machine = new Machine(module, stepsMax);
  try {
    const values = machine.call(index, args);
    return { ending: { type: "returned", values }, fuel: machine.fuel };
  } catch (error) {
    if (error instanceof Trap) return { ending: { type: "trapped" }, fuel: machine.fuel };
    if (error instanceof Unfinished) return { ending: { type: "unfinished" }, fuel: machine.fuel };
    throw error;
  }
}

class Machine {
  fuel = 0;
  readonly #module: CoreModule;
  readonly #trees = new Map<number, readonly Node[]>();
  #steps: number;
  #depth = 0;

  constructor(module: CoreModule, stepsMax: number) {
    this.#module = module;
    this.#steps = stepsMax;
  }

  call(index: number, args: readonly number[]): number[] {
    if (this.#depth >= CALLS_MAX) throw new Unfinished();
    this.#depth++;
    const body = this.#module.bodies.find((one) => one.index === index) as FunctionBody;
    const locals = [...args, ...body.locals.flatMap(({ count }) => Array.from({ length: count }, () => 0))];
    const tree = this.#trees.get(index) ?? treeOf(body.instructions);
    this.#trees.set(index, tree);
    const stack: number[] = [];
    this.#pay(ENTRY_WEIGHT);
    this.#run(tree, locals, stack);
    this.#depth--;
    const results = body.type.results.length;
    return results === 0 ? [] : stack.slice(-results);
  }

  #pay(fuel: number): void {
    this.fuel += fuel;
    if (--this.#steps < 0) throw new Unfinished();
  }

  #run(nodes: readonly Node[], locals: number[], stack: number[]): Exit {
    for (const node of nodes) {
      const exit = node.type === "plain"
        ? this.#execute(node.instruction, locals, stack)
        : this.#construct(node, locals, stack);
      if (exit.type !== "end") return exit;
    }
    return { type: "end" };
  }

  #construct(node: Exclude<Node, { type: "plain" }>, locals: number[], stack: number[]): Exit {
    this.#pay(weightOf(node.opener.op));
    const height = stack.length;
    for (;;) {
      if (node.type === "loop") this.#pay(ENTRY_WEIGHT);
      const isTaken = node.type !== "if" || stack.pop() !== 0;
      const nodes = node.type === "if" && !isTaken ? node.otherwise : node.body;
      const exit = this.#run(nodes, locals, stack);
      if (exit.type === "return") return exit;
      if (exit.type === "end") return exit;
      if (exit.label > 0) return { type: "branch", label: exit.label - 1 };
      stack.length = height;
      if (node.type !== "loop") return { type: "end" };
    }
  }

  #execute({ op, indices, start }: Instruction, locals: number[], stack: number[]): Exit {
    this.#pay(weightOf(op));
    const index = indices[0] ?? 0;
    const pop = (): number => stack.pop() as number;
    switch (op.name) {
      case "nop":
        break;
      case "unreachable":
        throw new Trap();
      case "br":
        return { type: "branch", label: index };
      case "br_if":
        if (pop() !== 0) return { type: "branch", label: index };
        break;
      case "br_table": {
        const at = pop() >>> 0;
        return { type: "branch", label: indices[Math.min(at, indices.length - 1)] as number };
      }
      case "return":
        return { type: "return" };
      case "call":
      case "return_call": {
        const { params } = this.#module.functions[index] ?? { params: [] };
        const args = stack.splice(stack.length - params.length);
        stack.push(...this.call(index, args));
        if (op.name === "return_call") return { type: "return" };
        break;
      }
      case "drop":
        pop();
        break;
      case "local.get":
        stack.push(locals[index] as number);
        break;
      case "local.set":
        locals[index] = pop();
        break;
      case "local.tee":
        locals[index] = stack.at(-1) as number;
        break;
      case "i32.const":
        stack.push(constantAt(this.#module.bytes, start + 1));
        break;
      case "i32.eqz":
        stack.push(pop() === 0 ? 1 : 0);
        break;
      case "i32.div_u": {
        const [b, a] = [pop() >>> 0, pop() >>> 0];
        if (b === 0) throw new Trap();
        stack.push(Math.floor(a / b) | 0);
        break;
      }
      default: {
        const work = BINARY[op.name];
        if (work === undefined) throw new Error(`the interpreter does not know ${op.name}`);
        const b = pop();
        stack.push(work(pop(), b));
      }
    }
    return { type: "end" };
  }
}

const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  "i32.add": (a, b) => (a + b) | 0,
  "i32.sub": (a, b) => (a - b) | 0,
  "i32.mul": (a, b) => Math.imul(a, b),
  "i32.and": (a, b) => a & b,
  "i32.xor": (a, b) => a ^ b,
  "i32.ne": (a, b) => Number(a !== b),
  "i32.lt_u": (a, b) => Number(a >>> 0 < b >>> 0),
  "i32.gt_u": (a, b) => Number(a >>> 0 > b >>> 0),
  "i32.le_u": (a, b) => Number(a >>> 0 <= b >>> 0),
  "i32.ge_u": (a, b) => Number(a >>> 0 >= b >>> 0),
  "i32.lt_s": (a, b) => Number(a < b),
  "i32.gt_s": (a, b) => Number(a > b),
  "i32.le_s": (a, b) => Number(a <= b),
  "i32.ge_s": (a, b) => Number(a >= b),
};

/** Nests a flat list by its openers and ends. */
function treeOf(instructions: readonly Instruction[]): Node[] {
  let at = 0;
  const until = (...names: readonly string[]): Node[] => {
    const nodes: Node[] = [];
    for (;;) {
      const instruction = instructions[at++] as Instruction;
      const { name } = instruction.op;
      if (names.includes(name)) return nodes;
      if (name === "block" || name === "loop") {
        nodes.push({ type: name, opener: instruction, body: until("end") });
      } else if (name === "if") {
        const body = until("else", "end");
        const hasElse = instructions[at - 1]?.op.name === "else";
        nodes.push({ type: "if", opener: instruction, body, otherwise: hasElse ? until("end") : [] });
      } else nodes.push({ type: "plain", instruction });
    }
  };
  return until("end");
}

function constantAt(bytes: Uint8Array, at: number): number {
  let value = 0;
  let shift = 0;
  for (let i = at;; i++) {
    const byte = bytes[i] as number;
    value |= (byte & 0x7f) << shift;
    shift += 7;
    if (byte < 0x80) return shift < 32 && (byte & 0x40) !== 0 ? value | (-1 << shift) : value;
  }
}

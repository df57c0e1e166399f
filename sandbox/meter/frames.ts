// How much call stack a function takes, counted in slots that no engine decides: parameters, locals, the most values
// that lie on its operand stack, and what any frame has beside them. Engines use less or somewhat more for each.
import {
  type BlockType,
  type CoreModule,
  type FunctionBody,
  type FunctionType,
  type Instruction,
  slotsOf,
  VALUE_TYPES,
} from "../wasm/mod.ts";

/** Slots of a frame beside its values: return address, links, what compilers spill. */
const FRAME_SLOTS = 16;

/** Slots of 8 bytes that one activation of a function counts for. */
export function frameSlots(module: CoreModule, body: FunctionBody): number {
  const locals = body.locals.reduce((slots, { count, type }) => slots + count * slotsOfType(type), 0);
  return FRAME_SLOTS + sum(body.type.params) + locals + new Heights(module, body).highest();
}

/** A block that is open: the height its operands start from, and what it leaves. */
interface Open {
  readonly base: number;
  readonly takes: number;
  readonly leaves: number;
}

/** Follows the height of the operand stack through code that is valid; code that never runs counts as if it did. */
class Heights {
  readonly #module: CoreModule;
  readonly #body: FunctionBody;
  readonly #locals: Uint8Array;
  readonly #open: Open[] = [];
  #height = 0;
  #highest = 0;

  constructor(module: CoreModule, body: FunctionBody) {
    this.#module = module;
    this.#body = body;
    this.#locals = localSlots(body);
  }

  highest(): number {
    this.#open.push({ base: 0, takes: 0, leaves: sum(this.#body.type.results) });
    for (const instruction of this.#body.instructions) this.#take(instruction);
    return this.#highest;
  }

  #take(instruction: Instruction): void {
    const { op, indices } = instruction;
    if (op.effect !== undefined) return this.#move(op.effect.takes, op.effect.leaves);
    const index = indices[0] ?? 0;
    switch (op.name) {
      case "block":
      case "loop":
        return this.#enter(instruction.block, 0);
      case "if":
        return this.#enter(instruction.block, 1);
      case "else": {
        const open = this.#open.at(-1) as Open;
        this.#height = open.base + open.takes;
        return;
      }
      case "end": {
        const open = this.#open.pop() as Open;
        this.#height = open.base;
        return this.#move(0, open.leaves);
      }
      case "call":
        return this.#call(this.#module.functions[index], 0);
      case "call_indirect":
        return this.#call(this.#module.types[index], 1);
      case "local.get":
        return this.#move(0, this.#locals[index] ?? 0);
      case "local.set":
        return this.#move(this.#locals[index] ?? 0, 0);
      case "global.get":
        // A value of two slots at most.
        return this.#move(0, 2);
      case "br_if":
      case "drop":
      case "global.set":
        return this.#move(1, 0);
      case "select":
      case "select_t":
        return this.#move(2, 0);
    }
  }

  #enter(block: BlockType | undefined, condition: number): void {
    this.#move(condition, 0);
    const { params, results } = this.#typeOf(block);
    const takes = sum(params);
    this.#open.push({ base: Math.max(this.#height - takes, this.#floor()), takes, leaves: sum(results) });
  }

  #call(type: FunctionType | undefined, table: number): void {
    this.#move(table + sum(type?.params ?? []), sum(type?.results ?? []));
  }

  /** Behind a branch without condition the stack may be taken from below its base; it is never counted below it. */
  #move(takes: number, leaves: number): void {
    this.#height = Math.max(this.#height - takes, this.#floor()) + leaves;
    this.#highest = Math.max(this.#highest, this.#height);
  }

  #floor(): number {
    return this.#open.at(-1)?.base ?? 0;
  }

  #typeOf(block: BlockType | undefined): FunctionType {
    if (block?.type === "index") return this.#module.types[block.index] ?? { params: [], results: [] };
    return { params: [], results: block?.codes ?? [] };
  }
}

/** Slots of each parameter and local. */
function localSlots({ type, locals }: FunctionBody): Uint8Array {
  const count = locals.reduce((sum, one) => sum + one.count, type.params.length);
  const slots = new Uint8Array(count);
  slots.set(type.params.map(slotsOfType));
  let at = type.params.length;
  for (const one of locals) {
    slots.fill(slotsOfType(one.type), at, at + one.count);
    at += one.count;
  }
  return slots;
}

function sum(codes: readonly number[]): number {
  return codes.reduce((slots, code) => slots + slotsOfType(code), 0);
}

function slotsOfType(code: number): number {
  return slotsOf(VALUE_TYPES.get(code) ?? "");
}

// Random small programs with every kind of control flow: they end or do not, trap or do not, and all of them validate.
import { fc } from "../deps.ts";
import { assemble, type Func, kind, op, type, unsigned } from "../hostile/wasm_builder.ts";

/** Locals of a generated function, its one parameter among them. */
const LOCALS = 3;
/** Functions of a generated module; each may call those behind it, and now and then itself. */
const FUNCTIONS = 3;

/** Draws numbers below a bound, from the property's own seed. */
type Draw = (bound: number) => number;

/** Modules that export a function of a number to a number as `run`; the seed names the module. */
export const programs: fc.Arbitrary<Uint8Array<ArrayBuffer>> = fc.noShrink(fc.nat()).map((seed) =>
  moduleOf(drawsFrom(seed))
);

/** A small generator (xorshift of 32 bits, Marsaglia 2003). */
function drawsFrom(seed: number): Draw {
  let state = seed + 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

function moduleOf(draw: Draw): Uint8Array<ArrayBuffer> {
  const functions: Func[] = Array.from({ length: FUNCTIONS }, (_, index) => ({
    params: [type.i32],
    results: [type.i32],
    locals: LOCALS - 1,
    body: [...new Maker(draw, index).statements(0, 4), ...op.get(1)],
  }));
  return assemble({ functions, exports: [{ name: "run", kind: kind.func, index: 0 }] });
}

class Maker {
  readonly #draw: Draw;
  readonly #index: number;

  constructor(draw: Draw, index: number) {
    this.#draw = draw;
    this.#index = index;
  }

  /** Statements leave the operand stack as it was. `depth`: constructs that are open, the function not among them. */
  statements(depth: number, budget: number): number[] {
    const count = this.#draw(budget + 1);
    return Array.from({ length: count }, () => this.#statement(depth, Math.floor(budget / 2))).flat();
  }

  #statement(depth: number, budget: number): number[] {
    const { get, set } = op;
    const local = this.#draw(LOCALS);
    switch (this.#draw(13)) {
      case 0:
      case 1:
      case 2:
        return [...this.#expression(2), ...set(local)];
      case 3:
        return [...op.block, ...this.statements(depth + 1, budget + 1), ...op.end];
      case 4:
        return [
          ...[...this.#expression(1), ...op.if, ...this.statements(depth + 1, budget + 1), ...op.else],
          ...[...this.statements(depth + 1, budget + 1), ...op.end],
        ];
      case 5:
        return [...this.#expression(1), ...op.if, ...this.statements(depth + 1, budget + 1), ...op.end];
      case 6:
        return this.#countedLoop(depth, budget);
      case 7:
        return this.#whileLoop(depth, budget);
      case 8:
        return depth === 0 ? [...op.nop] : [...this.#expression(1), ...op.brIf(this.#draw(depth))];
      case 9:
        return depth === 0 ? [...op.nop] : op.br(this.#draw(depth));
      case 10:
        return this.#forLoop(depth, budget);
      case 11:
        return depth === 0 ? [...this.#expression(1), ...op.drop] : this.#table(depth);
      default:
        return this.#draw(3) === 0 ? [...get(local), ...op.return] : [...this.#callOrTail(), ...set(local)];
    }
  }

  #countedLoop(depth: number, budget: number): number[] {
    const counter = 2;
    return [
      ...[...op.i32(1 + this.#draw(4)), ...op.set(counter), ...op.loop],
      ...this.statements(depth + 1, budget + 1),
      ...[...op.get(counter), ...op.i32(1), ...op.sub, ...op.tee(counter), ...op.brIf(0), ...op.end],
    ];
  }

  /** A loop whose turn ends in a jump without condition, behind a test in front. */
  #whileLoop(depth: number, budget: number): number[] {
    const counter = 2;
    return [
      ...[...op.i32(1 + this.#draw(4)), ...op.set(counter), ...op.block, ...op.loop],
      ...[...op.get(counter), ...op.eqz, ...op.brIf(1)],
      ...[...op.get(counter), ...op.i32(1), ...op.sub, ...op.set(counter)],
      ...this.statements(depth + 2, budget + 1),
      ...[...op.br(0), ...op.end, ...op.end],
    ];
  }

  /** A loop as compilers write it that count up to a bound; its statements may change the counter, or the bound. */
  #forLoop(depth: number, budget: number): number[] {
    const counter = 2;
    const bound = this.#draw(3) === 0 ? op.get(1) : op.i32(this.#draw(6));
    const compared = this.#draw(2) === 0
      ? [...op.get(counter), ...bound, ...op.ltU]
      : [...bound, ...op.get(counter), 0x4a];
    return [
      ...[...op.i32(this.#draw(3)), ...op.set(counter), ...op.loop, ...compared, ...op.if],
      ...this.statements(depth + 2, budget),
      ...[...op.get(counter), ...op.i32(1 + this.#draw(3)), ...op.add, ...op.set(counter)],
      ...[...op.br(1), ...op.end, ...op.end],
    ];
  }

  #table(depth: number): number[] {
    const labels = Array.from({ length: 1 + this.#draw(3) }, () => unsigned(this.#draw(depth)));
    return [...this.#expression(1), 0x0e, ...unsigned(labels.length - 1), ...labels.flat()];
  }

  #callOrTail(): number[] {
    const behind = FUNCTIONS - 1 - this.#index;
    const callee = behind === 0 || this.#draw(8) === 0 ? this.#index : this.#index + 1 + this.#draw(behind);
    const isTail = this.#draw(4) === 0;
    return isTail
      ? [...this.#expression(1), 0x12, ...unsigned(callee)]
      : [...this.#expression(1), ...op.call(callee)];
  }

  #expression(depth: number): number[] {
    const pick = this.#draw(depth === 0 ? 2 : 5);
    if (pick === 0) return op.get(this.#draw(LOCALS));
    if (pick === 1) return op.i32(this.#draw(7) - 2);
    if (pick === 2) return [...this.#expression(depth - 1), ...op.eqz];
    const binary = [op.add, op.sub, op.and, op.ltU, op.divU, [0x6c], [0x73]];
    const work = binary[this.#draw(binary.length)] as readonly number[];
    return [...this.#expression(depth - 1), ...this.#expression(depth - 1), ...work];
  }
}

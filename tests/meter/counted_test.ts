// Loops that count to a bound: what is charged ahead for them is what their turns cost, at the ends of the numbers too.
import { assert, fc } from "../deps.ts";
import { meter, METER_EXPORTS } from "../../sandbox/meter/mod.ts";
import { countedLoops } from "../../sandbox/meter/counted.ts";
import { readModule } from "../../sandbox/wasm/mod.ts";
import { assemble, kind, op, type } from "../hostile/wasm_builder.ts";
import { interpret } from "./interpreter.ts";

const STEPS_MAX = 3_000;
const PLENTY = 2n ** 40n;
const RUNS = Deno.env.get("P2C2R_LONG") === "1" ? 200_000 : 3_000;

/** Codes of the comparisons, the counter on the left, and of the same ones from the other side. */
const COMPARISONS = {
  ne: [0x47, 0x47],
  lt_s: [0x48, 0x4a],
  lt_u: [0x49, 0x4b],
  gt_s: [0x4a, 0x48],
  gt_u: [0x4b, 0x49],
  le_s: [0x4c, 0x4e],
  le_u: [0x4d, 0x4f],
  ge_s: [0x4e, 0x4c],
  ge_u: [0x4f, 0x4d],
} as const;
type Name = keyof typeof COMPARISONS;

interface Shape {
  readonly form: "guardIf" | "guardBranch" | "atEnd";
  readonly comparison: Name;
  readonly isMirrored: boolean;
  readonly start: number;
  readonly bound: number;
  readonly step: number;
  /** Constants stand in the code, or come from outside. */
  readonly startIsKnown: boolean;
  readonly boundIsKnown: boolean;
}

const EDGES = [0, 1, -1, 7, 100, 2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 5, -(2 ** 31) + 5, -8];
const number = fc.tuple(fc.constantFrom(...EDGES), fc.integer({ min: -6, max: 6 })).map(([a, b]) =>
  (a + b) | 0
);
const shapes: fc.Arbitrary<Shape> = fc.record({
  form: fc.constantFrom("guardIf", "guardBranch", "atEnd"),
  comparison: fc.constantFrom(...Object.keys(COMPARISONS) as Name[]),
  isMirrored: fc.boolean(),
  start: number,
  bound: number,
  step: fc.constantFrom(1, -1, 2, -2, 3, -3, 4, 16, -100, 800),
  startIsKnown: fc.boolean(),
  boundIsKnown: fc.boolean(),
});

/** A function of start and bound; its counter is local 2, and local 3 counts the turns. */
function moduleOf(shape: Shape): Uint8Array<ArrayBuffer> {
  const { form, comparison, isMirrored, start, bound, step, startIsKnown, boundIsKnown } = shape;
  const limit = boundIsKnown ? op.i32(bound) : op.get(1);
  const [code, other] = COMPARISONS[comparison];
  const compare = isMirrored ? [...limit, ...op.get(2), other] : [...op.get(2), ...limit, code];
  const turn = [
    ...[...op.get(3), ...op.i32(1), ...op.add, ...op.set(3)],
    ...[...op.get(2), ...op.i32(step), ...op.add, ...op.set(2)],
  ];
  const loop = {
    guardIf: [...op.loop, ...compare, ...op.if, ...turn, ...op.br(1), ...op.end, ...op.end],
    guardBranch: [
      ...[...op.block, ...op.loop, ...compare, ...op.eqz, ...op.brIf(1), ...turn],
      ...[...op.br(0), ...op.end, ...op.end],
    ],
    atEnd: [...op.loop, ...turn, ...compare, ...op.brIf(0), ...op.end],
  }[form];
  const begin = startIsKnown ? op.i32(start) : op.get(0);
  return assemble({
    functions: [{
      params: [type.i32, type.i32],
      results: [type.i32],
      locals: 2,
      body: [...begin, ...op.set(2), ...loop, ...op.get(3)],
    }],
    exports: [{ name: "run", kind: kind.func, index: 0 }],
  });
}

/** What a metered run leaves, and its answer if it comes to one. */
function run(
  core: Uint8Array<ArrayBuffer>,
  { start, bound }: Shape,
  budget: bigint,
): [bigint, number | undefined] {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(meter(core, { foldMax: 0 })));
  const fuel = exports[METER_EXPORTS.fuel] as unknown as { value: bigint };
  fuel.value = budget;
  try {
    const value = (exports["run"] as (start: number, bound: number) => number)(start, bound);
    return [fuel.value, value];
  } catch (error) {
    assert.ok(error instanceof WebAssembly.RuntimeError);
    return [fuel.value, undefined];
  }
}

/** Whether the bound is nearer than a step to the end of the numbers towards which the loop counts. */
function isAtTheEnd({ comparison, bound, step }: Shape): boolean {
  if (comparison === "ne") return false;
  const [least, most] = comparison.endsWith("s") ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1];
  const value = comparison.endsWith("s") ? bound : bound >>> 0;
  return step > 0 ? most - value < step : value - least < -step;
}

Deno.test("meter() charges a counted loop what its turns cost, up to the ends of the numbers", () => {
  const seen = { exact: 0, endless: 0, ahead: 0 };
  fc.assert(
    fc.property(shapes, (shape) => {
      const core = moduleOf(shape);
      const module = readModule(core);
      const said = interpret(module, 0, [shape.start, shape.bound], STEPS_MAX);
      const isAhead = countedLoops(module, module.bodies[0]!).size > 0;
      if (isAhead) seen.ahead++;
      if (said.ending.type !== "returned") {
        seen.endless++;
        const [left, value] = run(core, shape, BigInt(said.fuel - 1));
        assert.ok(left < 0n && value === undefined);
        return;
      }
      const [left, value] = run(core, shape, PLENTY);
      // Nobody counts past the end of the numbers: such a loop may be taken for one that never ends.
      if (value === undefined) return assert.ok(isAhead && isAtTheEnd(shape) && left < 0n);
      seen.exact++;
      assert.deepEqual([value], said.ending.values);
      assert.equal(PLENTY - left, BigInt(said.fuel));
    }),
    { numRuns: RUNS, seed: 20_261_128 },
  );
  for (const [what, count] of Object.entries(seen)) assert.ok(count > RUNS / 10, `${what}: ${count}`);
});

Deno.test("meter() charges turn by turn what has another way out or back, and a counter that is set twice", () => {
  const counted = (body: readonly number[], turn: readonly number[]) => {
    const core = assemble({
      functions: [{
        params: [type.i32, type.i32],
        results: [],
        locals: 1,
        body: [
          ...[...op.block, ...op.loop, ...op.get(2), ...op.get(1), ...op.ltU, ...op.if, ...body],
          ...[...turn, ...op.br(1), ...op.end, ...op.end, ...op.end],
        ],
      }],
    });
    assert.ok(WebAssembly.validate(core));
    const module = readModule(core);
    return countedLoops(module, module.bodies[0]!).size;
  };
  const step = [...op.get(2), ...op.i32(1), ...op.add, ...op.set(2)];
  assert.equal(counted([], step), 1);
  assert.equal(
    counted([...op.block, ...op.get(0), ...op.brIf(0), ...op.end], step),
    1,
    "a way within a turn",
  );
  assert.equal(counted([...op.get(0), ...op.if, ...op.get(0), ...op.set(0), ...op.end], step), 1);
  assert.equal(counted([...op.get(0), ...op.brIf(2)], step), 0, "a way out");
  assert.equal(counted([...op.get(0), ...op.brIf(1)], step), 0, "a second way back");
  assert.equal(counted([...op.get(0), ...op.if, ...op.return, ...op.end], step), 0, "a return");
  assert.equal(counted([...op.get(0), ...op.if, ...step, ...op.end], step), 0, "a turn that counts twice");
  assert.equal(counted([...op.get(0), ...op.set(1)], step), 0, "a bound that moves");
  assert.equal(counted([], [...op.get(2), ...op.get(0), ...op.add, ...op.set(2)]), 0, "a step nobody knows");
  assert.equal(counted([], [...op.get(2), ...op.i32(1), ...op.sub, ...op.set(2)]), 0, "away from the bound");
});

// What the meter counts, against an interpreter that counts what it executes.
import { assert, fc } from "../deps.ts";
import { meter, METER_EXPORTS } from "../../sandbox/meter/mod.ts";
import { readModule } from "../../sandbox/wasm/mod.ts";
import { interpret } from "./interpreter.ts";
import { programs } from "./programs.ts";

const STEPS_MAX = 20_000;
const PLENTY = 2n ** 40n;
const RUNS = Deno.env.get("P2C2R_LONG") === "1" ? 200_000 : 1_500;

/** A global as its exports show it. */
interface Counter<T> {
  value: T;
}

interface Metered {
  readonly ending: "returned" | "trapped";
  readonly value: number | undefined;
  readonly left: bigint;
  readonly depth: number;
}

function runMetered(metered: Uint8Array<ArrayBuffer>, input: number, budget: bigint): Metered {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(metered));
  const fuel = exports[METER_EXPORTS.fuel] as unknown as Counter<bigint>;
  const depth = exports[METER_EXPORTS.depth] as unknown as Counter<number>;
  fuel.value = budget;
  const state = () => ({ left: fuel.value, depth: depth.value });
  try {
    const value = (exports["run"] as (input: number) => number)(input);
    return { ending: "returned", value, ...state() };
  } catch (error) {
    assert.ok(error instanceof WebAssembly.RuntimeError, String(error));
    return { ending: "trapped", value: undefined, ...state() };
  }
}

Deno.test("meter() without folding counts each instruction that runs, as an interpreter does", () => {
  const seen = { returned: 0, trapped: 0, unfinished: 0 };
  fc.assert(
    fc.property(programs, fc.integer({ min: -2, max: 4 }), (core, input) => {
      const run = interpret(readModule(core), 0, [input], STEPS_MAX);
      seen[run.ending.type]++;
      const metered = meter(core, { foldMax: 0 });
      if (run.ending.type === "unfinished") {
        const { left, ending, depth } = runMetered(metered, input, BigInt(run.fuel - 1));
        assert.equal(ending, "trapped");
        assert.ok(left < 0n || depth < 0);
        return;
      }
      const { left, value, ending, depth } = runMetered(metered, input, PLENTY);
      assert.equal(ending, run.ending.type);
      assert.ok(depth > 0);
      if (run.ending.type === "returned") {
        assert.deepEqual([value], run.ending.values);
        assert.equal(PLENTY - left, BigInt(run.fuel));
      } else {
        // What a trap leaves is what was written back before it, and the same each time.
        assert.ok(left < PLENTY);
        assert.deepEqual(runMetered(metered, input, PLENTY), { left, value, ending, depth });
      }
    }),
    { numRuns: RUNS, seed: 20_261_127 },
  );
  for (const [ending, count] of Object.entries(seen)) assert.ok(count >= RUNS / 100, `${ending}: ${count}`);
});

Deno.test("meter() with folding charges at least what runs, gives the same answers and stops at every budget", () => {
  fc.assert(
    fc.property(programs, fc.integer({ min: -2, max: 4 }), fc.nat({ max: 1_000 }), (core, input, part) => {
      const run = interpret(readModule(core), 0, [input], STEPS_MAX);
      const metered = meter(core);
      assert.deepEqual(meter(core), metered);
      if (run.ending.type !== "returned") return;
      const whole = runMetered(metered, input, PLENTY);
      assert.deepEqual([whole.value], run.ending.values);
      const used = PLENTY - whole.left;
      assert.ok(used >= BigInt(run.fuel), `${used} charged, ${run.fuel} executed`);
      assert.equal(runMetered(metered, input, used).left, 0n);
      const budget = used * BigInt(part) / 1_001n;
      const short = runMetered(metered, input, budget);
      assert.ok(short.left < 0n, "less than it uses is exhausted, whether it stops or is seen at the end");
    }),
    { numRuns: RUNS, seed: 20_261_128 },
  );
});

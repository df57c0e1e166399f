import { assert } from "../../tests/deps.ts";
import { assemble, type Func, kind, op, type, unsigned } from "../../tests/hostile/wasm_builder.ts";
import { readModule } from "../wasm/mod.ts";
import { meter, METER_EXPORTS } from "./mod.ts";
import { seenResults } from "./nan.ts";

const F64 = 0x7c;
const [ADD, MUL, NEG, COPYSIGN, LESS, BITS, SELECT] = [0xa0, 0xa2, 0x9a, 0xa6, 0x63, 0xbd, 0x1b];
/** A NaN with a payload and a sign, which every processor hands on. */
const PAYLOAD = 0xfff8_0000_0000_1234n;
const CANONICAL = 0x7ff8_0000_0000_0000n;
const payload = [0x44, ...new Uint8Array(new BigUint64Array([PAYLOAD]).buffer)];
/** A sum that is NaN; local 1 holds 1. */
const sum = [...payload, ...op.get(1), ADD];

function moduleOf(body: readonly number[], more: readonly Func[]): Uint8Array<ArrayBuffer> {
  return assemble({
    functions: [{ params: [F64, F64], results: [type.i64], body }, ...more],
    exports: [{ name: "run", kind: kind.func, index: 0 }],
  });
}

/** What the code leaves, as 64 bits. Locals 0 and 1 are doubles. */
function bitsOf(
  body: readonly number[],
  nan: "canonical" | "own" = "canonical",
  more: readonly Func[] = [],
): bigint {
  const core = meter(moduleOf(body, more), { nan });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(core));
  (exports[METER_EXPORTS.fuel] as unknown as { value: bigint }).value = 1_000n;
  return BigInt.asUintN(64, (exports["run"] as (a: number, b: number) => bigint)(0, 1));
}

Deno.test("meter() makes every NaN that can be seen the same, whatever way it went", () => {
  const { get, set, tee } = op;
  const callee: Func = { params: [F64, F64], results: [F64], body: [...get(0), ...get(1), ADD] };
  const ways: Readonly<Record<string, readonly number[]>> = {
    "straight": sum,
    "through a local": [...sum, ...set(0), ...get(0)],
    "through two locals": [...sum, ...tee(0), ...set(1), ...get(1)],
    "set and left": [...sum, ...tee(0)],
    "out of a block": [0x02, F64, ...sum, ...op.end],
    "out of one of two arms": [...op.i32(1), 0x04, F64, ...sum, ...op.else, ...get(0), ...op.end],
    "chosen": [...sum, ...get(1), ...op.i32(1), SELECT],
    "by a branch": [0x02, F64, ...sum, ...op.br(0), ...op.end],
    "out of a function": [...payload, ...get(1), ...op.call(1)],
    "into a function and out": [...sum, ...get(1), ...op.call(1)],
    "through a loop": [
      ...[...payload, ...set(0), ...op.loop, ...get(0), ...get(1), ADD, ...set(0)],
      ...[...op.i32(0), ...op.brIf(0), ...op.end, ...get(0)],
    ],
  };
  for (const [way, code] of Object.entries(ways)) {
    assert.equal(bitsOf([...code, BITS], "canonical", [callee]), CANONICAL, way);
    assert.notEqual(bitsOf([...code, BITS], "own", [callee]), CANONICAL, `${way}, as it was`);
  }
  assert.equal(bitsOf([...sum, NEG, BITS]), CANONICAL | 1n << 63n, "its sign is turned like any other");
  assert.equal(bitsOf([...op.get(1), ...sum, COPYSIGN, BITS]), 0x3ff0_0000_0000_0000n, "and copied");
});

Deno.test("meter() makes the lanes of vectors the same", () => {
  for (const [splat, add, bits] of [[0x14, 0xf0, CANONICAL], [0x13, 0xe4, 0x7fc0_0000_7fc0_0000n]] as const) {
    const narrow = splat === 0x13 ? [0xb6] : [];
    const vector = (value: readonly number[]) => [...value, ...narrow, 0xfd, splat];
    const code = [...vector(payload), ...vector(op.get(1)), 0xfd, ...unsigned(add), 0xfd, 0x1d, 1];
    assert.equal(bitsOf(code), bits);
    assert.notEqual(bitsOf(code, "own"), bits);
  }
});

Deno.test("meter() leaves a NaN alone that was only moved", () => {
  assert.equal(bitsOf([...payload, BITS]), PAYLOAD);
  assert.equal(bitsOf([...payload, ...op.set(0), ...op.get(0), BITS]), PAYLOAD);
});

Deno.test("seenResults() asks nothing of results that only flow into operations on floats", () => {
  const seen = (body: readonly number[]) => {
    const module = readModule(moduleOf(body, []));
    const found = module.bodies[0];
    assert.ok(found !== undefined);
    return seenResults(module, found).size;
  };
  const { get, set, i64 } = op;
  assert.equal(seen([...get(0), ...get(1), ADD, ...get(1), MUL, BITS]), 1, "the last of two");
  assert.equal(seen([...get(0), ...get(1), ADD, ...get(1), LESS, ...op.drop, ...i64(0)]), 0, "a comparison");
  assert.equal(seen([...get(0), ...get(1), ADD, ...op.drop, ...i64(0)]), 0, "nobody");
  const total = [...op.loop, ...get(0), ...get(1), ADD, ...set(0), ...op.i32(0), ...op.brIf(0), ...op.end];
  assert.equal(seen([...total, ...get(0), ...get(1), MUL, BITS]), 1, "a sum that is kept and multiplied");
  assert.equal(seen([...total, ...get(0), BITS]), 1, "a sum that is kept and looked at");
});

import { assert, fc } from "../../tests/deps.ts";
import { flowfield, type FlowfieldOutput, UNREACHED } from "./codec.ts";

const coordinate = fc.integer({ min: 0, max: 2047 });
/** `deepEqual` tells objects without a prototype from plain ones. */
const plain = { noNullPrototype: true };
const cell = fc.record({ x: coordinate, y: coordinate }, plain);
const side = fc.integer({ min: 1, max: 60 });
const window = fc.record({ x: coordinate, y: coordinate, width: side, height: side }, plain);
const request = fc.record({
  goals: fc.array(cell, { minLength: 1, maxLength: 90 }),
  window,
  reach: fc.integer({ min: 1, max: 0xefffffff }),
}, { ...plain, requiredKeys: ["goals"] });
const distance = (max: number) => fc.oneof(fc.integer({ min: 0, max }), fc.constant(UNREACHED));
const field = fc.tuple(window, fc.constantFrom(0xfffe, 0xffff, 0xefffffff)).chain(([place, max]) => {
  const cells = { minLength: place.width * place.height, maxLength: place.width * place.height };
  return fc.record({
    distances: fc.array(distance(max), cells).map((list) => Uint32Array.from(list)),
    directions: fc.uint8Array({ max: 15, ...cells }),
  }).map((parts): FlowfieldOutput => ({ ...place, ...parts }));
});

/** The same bytes at an odd offset of a larger buffer, as they lie in a received frame. */
function unaligned(bytes: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(bytes.length + 3);
  buffer.set(bytes, 3);
  return buffer.subarray(3);
}

Deno.test("flowfield.decodeInput() gives back what encodeInput() wrote", () => {
  fc.assert(fc.property(request, (value) => {
    assert.deepEqual(flowfield.decodeInput(unaligned(flowfield.encodeInput(value))), value);
  }));
});

Deno.test("flowfield.decodeOutput() gives back what encodeOutput() wrote", () => {
  fc.assert(fc.property(field, (value) => {
    assert.deepEqual(flowfield.decodeOutput(unaligned(flowfield.encodeOutput(value))), value);
  }));
});

Deno.test("flowfield.encode…() write the bytes of the README", () => {
  const input = flowfield.encodeInput({ goals: [{ x: 1, y: 0 }], reach: 500 });
  assert.deepEqual([...input], [0, 0, 0, 0, 0, 0, 0, 0, 0xf4, 1, 0, 0, 1, 0, 0, 0]);
  const output = flowfield.encodeOutput({
    x: 0,
    y: 0,
    width: 3,
    height: 1,
    distances: Uint32Array.of(10, 0, UNREACHED),
    directions: Uint8Array.of(0, 8, 15),
  });
  assert.deepEqual(
    [...output],
    [0x50, 0x32, 0x46, 0x31, 0, 0, 0, 0, 3, 0, 1, 0, 2, 0, 0, 0, 10, 0, 0, 0, 0xff, 0xff, 0x80, 0x0f],
  );
});

Deno.test("flowfield.encode…() refuse with a RangeError what does not fit", () => {
  const goals = [{ x: 0, y: 0 }];
  const whole = { x: 0, y: 0, width: 2, height: 1 };
  const directions = Uint8Array.of(8, 15);
  const distances = Uint32Array.of(0, 1);
  const refused: (() => unknown)[] = [
    () => flowfield.encodeInput({ goals: [] }),
    () => flowfield.encodeInput({ goals: Array(4097).fill(goals[0]) }),
    () => flowfield.encodeInput({ goals: [{ x: 2048, y: 0 }] }),
    () => flowfield.encodeInput({ goals: [{ x: NaN, y: 0 }] }),
    () => flowfield.encodeInput({ goals, reach: 0 }),
    () => flowfield.encodeInput({ goals, reach: Infinity }),
    () => flowfield.encodeInput({ goals, window: { x: 0, y: 0, width: 0, height: 1 } }),
    () => flowfield.encodeInput({ goals, window: { x: 0, y: 0, width: 2048, height: 410 } }),
    () => flowfield.encodeOutput({ ...whole, distances: distances.subarray(1), directions }),
    () => flowfield.encodeOutput({ ...whole, distances, directions: directions.subarray(1) }),
    () => flowfield.encodeOutput({ ...whole, distances, directions: Uint8Array.of(1, 16) }),
  ];
  for (const encode of refused) assert.throws(encode, RangeError);
});

Deno.test("flowfield.decode…() answer any bytes with a value or a RangeError", () => {
  const input = flowfield.encodeInput({ goals: [{ x: 1, y: 2 }] });
  const output = flowfield.encodeOutput({
    x: 1,
    y: 1,
    width: 3,
    height: 2,
    distances: new Uint32Array(6),
    directions: new Uint8Array(6),
  });
  const mutation = fc.tuple(fc.constantFrom(input, output), fc.nat(), fc.nat(255), fc.nat(40));
  const mutated = (bytes: Uint8Array, at: number, value: number, cut: number) => {
    const copy = bytes.slice(0, Math.max(0, bytes.length - Math.max(0, cut - 30)));
    if (copy.length > 0) copy[at % copy.length] = value;
    return copy;
  };
  fc.assert(
    fc.property(fc.oneof(mutation, fc.uint8Array({ maxLength: 60 })), (drawn) => {
      const bytes = drawn instanceof Uint8Array ? drawn : mutated(...drawn);
      for (const decode of [flowfield.decodeInput, flowfield.decodeOutput]) {
        try {
          decode(bytes);
        } catch (error) {
          assert.ok(error instanceof RangeError, String(error));
        }
      }
    }),
    { numRuns: 3000 },
  );
});

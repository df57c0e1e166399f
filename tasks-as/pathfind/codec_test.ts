import { assert, fc } from "../../tests/deps.ts";
import { type PathAnswer, pathfind, type PathfindOutput } from "./codec.ts";

const coordinate = fc.integer({ min: 0, max: 2047 });
/** `deepEqual` tells objects without a prototype from plain ones. */
const plain = { noNullPrototype: true };
const pair = fc.record(
  { startX: coordinate, startY: coordinate, goalX: coordinate, goalY: coordinate },
  plain,
);
const input = fc.record({ pairs: fc.array(pair, { minLength: 1, maxLength: 64 }) }, plain);
const grid = fc.tuple(fc.integer({ min: 1, max: 140 }), fc.integer({ min: 1, max: 40 })).chain((
  [width, height],
) =>
  fc.record({
    width: fc.constant(width),
    height: fc.constant(height),
    free: fc.uint8Array({ min: 0, max: 1, minLength: width * height, maxLength: width * height }),
  }, plain)
);
/** Walks that stay inside: from the middle, at most 40 steps in any directions. */
const walk = fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 40 }).map((directions): PathAnswer => {
  const cells = [1000, 1000];
  for (const direction of directions) {
    cells.push((cells.at(-2) as number) + Math.round(Math.cos(direction * Math.PI / 4)));
    cells.push((cells.at(-2) as number) + Math.round(Math.sin(direction * Math.PI / 4)));
  }
  const diagonal = directions.filter((direction) => direction % 2 === 1).length;
  return { type: "found", straight: directions.length - diagonal, diagonal, cells: Uint16Array.from(cells) };
});
const answer = fc.oneof(
  walk,
  fc.record({
    type: fc.constantFrom("unreachable" as const, "startBlocked" as const, "goalBlocked" as const),
    startX: coordinate,
    startY: coordinate,
  }, plain),
);

/** The same bytes at an odd offset of a larger buffer, as they lie in a received frame. */
function unaligned(bytes: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(bytes.length + 3);
  buffer.set(bytes, 3);
  return buffer.subarray(3);
}

Deno.test("pathfind.decodeInput() gives back what encodeInput() wrote", () => {
  fc.assert(fc.property(input, (value) => {
    assert.deepEqual(pathfind.decodeInput(unaligned(pathfind.encodeInput(value))), value);
  }));
});

Deno.test("pathfind.decodeGrid() gives back what encodeGrid() wrote", () => {
  fc.assert(fc.property(grid, (value) => {
    assert.deepEqual(pathfind.decodeGrid(unaligned(pathfind.encodeGrid(value))), value);
  }));
});

Deno.test("pathfind.decodeCostGrid() gives back what encodeCostGrid() wrote", () => {
  fc.assert(fc.property(grid, fc.nat(254), ({ width, height, free }, more) => {
    const costs = free.map((cell) => cell * (1 + more));
    const value = { width, height, costs: new Uint8Array(costs) };
    assert.deepEqual(pathfind.decodeCostGrid(unaligned(pathfind.encodeCostGrid(value))), value);
  }));
});

Deno.test("pathfind.decodeOutput() gives back what encodeOutput() wrote", () => {
  fc.assert(fc.property(fc.array(answer, { minLength: 1, maxLength: 64 }), (answers) => {
    const output: PathfindOutput = { answers };
    assert.deepEqual(pathfind.decodeOutput(unaligned(pathfind.encodeOutput(output))), output);
  }));
});

Deno.test("pathfind.encodeInput() writes the bytes of the README", () => {
  const bytes = pathfind.encodeInput({ pairs: [{ startX: 1, startY: 2, goalX: 3, goalY: 0x102 }] });
  assert.deepEqual([...bytes], [1, 0, 2, 0, 3, 0, 2, 1]);
});

Deno.test("pathfind.encodeGrid() writes the bytes of the README", () => {
  const bytes = pathfind.encodeGrid({ width: 3, height: 2, free: Uint8Array.of(1, 1, 0, 0, 0, 1) });
  const header = [0x50, 0x32, 0x47, 0x31, 3, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0];
  assert.deepEqual([...bytes], [...header, 3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0]);
});

Deno.test("pathfind.encodeOutput() writes the bytes of the README", () => {
  const cells = Uint16Array.of(1, 1, 2, 1, 3, 1, 4, 2);
  const bytes = pathfind.encodeOutput({
    answers: [{ type: "found", straight: 2, diagonal: 1, cells }, {
      type: "goalBlocked",
      startX: 5,
      startY: 6,
    }],
  });
  const found = [1, 0, 1, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0];
  const blocked = [5, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xc0];
  assert.deepEqual([...bytes], [2, 0, 0, 0, ...found, ...blocked, 2 << 3, 0, 1 | 1 << 3, 0]);
});

Deno.test("pathfind.encode…() refuse with a RangeError what does not fit", () => {
  const pair = { startX: 0, startY: 0, goalX: 0, goalY: 0 };
  assert.throws(() => pathfind.encodeInput({ pairs: [] }), RangeError);
  assert.throws(() => pathfind.encodeInput({ pairs: Array(65).fill(pair) }), RangeError);
  assert.throws(() => pathfind.encodeInput({ pairs: [{ ...pair, goalX: 2048 }] }), RangeError);
  assert.throws(() => pathfind.encodeInput({ pairs: [{ ...pair, goalX: 0.5 }] }), RangeError);
  assert.throws(() => pathfind.encodeGrid({ width: 0, height: 1, free: new Uint8Array(0) }), RangeError);
  assert.throws(() => pathfind.encodeGrid({ width: 2, height: 2, free: new Uint8Array(3) }), RangeError);
  const costs = new Uint8Array(3);
  assert.throws(() => pathfind.encodeCostGrid({ width: 2, height: 2, costs }), RangeError);
  assert.throws(() => pathfind.encodeCostGrid({ width: 2049, height: 1, costs }), RangeError);
  const jump = Uint16Array.of(0, 0, 2, 0);
  assert.throws(
    () => pathfind.encodeOutput({ answers: [{ type: "found", straight: 1, diagonal: 0, cells: jump }] }),
    RangeError,
  );
});

Deno.test("pathfind.decode…() answer any bytes with a value or a RangeError", () => {
  const seeds = [
    pathfind.encodeInput({ pairs: [{ startX: 1, startY: 2, goalX: 3, goalY: 4 }] }),
    pathfind.encodeGrid({ width: 9, height: 2, free: new Uint8Array(18).fill(1) }),
    pathfind.encodeCostGrid({ width: 9, height: 2, costs: new Uint8Array(18).fill(3) }),
    pathfind.encodeOutput({
      answers: [{ type: "found", straight: 2, diagonal: 0, cells: Uint16Array.of(1, 1, 2, 1, 3, 1) }],
    }),
  ];
  const mutation = fc.tuple(fc.constantFrom(...seeds), fc.nat(), fc.nat(255), fc.nat(40));
  fc.assert(
    fc.property(fc.oneof(mutation, fc.uint8Array({ maxLength: 80 })), (drawn) => {
      const bytes = drawn instanceof Uint8Array ? drawn : mutated(...drawn);
      const { decodeInput, decodeGrid, decodeCostGrid, decodeOutput } = pathfind;
      for (const decode of [decodeInput, decodeGrid, decodeCostGrid, decodeOutput]) {
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

function mutated(bytes: Uint8Array, at: number, value: number, cut: number): Uint8Array {
  const copy = bytes.slice(0, Math.max(0, bytes.length - Math.max(0, cut - 30)));
  if (copy.length > 0) copy[at % copy.length] = value;
  return copy;
}

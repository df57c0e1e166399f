import { assert } from "../../tests/deps.ts";
import { instantiateCore, loadCore } from "../testing/core.ts";
import { drawsFrom } from "../testing/draws.ts";
import { pathfind } from "./codec.ts";
import { makeVectors } from "./make_vectors.ts";
import { type OracleAnswer, shortestPath } from "./oracle.ts";
import { mazeMap, noiseMap, type TestMap } from "./testing/maps.ts";
import { drawFreePairs, drawMap, drawPairs, solvePairs } from "./testing/problems.ts";
import { readVectors } from "./testing/vectors.ts";

const module = await loadCore(pathfind.id, pathfind.version);

/** What an answer claims, without the way. */
function claims(output: Uint8Array): OracleAnswer[] {
  return pathfind.decodeOutput(output).answers.map((answer): OracleAnswer =>
    answer.type === "found"
      ? { type: "found", straight: answer.straight, diagonal: answer.diagonal }
      : { type: answer.type }
  );
}

function runOk(input: Uint8Array, assets: readonly Uint8Array[]): Uint8Array {
  const result = instantiateCore(module).run(input, assets);
  assert.equal(result.type, "ok");
  return (result as { output: Uint8Array }).output;
}

function runErr(input: Uint8Array, assets: readonly Uint8Array[]): string {
  const result = instantiateCore(module).run(input, assets);
  assert.equal(result.type, "err");
  return (result as { message: string }).message;
}

Deno.test("run() answers every vector as the oracle does", async () => {
  const vectors = await readVectors();
  assert.ok(vectors.length >= 7);
  for (const { name, grid, input, expected } of vectors) {
    assert.deepEqual(claims(runOk(input, [grid])), expected, name);
  }
});

Deno.test("makeVectors() gives the committed vectors, and they hold every kind of answer", async () => {
  const vectors = await readVectors();
  assert.deepEqual(vectors, makeVectors());
  const kinds = new Set(vectors.flatMap(({ expected }) => expected.map(({ type }) => type)));
  assert.deepEqual([...kinds].sort(), ["found", "goalBlocked", "startBlocked", "unreachable"]);
});

Deno.test("run() finds exactly the oracle's lengths in thousands of random problems", () => {
  const core = instantiateCore(module);
  const draw = drawsFrom(1);
  let problems = 0;
  let found = 0;
  while (problems < 20000) {
    const map = drawMap(draw);
    const pairs = drawPairs(map, 6, draw);
    const { output } = solvePairs(core, map, pathfind.encodeGrid(map), pairs);
    const expected = pairs.map((one) => shortestPath(map, one.startX, one.startY, one.goalX, one.goalY));
    assert.deepEqual(
      claims(output),
      expected,
      `${map.width} × ${map.height}, after ${problems} problems`,
    );
    problems += pairs.length;
    found += expected.filter(({ type }) => type === "found").length;
  }
  assert.ok(found > 7000);
});

/**
 * Two ways from the left to the right end of row `over`: up, along the top row and down again, all straight;
 * or along a diagonal down to the last row, two steps there, and a diagonal up.
 */
function twoWays(over: number, down: number): TestMap {
  const width = 2 * down + 1;
  const height = over + down + 1;
  const free = new Uint8Array(width * height);
  const open = (x: number, y: number) => {
    if (x >= 0 && x < width && y < height) free[y * width + x] = 1;
  };
  for (let x = 0; x < width; x++) open(x, 0);
  for (let y = 0; y <= over; y++) [0, width - 1].forEach((x) => open(x, y));
  for (let x = 0; x < width; x++) {
    const y = over + Math.min(x, width - 1 - x);
    [[x, y], [x - 1, y], [x + 1, y], [x, y + 1]].forEach(([nearX, nearY]) =>
      open(nearX as number, nearY as number)
    );
  }
  return { width, height, free };
}

Deno.test("run() tells lengths apart that differ by a few thousandths", () => {
  const cases = [
    // 480 < 2 + 338·√2 = 480.0042
    { over: 70, down: 170, expected: { type: "found", straight: 480, diagonal: 0 } },
    // 2 + 816·√2 = 1155.9983 < 1156
    { over: 169, down: 409, expected: { type: "found", straight: 2, diagonal: 816 } },
  ] as const;
  for (const { over, down, expected } of cases) {
    const map = twoWays(over, down);
    const ends = { startX: 0, startY: over, goalX: map.width - 1, goalY: over };
    assert.deepEqual(shortestPath(map, 0, over, map.width - 1, over), expected);
    const input = pathfind.encodeInput({ pairs: [ends] });
    assert.deepEqual(claims(runOk(input, [pathfind.encodeGrid(map)])), [expected]);
  }
});

Deno.test("run() gives cells that lead by legal steps from start to goal", () => {
  const core = instantiateCore(module);
  const draw = drawsFrom(2);
  for (let i = 0; i < 200; i++) {
    const map = drawMap(draw);
    if (!map.free.includes(1)) continue;
    const { pairs, answers } = solvePairs(core, map, pathfind.encodeGrid(map), drawFreePairs(map, 8, draw));
    answers.forEach((answer, k) => {
      if (answer.type !== "found") return;
      const pair = pairs[k];
      assert.deepEqual([...answer.cells.slice(0, 2)], [pair?.startX, pair?.startY]);
      assert.deepEqual([...answer.cells.slice(-2)], [pair?.goalX, pair?.goalY]);
      assert.equal(answer.straight + answer.diagonal, answer.cells.length / 2 - 1);
      for (let at = 2; at < answer.cells.length; at += 2) {
        const [fromX, fromY, toX, toY] = answer.cells.slice(at - 2, at + 2) as unknown as number[];
        for (const cell of [[toX, toY], [fromX, toY], [toX, fromY]] as [number, number][]) {
          assert.equal(map.free[cell[1] * map.width + cell[0]], 1);
        }
      }
    });
  }
});

Deno.test("run() takes a grid of 2,048 × 2,048 with a hard maze", () => {
  const draw = drawsFrom(3);
  const map = mazeMap(2048, 2048, 3, 0.05, draw);
  const problem = solvePairs(instantiateCore(module), map, pathfind.encodeGrid(map), [
    { startX: 0, startY: 0, goalX: 2046, goalY: 2046 },
  ]);
  assert.equal(problem.answers[0]?.type, "found");
  const verdict = instantiateCore(module).check(problem.input, [problem.grid], problem.output, 0n);
  assert.deepEqual(verdict, { type: "ok" });
});

/**
 * As many jump points as cells can be: each free cell has one blocked cell diagonally beside it, one in five
 * is blocked.
 */
function densestMap(side: number): TestMap {
  const free = new Uint8Array(side * side).map((_, cell) => {
    const x = cell % side;
    const y = Math.floor(cell / side);
    const along = (x - (x + y) % 2 + y) / 2;
    return (along + 2 * (along - y) + 10 * side) % 5 === 0 ? 0 : 1;
  });
  const fill = (value: number, left: number, top: number, right: number, bottom: number) => {
    for (let y = top; y < bottom; y++) free.fill(value, y * side + left, y * side + right);
  };
  // A wall without a gap on the left, one with a gap at the bottom on the right: so the search looks everywhere.
  fill(0, 100, 0, 102, side);
  fill(0, side - 6, 0, side - 4, side - 2);
  fill(1, side - 3, 0, side, side);
  fill(1, 102, side - 2, side, side);
  fill(1, 102, 0, 105, 2);
  fill(1, 0, 0, 2, 2);
  return { width: side, height: side, free };
}

Deno.test("run() and check() have memory for the map with the most jump points", () => {
  const core = instantiateCore(module);
  const map = densestMap(2048);
  const pairs = [
    { startX: 102, startY: 0, goalX: 2047, goalY: 0 },
    { startX: 0, startY: 0, goalX: 2047, goalY: 2047 },
  ];
  const { input, grid, answers, output } = solvePairs(core, map, pathfind.encodeGrid(map), pairs);
  assert.deepEqual(answers.map(({ type }) => type), ["found", "unreachable"]);
  for (let seed = 0n; seed < 60n; seed++) {
    assert.deepEqual(core.check(input, [grid], output, seed), { type: "ok" });
  }
});

Deno.test("run() gives the same bytes from a used instance as from a fresh one", () => {
  const used = instantiateCore(module);
  const draw = drawsFrom(4);
  for (let i = 0; i < 60; i++) {
    const map = drawMap(draw);
    const grid = pathfind.encodeGrid(map);
    const input = pathfind.encodeInput({ pairs: drawPairs(map, 8, draw) });
    assert.deepEqual(used.run(input, [grid]), instantiateCore(module).run(input, [grid]));
  }
});

Deno.test("run() refuses what is no task with a sentence", () => {
  const map = noiseMap(70, 5, 0, drawsFrom(5));
  const grid = pathfind.encodeGrid(map);
  const input = pathfind.encodeInput({ pairs: [{ startX: 0, startY: 0, goalX: 69, goalY: 4 }] });
  const outside = pathfind.encodeInput({ pairs: [{ startX: 0, startY: 0, goalX: 70, goalY: 4 }] });
  const padded = grid.slice();
  padded[16 + 8] = 0xff;
  assert.equal(runErr(input, []), "Cannot find paths: expected one asset, a grid or a grid with costs");
  assert.equal(
    runErr(input, [grid, grid]),
    "Cannot find paths: expected one asset, a grid or a grid with costs",
  );
  assert.equal(
    runErr(input, [grid.subarray(1)]),
    "Cannot find paths: expected one asset, a grid or a grid with costs",
  );
  assert.equal(runErr(input, [padded]), "Cannot find paths: expected one asset, a grid or a grid with costs");
  assert.equal(
    runErr(input.subarray(1), [grid]),
    "Cannot find paths: the input is not 1 to 64 pairs of 8 bytes, with or without 4 bytes of options",
  );
  assert.equal(
    runErr(new Uint8Array(0), [grid]),
    "Cannot find paths: the input is not 1 to 64 pairs of 8 bytes, with or without 4 bytes of options",
  );
  assert.equal(
    runErr(new Uint8Array(65 * 8), [grid]),
    "Cannot find paths: the input is not 1 to 64 pairs of 8 bytes, with or without 4 bytes of options",
  );
  assert.equal(
    runErr(outside, [grid]),
    "Cannot find paths: goal 70,4 of pair 0 is outside the grid of 70 by 5",
  );
});

Deno.test("run() refuses a batch whose paths do not fit into the output", () => {
  const map = mazeMap(2047, 1023, 1, 0, drawsFrom(6));
  const pairs = Array(64).fill({ startX: 0, startY: 0, goalX: 2046, goalY: 1022 });
  assert.equal(
    runErr(pathfind.encodeInput({ pairs }), [pathfind.encodeGrid(map)]),
    "Cannot answer: the paths need more than 2,097,152 bytes; send fewer pairs",
  );
});

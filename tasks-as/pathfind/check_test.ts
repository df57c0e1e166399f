import { assert } from "../../tests/deps.ts";
import { instantiateCore, loadCore } from "../testing/core.ts";
import { pathfind, type PathPair } from "./codec.ts";
import { lies } from "./testing/lies.ts";
import { drawBelow, drawsFrom, noiseMap } from "./testing/maps.ts";
import { drawFreePairs, drawMap, drawPairs, gameMaps, makeProblem, solvePairs } from "./testing/problems.ts";

/**
 * The least share of told lies that check must refuse. Measured shares stand in README.md. A path by another
 * route is right in every part and only longer as a whole: solving again finds it, and solving again is what
 * recheck is for.
 */
const CAUGHT_AT_LEAST: ReadonlyMap<string, number> = new Map([
  ["one bit", 1],
  ["random element", 1],
  ["stale answer", 1],
  ["stale element", 1],
  ["lazily unreachable", 1],
  ["wrong counts", 1],
  ["local detour", 0.97],
  ["other route", 0.15],
  ["a tenth of the pairs, mixed", 0.99],
  ["a tenth of the pairs, local detour", 0.99],
  ["a tenth of the pairs, other route", 0.3],
  ["all pairs, greedy search", 1],
]);

const core = instantiateCore(await loadCore("pathfind", "1.0.0"));

Deno.test("check() catches each kind of lie as often as promised", () => {
  const draw = drawsFrom(31);
  const told = new Map<string, number>();
  const caught = new Map<string, number>();
  for (const map of gameMaps(256, draw).values()) {
    const grid = pathfind.encodeGrid(map);
    for (let i = 0; i < 30; i++) {
      const problem = makeProblem(core, map, grid, draw);
      for (const [name, lie] of lies) {
        const output = lie(problem, core, draw);
        if (output === undefined) continue;
        const verdict = core.check(problem.inputBytes, [grid], output, BigInt(drawBelow(draw, 2 ** 32)));
        told.set(name, (told.get(name) ?? 0) + 1);
        if (verdict.type === "err") caught.set(name, (caught.get(name) ?? 0) + 1);
      }
    }
  }
  for (const name of lies.keys()) {
    const share = (caught.get(name) ?? 0) / (told.get(name) ?? 0);
    const least = CAUGHT_AT_LEAST.get(name);
    assert.ok((told.get(name) ?? 0) >= 100, `${name}: told ${told.get(name)} times`);
    assert.ok(least !== undefined && share >= least, `${name}: caught ${share}, promised ${least}`);
  }
});

Deno.test("check() never refuses an honest answer", () => {
  const draw = drawsFrom(32);
  let judged = 0;
  const judge = (problem: ReturnType<typeof makeProblem>) => {
    const seed = BigInt(drawBelow(draw, 2 ** 32)) << 32n | BigInt(drawBelow(draw, 2 ** 32));
    const verdict = core.check(problem.inputBytes, [problem.grid], problem.outputBytes, seed);
    assert.deepEqual(verdict, { type: "ok" });
    judged += 1;
  };
  for (const map of gameMaps(256, draw).values()) {
    const grid = pathfind.encodeGrid(map);
    for (let i = 0; i < 100; i++) judge(makeProblem(core, map, grid, draw));
  }
  while (judged < 3000) {
    const map = drawMap(draw);
    const pairs = map.free.includes(1) && draw() < 0.7
      ? drawFreePairs(map, 64, draw)
      : drawPairs(map, 16, draw);
    judge(solvePairs(core, map, pathfind.encodeGrid(map), pairs));
  }
});

Deno.test("check() decides every claim that there is no path", () => {
  const draw = drawsFrom(33);
  let hidden = 0;
  for (let i = 0; i < 400; i++) {
    const map = i % 20 === 0 ? noiseMap(200, 150, 0.36, draw) : drawMap(draw);
    if (!map.free.includes(1)) continue;
    const grid = pathfind.encodeGrid(map);
    const problem = solvePairs(core, map, grid, drawFreePairs(map, 6, draw));
    problem.output.answers.forEach((answer, liar) => {
      if (answer.type !== "found") return;
      const { startX, startY } = problem.input.pairs[liar] as PathPair;
      const claim = { type: "unreachable" as const, startX, startY };
      const answers = problem.output.answers.map((other, k) => k === liar ? claim : other);
      const verdict = core.check(problem.inputBytes, [grid], pathfind.encodeOutput({ answers }), 0n);
      assert.deepEqual(verdict, {
        type: "err",
        message: `Cannot accept the output: pair ${liar} has a path and is said to have none`,
      });
      hidden += 1;
    });
  }
  assert.ok(hidden > 1000);
});

Deno.test("check() solves every pair again for some seed: a longer route is caught in the end", () => {
  // A wall with two doors; the answer goes through the farther one.
  const free = new Uint8Array(64 * 64).fill(1);
  for (let y = 0; y < 64; y++) free[y * 64 + 32] = y === 10 || y === 40 ? 1 : 0;
  const map = { width: 64, height: 64, free };
  const grid = pathfind.encodeGrid(map);
  const pairs = Array.from({ length: 8 }, (_, i) => ({ startX: 2, startY: 10 + i, goalX: 60, goalY: 12 }));
  const honest = solvePairs(core, map, grid, pairs);
  const oneDoor = { ...map, free: free.map((cell, i) => i === 10 * 64 + 32 ? 0 : cell) };
  const around = solvePairs(core, oneDoor, pathfind.encodeGrid(oneDoor), pairs);
  for (let liar = 0; liar < pairs.length; liar++) {
    const answers = honest.output.answers.map((answer, i) =>
      i === liar ? around.output.answers[i] ?? answer : answer
    );
    const output = pathfind.encodeOutput({ answers });
    let refused = 0;
    for (let seed = 0n; seed < 640n; seed++) {
      const verdict = core.check(honest.inputBytes, [grid], output, seed);
      if (verdict.type === "ok") continue;
      refused += 1;
      assert.equal(verdict.message, `Cannot accept the output: pair ${liar} has a path that is not shortest`);
    }
    assert.ok(refused >= 4 && refused <= 36, `${refused} of 640 seeds drew pair ${liar}, expected about 16`);
  }
});

Deno.test("check() says which pair is wrong and why", () => {
  const map = { width: 8, height: 4, free: new Uint8Array(32).fill(1) };
  map.free[3] = 0;
  const grid = pathfind.encodeGrid(map);
  const pairs = [{ startX: 0, startY: 3, goalX: 3, goalY: 0 }, { startX: 0, startY: 0, goalX: 6, goalY: 3 }];
  const { inputBytes, output, outputBytes } = solvePairs(core, map, grid, pairs);
  const [blocked, found] = output.answers;
  assert.ok(blocked?.type === "goalBlocked" && found?.type === "found");
  const verdictOn = (answers: Parameters<typeof pathfind.encodeOutput>[0]["answers"]) => {
    const verdict = core.check(inputBytes, [grid], pathfind.encodeOutput({ answers }), 7n);
    return verdict.type === "err" ? verdict.message : "ok";
  };
  const through = (...cells: number[]) => ({
    type: "found" as const,
    straight: cells.length / 2 - 1,
    diagonal: 0,
    cells: Uint16Array.from(cells),
  });
  assert.equal(verdictOn([blocked, found]), "ok");
  const sentence = (what: string) => `Cannot accept the output: ${what}`;
  assert.equal(verdictOn([blocked]), sentence("records are missing"));
  assert.equal(verdictOn([blocked, found, found]), sentence("its number of pairs is wrong"));
  assert.equal(verdictOn([found, found]), sentence("pair 0 has another start"));
  assert.equal(
    verdictOn([{ ...blocked, type: "unreachable" }, found]),
    sentence("pair 0 has a wrong status"),
  );
  assert.equal(
    verdictOn([blocked, { type: "unreachable", startX: 0, startY: 0 }]),
    sentence("pair 1 has a path and is said to have none"),
  );
  assert.equal(verdictOn([through(0, 3), found]), sentence("pair 0 has a path from or to a blocked cell"));
  assert.equal(verdictOn([blocked, through(0, 0)]), sentence("pair 1 has a path that misses its goal"));
  assert.equal(
    verdictOn([blocked, through(0, 0, 1, 0, 2, 0, 3, 0, 4, 0)]),
    sentence("pair 1 has a path with an illegal step"),
  );
  assert.equal(
    verdictOn([blocked, through(0, 0, 0, 1, 1, 1, 2, 1)]),
    sentence("pair 1 has a path with a needless turn"),
  );
  assert.equal(
    verdictOn([blocked, { ...found, straight: found.straight + 1 }]),
    sentence("pair 1 has wrong numbers of steps"),
  );
  const longer = Uint8Array.from([...outputBytes, 0, 0]);
  assert.deepEqual(core.check(inputBytes, [grid], longer, 7n), {
    type: "err",
    message: sentence("there are bytes behind its runs"),
  });
});

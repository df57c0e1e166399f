import { assert } from "../../tests/deps.ts";
import { instantiateCore, loadCore } from "../testing/core.ts";
import { drawOne, drawsFrom } from "../testing/draws.ts";
import { campaignSizes, honestTrial, lieTrial } from "../testing/trials.ts";
import { pathfind, type PathPair } from "./codec.ts";
import { subject } from "./testing/lies.ts";
import { noiseMap } from "./testing/maps.ts";
import { drawFreePairs, drawMap, drawPairs, type Problem, solvePairs } from "./testing/problems.ts";

const core = instantiateCore(await loadCore(pathfind.id, pathfind.version));

Deno.test("check() catches each kind of lie as often as promised", () => {
  lieTrial(subject, core, subject.honestTasks(core, 100, drawsFrom(31)), 120, 34);
});

Deno.test("check() never refuses an honest answer", () => {
  const draw = drawsFrom(32);
  const games = subject.honestTasks(core, 100, draw);
  const next = (): Problem => {
    if (draw() < 0.2) return drawOne(draw, games);
    const map = drawMap(draw);
    const pairs = map.free.includes(1) && draw() < 0.7
      ? drawFreePairs(map, 64, draw)
      : drawPairs(map, 16, draw);
    return solvePairs(core, map, pathfind.encodeGrid(map), pairs);
  };
  honestTrial(core, next, campaignSizes().honest, 35);
});

Deno.test("check() decides every claim that there is no path", () => {
  const draw = drawsFrom(33);
  let hidden = 0;
  for (let i = 0; i < 400; i++) {
    const map = i % 20 === 0 ? noiseMap(200, 150, 0.36, draw) : drawMap(draw);
    if (!map.free.includes(1)) continue;
    const grid = pathfind.encodeGrid(map);
    const problem = solvePairs(core, map, grid, drawFreePairs(map, 6, draw));
    problem.answers.forEach((answer, liar) => {
      if (answer.type !== "found") return;
      const { startX, startY } = problem.pairs[liar] as PathPair;
      const claim = { type: "unreachable" as const, startX, startY };
      const answers = problem.answers.map((other, k) => k === liar ? claim : other);
      const verdict = core.check(problem.input, [grid], pathfind.encodeOutput({ answers }), 0n);
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
    const answers = honest.answers.map((answer, i) => i === liar ? around.answers[i] ?? answer : answer);
    const output = pathfind.encodeOutput({ answers });
    let refused = 0;
    for (let seed = 0n; seed < 640n; seed++) {
      const verdict = core.check(honest.input, [grid], output, seed);
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
  const { input, answers: right, output } = solvePairs(core, map, grid, pairs);
  const [blocked, found] = right;
  assert.ok(blocked?.type === "goalBlocked" && found?.type === "found");
  const verdictOn = (answers: Parameters<typeof pathfind.encodeOutput>[0]["answers"]) => {
    const verdict = core.check(input, [grid], pathfind.encodeOutput({ answers }), 7n);
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
  const longer = Uint8Array.from([...output, 0, 0]);
  assert.deepEqual(core.check(input, [grid], longer, 7n), {
    type: "err",
    message: sentence("there are bytes behind its runs"),
  });
});

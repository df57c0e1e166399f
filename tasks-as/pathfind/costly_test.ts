import { assert } from "../../tests/deps.ts";
import { fieldOf } from "../flowfield/oracle.ts";
import { type Core, instantiateCore, loadCore } from "../testing/core.ts";
import { drawBelow, drawOne, drawsFrom } from "../testing/draws.ts";
import { campaignSizes, honestTrial, lieTrial, mutationTrial, residueTrial } from "../testing/trials.ts";
import { type CostGrid, pathfind, type PathfindOutput, type PathPair } from "./codec.ts";
import { costlySubject, provedSubject } from "./testing/costly_lies.ts";
import {
  type CostlyProblem,
  drawCostly,
  gameCostly,
  solveCostly,
  withCosts,
  withRoughCosts,
} from "./testing/costly_problems.ts";
import { mazeMap, noiseMap } from "./testing/maps.ts";

const module = await loadCore(pathfind.id, pathfind.version);
const core: Core = instantiateCore(module);

/** What the definition says of a pair: the cost of a cheapest path, or why there is none. */
function expectedOf({ grid }: CostlyProblem, { startX, startY, goalX, goalY }: PathPair): string | number {
  const [start, goal] = [startY * grid.width + startX, goalY * grid.width + goalX];
  if (grid.costs[start] === 0) return "startBlocked";
  if (grid.costs[goal] === 0) return "goalBlocked";
  const cost = fieldOf(grid, [goal]).distances[start] as number;
  return cost === Infinity ? "unreachable" : cost;
}

Deno.test("run() finds paths on grids with costs that cost exactly what the oracle says", () => {
  const draw = drawsFrom(1);
  let found = 0;
  for (let i = 0; i < 1200; i++) {
    const problem = drawCostly(core, draw);
    if (problem.grid.costs.length > 600) continue;
    problem.decoded.answers.forEach((answer, k) => {
      const expected = expectedOf(problem, problem.pairs[k] as PathPair);
      assert.equal(answer.type === "found" ? answer.cost : answer.type, expected, `pair ${k} of case ${i}`);
      if (answer.type === "found") found += 1;
    });
  }
  assert.ok(found > 1500, `${found}`);
});

Deno.test("run() answers the same with and without proofs, and where the cells cost the same anywhere", () => {
  const draw = drawsFrom(2);
  const grid = withRoughCosts(noiseMap(80, 60, 0.2, draw), 9, draw);
  const pairs = drawCostly(core, draw).pairs.slice(0, 1).concat([{
    startX: 0,
    startY: 0,
    goalX: 79,
    goalY: 59,
  }]);
  const inside = pairs.filter(({ startX, startY, goalX, goalY }) =>
    Math.max(startX, goalX) < 80 && Math.max(startY, goalY) < 60
  );
  const [plain, proved] = [false, true].map((proof) => solveCostly(core, grid, inside, proof).decoded);
  assert.deepEqual(proved?.answers, plain?.answers);
  assert.ok(plain?.proofs?.every((proof) => proof.length === 0));
  const even = solveCostly(core, { width: 9, height: 9, costs: new Uint8Array(81).fill(200) }, [
    { startX: 0, startY: 0, goalX: 8, goalY: 3 },
    { startX: 4, startY: 4, goalX: 4, goalY: 4 },
  ], true).decoded;
  const costs = even.answers.map((answer) => answer.type === "found" && answer.cost);
  assert.deepEqual(costs, [400 * (5 * 5 + 3 * 7), 0]);
  assert.ok(even.proofs?.every((proof) => proof.length === 0), "the straightest way needs no proof");
});

Deno.test("run() takes a grid of 2,048 × 2,048 with costs, and proves what fits", () => {
  const draw = drawsFrom(3);
  const grid = withCosts(mazeMap(2048, 2048, 30, 0.3, draw), 4, draw);
  const far = { startX: 0, startY: 0, goalX: 2040, goalY: 2040 };
  const near = { startX: 5, startY: 5, goalX: 150, goalY: 160 };
  const { input, assets, output, decoded } = solveCostly(core, grid, [far, near], false);
  assert.deepEqual(decoded.answers.map(({ type }) => type), ["found", "found"]);
  for (const seed of [0n, 5n, 9n]) assert.deepEqual(core.check(input, assets, output, seed), { type: "ok" });
  const proved = solveCostly(core, grid, [near], true);
  assert.ok((proved.decoded.proofs?.[0]?.length ?? 0) > 1000);
  assert.deepEqual(core.check(proved.input, proved.assets, proved.output, 1n), { type: "ok" });
});

/** A seed that makes `check` solve the only pair of a task again: it then uses other fuel than for most seeds. */
function seedThatSolvesAgain(): bigint {
  const grid = withRoughCosts(noiseMap(60, 60, 0, drawsFrom(6)), 9, drawsFrom(7));
  const pair = { startX: 0, startY: 0, goalX: 59, goalY: 59 };
  const { input, assets, output } = solveCostly(core, grid, [pair], false);
  core.check(input, assets, output, 0n);
  const usual = core.fuelUsed;
  for (let seed = 1n; seed < 4000n; seed++) {
    core.check(input, assets, output, seed);
    if (core.fuelUsed > 1.2 * usual) return seed;
  }
  throw new Error("no seed of 4,000 solves a pair again");
}

Deno.test("check() of the longest path on costs has the fuel to solve it again, three times and not ten", async () => {
  const [side, draw] = [2048, drawsFrom(3)];
  const costs = new Uint8Array(side * side).map(() => 1 + drawBelow(draw, 10));
  const far = { startX: 0, startY: 0, goalX: side - 1, goalY: side - 1 };
  const { input, assets, output } = solveCostly(core, { width: side, height: side, costs }, [far], false);
  const searchFuel = core.fuelUsed;
  const seed = seedThatSolvesAgain();
  assert.deepEqual(core.check(input, assets, output, seed), { type: "ok" });
  const fuel = core.fuelUsed;
  assert.ok(fuel > searchFuel / 4, `${fuel} of ${searchFuel}`);
  const manifest = JSON.parse(await Deno.readTextFile(new URL("manifest.json", import.meta.url)));
  const { checkFuelMax } = manifest.limits;
  assert.ok(3 * fuel < checkFuelMax && checkFuelMax < 10 * fuel, `${fuel} of ${checkFuelMax}, seed ${seed}`);
});

Deno.test("run() refuses a batch whose proofs do not fit into the output", () => {
  const grid = withCosts(noiseMap(700, 700, 0.05, drawsFrom(4)), 9, drawsFrom(5));
  const pairs = [1, 2, 3, 4].map((y) => ({ startX: 0, startY: y, goalX: 699, goalY: 699 }));
  const open = { ...grid, costs: grid.costs.map((cost, i) => i % 700 === 0 || i % 700 === 699 ? 1 : cost) };
  assert.deepEqual(core.run(pathfind.encodeInput({ pairs, proof: true }), [pathfind.encodeCostGrid(open)]), {
    type: "err",
    message: "Cannot answer: paths and proofs need more than 2,097,152 bytes; send fewer pairs",
  });
});

Deno.test("check() catches each kind of lie on costs as often as promised, with proofs all of them", () => {
  for (const subject of [provedSubject, costlySubject]) {
    lieTrial(subject, core, gameCostly(core, 6, subject === provedSubject, drawsFrom(31)), 14, 34);
  }
});

Deno.test("check() never refuses an honest answer on costs", () => {
  const draw = drawsFrom(32);
  const games = [true, false].flatMap((proof) => gameCostly(core, 10, proof, draw));
  const next = () => draw() < 0.1 ? drawOne(draw, games) : drawCostly(core, draw);
  honestTrial(core, next, campaignSizes().honest, 35);
});

Deno.test("run() and check() answer damaged bytes on costs with bytes or a sentence, never with a trap", () => {
  const draw = drawsFrom(36);
  const tasks = Array.from({ length: 200 }, () => drawCostly(core, draw));
  mutationTrial(core, tasks, campaignSizes().mutations, 37);
});

Deno.test("run() and check() on costs do not depend on what memory held before", () => {
  const draw = drawsFrom(38);
  residueTrial(module, Array.from({ length: 30 }, () => drawCostly(core, draw)));
});

Deno.test("check() takes no proof that hides a cheaper way: two corridors, the dearer one claimed", () => {
  // Two rows around a wall; the lower one costs one more at a single cell.
  const width = 30;
  const costs = new Uint8Array(width * 3).fill(5);
  costs.fill(0, width + 1, 2 * width - 1);
  costs[2 * width + 15] = 6;
  const grid = { width, height: 3, costs };
  const pair = { startX: 0, startY: 1, goalX: width - 1, goalY: 1 };
  const honest = solveCostly(core, grid, [pair], true);
  for (let cell = 1; cell < width - 1; cell++) {
    const closed = costs.map((cost, i) => i === cell ? 0 : cost);
    const { decoded } = solveCostly(core, { ...grid, costs: closed }, [pair], true);
    const lie = pathfind.encodeOutput(decoded);
    assert.deepEqual(core.check(honest.input, honest.assets, lie, 1n), {
      type: "err",
      message: "Cannot accept the output: pair 0 has a proof that fails",
    });
  }
});

/** What `check` says under three seeds to the path along the cells, which are free and one step apart. */
function verdictsOn(grid: CostGrid, cells: readonly (readonly [number, number])[]): string[] {
  const [first, last] = [cells[0], cells.at(-1)] as [[number, number], [number, number]];
  const pair = { startX: first[0], startY: first[1], goalX: last[0], goalY: last[1] };
  const honest = solveCostly(core, grid, [pair], false);
  const diagonal =
    cells.filter(([x, y], i) => i > 0 && x !== cells[i - 1]?.[0] && y !== cells[i - 1]?.[1]).length;
  const costAt = ([x, y]: readonly [number, number]) => grid.costs[y * grid.width + x] as number;
  const cost = cells.slice(1).reduce((sum, cell, i) => {
    const before = cells[i] as readonly [number, number];
    return sum + (costAt(before) + costAt(cell)) * (cell[0] !== before[0] && cell[1] !== before[1] ? 7 : 5);
  }, 0);
  const straight = cells.length - 1 - diagonal;
  const answer = { type: "found" as const, straight, diagonal, cost, cells: Uint16Array.from(cells.flat()) };
  const lie = pathfind.encodeOutput({ answers: [answer], proofs: [new Uint8Array(0)] });
  return [1n, 2n, 3n].map((seed) => {
    assert.deepEqual(core.check(honest.input, honest.assets, honest.output, seed), { type: "ok" });
    const verdict = core.check(honest.input, honest.assets, lie, seed);
    return verdict.type === "ok" ? "ok" : verdict.message.replace("Cannot accept the output: ", "");
  });
}

const NOT_CHEAPEST = Array(3).fill("pair 0 has a path that is not a cheapest one");

Deno.test("check() without proofs finds the way around a single dear cell, in any direction and with any sum", () => {
  const side = 60;
  for (const dear of [3, 7, 8, 30, 56]) {
    // Costs of 2 add up to less than 16 bits hold, costs of 120 to more.
    for (const cost of [2, 120]) {
      const costs = new Uint8Array(side * side).fill(cost);
      costs[0] = cost - 1;
      costs[dear * side + dear] = cost + 120;
      const along = Array.from({ length: side - 1 }, (_, i) => [i + 1, dear] as const);
      for (const cells of [along, along.toReversed()]) {
        assert.deepEqual(verdictsOn({ width: side, height: side, costs }, cells), NOT_CHEAPEST);
        const upright = cells.map(([x, y]) => [y, x] as const);
        assert.deepEqual(verdictsOn({ width: side, height: side, costs }, upright), NOT_CHEAPEST);
      }
    }
  }
});

Deno.test("check() without proofs finds the other door of a wall, and steps through no corner", () => {
  // The path goes down to the farther door and up again; a blocked pair of corners would be shorter still.
  const [width, height, wall] = [33, 40, 16];
  const costs = Uint8Array.from(
    { length: width * height },
    (_, i) => i % width === wall && ![2, 30].includes(Math.floor(i / width)) ? 0 : 3,
  );
  const through = (door: number) => [
    ...Array.from({ length: door - 2 }, (_, i) => [wall - 1, 2 + i] as const),
    ...[-1, 0, 1].map((dx) => [wall + dx, door] as const),
    ...Array.from({ length: door - 2 }, (_, i) => [wall + 1, door - 1 - i] as const),
  ];
  assert.deepEqual(verdictsOn({ width, height, costs }, through(30)), NOT_CHEAPEST);
  costs[2 * width + wall] = 0;
  assert.deepEqual(verdictsOn({ width, height, costs }, through(30)), ["ok", "ok", "ok"]);
});

Deno.test("check() says which pair on costs is wrong and why", () => {
  const grid = { width: 6, height: 3, costs: Uint8Array.from("111111129911111111", Number) };
  const pairs = [{ startX: 0, startY: 1, goalX: 5, goalY: 1 }, { startX: 0, startY: 0, goalX: 1, goalY: 0 }];
  const { input, assets, decoded } = solveCostly(core, grid, pairs, true);
  const plain = solveCostly(core, grid, pairs, false);
  const verdictOn = (change: Partial<PathfindOutput>, on = input) => {
    const verdict = core.check(on, assets, pathfind.encodeOutput({ ...decoded, ...change }), 7n);
    return verdict.type === "err" ? verdict.message.replace("Cannot accept the output: ", "") : "ok";
  };
  const [first, second] = decoded.answers as PathfindOutput["answers"] & { length: 2 };
  const [proof, none] = decoded.proofs as Uint8Array[];
  assert.ok(first?.type === "found" && second?.type === "found" && proof !== undefined && none?.length === 0);
  assert.equal(verdictOn({}), "ok");
  assert.equal(verdictOn({ answers: [{ ...first, cost: 1 }, second] }), "pair 0 has a wrong cost");
  assert.equal(
    verdictOn({ answers: [{ ...first, straight: first.straight + 1 }, second] }),
    "pair 0 has wrong numbers of steps",
  );
  const cells = Uint16Array.of(0, 1, 1, 1, 2, 1, 3, 1, 4, 1, 5, 1);
  const dear = { type: "found" as const, straight: 5, diagonal: 0, cost: 5 * (3 + 11 + 18 + 10 + 2), cells };
  assert.equal(verdictOn({ answers: [dear, second] }), "pair 0 has a proof that fails");
  assert.equal(verdictOn({ proofs: [new Uint8Array(0), none] }), "pair 0 has a proof that fails");
  assert.equal(verdictOn({ proofs: [proof, proof] }), "pair 1 has a proof that it does not need");
  assert.equal(verdictOn({}, plain.input), "pair 0 has a proof that nobody asked for");
  assert.equal(
    verdictOn({ answers: [{ type: "unreachable", startX: 0, startY: 1 }, second], proofs: [none, none] }),
    "pair 0 has a path and is said to have none",
  );
  assert.equal(verdictOn({ answers: [first] }), "its number of pairs or its kind is wrong");
  const uniform = pathfind.encodeOutput({ answers: decoded.answers });
  assert.equal(core.check(input, assets, uniform, 1n).type, "err");
});

Deno.test("run() gives proofs on grids with costs only, and knows no other options", () => {
  const map = noiseMap(8, 8, 0, drawsFrom(9));
  const pairs = [{ startX: 0, startY: 0, goalX: 7, goalY: 7 }];
  const refused = (input: Uint8Array, asset: Uint8Array) => {
    const result = core.run(input, [asset]);
    return result.type === "err" ? result.message : "ok";
  };
  const proof = pathfind.encodeInput({ pairs, proof: true });
  assert.equal(
    refused(proof, pathfind.encodeGrid(map)),
    "Cannot find paths: there are proofs on grids with costs only",
  );
  const unknown = proof.slice();
  unknown[8] = 2;
  const costs = pathfind.encodeCostGrid(withCosts(map, 3, drawsFrom(9)));
  assert.equal(refused(proof, costs), "ok");
  assert.equal(refused(unknown, costs), "Cannot find paths: unknown options");
});

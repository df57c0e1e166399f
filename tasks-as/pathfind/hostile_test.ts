import { assert } from "../../tests/deps.ts";
import { type Core, instantiateCore, loadCore } from "../testing/core.ts";
import { drawBelow, drawsFrom } from "../testing/draws.ts";
import { campaignSizes, mutationTrial, residueTrial } from "../testing/trials.ts";
import { pathfind } from "./codec.ts";
import { drawFreePairs, drawMap, type Problem, solvePairs } from "./testing/problems.ts";

const module = await loadCore(pathfind.id, pathfind.version);

function problems(core: Core, count: number, seed: number): Problem[] {
  const draw = drawsFrom(seed);
  const made: Problem[] = [];
  while (made.length < count) {
    const map = drawMap(draw);
    if (!map.free.includes(1)) continue;
    made.push(
      solvePairs(core, map, pathfind.encodeGrid(map), drawFreePairs(map, 1 + drawBelow(draw, 8), draw)),
    );
  }
  return made;
}

Deno.test("run() and check() answer damaged bytes with bytes or a sentence, never with a trap", () => {
  const core = instantiateCore(module);
  mutationTrial(core, problems(core, 200, 12), campaignSizes().mutations, 11);
});

Deno.test("check() refuses every output with a changed byte", () => {
  const core = instantiateCore(module);
  const draw = drawsFrom(15);
  for (const { input, grid, output } of problems(core, 300, 16)) {
    const changed = output.slice();
    const at = drawBelow(draw, changed.length);
    changed[at] = (changed[at] as number) ^ (1 + drawBelow(draw, 255));
    assert.equal(core.check(input, [grid], changed, 1n).type, "err");
  }
});

Deno.test("check() refuses a path that walks in circles as soon as it is longer than the grid", () => {
  const map = { width: 9, height: 9, free: new Uint8Array(81).fill(1) };
  for (let y = 1; y < 8; y++) map.free.fill(0, y * 9 + 1, y * 9 + 8);
  const grid = pathfind.encodeGrid(map);
  const inputBytes = pathfind.encodeInput({ pairs: [{ startX: 0, startY: 0, goalX: 0, goalY: 0 }] });
  const round = [[1, 0], [0, 1], [-1, 0], [0, -1]].flatMap((step) => Array(8).fill(step)) as [
    number,
    number,
  ][];
  const verdicts = [2, 3, 1000].map((rounds) => {
    const cells = [0, 0];
    for (const [dx, dy] of Array(rounds).fill(round).flat() as [number, number][]) {
      cells.push((cells.at(-2) as number) + dx, (cells.at(-1) as number) + dy);
    }
    const output = pathfind.encodeOutput({
      answers: [{ type: "found", straight: 32 * rounds, diagonal: 0, cells: Uint16Array.from(cells) }],
    });
    const core = instantiateCore(module);
    return [...Array(80).keys()].map((seed) => core.check(inputBytes, [grid], output, BigInt(seed)));
  });
  const refused = verdicts.map((some) => some.filter(({ type }) => type === "err").length);
  // Two rounds are 64 steps on 81 cells: legal, and found out only by solving again. Three are 96.
  assert.ok((refused[0] as number) > 0 && (refused[0] as number) < 20);
  assert.deepEqual(refused.slice(1), [80, 80]);
});

Deno.test("run() and check() do not depend on what memory held before", () => {
  residueTrial(module, problems(instantiateCore(module), 40, 17));
});

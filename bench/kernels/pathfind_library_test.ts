// The libraries as oracles: another's code, another's search, the same lengths.
import { pathfind, type PathPair } from "../../tasks-as/pathfind/codec.ts";
import { drawFreePairs, drawMap, solvePairs } from "../../tasks-as/pathfind/testing/problems.ts";
import { instantiateCore, loadCore } from "../../tasks-as/testing/core.ts";
import { drawsFrom } from "../../tasks-as/testing/draws.ts";
import { assert } from "../../tests/deps.ts";
import { ngraphPath, pathFindingJs } from "./pathfind_libraries.ts";

const PROBLEMS = 3_000;

Deno.test("pathfind finds paths as long as those of PathFinding.js and ngraph.path", async () => {
  const core = instantiateCore(await loadCore(pathfind.id, pathfind.version));
  const draw = drawsFrom(61);
  let found = 0;
  for (let compared = 0; compared < PROBLEMS;) {
    const map = drawMap(draw);
    if (!map.free.includes(1)) continue;
    const pairs = drawFreePairs(map, 20, draw);
    const { answers } = solvePairs(core, map, pathfind.encodeGrid(map), pairs);
    const jumps = pathFindingJs(map, "AStarFinder");
    const octile = (_from: number, _to: number, isDiagonal: boolean) => isDiagonal ? Math.SQRT2 : 1;
    const links = ngraphPath(map, octile, { straight: 1, diagonal: Math.SQRT2 });
    answers.forEach((answer, i) => {
      const pair = pairs[i] as PathPair;
      const length = answer.type === "found" ? answer.straight + answer.diagonal * Math.SQRT2 : Infinity;
      const expected = [jumps(pair), links(pair)];
      for (const other of expected) {
        assert.ok(other === length || Math.abs(other - length) < 1e-6, `${length}, expected ${expected}`);
      }
      if (length < Infinity) found += 1;
    });
    compared += pairs.length;
  }
  assert.ok(found > PROBLEMS / 2);
});

// The library and the plain version as oracles: other code, the same distances.
import { pathfind } from "../../tasks-as/pathfind/codec.ts";
import { drawFieldTask } from "../../tasks-as/flowfield/testing/fields.ts";
import { flowfield, UNREACHED } from "../../tasks-as/flowfield/codec.ts";
import { drawCostly } from "../../tasks-as/pathfind/testing/costly_problems.ts";
import { instantiateCore, loadCore } from "../../tasks-as/testing/core.ts";
import { drawsFrom } from "../../tasks-as/testing/draws.ts";
import { assert } from "../../tests/deps.ts";
import { graphologyField } from "./flowfield_libraries.ts";
import { plainCheck, PlainField } from "./flowfield_plain.ts";
import { ngraphPath } from "./pathfind_libraries.ts";
import { PlainSearch } from "./pathfind_plain.ts";

Deno.test("flowfield makes the distances of graphology and of the plain version", async () => {
  const core = instantiateCore(await loadCore(flowfield.id, flowfield.version));
  const draw = drawsFrom(71);
  let reached = 0;
  for (let compared = 0; compared < 150;) {
    const { grid, request } = drawFieldTask(core, draw);
    const goals = request.goals.map(({ x, y }) => y * grid.width + x);
    const goal = goals.find((cell) => grid.costs[cell] !== 0);
    if (goal === undefined || grid.costs.length > 3000) continue;
    const input = flowfield.encodeInput({
      goals: [{ x: goal % grid.width, y: Math.floor(goal / grid.width) }],
    });
    const answer = core.run(input, [pathfind.encodeCostGrid(grid)]);
    assert.equal(answer.type, "ok");
    const field = flowfield.decodeOutput((answer as { output: Uint8Array }).output);
    const plain = new PlainField(grid).towards([goal]);
    assert.deepEqual(plain, { distances: field.distances, directions: field.directions });
    assert.ok(plainCheck(grid, field.distances, [goal]));
    const wrong = field.distances.with(compared % field.distances.length, 5);
    assert.ok(!plainCheck(grid, wrong, [goal]));
    const library = graphologyField(grid);
    const paths = library.search(goal);
    for (const [cell, distance] of field.distances.entries()) {
      const path = paths[cell];
      assert.equal(path === undefined ? UNREACHED : library.costOf(path), distance);
      if (path !== undefined) reached += 1;
    }
    compared += 1;
  }
  assert.ok(reached > 5000, `${reached}`);
});

Deno.test("pathfind finds paths on costs as cheap as those of ngraph.path and of the plain version", async () => {
  const core = instantiateCore(await loadCore(pathfind.id, pathfind.version));
  const draw = drawsFrom(72);
  let found = 0;
  for (let i = 0; i < 600; i++) {
    const { map, grid, pairs, decoded } = drawCostly(core, draw, false);
    if (grid.costs.length > 3000) continue;
    const stepCost = (from: number, to: number, isDiagonal: boolean) =>
      (isDiagonal ? 7 : 5) * ((grid.costs[from] as number) + (grid.costs[to] as number));
    const links = ngraphPath(map, stepCost, { straight: 10, diagonal: 14 });
    const plain = new PlainSearch(grid);
    decoded.answers.forEach((answer, k) => {
      const pair = pairs[k];
      if (pair === undefined || answer.type === "startBlocked" || answer.type === "goalBlocked") return;
      const cost = answer.type === "found" ? answer.cost : Infinity;
      assert.deepEqual([plain.cost(pair), links(pair)], [cost, cost]);
      found += 1;
    });
  }
  assert.ok(found > 1000, `${found}`);
});

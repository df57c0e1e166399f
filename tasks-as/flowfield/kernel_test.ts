import { assert } from "../../tests/deps.ts";
import { pathfind } from "../pathfind/codec.ts";
import { freeCellsOf, withCosts } from "../pathfind/testing/costly_problems.ts";
import { mazeMap, noiseMap } from "../pathfind/testing/maps.ts";
import { instantiateCore, loadCore } from "../testing/core.ts";
import { drawsFrom } from "../testing/draws.ts";
import { AT_GOAL, flowfield, type FlowfieldInput, NO_WAY, STEPS, UNREACHED } from "./codec.ts";
import { makeFieldVectors } from "./make_vectors.ts";
import { fieldOf, stepCost } from "./oracle.ts";
import { drawFieldTask, type FieldTask, makeField } from "./testing/fields.ts";
import { readFieldVectors } from "./testing/vectors.ts";

const module = await loadCore("flowfield", "1.0.0");
const core = instantiateCore(module);

/** The field by the definition, as an output writes it. */
function expectedOf({ grid, request, field }: FieldTask) {
  const { x, y, width, height } = field;
  const costs = Array.from(
    { length: width * height },
    (_, i) => grid.costs[(y + Math.floor(i / width)) * grid.width + x + i % width] as number,
  );
  const goals = request.goals.map((goal) => (goal.y - y) * width + goal.x - x);
  const { distances, directions } = fieldOf({ width, height, costs }, goals, request.reach);
  return {
    distances: Uint32Array.from(distances, (distance) => distance === Infinity ? UNREACHED : distance),
    directions: Uint8Array.from(directions, (step) => step === -1 ? NO_WAY : step === -2 ? AT_GOAL : step),
  };
}

function runErr(request: FlowfieldInput | Uint8Array, assets: readonly Uint8Array[]): string {
  const result = core.run(request instanceof Uint8Array ? request : flowfield.encodeInput(request), assets);
  assert.equal(result.type, "err");
  return (result as { message: string }).message;
}

Deno.test("run() makes exactly the oracle's fields in thousands of random cases", () => {
  const draw = drawsFrom(1);
  let reached = 0;
  for (let i = 0; i < 3000; i++) {
    const task = drawFieldTask(core, draw);
    if (task.field.distances.length > 2000) continue;
    const { distances, directions } = expectedOf(task);
    assert.deepEqual(task.field.distances, distances, `distances of case ${i}`);
    assert.deepEqual(task.field.directions, directions, `directions of case ${i}`);
    reached += distances.filter((distance) => distance !== UNREACHED && distance !== 0).length;
  }
  assert.ok(reached > 100_000);
});

Deno.test("run() answers every vector with the oracle's bytes, and makeFieldVectors() gives the committed ones", async () => {
  const vectors = await readFieldVectors();
  assert.deepEqual(vectors, makeFieldVectors());
  for (const { name, grid, input, output } of vectors) {
    assert.deepEqual(core.run(input, [grid]), { type: "ok", output }, name);
  }
});

Deno.test("run() gives directions that lead from every cell to a goal at the price of its distance", () => {
  const draw = drawsFrom(2);
  const map = mazeMap(200, 150, 3, 0.1, draw);
  const { grid, field } = makeField(core, withCosts(map, 20, draw), {
    goals: [{ x: 0, y: 0 }, { x: 180, y: 140 }],
  });
  for (let cell = 0; cell < field.distances.length; cell += 37) {
    if (field.distances[cell] === UNREACHED) continue;
    let [at, paid] = [cell, 0];
    while (field.directions[at] !== AT_GOAL) {
      const [dx, dy] = STEPS[field.directions[at] as number] as readonly [number, number];
      paid += stepCost(grid, at, dx, dy);
      at += dy * grid.width + dx;
    }
    assert.equal(paid, field.distances[cell]);
  }
});

Deno.test("run() answers the smallest questions", () => {
  const one = (cost: number) => pathfind.encodeCostGrid({ width: 1, height: 1, costs: Uint8Array.of(cost) });
  const answer = (asset: Uint8Array) => {
    const result = core.run(flowfield.encodeInput({ goals: [{ x: 0, y: 0 }] }), [asset]);
    return flowfield.decodeOutput((result as { output: Uint8Array }).output);
  };
  assert.deepEqual(answer(one(7)).distances, Uint32Array.of(0));
  assert.deepEqual(answer(one(7)).directions, Uint8Array.of(AT_GOAL));
  assert.deepEqual(answer(one(0)).distances, Uint32Array.of(UNREACHED));
  assert.deepEqual(answer(one(0)).directions, Uint8Array.of(NO_WAY));
  const row = makeField(core, { width: 3, height: 1, costs: Uint8Array.of(1, 2, 255) }, {
    goals: [{ x: 0, y: 0 }],
  });
  assert.deepEqual(row.field.distances, Uint32Array.of(0, 15, 15 + 5 * 257));
});

Deno.test("run() leaves out what is beyond the reach, and nothing at it", () => {
  const grid = { width: 12, height: 1, costs: new Uint8Array(12).fill(1) };
  const reached = (reach: number) =>
    makeField(core, grid, { goals: [{ x: 0, y: 0 }], reach }).field.distances.filter((one) =>
      one !== UNREACHED
    ).length;
  assert.deepEqual([9, 10, 49, 50, 51, 110].map(reached), [1, 2, 5, 6, 6, 12]);
});

Deno.test("run() writes 2 bytes up to a distance of 65,534 and 4 above, and check() looks at both", () => {
  // Straight along a row: the last cell's distance is chosen through its cost, the steps before cost 2,550 each.
  const along = (last: number, cells: number) => {
    const costs = new Uint8Array(cells).fill(255);
    costs[cells - 1] = last;
    return makeField(core, { width: cells, height: 1, costs }, { goals: [{ x: 0, y: 0 }] });
  };
  const sizes = new Set<number>();
  for (const [last, cells] of [[1, 20], [100, 26], [255, 26], [180, 27], [255, 27], [1, 27]] as const) {
    const task = along(last, cells);
    const farthest = task.field.distances.at(-1) as number;
    const distanceSize = new DataView(task.output.buffer).getUint32(12, true);
    assert.equal(distanceSize, farthest > 65_534 ? 4 : 2);
    assert.deepEqual(core.check(task.input, task.assets, task.output, 1n), { type: "ok" });
    sizes.add(distanceSize);
    const wrong = task.field.distances.slice();
    wrong[cells - 1] = UNREACHED;
    const lie = flowfield.encodeOutput({ ...task.field, distances: wrong });
    assert.equal(core.check(task.input, task.assets, lie, 1n).type, "err", `${last}, ${cells}`);
  }
  assert.deepEqual([...sizes].sort(), [2, 4]);
});

Deno.test("run() takes the largest grid, window and number of goals, and refuses one cell more", () => {
  const draw = drawsFrom(4);
  const map = noiseMap(2048, 2048, 0.3, draw);
  const grid = { width: 2048, height: 2048, costs: map.free };
  const asset = pathfind.encodeCostGrid(grid);
  const goals = Array.from({ length: 4096 }, (_, i) => ({ x: 100 + i % 64, y: 700 + (i >> 6) }));
  // The second shape needs the most memory: its lines are padded most.
  const windows = [{ x: 99, y: 600, width: 915, height: 916 }, { x: 90, y: 0, width: 415, height: 2020 }];
  for (const window of windows) {
    const task = makeField(core, grid, { goals, window }, asset);
    assert.equal(task.field.distances.length, window.width * window.height);
    assert.deepEqual(core.check(task.input, task.assets, task.output, 1n), { type: "ok" });
  }
  assert.equal(
    runErr({ goals: [goals[0] as { x: number; y: number }] }, [asset]),
    "Cannot make a field: the window of 2048 by 2048 has too many cells, at most 838,400 fit",
  );
});

Deno.test("run() refuses a field that needs 4 bytes per distance and has no room for them", () => {
  const width = 900;
  const costs = new Uint8Array(width * 900).fill(255);
  const asset = pathfind.encodeCostGrid({ width, height: 900, costs });
  assert.equal(
    runErr({ goals: [{ x: 0, y: 0 }] }, [asset]),
    "Cannot answer: the distances need 4 bytes and the field more than 2,097,152; ask for a smaller one",
  );
  const near = makeField(
    core,
    { width, height: 900, costs },
    { goals: [{ x: 0, y: 0 }], reach: 65_000 },
    asset,
  );
  assert.equal(near.output.length, 16 + 900 * 900 * 2 + 450 * 900);
});

Deno.test("run() gives the same bytes from a used instance as from a fresh one", () => {
  const draw = drawsFrom(5);
  for (let i = 0; i < 60; i++) {
    const { input, assets, output } = drawFieldTask(core, draw);
    assert.deepEqual(instantiateCore(module).run(input, assets), { type: "ok", output });
  }
});

Deno.test("run() refuses what is no task with a sentence", () => {
  const map = noiseMap(70, 5, 0, drawsFrom(6));
  const grid = pathfind.encodeGrid(map);
  const costs = pathfind.encodeCostGrid(withCosts(map, 9, drawsFrom(7)));
  const goals = [{ x: 3, y: 4 }];
  const noGrid = "Cannot make a field: expected one asset, a grid or a grid with costs";
  const noInput = "Cannot make a field: the input is not a header and 1 to 4,096 goals";
  const padded = grid.slice();
  padded[16 + 8] = 0xff;
  assert.equal(runErr({ goals }, []), noGrid);
  assert.equal(runErr({ goals }, [grid, grid]), noGrid);
  assert.equal(runErr({ goals }, [padded]), noGrid);
  assert.equal(runErr({ goals }, [costs.subarray(1)]), noGrid);
  assert.equal(runErr(new Uint8Array(12), [grid]), noInput);
  assert.equal(runErr(new Uint8Array(12 + 4 * 4097), [grid]), noInput);
  assert.equal(runErr(flowfield.encodeInput({ goals }).subarray(1), [grid]), noInput);
  assert.equal(
    runErr({ goals: [{ x: 3, y: 4 }, { x: 70, y: 4 }] }, [costs]),
    "Cannot make a field: goal 1 at 70,4 is outside the window",
  );
  assert.equal(
    runErr({ goals, window: { x: 0, y: 0, width: 71, height: 5 } }, [costs]),
    "Cannot make a field: the window of 71 by 5 is not a part of the grid of 70 by 5",
  );
  assert.equal(
    runErr({ goals, window: { x: 4, y: 0, width: 10, height: 5 } }, [costs]),
    "Cannot make a field: goal 0 at 3,4 is outside the window",
  );
});

Deno.test("run() takes a bitmap for a grid whose cells cost 1", () => {
  const map = noiseMap(131, 40, 0.3, drawsFrom(8));
  const grid = { ...map, costs: map.free };
  const request = { goals: [{ x: 5, y: 5 }], window: { x: 3, y: 2, width: 121, height: 37 } };
  const fromBits = makeField(core, grid, request, pathfind.encodeGrid(map));
  assert.deepEqual(fromBits.output, makeField(core, grid, request).output);
  assert.deepEqual(freeCellsOf(grid).free, map.free);
});

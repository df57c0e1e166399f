import { assert } from "../../tests/deps.ts";
import { pathfind } from "../pathfind/codec.ts";
import { instantiateCore, loadCore } from "../testing/core.ts";
import { drawOne, drawsFrom } from "../testing/draws.ts";
import { campaignSizes, honestTrial, lieTrial, mutationTrial, residueTrial } from "../testing/trials.ts";
import { type FieldCell, flowfield } from "./codec.ts";
import { drawFieldTask, gameFields, makeField } from "./testing/fields.ts";
import { subject } from "./testing/lies.ts";

const module = await loadCore("flowfield", "1.0.0");
const core = instantiateCore(module);

Deno.test("check() catches each kind of lie as often as promised", () => {
  lieTrial(subject, core, gameFields(core, 10, 96, drawsFrom(31)), 40, 34);
});

Deno.test("check() never refuses an honest answer", () => {
  const draw = drawsFrom(32);
  const games = gameFields(core, 10, 160, draw);
  const next = () => draw() < 0.1 ? drawOne(draw, games) : drawFieldTask(core, draw);
  honestTrial(core, next, campaignSizes().honest, 35);
});

Deno.test("run() and check() answer damaged bytes with bytes or a sentence, never with a trap", () => {
  const draw = drawsFrom(36);
  const tasks = Array.from({ length: 200 }, () => drawFieldTask(core, draw));
  mutationTrial(core, tasks, campaignSizes().mutations, 37);
});

Deno.test("run() and check() do not depend on what memory held before", () => {
  const draw = drawsFrom(38);
  residueTrial(module, Array.from({ length: 40 }, () => drawFieldTask(core, draw)));
});

Deno.test("check() refuses every change of a distance, in every cell", () => {
  const draw = drawsFrom(39);
  for (let i = 0; i < 6; i++) {
    const { grid, request, field, input, assets } = drawFieldTask(core, draw);
    for (let cell = 0; cell < Math.min(field.distances.length, 400); cell++) {
      for (const by of [-10, -1, 1, 10]) {
        const distances = field.distances.slice();
        distances[cell] = (distances[cell] as number) + by;
        if (distances[cell] === field.distances[cell]) continue;
        const lie = flowfield.encodeOutput({ ...field, distances });
        assert.equal(
          core.check(input, assets, lie, 5n).type,
          "err",
          `${grid.width}, ${request.reach}, ${cell}`,
        );
      }
    }
  }
});

Deno.test("check() makes the directions of every row again for some seed", () => {
  const grid = { width: 9, height: 64, costs: new Uint8Array(9 * 64).fill(1) };
  const { field, input, assets } = makeField(core, grid, { goals: [{ x: 4, y: 30 }] });
  for (let y = 0; y < 64; y++) {
    const directions = field.directions.slice();
    directions[y * 9 + 8] = 0;
    const lie = flowfield.encodeOutput({ ...field, directions });
    let refused = 0;
    for (let seed = 0n; seed < 640n; seed++) {
      if (core.check(input, assets, lie, seed).type === "err") refused += 1;
    }
    assert.ok(refused >= 15 && refused <= 80, `${refused} of 640 seeds drew row ${y}, expected about 40`);
  }
});

Deno.test("check() says what is wrong", () => {
  const grid = { width: 5, height: 2, costs: Uint8Array.of(1, 1, 1, 0, 1, 1, 1, 1, 0, 1) };
  const task = makeField(core, grid, { goals: [{ x: 0, y: 0 }, { x: 3, y: 0 }] });
  const { field, input, output } = task;
  const asset = pathfind.encodeCostGrid(grid);
  const verdictOn = (lie: Uint8Array) => {
    const verdict = core.check(input, [asset], lie, 7n);
    return verdict.type === "err" ? verdict.message : "ok";
  };
  const withDistance = (cell: number, distance: number) => {
    const distances = field.distances.slice();
    distances[cell] = distance;
    return flowfield.encodeOutput({ ...field, distances });
  };
  const sentence = (what: string) => `Cannot accept the output: ${what}`;
  assert.equal(verdictOn(output), "ok");
  assert.equal(
    verdictOn(flowfield.encodeOutput({ ...field, x: 1 })),
    sentence("it is not a field of this window"),
  );
  assert.equal(verdictOn(output.subarray(1)), sentence("it is not a field of this window"));
  assert.equal(verdictOn(Uint8Array.from([...output, 0])), sentence("its size is wrong"));
  assert.equal(verdictOn(withDistance(0, 1)), sentence("a goal is away from itself"));
  assert.equal(
    verdictOn(withDistance(1, 0)),
    sentence("row 0 has a distance that does not fit its neighbours'"),
  );
  assert.equal(
    verdictOn(withDistance(6, 15)),
    sentence("row 1 has a distance that does not fit its neighbours'"),
  );
  assert.equal(
    verdictOn(withDistance(4, 0)),
    sentence("row 1 has a distance that does not fit its neighbours'"),
  );
  const long = new Uint8Array(16 + 40 + 6);
  long.set(output.subarray(0, 16));
  long[12] = 4;
  field.distances.forEach((distance, i) => new DataView(long.buffer).setUint32(16 + i * 4, distance, true));
  long.set(output.subarray(16 + 20), 16 + 40);
  assert.equal(verdictOn(long), sentence("its distances have 4 bytes and need 2"));
  new DataView(long.buffer).setUint32(16, 0xf0000000, true);
  assert.equal(verdictOn(long), sentence("a goal is away from itself"));
  new DataView(long.buffer).setUint32(16, 0, true);
  new DataView(long.buffer).setUint32(20, 0xf0000000, true);
  assert.equal(verdictOn(long), sentence("a distance is none that a cell can have"));
  long[12] = 3;
  assert.equal(verdictOn(long), sentence("its distances have neither 2 nor 4 bytes"));
});

Deno.test("check() refuses a second source: a cell that is no goal with distance 0", () => {
  const grid = { width: 40, height: 40, costs: new Uint8Array(1600).fill(3) };
  const goal: FieldCell = { x: 5, y: 5 };
  const { field, input, assets } = makeField(core, grid, { goals: [goal] });
  const lie = makeField(core, grid, { goals: [goal, { x: 30, y: 30 }] }).field;
  const output = flowfield.encodeOutput({ ...field, distances: lie.distances, directions: lie.directions });
  assert.deepEqual(core.check(input, assets, output, 1n), {
    type: "err",
    message: "Cannot accept the output: a cell that is no goal has no distance",
  });
});

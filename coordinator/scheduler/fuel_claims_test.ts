// Workers that claim more work than they did. A task of these kernels uses 1,040 fuel.
import { assert } from "../../tests/deps.ts";
import { answer, puppet, quiet } from "../../tests/sim/histories.ts";
import type { World } from "../../tests/sim/world.ts";

/** A world whose trusted compute has measured so much at most. */
function measured(most: number): World {
  const world = quiet();
  const { fuel } = world.state.kernels.get(1)!;
  for (let i = 0; i < 256; i++) fuel.add(4, most);
  return world;
}

Deno.test("step() recomputes a claim above what such tasks use, pays nothing for a false one and charges what is right", () => {
  const world = measured(5_000);
  const liar = world.join(puppet);
  world.submit(100);
  answer(world, liar, 0, { fuel: 5_001 });
  world.run(100);
  assert.equal(world.all("record").length, 1, "caught without any draw");
  assert.deepEqual(world.all("grant"), []);
  assert.deepEqual(world.all("charge").map((each) => each.fuel), [1_040]);
});

Deno.test("step() pays a claim above what such tasks use in full when trusted compute says the same", () => {
  const world = measured(1_039);
  const honest = world.join(puppet);
  world.submit(100);
  answer(world, honest, 0);
  world.run(40_000);
  assert.deepEqual(world.all("record"), []);
  assert.deepEqual(world.all("grant").map((each) => each.fuel), [1_040]);
  assert.equal(world.state.kernels.get(1)!.fuel.at(4), 1_040, "the next such claim is nothing special");
});

Deno.test("step() pays a false claim within the bound no more than the bound, and takes it back when it is drawn", () => {
  const world = measured(5_000);
  const liar = world.join(puppet);
  const first = world.submit(100);
  answer(world, liar, 0, { fuel: 5_000 });
  world.run(10);
  assert.equal(world.ending(first).right, true);
  assert.deepEqual(world.all("pend").map((each) => each.fuel), [5_000]);
  world.draw = () => 0;
  world.submit(100);
  world.run(10);
  answer(world, liar, 1, { fuel: 5_000 });
  world.run(40_000);
  assert.equal(world.all("record").length, 1);
  assert.deepEqual(world.all("grant"), [], "the window goes with the proof");
  assert.deepEqual(world.all("refund").map((each) => each.fuel), [5_000 - 1_040], "what was too much");
  assert.deepEqual(world.all("revoke"), [], "the bytes were right");
});

Deno.test("step() takes no claim of a size that nobody has measured on trust", () => {
  const world = quiet();
  const honest = world.join(puppet);
  const input = new Uint8Array(4096);
  const first = world.submit(100, { input });
  answer(world, honest, 0);
  world.run(40_000);
  const { effect } = world.ending(first);
  assert.ok(effect.type === "reply" && effect.verified === "rechecked");
  world.submit(100, { input: new Uint8Array(4096).fill(1) });
  answer(world, honest, 1);
  world.run(10);
  assert.deepEqual(world.all("reply").map((each) => each.verified), ["rechecked", "checked"]);
});

Deno.test("step() serves an unmeasured claim that no recheck can judge in time, and pays nothing for it", () => {
  const world = quiet();
  const honest = world.join(puppet);
  world.localMs = 500;
  const first = world.submit(30, { input: new Uint8Array(4096) });
  answer(world, honest, 0);
  world.run(100);
  const { effect } = world.ending(first);
  assert.ok(effect.type === "reply" && effect.verified === "checked");
  assert.equal(effect.fuel, 0);
  assert.deepEqual(world.all("charge").map((each) => each.fuel), [0]);
});

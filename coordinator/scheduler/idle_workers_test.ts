// Workers that stall, hoard and swarm: they take no work from the others.
import { assert } from "../../tests/deps.ts";
import { puppet, quiet, submitEvery, tiers, trusted, warmUp } from "../../tests/sim/histories.ts";

for (const gives of ["failures", "back", "pauses"] as const) {
  Deno.test(`step() does not let workers that never compute swallow the others' work (${gives})`, () => {
    const world = quiet();
    for (let no = 0; no < 3; no++) world.join({ ...trusted, serviceMs: 1, gives });
    for (let no = 0; no < 3; no++) world.join(trusted);
    const tasks = submitEvery(world, 4, 1000, 150);
    world.run(5000);
    const { peer = 0 } = tiers(world, tasks);
    assert.ok(peer > 950, `${peer} of ${tasks.length} by peers`);
    assert.ok(world.state.counters.failovers < 150, `${world.state.counters.failovers} failovers`);
  });
}

Deno.test("step() blames a worker that pauses once, however much it hands back", () => {
  const world = quiet();
  const worker = world.join({ ...puppet, slots: 7 });
  for (let no = 0; no < 8; no++) world.submit(500);
  world.raise({ type: "paused", worker });
  for (const { attempt, fence } of world.assigned(worker)) {
    world.raise({ type: "handedBack", worker, attempt, fence });
  }
  assert.equal(world.assigned(worker).length, 8);
  assert.equal(world.state.workers.get(worker)?.quota, 4);
});

Deno.test("step() gives a silent worker no new quota for pausing and resuming", () => {
  const world = quiet();
  const silent = world.join({ ...puppet, slots: 4, window: 8 });
  for (let no = 0; no < 100; no++) {
    world.after(no * 30, () => {
      world.raise({ type: "paused", worker: silent });
      world.raise({ type: "resumed", worker: silent, slots: 256, window: 1024 });
    });
  }
  submitEvery(world, 2, 1500, 200);
  world.run(4000);
  assert.ok(world.assigned(silent).length < 20, `${world.assigned(silent).length} tasks swallowed`);
});

Deno.test("step() believes in few of the slots that a new session claims", () => {
  const world = quiet();
  const silent = world.join({ ...puppet, slots: 256, window: 1024 });
  for (let no = 0; no < 300; no++) world.submit(200);
  assert.ok(world.assigned(silent).length <= 16, `${world.assigned(silent).length} tasks swallowed`);
});

Deno.test("step() finds its trusted worker among any number of idle newcomers", () => {
  const world = quiet();
  for (let no = 0; no < 60; no++) world.join({ serviceMs: 5, silent: true });
  for (let no = 0; no < 60; no++) world.join({ serviceMs: 5, silent: true, kernels: [] });
  world.join(trusted);
  for (let no = 0; no < 400; no++) world.join({ serviceMs: 5, silent: true });
  const tasks = submitEvery(world, 20, 200, 60);
  world.run(5000);
  const { peer = 0 } = tiers(world, tasks);
  assert.ok(peer > 195, `${peer} of 200 by the peer`);
});

Deno.test("step() looks at no newcomer without room", () => {
  const world = quiet();
  for (let no = 0; no < 100; no++) world.join({ serviceMs: 5, silent: true });
  for (let no = 0; no < 100; no++) world.submit(500);
  world.run(400);
  assert.ok(world.state.kernels.get(1)!.newcomers.size <= 1);
});

Deno.test("step() learns how long its kernels take from workers that serve, not from newcomers", () => {
  const world = quiet();
  world.join(trusted);
  warmUp(world);
  const before = world.state.kernels.get(1)!.service.of(4).meanMs;
  for (let no = 0; no < 50; no++) world.join({ serviceMs: 1500 });
  submitEvery(world, 20, 200, 100);
  world.run(6000);
  const after = world.state.kernels.get(1)!.service.of(4).meanMs;
  assert.ok(after < 2 * before, `${before} ms before, ${after} ms after`);
});

Deno.test("step() remembers a bounded number of assets for a worker, whatever it claims to hold", () => {
  const world = quiet();
  const worker = world.join(trusted);
  for (let no = 0; no < 20; no++) {
    const assets = Array.from({ length: 1000 }, (_, at) => `${no}:${at}`);
    world.raise({ type: "held", worker, assets });
  }
  const { held } = world.state.workers.get(worker)!;
  assert.ok(held.size <= world.state.config.heldAssetsMax && held.has("19:999") && !held.has("0:0"));
});

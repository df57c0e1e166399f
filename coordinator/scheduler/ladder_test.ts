import { assert } from "../../tests/deps.ts";
import type { Behaviour } from "../../tests/sim/world.ts";
import { answer, puppet, quiet, submitEvery, trusted } from "../../tests/sim/histories.ts";

const cloud: Behaviour = { serviceMs: 8, tier: "cloud" };

Deno.test("step() gives nothing to cloud workers while peers answer in time", () => {
  const world = quiet();
  const peer = world.join(trusted);
  const rented = world.join(cloud);
  submitEvery(world, 12, 50, 200);
  world.run(1_000);
  assert.deepEqual([world.assigned(peer).length, world.assigned(rented).length], [50, 0]);
});

Deno.test("step() turns to the cloud before trusted compute, and serves its answers unchecked as trusted", () => {
  const world = quiet();
  world.join({ ...trusted, silent: true });
  world.join(cloud);
  const task = world.submit(150);
  world.run(200);
  const { effect } = world.ending(task);
  assert.ok(effect.type === "reply");
  assert.deepEqual([effect.tier, effect.verified, effect.attempts], ["cloud", "trusted", 2]);
  assert.equal(world.all("compute").length + world.all("check").length, 0);
});

Deno.test("step() leaves local compute its time when the cloud is silent as well", () => {
  const world = quiet();
  world.join({ ...trusted, silent: true });
  world.join({ ...cloud, silent: true });
  const task = world.submit(150);
  world.run(200);
  const { effect } = world.ending(task);
  assert.ok(effect.type === "reply" && effect.tier === "local" && effect.latencyMs <= 150);
});

Deno.test("step() asks cloud workers at once where no peer may answer, and never asks them for shadows", () => {
  const world = quiet();
  world.join(cloud);
  submitEvery(world, 10, 20, 100);
  world.run(400);
  assert.deepEqual(new Set(world.all("reply").map((each) => each.tier)), new Set(["cloud"]));
  assert.equal(world.state.counters.shadows, 0);
  assert.equal(world.all("pend").length, 0, "the operator's own machines earn nothing");
});

Deno.test("step() asks a second worker when the chance of an answer in time has fallen, long before the lease is over", () => {
  const world = quiet();
  const steady = world.join({ ...trusted, serviceMs: 10 });
  submitEvery(world, 20, 60, 400);
  world.run(1_300);
  world.state.workers.get(steady)!.quota = 8;
  const before = world.all("assign").length;
  const slow = world.join({ ...trusted, serviceMs: 10, silent: true });
  world.leave(steady);
  const task = world.submit(40);
  world.join({ ...trusted, serviceMs: 10 });
  world.run(60);
  const [first, second] = world.all("assign").slice(before);
  assert.ok(first !== undefined && second !== undefined && first.worker === slow);
  assert.ok(world.state.counters.hedges === 1 && world.state.counters.leasesExpired <= 1);
  assert.equal(world.ending(task).effect.type, "reply");
});

Deno.test("step() hedges within its budget and no further", () => {
  const world = quiet({ hedgeBurst: 3, hedgeShare: 0, quotaFirst: 16 });
  world.join({ ...trusted, silent: true, slots: 16, window: 16 });
  for (let no = 0; no < 10; no++) world.submit(3_000);
  world.join({ ...trusted, slots: 16, window: 16 });
  world.join({ ...trusted, slots: 16, window: 16 });
  world.run(1_000);
  assert.equal(world.state.counters.hedges, 3);
  assert.ok(world.state.counters.hedgesDenied >= 1);
});

Deno.test("step() passes peers over while most of what they get comes to nothing, and tries them again", () => {
  const world = quiet({ localSlots: 4 });
  for (let no = 0; no < 6; no++) world.join({ ...trusted, gives: "failures" });
  submitEvery(world, 5, 100, 200);
  world.run(600);
  const { peer } = world.state.breakers;
  assert.ok(peer.opened >= 1);
  assert.equal(world.all("refuse").length, 0);
  for (let no = 1; no <= 6; no++) world.leave(no);
  world.join(trusted);
  submitEvery(world, 20, 200, 200);
  world.run(5_000);
  assert.equal(peer.state, "closed");
  const last = world.all("reply").at(-1);
  assert.equal(last?.tier, "peer");
});

Deno.test("step() sends no work to a tier whose breaker is open", () => {
  const world = quiet({ localSlots: 2 });
  const worker = world.join(trusted);
  const { peer } = world.state.breakers;
  peer.state = "open";
  peer.untilMs = world.nowMs + 100;
  submitEvery(world, 5, 10, 500);
  world.run(99);
  assert.equal(world.assigned(worker).length, 0);
  assert.equal(world.all("reply").length, 10);
  world.run(10);
  world.submit(500);
  world.run(20);
  assert.equal(world.assigned(worker).length, 1);
});

Deno.test("step() answers by peers while trusted compute is broken, and refuses at once what nobody can answer", () => {
  const world = quiet();
  const broken = { type: "failure", code: "kernel.environment", message: "no memory" } as const;
  world.compute = () => ({ ...broken, fuel: 0, computeUs: 0 });
  submitEvery(world, 10, 40, 300);
  world.run(800);
  const { local } = world.state.breakers;
  assert.ok(local.opened >= 1);
  local.state = "open";
  local.untilMs = world.nowMs + 10_000;
  const lost = world.submit(300);
  const { effect } = world.ending(lost);
  assert.ok(effect.type === "refuse" && effect.code === "task.overload");
  assert.ok(effect.retryMs !== null && effect.retryMs > 9_000 && effect.retryMs <= 10_000);
  world.join(trusted);
  const task = world.submit(300);
  world.run(50);
  assert.equal(world.ending(task).effect.type, "reply");
});

Deno.test("step() starts local compute earlier the more waits for it", () => {
  const world = quiet({ quotaFirst: 8 });
  world.localMs = 10;
  submitEvery(world, 15, 20, 100);
  world.run(500);
  world.join({ ...trusted, silent: true, slots: 8, window: 8 });
  const tasks = Array.from({ length: 6 }, () => world.submit(150));
  world.run(200);
  for (const task of tasks) {
    const { effect } = world.ending(task);
    assert.ok(effect.type === "reply" && effect.latencyMs <= 150, `task ${task}: ${effect.type}`);
  }
});

Deno.test("step() tries trusted compute while it may be in time at its best, where its worst is longer than the deadline", () => {
  const world = quiet();
  world.localMs = 20;
  submitEvery(world, 30, 40, 200);
  world.run(2_000);
  world.localMs = 500;
  submitEvery(world, 600, 5, 1_000);
  world.run(4_000);
  world.localMs = 20;
  // A worker that is mostly fast and was once very slow has a lease longer than the deadline as well.
  const worker = world.join(puppet);
  for (const [nth, serviceMs] of [...Array<number>(14).fill(10), 900].entries()) {
    world.submit(2_000);
    world.run(serviceMs);
    answer(world, worker, nth);
    world.run(50);
  }
  const task = world.submit(300);
  world.run(400);
  assert.equal(world.assigned(worker).length, 16);
  const { effect } = world.ending(task);
  assert.ok(
    effect.type === "reply" && effect.tier === "local" && effect.latencyMs <= 300,
    JSON.stringify(effect),
  );
});

Deno.test("step() admits an urgent task before any number of tasks that can wait, and refuses it behind urgent ones", () => {
  const world = quiet();
  world.localMs = 400;
  submitEvery(world, 500, 10, 1_000);
  world.run(6_000);
  world.join(trusted);
  submitEvery(world, 20, 30, 300);
  world.run(800);
  for (let no = 0; no < 500; no++) world.submit(30_000);
  const urgent = world.submit(60);
  world.run(60);
  assert.equal(world.ending(urgent).effect.type, "reply");
  const admitted = Array.from({ length: 60 }, () => world.submit(250))
    .findIndex((task) => world.endings.some((each) => each.task === task));
  assert.ok(
    admitted > 20 && admitted < 40,
    `${admitted} tasks of 8 ms were admitted for one worker within 250 ms`,
  );
  const refused = world.all("refuse").at(-1);
  assert.ok(refused?.code === "task.infeasible" && refused.retryMs !== null && refused.retryMs < 250);
});

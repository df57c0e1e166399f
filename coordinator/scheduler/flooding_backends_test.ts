// Backends that flood, withdraw and leave: nobody else waits, and nothing of it is kept.
import { assert } from "../../tests/deps.ts";
import { answer, puppet, quiet, record, tiers, trusted, warmUp } from "../../tests/sim/histories.ts";
import { inputOf } from "../../tests/sim/world.ts";

Deno.test("step() answers others in time after a storm of withdrawn tasks", () => {
  const world = quiet();
  warmUp(world);
  for (let no = 0; no < 500; no++) world.raise({ type: "withdrawn", task: world.submit(60_000) });
  const task = world.submit(200);
  world.run(200);
  assert.ok(world.ending(task).effect.type === "reply");
  assert.equal(world.state.urgentWaiting, 0);
});

Deno.test("step() keeps nothing of withdrawn tasks for the rest of their long deadlines", () => {
  const world = quiet();
  world.join({ ...puppet, window: 2 });
  for (let no = 0; no < 3; no++) world.submit(60_000);
  for (let no = 0; no < 5000; no++) world.raise({ type: "withdrawn", task: world.submit(59_000) });
  const { timers, kernels, urgentRuns } = world.state;
  const sizes = [timers.size, kernels.get(1)!.queue.size, urgentRuns.size];
  assert.ok(Math.max(...sizes) < 300, `timers, queue, runs: ${sizes}`);
});

Deno.test("step() keeps nothing of the sessions of a quarantined worker that comes again and again", () => {
  const world = quiet();
  const quarantinedUntilMs = world.nowMs + 3_600_000;
  for (let no = 0; no < 2000; no++) {
    world.leave(world.join({ serviceMs: 5, record: { ...record, quarantinedUntilMs } }, "liar"));
  }
  assert.ok(world.state.timers.size < 300, `${world.state.timers.size} timers`);
});

Deno.test("step() computes once for all who waited with a task that was withdrawn", () => {
  const world = quiet();
  const worker = world.join({ ...trusted, slots: 8, window: 64 });
  const input = inputOf(5);
  const leader = world.submit(100, { input });
  const followers = Array.from({ length: 20 }, (_, no) => world.submit(101 + no, { input }));
  world.raise({ type: "withdrawn", task: leader });
  world.run(200);
  assert.equal(world.assigned(worker).length, 2);
  assert.deepEqual(tiers(world, followers), { peer: 20 });
  assert.equal(world.state.counters.submitted, 21);
});

Deno.test("step() ends thousands of merged requests when their backend leaves, and no others", () => {
  const world = quiet();
  world.join(puppet);
  const input = inputOf(5);
  const leader = world.submit(500, { input });
  const others = Array.from({ length: 5000 }, (_, no) => world.submit(500, { input, backend: 2 + no % 2 }));
  world.raise({ type: "backendLeft", tasks: others.filter((_, no) => no % 2 === 0) });
  assert.equal(world.endings.length, 2500);
  world.raise({ type: "withdrawn", task: others[1]! });
  assert.equal(world.open, 2500);
  world.run(600);
  assert.equal(world.endings.length, 5001);
  assert.equal(world.ending(leader).effect.type, "reply");
});

Deno.test("step() gives no answer of an excluded worker to a request that was merged or cached", () => {
  const world = quiet();
  world.join({ ...trusted, tags: ["aa"] });
  const input = inputOf(7);
  const first = world.submit(200, { input });
  const merged = world.submit(200, { input, exclude: ["aa"] });
  world.run(50);
  const cached = world.submit(200, { input, exclude: ["aa"] });
  world.run(250);
  const tierOf = (task: number) => {
    const { effect } = world.ending(task);
    return effect.type === "reply" ? effect.tier : effect.code;
  };
  assert.deepEqual([first, merged, cached].map(tierOf), ["peer", "local", "local"]);
});

Deno.test("step() lets urgent work of trusted compute delay judgements, but not for ever", () => {
  const world = quiet();
  const liar = world.join({ ...puppet, window: 1 });
  world.draw = () => 0;
  world.submit(22);
  world.submit(40, { verify: "always" });
  answer(world, liar, 0, { lie: true });
  world.run(0.2);
  assert.equal(world.wrongServed.length, 1);
  world.leave(liar);
  for (let no = 0; no < 400; no++) world.after(no * 3, () => world.submit(40));
  world.run(800);
  assert.equal(world.all("revoke").length, 1);
  assert.ok(world.state.urgentWaiting > 0);
});

// Trusted compute and checks that fail or err: nothing wrong is served for it, and nobody is punished.
import { assert } from "../../tests/deps.ts";
import {
  answer,
  broken,
  kernel,
  puppet,
  quiet,
  submitEvery,
  trusted,
  warmUp,
} from "../../tests/sim/histories.ts";
import { inputOf, trustedRecord, truth, World } from "../../tests/sim/world.ts";

Deno.test("step() serves nothing that no check and no recheck could judge", () => {
  const world = quiet();
  world.checksRun = false;
  world.compute = () => broken;
  world.join({ ...trusted, lie: { chance: 1, detection: 0, afterResults: 0 } });
  const task = world.submit(200);
  world.run(300);
  assert.equal(world.ending(task).effect.type, "refuse");
});

Deno.test("step() computes here what comes back from its worker when only trusted compute is left in time", () => {
  const world = quiet();
  warmUp(world);
  const worker = world.join(puppet);
  const task = world.submit(60, { verify: "always" });
  let runs = 0;
  world.compute = (work) => runs++ === 0 ? broken : truth(work);
  world.localMs = 50;
  world.run(5);
  answer(world, worker, 0);
  world.run(1);
  world.localMs = 2;
  world.run(60);
  const { effect } = world.ending(task);
  assert.ok(effect.type === "reply" && effect.verified === "trusted");
});

Deno.test("step() does not keep the bytes of its own flipped bit in the cache", () => {
  const world = quiet();
  world.join(trusted);
  world.draw = () => 0;
  let runs = 0;
  world.compute = (work) => {
    const outcome = truth(work);
    if (runs++ > 0 || outcome.type !== "output") return outcome;
    return { ...outcome, output: outcome.output.map((byte) => byte ^ 4) };
  };
  const input = inputOf(9);
  world.submit(300, { input });
  world.run(100);
  assert.equal(world.state.counters.trustedFlips, 1);
  const again = world.submit(300, { input });
  world.run(300);
  assert.ok(world.ending(again).right);
});

Deno.test("step() lets results leave the window whatever fractions of milliseconds they were served at", () => {
  const world = quiet();
  world.nowMs = 2 ** 20 - 30_000 - 20.3;
  world.join({ ...trusted, serviceMs: 1 });
  submitEvery(world, 0.37, 60, 100);
  world.run(40_000);
  assert.equal(world.all("grant").length, world.all("pend").length);
});

Deno.test("step() condemns nobody for a check that errs, and serves what it refused once it is judged right", () => {
  const world = new World(1, [kernel]);
  world.draw = () => 0.999;
  world.erringChecks = true;
  const worker = world.join({ serviceMs: 5, record: trustedRecord([kernel]) });
  const task = world.submit(200);
  world.run(100);
  const { effect, right } = world.ending(task);
  assert.ok(effect.type === "reply" && right);
  assert.equal(world.all("record").length, 0);
  assert.equal(world.state.counters.falseAlarms, 1);
  world.erringChecks = false;
  const next = world.submit(100);
  world.run(50);
  const { effect: later } = world.ending(next);
  assert.ok(later.type === "reply" && later.tier === "peer" && world.assigned(worker).length === 2);
});

Deno.test("step() gives a worker no more work from a refused result until that is judged", () => {
  const world = new World(1, [kernel]);
  world.draw = () => 0.999;
  world.localMs = 40;
  const record = trustedRecord([kernel]);
  const liar = world.join({ serviceMs: 2, record, lie: { chance: 1, detection: 1, afterResults: 0 } });
  world.submit(400);
  world.run(10);
  for (let no = 0; no < 5; no++) world.submit(400);
  world.run(20);
  assert.equal(world.assigned(liar).length, 1);
  assert.equal(world.all("record").length, 0);
  world.run(400);
  assert.equal(world.all("record")[0]?.record.offences, 1);
  assert.equal(world.assigned(liar).length, 1);
  assert.equal(world.wrongServed.length, 0);
});

Deno.test("step() holds back what an accused worker still had in hand", () => {
  const world = quiet();
  world.localMs = 40;
  world.erringChecks = true;
  const liar = world.join(puppet);
  const tasks = [world.submit(400), world.submit(400)];
  answer(world, liar, 0, { lie: true });
  world.run(0.5);
  world.erringChecks = false;
  answer(world, liar, 1, { lie: true });
  world.run(5);
  assert.equal(world.endings.length, 0);
  world.run(400);
  assert.ok(tasks.every((task) => world.ending(task).right));
  assert.equal(world.all("record")[0]?.record.offences, 1);
});

Deno.test("step() computes here at once what its worker failed at, when trusted compute was slow of late", () => {
  const world = quiet();
  warmUp(world);
  world.localMs = 1_500;
  submitEvery(world, 1, 4, 5_000);
  world.run(8_000);
  world.localMs = 4;
  world.join({ ...trusted, gives: "failures" });
  const task = world.submit(1_000);
  world.run(1_000);
  const { effect, atMs } = world.ending(task);
  assert.ok(effect.type === "reply" && effect.tier === "local", JSON.stringify(effect));
  assert.ok(atMs < world.nowMs - 900);
});

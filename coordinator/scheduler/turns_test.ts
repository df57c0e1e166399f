// What the time that this process itself spends does to placement, leases and the share of missed ones.
import { assert } from "../../tests/deps.ts";
import { puppet, quiet, trusted } from "../../tests/sim/histories.ts";
import type { World } from "../../tests/sim/world.ts";
import { step } from "./mod.ts";

const { stallMs, lossStep } = quiet().state.config;

/** One attempt that is out, on a worker that says nothing. */
function waiting() {
  const world = quiet();
  world.join(puppet);
  world.submit(30_000);
  const [attempt] = world.state.attempts.values();
  assert.ok(attempt !== undefined);
  return { world, attempt };
}

function tick(world: World, nowMs: number): void {
  step(world.state, { type: "tick", nowMs }, []);
}

/** Which of two idle workers each of two tasks goes to, one after the other in the same turn. */
function placed(turnMs: number): readonly number[] {
  const world = quiet();
  const workers = [world.join(trusted), world.join(trusted)];
  for (let no = 0; no < 40; no++) {
    world.submit(1_000);
    world.run(40);
  }
  // They claim no time: what counts is what their answers have taken at least.
  const before = workers.map((worker) => world.assigned(worker).length);
  for (let no = 0; no < 64; no++) world.raise({ type: "turned", turnMs });
  world.submit(10_000);
  world.submit(10_000);
  return workers.map((worker, at) => world.assigned(worker).length - before[at]!);
}

Deno.test("step() fills a frame where that costs less than a turn, and spreads tasks where it costs more", () => {
  assert.deepEqual(placed(0), [1, 1]);
  assert.deepEqual(placed(1), [1, 1], "a task takes eight milliseconds");
  assert.deepEqual(new Set(placed(50)), new Set([0, 2]));
});

Deno.test("step() prolongs a lease that it looks at late, by as much and once", () => {
  const { world, attempt } = waiting();
  const lateMs = attempt.leaseUntilMs + stallMs + 5;
  tick(world, lateMs);
  assert.ok(!attempt.expired && attempt.excused);
  tick(world, lateMs + stallMs + 4);
  assert.ok(!attempt.expired, "as long as it was late");
  tick(world, lateMs + stallMs + 5);
  assert.ok(attempt.expired);
});

Deno.test("step() prolongs no lease that it looks at in time", () => {
  const { world, attempt } = waiting();
  tick(world, attempt.leaseUntilMs + stallMs);
  assert.ok(attempt.expired && !attempt.excused);
});

Deno.test("a lease covers two turns of the event loop", () => {
  const { attempt: idle } = waiting();
  const world = quiet();
  world.join(puppet);
  for (let no = 0; no < 64; no++) world.raise({ type: "turned", turnMs: 10 });
  world.submit(30_000);
  const [busy] = world.state.attempts.values();
  const lease = ({ leaseUntilMs, assignedMs }: typeof idle) => leaseUntilMs - assignedMs;
  assert.ok(Math.abs(lease(busy!) - lease(idle) - 2 * world.state.turnMs) < 1e-6);
  assert.ok(world.state.turnMs > 9.9);
});

Deno.test("a missed lease raises the share of missed ones, answers lower it", () => {
  const { world, attempt } = waiting();
  tick(world, attempt.leaseUntilMs);
  assert.equal(attempt.worker.lossRate, lossStep);
  const sound = quiet();
  const worker = sound.state.workers.get(sound.join(trusted))!;
  worker.lossRate = 0.5;
  sound.submit(1_000);
  sound.run(100);
  assert.equal(worker.lossRate, 0.5 * (1 - lossStep));
});

// For how long an answer that was drawn waits for its recheck.
import { assert } from "../../tests/deps.ts";
import { quiet, submitEvery, trusted } from "../../tests/sim/histories.ts";

/** How an answer is served that is drawn and took about `serviceMs`, with trusted compute that needs `localMs`. */
function drawn(serviceMs: number, localMs: number, deadlineMs: number, lastMs = serviceMs): string {
  const world = quiet();
  const behaviour = { ...trusted, serviceMs };
  world.join(behaviour);
  world.localMs = localMs;
  world.draw = () => 0;
  submitEvery(world, 100, 10, 90);
  world.run(1_100);
  const { rechecked } = world.state.counters;
  behaviour.serviceMs = lastMs;
  const task = world.submit(deadlineMs);
  world.run(1_000);
  const { effect } = world.ending(task);
  assert.ok(effect.type === "reply" && effect.tier === "peer");
  assert.equal(world.state.counters.rechecked, rechecked + 1);
  return effect.verified;
}

Deno.test("step() holds a drawn answer back where it is judged before it has waited as long as it took", () => {
  assert.equal(drawn(40, 4, 400), "rechecked");
  assert.equal(drawn(10, 30, 400), "checked", "it would be judged too late");
  assert.equal(drawn(10, 4, 14), "checked", "its deadline is near");
  assert.equal(drawn(10, 4, 400, 1), "rechecked", "who answers at once does not escape");
});

Deno.test("step() holds no drawn answer back while trusted compute is left alone for failing", () => {
  const world = quiet();
  world.join({ ...trusted, serviceMs: 40 });
  submitEvery(world, 100, 10, 90);
  world.run(1_100);
  world.draw = () => 0;
  Object.assign(world.state.breakers.local, { state: "open", untilMs: world.nowMs + 10_000 });
  const task = world.submit(400);
  world.run(50);
  const { effect } = world.ending(task);
  assert.ok(effect.type === "reply" && effect.tier === "peer" && effect.verified === "checked");
});

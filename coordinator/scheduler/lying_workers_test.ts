// Workers that lie, and how the truth comes out whatever they try.
import { assert } from "../../tests/deps.ts";
import { answer, broken, kernel, puppet, quiet, trusted, warmUp } from "../../tests/sim/histories.ts";
import { inputOf, trustedRecord, truth, World } from "../../tests/sim/world.ts";

Deno.test("step() keeps quarantine over a new session that began before the verdict", () => {
  const world = quiet();
  const first = world.join({ serviceMs: 8, silent: true }, "liar");
  world.submit(100);
  answer(world, first, 0, { lie: true });
  world.leave(first);
  const second = world.join({ serviceMs: 8, silent: true }, "liar");
  world.run(100);
  assert.equal(world.all("record").length, 1);
  world.submit(100);
  world.run(100);
  assert.equal(world.assigned(second).length, 0, "a proven liar gets work in its new session");
});

Deno.test("step() counts a right shadow whose worker has gone and come back", () => {
  const world = quiet();
  const first = world.join({ serviceMs: 8, silent: true }, "newcomer");
  world.submit(100);
  answer(world, first, 0);
  world.leave(first);
  world.join({ serviceMs: 8, silent: true }, "newcomer");
  world.run(100);
  assert.equal(world.state.peers.get("newcomer")?.record.kernels.get("kernel1@1.0.0")?.progress, 1);
  assert.equal(world.state.peers.get("newcomer")?.unjudged, 0);
});

Deno.test("step() does not serve the held back answer of a worker that was proven a liar meanwhile", () => {
  const world = quiet({ localSlots: 3 });
  warmUp(world);
  const liar = world.join(puppet);
  world.draw = () => 0;
  const [served, held] = [world.submit(27), world.submit(150)];
  world.run(20);
  // Served at once, because no recheck would come in time, and judged in twice 4 ms; the other one's takes a second.
  answer(world, liar, 0, { lie: true });
  world.run(1);
  world.localMs = 1000;
  answer(world, liar, 1, { lie: true });
  world.localMs = 4;
  world.run(2000);
  assert.equal(world.all("record").length, 1);
  assert.deepEqual(world.wrongServed, [served]);
  assert.equal(world.ending(held).right, true);
});

Deno.test("step() does not serve what a worker still had in hand when it went back to probation", () => {
  const world = quiet();
  const forgiven = world.join({ ...puppet, record: trustedRecord([kernel], 1000) });
  world.draw = () => 0;
  world.submit(30);
  world.submit(500);
  answer(world, forgiven, 0, { lie: true });
  world.run(100);
  assert.equal(world.all("record")[0]?.record.offences, 0);
  const before = world.wrongServed.length;
  answer(world, forgiven, 1, { lie: true });
  world.run(500);
  assert.equal(world.wrongServed.length, before);
});

Deno.test("step() does not serve a peer's bytes when the trusted answer is already there", () => {
  const world = quiet();
  const liar = world.join(puppet);
  world.join({ serviceMs: 1 });
  const task = world.submit(200);
  world.run(10);
  assert.equal(world.state.counters.shadows, 1);
  answer(world, liar, 0, { lie: true });
  world.run(50);
  assert.ok(world.ending(task).right);
  assert.equal(world.all("record").length, 1);
});

Deno.test("step() takes back what the cache gave away while the verdict was on its way, whatever left the window", () => {
  const world = new World(1, [kernel], { trust: { ...quiet().state.config.trust, windowResults: 1 } });
  const liar = world.join(puppet);
  world.draw = () => 0;
  world.localMs = 50;
  const input = inputOf(99);
  const first = world.submit(22, { input });
  answer(world, liar, 0, { lie: true });
  world.run(5);
  world.submit(22);
  answer(world, liar, 1);
  world.run(5);
  const again = world.submit(22, { input });
  assert.deepEqual(world.wrongServed, [first, again]);
  world.run(1000);
  assert.deepEqual(world.all("revoke").map((each) => each.request).sort(), [first, again].sort());
});

Deno.test("step() asks trusted compute again when it failed to confirm a lie", () => {
  const world = quiet();
  world.join({ ...trusted, lie: { chance: 1, detection: 0, afterResults: 0 } });
  world.draw = () => 0;
  let runs = 0;
  world.compute = (work) => runs++ === 1 ? broken : truth(work);
  world.submit(30);
  world.run(200);
  assert.equal(world.all("record").length, 1);
  assert.equal(world.all("revoke").length, 1);
});

Deno.test("step() judges a shadow that comes after the run it was to be compared with has failed", () => {
  const world = quiet();
  const newcomer = world.join({ serviceMs: 8, silent: true });
  let runs = 0;
  world.compute = (work) => runs++ === 0 ? broken : truth(work);
  world.submit(100);
  world.run(200);
  answer(world, newcomer, 0);
  world.run(200);
  assert.equal(world.state.peers.get("w1")?.unjudged, 0);
  assert.equal(world.state.counters.shadows, 1);
});

Deno.test("step() takes a right refusal with a wrong claim of fuel as a lie, and pays nothing for it", () => {
  const world = quiet();
  const newcomer = world.join({ serviceMs: 8, silent: true });
  world.submit(100, { input: Uint8Array.of(255) });
  const { attempt, fence, work } = world.assigned(newcomer)[0]!;
  const outcome = { ...truth(work), fuel: 1e12 };
  world.raise({ type: "answered", worker: newcomer, attempt, fence, outcome, draw: 0, seed: 0n });
  world.run(100);
  assert.deepEqual(world.all("grant"), []);
  assert.equal(world.all("record").length, 1);
});

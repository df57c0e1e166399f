// Attempts to break the scheduler's promises: by workers that lie, stall or swarm, by backends that flood, by machines that fail.
// Past 300 lines because every attack is one short test of its own.
import { assert } from "../../tests/deps.ts";
import { type Behaviour, inputOf, simKernel, trustedRecord, truth, World } from "../../tests/sim/world.ts";
import type { Outcome } from "../ports.ts";
import type { SchedulerConfig } from "./mod.ts";

const kernel = simKernel(1);
const record = trustedRecord([kernel]);
const trusted: Behaviour = { serviceMs: 8, record };
/** A worker that answers only when the test says so. */
const puppet: Behaviour = { serviceMs: 8, record, silent: true };
const broken: Outcome = { type: "failure", code: "kernel.environment", message: "", fuel: 0, computeUs: 0 };

/** A world in which nothing is drawn for a recheck unless a test says so. */
function quiet(config: Partial<SchedulerConfig> = {}): World {
  const world = new World(1, [kernel], config);
  world.draw = () => 0.999;
  return world;
}

function submitEvery(world: World, everyMs: number, count: number, deadlineMs: number): number[] {
  const tasks: number[] = [];
  for (let no = 0; no < count; no++) world.after(no * everyMs, () => tasks.push(world.submit(deadlineMs)));
  return tasks;
}

/** Lets a puppet answer the nth task it got, with the right bytes or others. */
function answer(
  world: World,
  worker: number,
  nth: number,
  change: Partial<Outcome> & { lie?: boolean } = {},
): void {
  const { attempt, fence, work } = world.assigned(worker)[nth]!;
  const right = truth(work);
  assert.ok(right.type === "output");
  const { lie, ...claims } = change;
  const output = lie === true ? right.output.map((byte) => byte ^ 1) : right.output;
  const outcome = { ...right, output, ...claims } as Outcome;
  world.raise({ type: "answered", worker, attempt, fence, outcome, draw: world.draw(), seed: 0n });
}

/** Teaches the scheduler how fast trusted compute is. */
function warmUp(world: World): void {
  submitEvery(world, 10, 20, 100);
  world.run(400);
}

function tiers(world: World, tasks: readonly number[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const task of tasks) {
    const { effect } = world.ending(task);
    const tier = effect.type === "reply" ? effect.tier : effect.code;
    counts[tier] = (counts[tier] ?? 0) + 1;
  }
  return counts;
}

// Workers that lie.

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
  const [served, held] = [world.submit(8), world.submit(150)];
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

// Workers that claim more work than they did. A task of these kernels uses 1,040 fuel.

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

// Workers that stall, hoard and swarm.

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

// Backends that flood.

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
  world.raise({ type: "backendLeft", backend: 2 });
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

// Machines that fail.

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

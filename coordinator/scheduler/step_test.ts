// Past 300 lines: the rules of one function, told as histories.
import { assert } from "../../tests/deps.ts";
import { kernel, quiet, submitEvery, trusted } from "../../tests/sim/histories.ts";
import { inputOf, simKernel, trustedRecord, truth, World } from "../../tests/sim/world.ts";
import { wrongServedMean } from "../verify/mod.ts";

Deno.test("step() serves a trusted worker's answer after its check", () => {
  const world = quiet();
  world.join(trusted);
  const task = world.submit(200);
  world.run(50);
  const { effect, right } = world.ending(task);
  assert.ok(effect.type === "reply" && right);
  assert.deepEqual([effect.tier, effect.verified, effect.attempts], ["peer", "checked", 1]);
  assert.equal(world.all("check").length, 1);
});

Deno.test("step() gives a silent worker's task to another and ignores the late answer", () => {
  const world = quiet();
  const silent = world.join({ ...trusted, silent: true });
  const task = world.submit(400);
  world.join(trusted);
  world.run(400);
  const { effect } = world.ending(task);
  assert.ok(effect.type === "reply" && effect.tier === "peer" && effect.attempts === 2);
  const late = world.assigned(silent)[0]!;
  const before = world.endings.length;
  world.raise({
    type: "answered",
    worker: silent,
    attempt: late.attempt,
    fence: late.fence,
    outcome: truth(late.work),
    draw: 0,
    seed: 0n,
  });
  assert.equal(world.endings.length, before);
  world.raise({
    type: "answered",
    worker: silent,
    attempt: late.attempt,
    fence: late.fence,
    outcome: truth(late.work),
    draw: 0,
    seed: 0n,
  });
  assert.equal(
    world.state.counters.lateAnswers,
    1,
    "the second answer of one attempt is of no attempt at all",
  );
});

Deno.test("step() falls back to trusted compute in time when no peer answers", () => {
  const world = quiet();
  world.join({ ...trusted, silent: true });
  const tasks = [world.submit(100), world.submit(100)];
  world.run(100);
  for (const task of tasks) {
    const { effect } = world.ending(task);
    assert.ok(effect.type === "reply" && effect.tier === "local" && effect.verified === "trusted");
  }
});

Deno.test("step() serves from trusted compute during probation and pays right shadows", () => {
  const world = quiet();
  world.join({ serviceMs: 5 }, "newcomer");
  submitEvery(world, 12, 50, 100);
  world.run(700);
  assert.deepEqual(new Set(world.all("reply").map((each) => each.tier)), new Set(["local"]));
  assert.equal(world.all("grant").length, 50);
  const task = world.submit(100);
  world.run(50);
  const { effect } = world.ending(task);
  assert.ok(effect.type === "reply" && effect.tier === "peer");
});

Deno.test("step() judges many newcomers with one trusted run per task", () => {
  const world = quiet();
  for (let no = 0; no < 4; no++) world.join({ serviceMs: 5 });
  submitEvery(world, 12, 60, 100);
  world.run(1000);
  assert.ok(world.all("grant").length >= 200);
  assert.ok(world.all("compute").length <= 60);
});

Deno.test("step() quarantines a newcomer whose shadow is wrong, once a second run has confirmed it", () => {
  const world = quiet();
  const liar = world.join({ serviceMs: 5, lie: { chance: 1, detection: 0, afterResults: 0 } });
  world.submit(100);
  world.run(100);
  assert.deepEqual(world.all("compute").map((each) => each.purpose), ["serve", "confirm"]);
  assert.equal(world.all("standing").at(-1)?.state, "quarantined");
  const before = world.assigned(liar).length;
  submitEvery(world, 12, 20, 100);
  world.run(500);
  assert.equal(world.assigned(liar).length, before);
  assert.equal(world.all("grant").length, 0);
});

Deno.test("step() refuses what a check refutes twice and asks another worker", () => {
  const world = quiet();
  const record = trustedRecord([kernel]);
  const liar = world.join({ serviceMs: 1, record, lie: { chance: 1, detection: 1, afterResults: 0 } });
  const task = world.submit(200);
  world.join({ serviceMs: 8, record });
  world.run(100);
  assert.equal(world.assigned(liar).length, 1);
  assert.deepEqual(world.all("check").map((each) => each.again), [false, true, false]);
  const { effect, right } = world.ending(task);
  assert.ok(effect.type === "reply" && right && effect.attempts === 2);
  assert.equal(world.all("record")[0]?.record.offences, 1);
  assert.equal(world.pendingOf("w1"), 0);
});

Deno.test("step() takes back what a liar had served, with the right bytes, and cancels its credit", () => {
  const world = quiet();
  const record = trustedRecord([kernel]);
  world.join({ serviceMs: 4, record, lie: { chance: 0.3, detection: 0, afterResults: 0 } }, "liar");
  submitEvery(world, 10, 40, 100);
  world.after(405, () => world.draw = () => 0);
  submitEvery(world, 10, 60, 100);
  world.run(3000);
  assert.ok(world.wrongServed.length > 3);
  const revoked = new Map(world.all("revoke").map((each) => [each.request, each.output]));
  assert.deepEqual([...revoked.keys()].sort(), [...world.wrongServed].sort());
  for (const [request, output] of revoked) {
    const right = truth({ kernel: 1, input: inputOf(request), assets: [], fuelLimit: 1e6 });
    assert.ok(right.type === "output");
    assert.deepEqual(output, right.output);
  }
  assert.equal(world.all("grant").length, 0);
  assert.equal(world.pendingOf("liar"), 0);
  assert.equal(world.all("refund").length, revoked.size);
});

Deno.test("step() revokes an answer given again from the cache as well", () => {
  const world = quiet();
  world.join({
    serviceMs: 4,
    record: trustedRecord([kernel]),
    lie: { chance: 1, detection: 0, afterResults: 0 },
  });
  const input = inputOf(99);
  const first = world.submit(100, { input });
  world.run(20);
  const again = world.submit(100, { input });
  assert.equal(world.wrongServed.length, 2);
  world.draw = () => 0;
  world.submit(100);
  world.run(200);
  assert.deepEqual(world.all("revoke").map((each) => each.request).sort(), [first, again].sort());
  const third = world.submit(100, { input });
  world.run(100);
  assert.ok(world.ending(third).right, "the wrong bytes are not in the cache any more");
});

Deno.test("step() never serves an unproven answer where every answer has to be rechecked", () => {
  const world = quiet();
  world.join({ ...trusted, lie: { chance: 1, detection: 0, afterResults: 0 } });
  const task = world.submit(100, { verify: "always" });
  world.run(200);
  const { effect, right } = world.ending(task);
  assert.ok(effect.type === "reply" && effect.verified === "trusted" && right);
});

Deno.test("step() takes its own flipped bit for what it is", () => {
  const world = quiet();
  world.join(trusted, "honest");
  world.draw = () => 0;
  let runs = 0;
  world.compute = (work) => {
    const outcome = truth(work);
    if (runs++ > 0 || outcome.type !== "output") return outcome;
    return { ...outcome, output: outcome.output.map((byte) => byte ^ 4) };
  };
  world.submit(30);
  world.run(200);
  assert.equal(world.all("record").length, 0);
  assert.equal(world.state.counters.trustedFlips, 1);
});

Deno.test("step() sends an isolated mismatch after a long clean record back to probation without quarantine", () => {
  const world = quiet();
  const record = trustedRecord([kernel], 1000);
  world.join({ serviceMs: 4, record, lie: { chance: 1, detection: 0, afterResults: 0 } });
  world.draw = () => 0;
  world.submit(30);
  world.run(200);
  const [change] = world.all("record");
  assert.equal(change?.record.quarantinedUntilMs, 0);
  assert.equal(change?.record.kernels.get("kernel1@1.0.0")?.stage, "probation");
});

Deno.test("step() rechecks twenty results of a new version while serving them", () => {
  const world = new World(1, [kernel]);
  world.draw = () => 0.999;
  const record = trustedRecord([simKernel(1, { version: "0.9.0" })]);
  world.join({ serviceMs: 4, record });
  submitEvery(world, 20, 60, 200);
  world.run(3000);
  assert.equal(world.state.counters.rechecked, 20);
  assert.deepEqual(
    new Set(world.all("reply").map((each) => `${each.tier} ${each.verified}`)),
    new Set(["peer checked"]),
  );
});

Deno.test("step() gives a ten times slower worker a small share of the work", () => {
  const world = quiet();
  const slow = world.join({ ...trusted, serviceMs: 80 });
  const fast = world.join({ ...trusted, serviceMs: 8 });
  submitEvery(world, 10, 1000, 300);
  world.run(12_000);
  assert.equal(world.all("refuse").length, 0);
  const share = world.assigned(slow).length / (world.assigned(slow).length + world.assigned(fast).length);
  assert.ok(share > 0 && share < 0.15, `share ${share}`);
});

Deno.test("step() takes a slow worker's lease from its own quantiles", () => {
  const world = quiet();
  const slow = world.join({ ...trusted, serviceMs: 60 });
  const fast = world.join({ ...trusted, serviceMs: 6 });
  submitEvery(world, 5, 800, 1000);
  world.run(6000);
  const leaseOf = (worker: number) => world.assigned(worker).at(-1)!.leaseMs;
  assert.ok(leaseOf(slow) >= 60, `slow ${leaseOf(slow)}`);
  assert.ok(leaseOf(fast) <= 40, `fast ${leaseOf(fast)}`);
});

Deno.test("step() sends workers the same whatever the draws", () => {
  const seen = [0, 0.999].map((draw) => {
    const world = new World(7, [kernel], { localSlots: 2 });
    world.draw = () => draw;
    world.join(trusted);
    world.join({ serviceMs: 5 });
    submitEvery(world, 15, 200, 500);
    world.run(5000);
    return world.effects.filter(({ effect }) => effect.type === "assign" || effect.type === "cancel");
  });
  assert.ok(seen[0]!.length > 200);
  assert.deepEqual(seen[0], seen[1]);
});

Deno.test("step() moves a dropped worker's tasks at once and still takes its answer if it is the first", () => {
  const world = quiet();
  const leaver = world.join({ ...trusted, silent: true });
  const task = world.submit(500);
  const other = world.join({ ...trusted, silent: true });
  world.drop(leaver);
  assert.equal(world.assigned(other).length, 1);
  world.raise({ type: "returned", worker: leaver });
  const { attempt, fence, work } = world.assigned(leaver)[0]!;
  world.raise({
    type: "answered",
    worker: leaver,
    attempt,
    fence,
    outcome: truth(work),
    draw: 0.9,
    seed: 0n,
  });
  world.run(5);
  const { effect } = world.ending(task);
  assert.ok(effect.type === "reply" && effect.tier === "peer");
});

Deno.test("step() answers a task in flight once for all who ask, and computes anew when it fails for the first", () => {
  const world = quiet();
  world.join(trusted);
  const input = inputOf(5);
  const [first, second] = [world.submit(100, { input }), world.submit(200, { input, request: 77 })];
  world.run(100);
  assert.ok(world.ending(first).effect.type === "reply");
  const merged = world.ending(second).effect;
  assert.ok(merged.type === "reply" && merged.verified === "cached" && world.all("assign").length === 1);
  const third = world.submit(100, { input: inputOf(6) });
  const fourth = world.submit(200, { input: inputOf(6) });
  world.raise({ type: "withdrawn", task: third });
  world.run(150);
  assert.equal(world.ending(third).effect.type, "refuse");
  assert.ok(world.ending(fourth).right && world.ending(fourth).effect.type === "reply");
});

Deno.test("step() keeps projects apart in the cache", () => {
  const world = quiet();
  world.join(trusted);
  const input = inputOf(5);
  world.submit(100, { input, project: 1 });
  world.run(100);
  const other = world.submit(100, { input, project: 2 });
  world.run(100);
  const { effect } = world.ending(other);
  assert.ok(effect.type === "reply" && effect.verified === "checked");
});

Deno.test("step() has a worker's refusal of an input confirmed before it passes it on", () => {
  const world = quiet();
  world.join(trusted);
  const task = world.submit(200, { input: Uint8Array.of(255) });
  world.run(100);
  const { effect } = world.ending(task);
  assert.ok(
    effect.type === "refuse" && effect.code === "kernel.refused" && effect.message === "first byte is 255",
  );
  assert.equal(world.all("compute").length, 1);
});

Deno.test("step() does not ask a worker that carries an excluded tag", () => {
  const world = quiet();
  const player = world.join({ ...trusted, tags: ["aa"] });
  const other = world.join({ ...trusted, serviceMs: 30 });
  submitEvery(world, 40, 5, 100);
  for (let no = 0; no < 5; no++) {
    world.after(no * 40, () => world.submit(100, { exclude: ["aa"], input: inputOf(500 + no) }));
  }
  world.run(400);
  assert.equal(world.assigned(player).length + world.assigned(other).length, 10);
  assert.ok(world.assigned(other).filter((each) => each.work.input[1] === 500 >> 7).length === 5);
});

Deno.test("step() refuses at once what measured speed says cannot be met, and a full queue", () => {
  const world = new World(3, [kernel], { queuedTasksMax: 30 });
  world.draw = () => 0.999;
  submitEvery(world, 20, 20, 100);
  world.run(500);
  const hopeless = world.submit(1);
  const { effect } = world.ending(hopeless);
  assert.ok(effect.type === "refuse" && effect.code === "task.infeasible" && effect.retryMs !== null);
  for (let no = 0; no < 40; no++) world.submit(60_000);
  assert.ok(world.all("refuse").some((each) => each.code === "task.overload"));
});

Deno.test("step() forgets a backend's tasks when it leaves", () => {
  const world = quiet();
  world.join({ ...trusted, silent: true });
  const mine = world.submit(500);
  const other = world.submit(500);
  world.raise({ type: "backendLeft", tasks: [mine] });
  assert.equal(world.ending(mine).effect.type, "refuse");
  assert.equal(world.open, 1);
  world.run(600);
  assert.ok(world.ending(other));
});

Deno.test("step() submits nothing anew that was merged with a task of the same backend that leaves", () => {
  const world = quiet();
  world.join({ ...trusted, silent: true });
  const input = inputOf(7);
  const tasks = [world.submit(500, { input }), world.submit(600, { input }), world.submit(700, { input })];
  world.raise({ type: "backendLeft", tasks });
  assert.deepEqual([world.open, world.state.tasks.size, world.state.merged.size], [0, 0, 0]);
});

Deno.test("step() grants credit when a result leaves the window, by number and by time", () => {
  const world = quiet();
  world.join({ ...trusted, serviceMs: 1 }, "w");
  submitEvery(world, 3, 300, 100);
  world.run(1000);
  assert.equal(world.all("grant").length, 300 - 256);
  world.run(31_000);
  assert.equal(world.all("grant").length, 300);
  assert.equal(world.pendingOf("w"), 0);
});

for (const [detection, rate] of [[0.6, 0.05], [0, 0.05]] as const) {
  Deno.test(`step() serves as many wrong results as the formula says (d = ${detection}, q = ${rate})`, () => {
    const odds = simKernel(1, { detection: 0 });
    const identities = 300;
    let wrong = 0;
    let squares = 0;
    for (let seed = 1; seed <= identities; seed++) {
      const world = new World(seed, [odds]);
      world.join({
        serviceMs: 4,
        record: trustedRecord([odds]),
        lie: { chance: 1, detection, afterResults: 0 },
      });
      submitEvery(world, 10, 200, 60);
      world.run(2500);
      wrong += world.wrongServed.length;
      squares += world.wrongServed.length ** 2;
    }
    const mean = wrong / identities;
    const expected = wrongServedMean({ detection, recheckRate: rate });
    const error = Math.sqrt((squares / identities - mean ** 2) / identities);
    assert.ok(Math.abs(mean - expected) <= 4 * error + 0.15, `mean ${mean} ± ${error}, formula ${expected}`);
  });
}

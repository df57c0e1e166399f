import { assert } from "../../tests/deps.ts";
import { inputOf, trustedRecord } from "../../tests/sim/world.ts";
import { trustRules } from "../verify/mod.ts";
import { kernel, quiet, submitEvery, trusted } from "../../tests/sim/histories.ts";

Deno.test("step() lets no more judgements wait than its limit, and serves nothing that was drawn and cannot be judged", () => {
  for (const max of [3, 40]) {
    const world = quiet({ judgementsWaitingMax: max });
    world.draw = () => 0;
    for (let no = 0; no < 8; no++) world.join({ ...trusted, serviceMs: 2 });
    world.localMs = 60;
    let most = 0;
    submitEvery(world, 2, 200, 30);
    for (let no = 0; no < 500; no++) {
      world.run(1);
      most = Math.max(most, world.state.judgementsWaiting);
    }
    assert.ok(most <= max, `${most} waited`);
    assert.ok(most === max, "the limit is reached");
    assert.ok(world.state.urgentWaiting <= world.state.tasks.size, "urgent runs are those of tasks");
    world.run(60_000);
    assert.equal(world.open, 0);
    const served = world.all("reply").filter((each) => each.tier === "peer").length;
    assert.ok(world.state.counters.rechecked >= served, "all that was served was drawn, and judged");
  }
});

Deno.test("step() keeps bounded bytes of waiting judgements", () => {
  const world = quiet({ judgementBytesMax: 10 });
  world.draw = () => 0;
  world.join({ ...trusted, serviceMs: 2 });
  world.localMs = 1_000;
  submitEvery(world, 5, 50, 30);
  world.run(400);
  assert.ok(world.state.judgementBytes >= 10 && world.state.judgementBytes <= 13);
  world.run(100_000);
  assert.equal(world.state.judgementBytes, 0);
});

Deno.test("step() makes the oldest results of all workers final when all windows together hold too many bytes", () => {
  const bytes = 12;
  const world = quiet({ windowsBytesMax: 20 * bytes });
  for (let no = 0; no < 4; no++) world.join({ ...trusted, serviceMs: 3 });
  submitEvery(world, 5, 100, 100);
  world.run(700);
  assert.equal(world.state.windowBytes, 20 * bytes);
  assert.equal(world.all("grant").length, 80);
  const left = [...world.state.peers.values()].flatMap(({ windows }) => [...windows.values()])
    .reduce((sum, window) => sum + window.results.length, 0);
  assert.equal(left, 20);
  world.run(31_000);
  assert.equal(world.state.windowBytes, 0);
  assert.equal(world.state.oldestServed ?? world.state.newestServed, null);
});

Deno.test("step() recomputes the newest results of a proven liar when not all of them may wait", () => {
  const world = quiet({ judgementsWaitingMax: 5 });
  world.join({
    serviceMs: 2,
    record: trustedRecord([kernel]),
    lie: { chance: 1, detection: 0, afterResults: 0 },
  });
  submitEvery(world, 5, 60, 100);
  world.run(400);
  world.draw = () => 0;
  world.submit(30);
  world.run(5_000);
  const revoked = world.all("revoke").map((each) => each.request);
  assert.ok(revoked.length >= 5 && revoked.length < 20, `${revoked.length}`);
  assert.ok(Math.min(...revoked) > 40, "the newest of sixty");
  assert.ok(world.state.counters.unjudged >= 40);
});

Deno.test("step() ends the tasks of a backend that leaves, and no others", () => {
  const world = quiet();
  for (let no = 0; no < 2_000; no++) world.submit(60_000, { backend: 1 });
  const mine = [
    world.submit(60_000, { backend: 7 }),
    world.submit(60_000, { backend: 7, input: inputOf(1) }),
  ];
  const before = world.endings.length;
  world.raise({ type: "backendLeft", tasks: mine });
  assert.deepEqual(world.endings.slice(before).map((each) => each.task).sort(), mine);
  assert.equal(world.state.tasks.size + world.state.merged.size, 2_000);
});

Deno.test("step() gives each project its share of a crowded queue, and a lone one all of it", () => {
  const world = quiet({ queuedTasksMax: 100 });
  world.join({ ...trusted, silent: true });
  for (let no = 0; no < 120; no++) world.submit(60_000, { project: 1 });
  assert.equal(world.state.tasks.size, 100);
  const crowded = quiet({ queuedTasksMax: 100 });
  crowded.join({ ...trusted, silent: true });
  for (let no = 0; no < 60; no++) crowded.submit(60_000, { project: 1 });
  for (let no = 0; no < 60; no++) crowded.submit(60_000, { project: 2, weight: 3 });
  assert.equal(crowded.state.shares.of(2)?.inFlight, 40);
  assert.equal(crowded.all("refuse").length, 20, "the hundred are there");
  const late = crowded.submit(60_000, { project: 1 });
  const { effect } = crowded.ending(late);
  assert.ok(effect.type === "refuse" && effect.code === "task.overload");
});

Deno.test("step() divides workers between projects that have too much by their weights", () => {
  const world = quiet();
  for (let no = 0; no < 4; no++) world.join(trusted);
  for (let no = 0; no < 1_500; no++) {
    world.submit(20_000, { project: 1, weight: 1 });
    world.submit(30_000, { project: 2, weight: 3 });
  }
  world.run(2_500);
  const served = [1, 2].map((project) =>
    world.all("reply").filter((each) => each.project === project).length
  );
  const share = served[1]! / (served[0]! + served[1]!);
  assert.ok(share > 0.65 && share < 0.85, `the project of three times the weight got ${share}`);
});

Deno.test("step() gives new identities of one network a capped part of the traffic beside proven ones", () => {
  const proven = trustedRecord([kernel]);
  const kernels = new Map(
    [...proven.kernels].map(([key, trust]) => [key, { ...trust, progress: trustRules.provenResults }]),
  );
  for (const [youngGroupShareMax, above] of [[0.25, false], [1, true]] as const) {
    const world = quiet({ youngInFlightMin: 2, youngGroupShareMax, youngShareMax: youngGroupShareMax });
    for (let no = 0; no < 10; no++) world.join({ ...trusted, record: { ...proven, kernels }, serviceMs: 20 });
    const young = Array.from(
      { length: 30 },
      () => world.join({ ...trusted, network: "sybil", serviceMs: 20 }),
    );
    let most = 0;
    submitEvery(world, 1, 600, 400);
    for (let no = 0; no < 600; no++) {
      world.run(1);
      const held = young.reduce((sum, no) => sum + world.state.workers.get(no)!.attempts.length, 0);
      most = Math.max(most, held / Math.max(8, world.state.peerInFlight));
    }
    assert.equal(most > 0.3, above, `new identities had ${most} of the traffic`);
  }
});

Deno.test("step() judges newcomers of every network in turn, however many identities one of them has", () => {
  const world = quiet({ shadowsPerTask: 2 });
  for (let no = 0; no < 100; no++) world.join({ serviceMs: 4, network: "sybil" });
  const honest = world.join({ serviceMs: 4, network: "home" });
  submitEvery(world, 12, 60, 100);
  world.run(1_000);
  assert.ok(world.assigned(honest).length >= 45, `${world.assigned(honest).length} shadows`);
});

Deno.test("step() gives no more than half of a task's shadows to newcomers of one invite", () => {
  const world = quiet({ shadowsPerTask: 4 });
  for (let no = 0; no < 20; no++) world.join({ serviceMs: 4, network: `n${no}`, invite: "leaked" });
  for (let no = 0; no < 2; no++) world.join({ serviceMs: 4, network: `m${no}` });
  world.submit(100);
  assert.equal(world.all("assign").filter((each) => each.worker <= 20).length, 2);
});

Deno.test("step() remembers how fast a worker is over a new session of its key", () => {
  const world = quiet();
  const slow = world.join({ ...trusted, serviceMs: 40, rttMs: 6 }, "slow");
  submitEvery(world, 60, 20, 400);
  world.run(1_500);
  world.leave(slow);
  const again = world.join({ ...trusted, serviceMs: 40, rttMs: 6 }, "slow");
  world.join({ ...trusted, serviceMs: 8 });
  submitEvery(world, 30, 20, 39);
  world.run(1_000);
  assert.equal(world.assigned(again).length, 0, "none of these could have been in time");
});

Deno.test("step() finds the worker that holds an asset in a large fleet", () => {
  const world = quiet({ candidates: 4 });
  const workers = Array.from({ length: 200 }, () => world.join(trusted));
  world.raise({ type: "held", worker: workers[137]!, assets: ["map"] });
  for (let no = 0; no < 5; no++) {
    world.submit(200, { assets: ["map"] });
    world.run(30);
  }
  assert.equal(world.assigned(workers[137]!).length, 5);
  for (const worker of workers) world.leave(worker);
  assert.equal(world.state.holders.size, 0);
});

Deno.test("step() gives an idle slow worker some work that can wait", () => {
  const [some, none] = [32, Infinity].map((exploreEvery) => {
    const world = quiet({ exploreEvery });
    const slow = world.join({ ...trusted, serviceMs: 30 });
    for (let no = 0; no < 3; no++) world.join({ ...trusted, serviceMs: 8 });
    submitEvery(world, 10, 1_000, 500);
    world.run(11_000);
    return world.assigned(slow).length;
  });
  assert.ok(some! > none! + 5 && some! < 100, `${some} of a thousand instead of ${none}`);
});

Deno.test("step() grants what is proven right before the process ends, and proves what it can", () => {
  const world = quiet();
  world.join({ ...trusted, serviceMs: 2 }, "honest");
  world.join({ ...trusted, serviceMs: 2, lie: { chance: 1, detection: 0, afterResults: 0 } }, "liar");
  submitEvery(world, 5, 40, 100);
  world.run(300);
  assert.equal(world.all("grant").length, 0);
  world.raise({ type: "closing" });
  world.run(1_000);
  const granted = new Set(world.all("grant").map((each) => each.worker));
  assert.deepEqual([...granted], ["honest"]);
  assert.equal(world.pendingOf("honest") + world.pendingOf("liar"), 0);
  assert.equal(world.all("revoke").length, world.wrongServed.length);
});

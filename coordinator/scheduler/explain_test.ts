import { quiet, record, submitEvery, trusted } from "../../tests/sim/histories.ts";
import { assert } from "../../tests/deps.ts";
import { explain } from "./explain.ts";

Deno.test("explain() says why a worker has work or has none", () => {
  const world = quiet();
  const of = (worker: number) => explain(world.state, world.nowMs, worker);
  assert.equal(of(99), undefined);
  const unready = world.join({ ...trusted, kernels: [] });
  assert.match(of(unready)!.reason, /no kernel is ready/);
  const idle = world.join(trusted);
  assert.deepEqual([of(idle)!.state, of(idle)!.reason], [
    "waiting",
    "nothing to do: no task waits for this worker",
  ]);
  world.submit(200);
  assert.equal(of(idle)!.state, "working");
  world.run(100);
  const newcomer = world.join({ serviceMs: 4 });
  submitEvery(world, 12, 3, 100);
  world.run(100);
  assert.match(of(newcomer)!.reason, /probation.*kernel1@1\.0\.0 3 of 50 right/);
  world.state.breakers.peer.state = "open";
  world.state.breakers.peer.untilMs = world.nowMs + 400;
  assert.deepEqual([of(idle)!.forMs, /comes to nothing/.test(of(idle)!.reason)], [400, true]);
});

Deno.test("explain() tells a slow worker that others are faster, and an accused or proven liar what it is suspected of", () => {
  const world = quiet();
  const slow = world.join({ ...trusted, serviceMs: 60 });
  submitEvery(world, 70, 12, 400);
  world.run(900);
  world.join({ ...trusted, serviceMs: 5 });
  submitEvery(world, 8, 100, 400);
  world.run(1_200);
  assert.match(explain(world.state, world.nowMs, slow)!.reason, /needs \d+ ms for .* where others need/);
  const liar = world.join({ ...trusted, lie: { chance: 1, detection: 1, afterResults: 0 }, serviceMs: 1 });
  world.localMs = 50;
  submitEvery(world, 2, 100, 400);
  const accusedAfterMs = Array.from({ length: 300 }, (_, ms) => ms).find(() => {
    world.run(1);
    const { state, reason } = explain(world.state, world.nowMs, liar)!;
    return state === "waiting" && /refused by its check/.test(reason);
  });
  assert.ok(accusedAfterMs !== undefined);
  world.run(500);
  const proven = explain(world.state, world.nowMs, liar)!;
  assert.ok(proven.state === "quarantined" && proven.forMs! > 3_500_000);
  assert.match(proven.reason, /^a result was refused by its check, and recomputed: /);
  const again = world.join(trusted, "stranger to this process");
  world.state.peers.get("stranger to this process")!.record = { ...record, quarantinedUntilMs: Infinity };
  assert.match(explain(world.state, world.nowMs, again)!.reason, /^an earlier result of this key was proven/);
});

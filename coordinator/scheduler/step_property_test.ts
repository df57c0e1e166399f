import { assert, fc } from "../../tests/deps.ts";
import {
  type Behaviour,
  generator,
  inputOf,
  simKernel,
  trustedRecord,
  World,
} from "../../tests/sim/world.ts";

const kernels = [simKernel(1), simKernel(2, { detection: 0 })];

const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  serviceMs: fc.constantFrom(0.5, 3, 10, 60),
  slots: fc.integer({ min: 1, max: 3 }),
  window: fc.integer({ min: 3, max: 10 }),
  rttMs: fc.constantFrom(0.1, 5, 40),
  network: fc.constantFrom("a", "b", "c"),
  record: fc.constantFrom(trustedRecord(kernels), trustedRecord([]), trustedRecord(kernels, 2000)),
  silent: fc.constantFrom(false, false, false, true),
  gives: fc.constantFrom(undefined, undefined, undefined, "failures", "back", "pauses"),
  lie: fc.constantFrom(
    { chance: 0, detection: 0, afterResults: 0 },
    { chance: 0.2, detection: 0.6, afterResults: 20 },
    { chance: 1, detection: 0, afterResults: 55 },
  ),
});

/** A history of submissions, repeats, withdrawals, drops, returns, leavers and new sessions of old keys. */
function live(seed: number, behaviours: readonly Behaviour[], localSlots: number): World {
  const world = new World(seed, kernels, { localSlots, queuedTasksMax: 200 });
  const random = generator(seed ^ 0x5eed);
  const workers = behaviours.map((each) => world.join(each));
  const leaving: number[] = [];
  let clock = 0;
  for (let no = 0; no < 250; no++) {
    clock += random() * 12;
    world.after(clock, () => {
      const kernel = random() < 0.7 ? 1 : 2;
      const repeat = random() < 0.1;
      const verify = random() < 0.05 ? "always" : "sampled";
      const input = inputOf(repeat ? Math.floor(random() * 20) : 1000 + no);
      const task = world.submit(5 + random() * 200, { kernel, input, verify, backend: 1 + (no % 3) });
      if (no % 3 === 2) leaving.push(task);
      if (random() < 0.05) world.after(random() * 30, () => world.raise({ type: "withdrawn", task }));
    });
  }
  for (const worker of workers) {
    const fate = random();
    if (fate < 0.3) world.after(random() * clock, () => world.leave(worker));
    else if (fate < 0.6) {
      const atMs = random() * clock;
      world.after(atMs, () => world.drop(worker));
      if (fate < 0.5) world.after(atMs + random() * 300, () => world.comeBack(worker));
    } else if (fate < 0.75) {
      world.after(random() * clock, () => {
        world.leave(worker);
        world.join(behaviours[worker - 1]!, `w${worker}`);
      });
    }
  }
  world.after(clock * 0.8, () => world.raise({ type: "backendLeft", tasks: leaving }));
  world.run(clock + 1000);
  return world;
}

Deno.test("step() ends every task once and by its deadline, and leaves nothing behind", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.array(behaviour, { maxLength: 6 }),
      fc.integer({ min: 1, max: 2 }),
      (seed, behaviours, localSlots) => {
        const world = live(seed, behaviours, localSlots);
        assert.equal(world.open, 0, "tasks without an ending");
        assert.equal(world.endings.length, 250);
        for (const { effect } of world.endings) {
          if (effect.type === "reply") assert.ok(effect.latencyMs <= 206, `late by ${effect.latencyMs}`);
        }
        world.run(60_000);
        const { state } = world;
        const left = [
          state.tasks.size,
          state.merging.size,
          state.merged.size,
          state.orphans.length,
          state.runs.size,
        ];
        assert.deepEqual(left, [0, 0, 0, 0, 0]);
        assert.equal(state.runsRunning + state.urgentWaiting + state.judgementsWaiting, 0);
        for (const kernel of state.kernels.values()) assert.equal(kernel.queued.total, 0);
        for (const [no] of behaviours.entries()) {
          assert.equal(world.pendingOf(`w${no + 1}`), 0, "credit left undecided");
        }
        for (const attempt of state.attempts.values()) {
          assert.fail(`attempt ${attempt.no} is ${attempt.state} for ever`);
        }
        for (const { open } of state.kernels.values()) {
          assert.deepEqual(open.map((own) => own.openAt), open.map((_, at) => at));
        }
        for (const peer of state.peers.values()) assert.equal(peer.unjudged, 0);
        assert.equal(state.peers.size, new Set([...state.workers.values()].map((each) => each.peer)).size);
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("step() never quarantines an honest worker and takes back every wrong answer it comes to know", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.array(behaviour, { minLength: 2, maxLength: 5 }),
      (seed, some) => {
        const world = live(seed, some, 1);
        world.run(60_000);
        for (const { worker, record } of world.all("record")) {
          const lie = some[Number(worker.slice(1)) - 1]?.lie;
          assert.ok(lie !== undefined && lie.chance > 0, `${worker} is honest: ${record.offences} offences`);
        }
        const wrong = new Set(world.wrongServed);
        for (const { request } of world.all("revoke")) {
          assert.ok(
            wrong.has(request),
            "only wrong answers are revoked",
          );
        }
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("step() gives the same effects for the same seed", () => {
  const behaviours: Behaviour[] = [
    { serviceMs: 5, record: trustedRecord(kernels) },
    { serviceMs: 9, lie: { chance: 0.3, detection: 0.5, afterResults: 51 } },
  ];
  assert.deepEqual(live(42, behaviours, 1).effects, live(42, behaviours, 1).effects);
});

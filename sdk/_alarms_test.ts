import { assert } from "../tests/deps.ts";
import { Alarms } from "./_alarms.ts";

function rung(alarms: Alarms, names: readonly string[], atMs: readonly number[]) {
  const heard: string[] = [];
  const all = Promise.withResolvers<void>();
  const sleepers = names.map((name) => ({
    wake() {
      heard.push(name);
      if (heard.length === names.length) all.resolve();
    },
  }));
  sleepers.forEach((sleeper, i) => alarms.set(sleeper, atMs[i]!));
  return { heard, sleepers, all: all.promise };
}

Deno.test("Alarms ring in the order of their times, none before its own", async () => {
  const alarms = new Alarms();
  const startMs = performance.now();
  const atMs = [30, 5, 30, 12].map((ms) => startMs + ms);
  const { heard, all } = rung(alarms, ["c", "a", "d", "b"], atMs);
  await all;
  assert.deepEqual(heard, ["a", "b", "c", "d"]);
  assert.ok(performance.now() >= startMs + 30);
});

Deno.test("an alarm that was called off does not ring, and an earlier one set later rings first", async () => {
  const alarms = new Alarms();
  const nowMs = performance.now();
  const { heard, sleepers } = rung(alarms, ["off", "late"], [nowMs + 4, nowMs + 40]);
  alarms.callOff(sleepers[0]!, nowMs + 4);
  alarms.callOff(sleepers[0]!, nowMs + 4);
  const early = rung(alarms, ["early"], [nowMs + 8]);
  await early.all;
  assert.deepEqual([heard, early.heard], [[], ["early"]]);
  alarms.stop();
});

Deno.test("an alarm set while another rings rings, too, and none rings after stop()", async () => {
  const alarms = new Alarms();
  const second = Promise.withResolvers<void>();
  const never = { wake: () => assert.fail("rang after stop()") };
  const first = { wake: () => alarms.set({ wake: () => second.resolve() }, performance.now() + 1) };
  alarms.set(first, performance.now());
  await second.promise;
  alarms.set(never, performance.now() + 2);
  alarms.stop();
  await new Promise((resolve) => setTimeout(resolve, 20));
});

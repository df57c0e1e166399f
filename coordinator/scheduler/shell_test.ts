import { assert } from "../../tests/deps.ts";
import type { CheckOutcome, Compute, Outcome } from "../ports.ts";
import { type Core, Shell, type ShellParts } from "./shell.ts";
import type { Effect, Event } from "./types.ts";

const work = { kernel: 1, input: new Uint8Array(1), assets: [], fuelLimit: 1e6 };
const outcome: Outcome = { type: "output", output: new Uint8Array(1), fuel: 1, computeUs: 1 };
const check: Effect = { type: "check", attempt: 5, work, output: new Uint8Array(1), seed: 1n, again: true };
const compute: Effect = { type: "compute", run: 9, purpose: "serve", work };
const charge: Effect = { type: "charge", project: 1, kernel: 1, fuel: 2 };
const cancel: Effect = { type: "cancel", worker: 1, attempt: 1, fence: 1 };
const revoke: Effect = { type: "revoke", backend: 1, request: 1, output: null, reason: "" };
const dropped = (worker: number): Event => ({ type: "dropped", nowMs: 0, worker });

/** A core that answers each event with the effects a test names, and everything around a shell. */
class Rig {
  readonly seen: Event[] = [];
  readonly done: string[] = [];
  readonly script: (event: Event) => readonly Effect[];
  readonly deferred: (() => void)[] = [];
  readonly alarms: { readonly delayMs: number; readonly wake: () => void; off: boolean }[] = [];
  broken: unknown = null;
  nowMs = 1_000;
  wakeMs = Infinity;
  checks: () => CheckOutcome | Promise<CheckOutcome> = () => ({ type: "passed" });
  runs: () => Promise<Outcome> = () => Promise.resolve(outcome);
  readonly shell: Shell<Rig>;

  constructor(script: (event: Event) => readonly Effect[], parts: Partial<ShellParts<Rig>> = {}) {
    this.script = script;
    const core: Core<Rig> = {
      step: (rig, event, out) => {
        rig.seen.push(event);
        rig.done.push(event.type);
        out.push(...rig.script(event));
      },
      nextWakeMs: (rig) => rig.wakeMs,
    };
    const asked: Compute = {
      run: () => this.runs(),
      check: () => this.checks(),
      close: () => Promise.resolve(),
    };
    const note = (effect: Effect): void => void this.done.push(`>${effect.type}`);
    this.shell = new Shell({
      core,
      state: this,
      compute: asked,
      outlets: { note, toWorker: note, toBackend: note },
      clock: {
        nowMs: () => this.nowMs,
        after: (delayMs, wake) => {
          const alarm = { delayMs, wake, off: false };
          this.alarms.push(alarm);
          return () => alarm.off = true;
        },
      },
      defer: (run) => this.deferred.push(run),
      fillRandom: (words) => crypto.getRandomValues(words),
      onBroken: (error) => this.broken = error,
      ...parts,
    });
  }
}

Deno.test("raise() hands durable effects over before those that leave, and keeps the order within both", () => {
  const rig = new Rig(() => [revoke, charge, cancel, charge]);
  rig.shell.raise(dropped(1));
  assert.deepEqual(rig.done, ["dropped", ">charge", ">charge", ">revoke", ">cancel"]);
});

Deno.test("raise() takes an event that an effect brings about after the effects that are left", () => {
  const rig = new Rig((event) => event.type === "dropped" ? [check, cancel] : [charge]);
  rig.shell.raise(dropped(1));
  assert.deepEqual(rig.done, ["dropped", ">cancel", "checked", ">charge"]);
  assert.deepEqual(rig.seen[1], {
    type: "checked",
    nowMs: 1_000,
    attempt: 5,
    again: true,
    verdict: "passed",
    message: "",
  });
});

Deno.test("a check that takes time and a run come back as events", async () => {
  const rig = new Rig((event) => event.type === "dropped" ? [check, compute] : []);
  rig.checks = () => Promise.resolve({ type: "failed", message: "wrong" });
  rig.shell.raise(dropped(1));
  assert.deepEqual(rig.done, ["dropped"]);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.deepEqual(rig.done, ["dropped", "checked", "computed"]);
  assert.deepEqual(rig.seen[2], { type: "computed", nowMs: 1_000, run: 9, outcome });
});

Deno.test("answered() draws a new number and a 64-bit seed for each result", () => {
  let fills = 0;
  const rig = new Rig(() => [], {
    fillRandom: (words) => {
      fills++;
      for (let at = 0; at < words.length; at++) words[at] = at % 4 === 2 ? 2n ** 64n - 1n : BigInt(at);
    },
  });
  assert.equal(fills, 0);
  rig.shell.answered(1, 2, 3, outcome);
  rig.shell.answered(1, 4, 5, outcome);
  const [low, high] = rig.seen as (Event & { readonly type: "answered" })[];
  assert.deepEqual([low!.draw, low!.seed, low!.attempt, low!.fence], [0, 1n, 2, 3]);
  assert.ok(high!.draw < 1 && high!.draw > 0.999_999);
  assert.equal(high!.seed, 3n);
  assert.equal(fills, 1);
  while (fills === 1) rig.shell.answered(1, 6, 7, outcome);
  assert.equal(
    (rig.seen.at(-1) as Event & { readonly type: "answered" }).seed,
    1n,
    "the first of a new stock",
  );
});

Deno.test("answered() draws evenly", () => {
  const rig = new Rig(() => []);
  for (let i = 0; i < 4_000; i++) rig.shell.answered(1, i, 1, outcome);
  const draws = rig.seen.map((event) => event.type === "answered" ? event.draw : NaN);
  const mean = draws.reduce((a, b) => a + b) / draws.length;
  assert.ok(Math.abs(mean - 0.5) < 0.03, `${mean}`);
  assert.equal(new Set(draws).size, draws.length);
});

Deno.test("the alarm is set once and only moved forward; the core hears a tick only when one is due", () => {
  const rig = new Rig(() => []);
  assert.equal(rig.alarms.length, 0);
  rig.wakeMs = 1_500;
  rig.shell.raise(dropped(1));
  rig.shell.raise(dropped(1));
  assert.deepEqual(rig.alarms.map(({ delayMs }) => delayMs), [500]);
  rig.wakeMs = 1_200;
  rig.shell.raise(dropped(1));
  assert.deepEqual(rig.alarms.map(({ delayMs, off }) => [delayMs, off]), [[500, true], [200, false]]);
  rig.wakeMs = 1_900;
  rig.nowMs = 1_200;
  rig.alarms[1]!.wake();
  assert.ok(!rig.done.includes("tick"));
  assert.equal(rig.alarms[2]!.delayMs, 700);
  rig.nowMs = 1_900;
  rig.wakeMs = 1_900;
  rig.alarms[2]!.wake();
  assert.equal(rig.done.at(-1), "tick");
});

Deno.test("a core that throws is broken once: no event reaches it afterwards", () => {
  const rig = new Rig(() => {
    throw new Error("a bug");
  });
  rig.wakeMs = 2_000;
  rig.shell.raise(dropped(1));
  rig.shell.raise(dropped(2));
  assert.match(String(rig.broken), /a bug/);
  assert.deepEqual(rig.done, ["dropped"]);
  assert.equal(rig.alarms.length, 0);
});

Deno.test("compute that rejects is a bug, not a lost task", async () => {
  const rig = new Rig(() => [compute]);
  rig.runs = () => Promise.reject(new Error("never rejects"));
  rig.shell.raise(dropped(1));
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.match(String(rig.broken), /never rejects/);
});

Deno.test("stop() ends everything: events, effects under way, the alarm", () => {
  const rig = new Rig(() => [charge]);
  rig.wakeMs = 5_000;
  rig.shell.raise(dropped(1));
  rig.shell.stop();
  rig.shell.raise(dropped(1));
  assert.deepEqual(rig.done, ["dropped", ">charge"]);
  assert.equal(rig.alarms[0]!.off, true);
});

import type { Isolate, IsolateTask, Outcome } from "../../sandbox/mod.ts";
import { assert } from "../../tests/deps.ts";
import { ManualClock } from "../_manual_clock.ts";
import { Slot } from "./slot.ts";

const task = {} as IsolateTask; // a scripted isolate does not look at it
const outcome: Outcome = { type: "output", output: new Uint8Array(), fuel: 1, computeUs: 1 };

/** A slot whose tasks take so long, and how many isolates it made and closed. */
function scripted(duty: number, takesMs: number) {
  const clock = new ManualClock();
  const isolates = { made: 0, closed: 0 };
  const createIsolate = (): Isolate => {
    isolates.made++;
    return {
      run: () => {
        clock.advance(takesMs);
        return Promise.resolve(outcome);
      },
      close: () => {
        isolates.closed++;
        return Promise.resolve();
      },
    };
  };
  return { clock, isolates, slot: new Slot({ clock, duty, createIsolate }) };
}

/** Whether the slot may compute again without time going on. */
async function isIdle(slot: Slot): Promise<boolean> {
  let idle = false;
  void slot.idle().then(() => idle = true);
  await new Promise((resolve) => setTimeout(resolve));
  return idle;
}

Deno.test("Slot rests as long as its duty asks for", async () => {
  const { clock, slot } = scripted(0.25, 100);
  await slot.run(task);
  assert.equal(await isIdle(slot), false);
  assert.equal(clock.waiting, 1);
  clock.advance(299);
  assert.equal(clock.waiting, 1);
  clock.advance(1);
  assert.equal(clock.waiting, 0);
});

Deno.test("Slot saves up short rests, so that its share of the time is right all the same", async () => {
  const { clock, slot } = scripted(0.5, 4);
  for (let i = 0; i < 4; i++) {
    await slot.run(task);
    assert.equal(await isIdle(slot), true);
  }
  await slot.run(task);
  assert.equal(await isIdle(slot), false, "five times 4 ms make one rest of 20 ms");
  const startMs = clock.nowMs();
  clock.advance(19);
  assert.equal(clock.waiting, 1);
  clock.advance(1);
  assert.equal(clock.nowMs() - startMs, 20);
});

Deno.test("Slot never rests at full duty", async () => {
  const { slot } = scripted(1, 10_000);
  await slot.run(task);
  assert.equal(await isIdle(slot), true);
});

Deno.test("Slot.rest() gives the isolate back, and the next task makes another", async () => {
  const { slot, isolates } = scripted(1, 1);
  slot.warm();
  slot.warm();
  await slot.rest();
  await slot.run(task);
  assert.deepEqual(isolates, { made: 2, closed: 1 });
  await slot.close();
  slot.warm();
  assert.deepEqual(isolates, { made: 2, closed: 2 });
});

Deno.test("Slot.close() ends a rest", async () => {
  const { slot } = scripted(0.01, 1_000);
  await slot.run(task);
  const idle = slot.idle();
  await slot.close();
  await idle;
});

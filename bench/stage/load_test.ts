import { assert } from "../../tests/deps.ts";
import { type LoadClock, Numbers, type Road, Run } from "./load.ts";
import { answerOf, type Order } from "./order.ts";

const order: Order = {
  inputBytes: 32,
  outputBytes: 16,
  pace: { type: "closed", depth: 4 },
  warmMs: 10,
  measureMs: 20,
};

/** A clock that moves when it is told to, and by a millisecond at each tick. */
class ManualClock implements LoadClock {
  ms = 1_000;

  nowMs(): number {
    return this.ms;
  }

  async tick(): Promise<void> {
    this.ms++;
    await Promise.resolve();
  }
}

interface Sent {
  readonly slot: number;
  readonly input: Uint8Array;
}

/** A system that keeps what it was sent until the test answers. */
function keeping(asked: Order) {
  const sent: Sent[] = [];
  const road: Road = { send: (slot, input) => sent.push({ slot, input: input.slice() }) };
  const clock = new ManualClock();
  const run = new Run(road, new Numbers(), asked, clock);
  return { sent, clock, run };
}

Deno.test("Run keeps a closed pace's tasks in flight, and counts those sent behind the warming and answered in time", async () => {
  const { sent, clock, run } = keeping(order);
  const figures = run.figures();
  let answered = 0;
  // Rounds at 1000, 1004, … ms: each answers what was sent the round before.
  for (; sent.length > 0; clock.ms += 4) {
    assert.ok(sent.length <= 4);
    for (const { slot, input } of sent.splice(0)) {
      run.answered(slot, answerOf(input));
      answered++;
    }
  }
  const { tasks, failed, tasksPerS, p50Ms, maxMs, ...rest } = await figures;
  assert.equal(rest.answered, answered);
  // Sent at 1012, 1016, 1020, 1024 and answered until 1028; what is sent at 1028 is answered behind the end.
  assert.deepEqual([tasks, failed, p50Ms, maxMs, tasksPerS], [16, 0, 4, 4, 800]);
});

Deno.test("Run counts a wrong answer and a failure as failed, never as answered", async (t) => {
  for (
    const [name, tell] of [
      ["wrong", (run: Run, slot: number) => run.answered(slot, new Uint8Array(16))],
      ["failed", (run: Run, slot: number) => run.failed(slot, new Error("as the test wants it"))],
    ] as const
  ) {
    await t.step(name, async () => {
      const { sent, clock, run } = keeping(order);
      const figures = run.figures();
      for (; sent.length > 0; clock.ms += 20) for (const { slot } of sent.splice(0)) tell(run, slot);
      const { answered, failed } = await figures;
      // Those sent at 1000 were warming; those of 1020 count; at 1040 it is over.
      assert.deepEqual([answered, failed], [0, 4]);
    });
  }
});

Deno.test("Run counts an open pace's latency from when a task was due, and what it could not send as failed", async () => {
  const { sent, clock, run } = keeping({ ...order, pace: { type: "open", ratePerS: 100_000 } });
  const figures = run.figures();
  while (clock.ms < 1_030) await Promise.resolve();
  // A thousand can be in flight: those due in the first ten milliseconds, which are the warming.
  assert.equal(sent.length, 1_000);
  for (const { slot, input } of sent) run.answered(slot, answerOf(input));
  const { tasks, answered, failed } = await figures;
  assert.deepEqual([tasks, answered], [0, 1_000]);
  // Due at 1010.01 to 1030 ms and at a tick before the end.
  assert.ok(failed > 1_800 && failed <= 2_000, String(failed));
});

Deno.test("Run sends what fell due while it could not look at once, and says how late that was", async () => {
  const { sent, clock, run } = keeping({ ...order, warmMs: 0, pace: { type: "open", ratePerS: 1_000 } });
  const figures = run.figures();
  clock.ms += 10;
  while (clock.ms < 1_020) await Promise.resolve();
  for (const { slot, input } of sent.splice(0)) run.answered(slot, answerOf(input));
  const { tasks, failed, maxMs } = await figures;
  assert.equal(failed, 0);
  assert.ok(tasks >= 19, String(tasks));
  assert.equal(maxMs, 20);
});

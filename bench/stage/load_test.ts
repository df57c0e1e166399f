import { assert } from "../../tests/deps.ts";
import { type Ends, Numbers, type Road, Run } from "./load.ts";
import { answerOf, type Order } from "./order.ts";

const order: Order = {
  inputBytes: 32,
  outputBytes: 16,
  pace: { type: "closed", depth: 4 },
  warmMs: 0,
  measureMs: 30,
};

/** A system that answers in the next turn of the event loop, with `output` of the input. */
function instant(output: (input: Uint8Array) => Uint8Array) {
  const seen = { inFlight: 0, most: 0, sent: 0 };
  let ends: Ends | undefined;
  const road: Road = {
    send(slot, input) {
      seen.most = Math.max(seen.most, ++seen.inFlight);
      seen.sent++;
      setTimeout(() => {
        seen.inFlight--;
        ends?.answered(slot, output(input));
      });
    },
  };
  return { seen, run: (asked: Order) => new Run(road, new Numbers(), asked), tell: (run: Run) => ends = run };
}

Deno.test("Run keeps a closed pace's tasks in flight, and ends when the last is answered", async () => {
  const system = instant(answerOf);
  const run = system.run(order);
  system.tell(run);
  const figures = await run.figures();
  assert.equal(system.seen.most, 4);
  assert.equal(system.seen.inFlight, 0);
  assert.equal(figures.answered, system.seen.sent);
  assert.equal(figures.failed, 0);
  assert.ok(figures.tasks > 0 && figures.p50Ms <= figures.p99Ms && figures.p99Ms <= figures.maxMs);
});

Deno.test("Run counts a wrong answer as failed, never as answered", async () => {
  const system = instant(() => new Uint8Array(16));
  const run = system.run(order);
  system.tell(run);
  const figures = await run.figures();
  assert.equal(figures.answered, 0);
  assert.ok(figures.failed > 0);
});

Deno.test("Run counts an open pace's latency from when a task was due, and what it could not send as failed", async () => {
  const slots: { readonly slot: number; readonly input: Uint8Array }[] = [];
  const road: Road = {
    send: (slot, input) => slots.push({ slot, input: input.slice() }),
  };
  const run = new Run(road, new Numbers(), {
    ...order,
    pace: { type: "open", ratePerS: 100_000 },
    measureMs: 100,
  });
  const answered = run.figures();
  await new Promise((resolve) => setTimeout(resolve, 150));
  for (const { slot, input } of slots) run.answered(slot, answerOf(input));
  const figures = await answered;
  assert.equal(figures.tasks, 1_000);
  assert.ok(figures.failed > 0);
  // All were due within the first hundredth of a second, and answered after 150 ms.
  assert.ok(figures.p50Ms > 100, String(figures.p50Ms));
});

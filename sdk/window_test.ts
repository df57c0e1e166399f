import { assert } from "../tests/deps.ts";
import { apiKey, FakeCoordinator } from "../tests/e2e/sdk_fake_coordinator.ts";
import { messageType as t, type Submit } from "../protocol/mod.ts";
import { type Client, connect, defineKernel, P2c2rError } from "./mod.ts";

const echo = defineKernel({
  id: "echo",
  version: "1.0.0",
  encodeInput: (text: string) => new TextEncoder().encode(text),
  decodeOutput: (bytes) => new TextDecoder().decode(bytes),
});

/** Rejections as values, so that none is unhandled while a test looks elsewhere. */
async function outcome<T>(promise: Promise<T>): Promise<T | P2c2rError> {
  try {
    return await promise;
  } catch (error) {
    assert.ok(error instanceof P2c2rError, String(error));
    return error;
  }
}

function open(fake: FakeCoordinator, more: { graceMs?: number; queueMax?: number } = {}): Promise<Client> {
  return connect(fake.url, { apiKey, connectMs: 5_000, ...more });
}

Deno.test("run() rejects a grace after its deadline when the coordinator stays silent, and withdraws the task", async () => {
  await using fake = new FakeCoordinator({ onSubmit: () => {} });
  await using client = await open(fake, { graceMs: 40 });
  const startMs = performance.now();
  const error = await outcome(client.run(echo, "x", { deadlineMs: 60 }));
  const tookMs = performance.now() - startMs;
  assert.ok(error instanceof P2c2rError && error.code === "task.deadline", String(error));
  assert.ok(tookMs >= 98 && tookMs < 1_000, `${tookMs} ms`);
  await fake.until("withdrawn", () => fake.last.received.some((message) => message[0] === t.withdraw));
});

Deno.test("run() prefers the coordinator's refusal within the grace to its own", async () => {
  await using fake = new FakeCoordinator({
    onSubmit: (submit, connection) => setTimeout(() => connection.refuse(submit, "task.infeasible"), 90),
  });
  await using client = await open(fake, { graceMs: 5_000 });
  const error = await outcome(client.run(echo, "x", { deadlineMs: 60 }));
  assert.ok(error instanceof P2c2rError && error.code === "task.infeasible", String(error));
});

Deno.test("an answer that comes after its task was given up frees the window and is dropped", async () => {
  const late: (() => void)[] = [];
  await using fake = new FakeCoordinator({
    windowMax: 1,
    ignoreWithdraw: true,
    onSubmit: (submit, connection) => {
      if (submit[1] === 1) late.push(() => connection.answer(submit));
      else connection.answer(submit);
    },
  });
  await using client = await open(fake, { graceMs: 0 });
  const first = await outcome(client.run(echo, "late", { deadlineMs: 30 }));
  assert.ok(first instanceof P2c2rError);
  const second = client.run(echo, "next", { deadlineMs: 5_000 });
  await fake.until("withdrawn", () => fake.last.received.some((message) => message[0] === t.withdraw));
  assert.equal(fake.submits.length, 1); // the coordinator still counts the first
  late[0]!();
  assert.equal((await second).output, "next");
});

Deno.test("run() never has more tasks in flight than the window, and sends in order", async () => {
  const held: Submit[] = [];
  await using fake = new FakeCoordinator({ windowMax: 3, onSubmit: (submit) => held.push(submit) });
  await using client = await open(fake);
  const runs = Array.from({ length: 20 }, (_, i) => client.run(echo, `${i}`, { deadlineMs: 10_000 }));
  for (let answered = 0; answered < 20; answered++) {
    const due = Math.min(20, answered + 3);
    await fake.until(`${due} submitted`, () => fake.submits.length >= due);
    assert.equal(fake.submits.length, due);
    assert.equal(client.waiting, 20 - due);
    fake.last.answer(held[answered]!);
  }
  const answers = await Promise.all(runs);
  assert.deepEqual(answers.map((answer) => answer.output), runs.map((_, i) => `${i}`));
  assert.deepEqual(held.map((submit) => submit[1]), runs.map((_, i) => i + 1));
});

Deno.test("run() refuses at once what does not fit the queue", async () => {
  await using fake = new FakeCoordinator({ windowMax: 1, onSubmit: () => {} });
  await using client = await open(fake, { queueMax: 2, graceMs: 0 });
  const first = outcome(client.run(echo, "1", { deadlineMs: 200 }));
  await fake.until("submitted", () => fake.submits.length === 1);
  const queued = [2, 3].map((n) => outcome(client.run(echo, `${n}`, { deadlineMs: 200 })));
  const refused = await outcome(client.run(echo, "4", { deadlineMs: 200 }));
  assert.ok(refused instanceof P2c2rError && refused.code === "task.overload");
  const codes = (await Promise.all([first, ...queued])).map((error) => (error as P2c2rError).code);
  assert.deepEqual(codes, ["task.deadline", "task.deadline", "task.deadline"]);
  assert.equal(client.waiting, 0);
});

Deno.test("an aborted task rejects with task.cancelled at every stage", async () => {
  await using fake = new FakeCoordinator({ windowMax: 1, onSubmit: () => {} });
  await using client = await open(fake);
  const already = await outcome(
    client.run(echo, "0", { deadlineMs: 5_000, signal: AbortSignal.abort("no") }),
  );
  assert.ok(already instanceof P2c2rError && already.code === "task.cancelled" && already.cause === "no");
  assert.equal(fake.submits.length, 0);

  const sent = new AbortController();
  const waiting = new AbortController();
  const first = outcome(client.run(echo, "1", { deadlineMs: 5_000, signal: sent.signal }));
  const second = outcome(client.run(echo, "2", { deadlineMs: 5_000, signal: waiting.signal }));
  await fake.until("submitted", () => fake.submits.length === 1);
  waiting.abort();
  sent.abort();
  for (const error of await Promise.all([first, second])) {
    assert.ok(error instanceof P2c2rError && error.code === "task.cancelled");
  }
  assert.equal(client.waiting, 0);
  await fake.until("withdrawn", () => fake.last.received.some((message) => message[0] === t.withdraw));
  const withdrawn = fake.last.received.filter((message) => message[0] === t.withdraw);
  assert.deepEqual(withdrawn, [[t.withdraw, fake.submits[0]![1]]]);
});

import { assert } from "../tests/deps.ts";
import { apiKey, FakeCoordinator, type FakeOptions } from "../tests/e2e/sdk_fake_coordinator.ts";
import { encodeFrame, messageType as t, type Submit } from "../protocol/mod.ts";
import { connect, defineKernel, P2c2rError } from "./mod.ts";

const echo = defineKernel({
  id: "echo",
  version: "1.0.0",
  encodeInput: (text: string) => new TextEncoder().encode(text),
  decodeOutput: (bytes) => new TextDecoder().decode(bytes),
});

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "answered";
  } catch (error) {
    assert.ok(error instanceof P2c2rError, String(error));
    return error.code;
  }
}

/** A coordinator that answers nothing on its first connection and everything on later ones. */
function firstSilent(options: FakeOptions): FakeCoordinator {
  const fake: FakeCoordinator = new FakeCoordinator({
    ...options,
    onSubmit: (submit, connection) => {
      if (connection !== fake.connections[0]) connection.answer(submit);
    },
  });
  return fake;
}

const isOpen = (message: readonly unknown[]) => message[0] === t.openKernel;

Deno.test("after a drop a resumed session repeats its tasks with their numbers and what is left of their deadlines", async () => {
  await using fake = firstSilent({ resume: true });
  await using client = await connect(fake.url, { apiKey });
  const runs = ["a", "b"].map((text) => client.run(echo, text, { deadlineMs: 20_000 }));
  await fake.until("both submitted", () => fake.submits.length === 2);
  fake.last.drop();
  assert.deepEqual((await Promise.all(runs)).map((answer) => answer.output), ["a", "b"]);
  const [first, second] = fake.connections;
  assert.equal(second!.askedFor, first!.session);
  assert.equal(second!.received.filter(isOpen).length, 0);
  assert.deepEqual(second!.submits.map((submit) => submit[1]), [1, 2]);
  for (const [i, submit] of second!.submits.entries()) assert.ok(submit[5] <= first!.submits[i]![5]);
});

Deno.test("after a lost session kernels are opened again and tasks resubmitted in order", async () => {
  await using fake = firstSilent({ resume: false, windowMax: 2 });
  await using client = await connect(fake.url, { apiKey });
  const runs = ["a", "b", "c", "d"].map((text) => client.run(echo, text, { deadlineMs: 20_000 }));
  await fake.until("window full", () => fake.submits.length === 2);
  fake.last.drop();
  assert.deepEqual((await Promise.all(runs)).map((answer) => answer.output), ["a", "b", "c", "d"]);
  assert.equal(fake.connections.length, 2);
  assert.equal(fake.last.received.filter(isOpen).length, 1);
  assert.deepEqual(fake.last.submits.map((submit) => submit[1]), [1, 2, 3, 4]);
});

Deno.test("tasks given up during a drop are repeated and withdrawn in a resumed session, so that the window is counted right", async () => {
  await using fake = firstSilent({ resume: true });
  await using client = await connect(fake.url, { apiKey });
  const abort = new AbortController();
  const given = codeOf(client.run(echo, "a", { deadlineMs: 20_000, signal: abort.signal }));
  const kept = client.run(echo, "b", { deadlineMs: 20_000 });
  await fake.until("both submitted", () => fake.submits.length === 2);
  fake.last.drop();
  await fake.until("dropped", () => !fake.connections[0]!.open);
  abort.abort();
  assert.equal(await given, "task.cancelled");
  assert.equal((await kept).output, "b");
  const numbers = fake.last.received.filter((message) =>
    message[0] === t.submit || message[0] === t.withdraw
  );
  assert.deepEqual(numbers.map((message) => message.slice(0, 2)), [[t.submit, 1], [t.withdraw, 1], [
    t.submit,
    2,
  ]]);
});

Deno.test("run() settles by its deadline while there is no coordinator, and says why", async () => {
  const fake = new FakeCoordinator({ onSubmit: () => {} });
  await using client = await connect(fake.url, { apiKey, graceMs: 30 });
  const inFlight = codeOf(client.run(echo, "a", { deadlineMs: 400 }));
  await fake.until("submitted", () => fake.submits.length === 1);
  await fake.stop();
  const startMs = performance.now();
  let cause: unknown;
  const waiting = codeOf(
    client.run(echo, "b", { deadlineMs: 200 }).catch((error) => {
      cause = error.cause;
      throw error;
    }),
  );
  assert.equal(await waiting, "task.deadline");
  assert.ok(performance.now() - startMs < 1_500);
  assert.ok(cause instanceof P2c2rError && cause.code === "connection.lost", String(cause));
  assert.equal(await inFlight, "task.deadline");
});

Deno.test("a client finds a coordinator that was away and comes back at the same address", async () => {
  const first = new FakeCoordinator({ onSubmit: () => {} });
  await using client = await connect(first.url, { apiKey });
  const run = client.run(echo, "a", { deadlineMs: 30_000 });
  await first.until("submitted", () => first.submits.length === 1);
  const { port } = first;
  await first.stop();
  await using second = new FakeCoordinator({}, port);
  assert.equal((await run).output, "a");
  assert.equal(second.submits[0]![1], 1);
});

Deno.test("a drain makes the client connect again before the old connection closes, and lose nothing", async () => {
  const held: Submit[] = [];
  await using fake: FakeCoordinator = new FakeCoordinator({
    onSubmit: (submit, connection) => {
      if (connection === fake.connections[0]) held.push(submit);
      else connection.answer(submit);
    },
  });
  await using client = await connect(fake.url, { apiKey });
  const old = fake.last;
  const runs = ["a", "b"].map((text) => client.run(echo, text, { deadlineMs: 20_000 }));
  await fake.until("both submitted", () => held.length === 2);
  old.send([t.drain, "coordinator.draining", 4_000]);
  await fake.until("second connection", () => fake.connections.length === 2);
  assert.equal(old.open, true);
  assert.equal((await client.run(echo, "new", { deadlineMs: 20_000 })).output, "new");
  assert.equal(fake.last.submits.length, 1); // what the old connection carries is not sent twice
  old.answer(held[0]!);
  assert.equal((await runs[0]!).output, "a");
  old.drop(1012);
  assert.equal((await runs[1]!).output, "b");
  assert.deepEqual(fake.last.submits.map((submit) => submit[1]), [3, 2]);
});

Deno.test("a draining connection gets no new tasks; they wait for the next one", async () => {
  let refuse = false;
  await using fake = new FakeCoordinator({
    refuseUpgrade: () => refuse ? new Response(null, { status: 503 }) : undefined,
  });
  await using client = await connect(fake.url, { apiKey });
  refuse = true;
  fake.last.send([t.drain, "coordinator.draining", 4_000]);
  await fake.until("tried again", () => fake.requests.length >= 2);
  assert.equal(client.connected, false);
  const run = client.run(echo, "a", { deadlineMs: 20_000 });
  assert.equal(client.waiting, 1);
  refuse = false;
  assert.equal((await run).output, "a");
  assert.equal(fake.connections[0]!.submits.length, 0);
});

Deno.test("a coordinator that breaks the protocol ends the client with a code, on both sides", async () => {
  const closes: number[] = [];
  const broken: [string, (fake: FakeCoordinator) => void][] = [
    ["protocol.malformed", (fake) => fake.last.sendRaw(new Uint8Array([0xc1]))],
    ["protocol.malformed", (fake) => fake.last.sendRaw("text")],
    ["protocol.malformed", (fake) => fake.last.sendRaw(encodeFrame([[t.withdraw, 1]]))],
    ["protocol.order", (fake) => fake.welcome(fake.last, false)],
  ];
  for (const [code, act] of broken) {
    await using fake = new FakeCoordinator({ onSubmit: () => {} });
    await using client = await connect(fake.url, { apiKey });
    const run = codeOf(client.run(echo, "a", { deadlineMs: 20_000 }));
    await fake.until("submitted", () => fake.submits.length === 1);
    fake.last.socket.addEventListener("close", (event) => closes.push(event.code));
    act(fake);
    assert.equal(await run, code);
    assert.equal(await codeOf(client.run(echo, "b", { deadlineMs: 20_000 })), code);
    await fake.until("closed", () => !fake.last.open);
    assert.equal(fake.connections.length, 1);
  }
  assert.deepEqual(closes, [4400, 4400, 4400, 4409]);
});

Deno.test("anything before the welcome is out of order", async () => {
  await using fake = new FakeCoordinator({ onOpen: (connection) => connection.send([t.probe, 1]) });
  assert.equal(await codeOf(connect(fake.url, { apiKey })), "protocol.order");
});

Deno.test("an error message before a close says why, and decides whether to come back", async () => {
  await using fake = firstSilent({});
  await using client = await connect(fake.url, { apiKey });
  const run = client.run(echo, "a", { deadlineMs: 20_000 });
  await fake.until("submitted", () => fake.submits.length === 1);
  fake.last.send([t.error, "protocol.slow", "Cannot go on: you do not read", ""]);
  assert.equal((await run).output, "a"); // may be tried again

  fake.last.send([t.error, "auth.refused", "Cannot go on: the key was revoked", "Use another key."]);
  await fake.until("closed", () => !fake.last.open);
  const refused = await client.run(echo, "c", { deadlineMs: 20_000 }).catch((error) => error);
  assert.equal(refused.code, "auth.refused");
  assert.equal(refused.message, "Cannot go on: the key was revoked");
  assert.equal(refused.hint, "Use another key.");
});

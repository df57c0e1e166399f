import { assert } from "../tests/deps.ts";
import { apiKey, FakeCoordinator, problem } from "../tests/e2e/sdk_fake_coordinator.ts";
import { messageType as t, type Submit } from "../protocol/mod.ts";
import { type Client, connect, defineKernel, P2c2rError } from "./mod.ts";
import { pathfind } from "./pathfind.ts";

const echo = defineKernel({
  id: "echo",
  version: "1.0.0",
  encodeInput: (text: string) => new TextEncoder().encode(text),
  decodeOutput: (bytes) => new TextDecoder().decode(bytes),
});
const bytes = (...values: number[]) => Uint8Array.from(values);

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

Deno.test("connect() rejects at once when the key is refused", async () => {
  await using fake = new FakeCoordinator();
  const error = await outcome(connect(fake.url, { apiKey: "p2c2r_wrong" }));
  assert.ok(error instanceof P2c2rError);
  assert.equal(error.code, "auth.refused");
  assert.match(error.message, /auth\.refused/);
  assert.equal(fake.requests.length, 1);
});

Deno.test("connect() keeps trying while the coordinator cannot take it, and connects when it can", async () => {
  let refusals = 2;
  await using fake = new FakeCoordinator({
    refuseUpgrade: () => refusals-- > 0 ? problem(503, "coordinator.draining", { retryMs: 5 }) : undefined,
  });
  await using client = await open(fake);
  assert.equal(client.connected, true);
  assert.equal(fake.requests.length, 3);
});

Deno.test("connect() rejects with connection.lost when nobody answers in time", async () => {
  const fake = new FakeCoordinator();
  const { url } = fake;
  await fake.stop();
  const startMs = performance.now();
  const error = await outcome(connect(url, { apiKey, connectMs: 300 }));
  assert.ok(error instanceof P2c2rError);
  assert.equal(error.code, "connection.lost");
  assert.ok(performance.now() - startMs < 2_000);
});

Deno.test("run() encodes, decodes and says where the answer comes from", async () => {
  const output = { answers: [{ type: "unreachable", startX: 1, startY: 2 }] } as const;
  await using fake = new FakeCoordinator({
    onSubmit: (submit, connection) => connection.answer(submit, pathfind.encodeOutput(output)),
  });
  await using client = await open(fake);
  const input = { pairs: [{ startX: 1, startY: 2, goalX: 3, goalY: 4 }] };
  const answer = await client.run("pathfind", input, { deadlineMs: 5_000, priority: 3, verify: "always" });
  assert.deepEqual(answer.output, output);
  assert.deepEqual({ ...answer, output: null, latencyMs: 0 }, {
    task: 1,
    kernel: "pathfind",
    version: pathfind.version,
    output: null,
    tier: "peer",
    verified: "checked",
    source: "worker-a",
    attempts: 1,
    fuel: 1000,
    latencyMs: 0,
    coordinatorMs: 2.5,
    price: 0.5,
  });
  assert.ok(answer.latencyMs > 0 && answer.latencyMs < 5_000);
  const [submit] = fake.submits as [Submit];
  assert.deepEqual(pathfind.decodeInput(submit[3]), input);
  assert.deepEqual([submit[6], submit[7]], [3, 1]);
  assert.ok(submit[5] <= 5_000 && submit[5] > 4_000);
});

Deno.test("run() opens a kernel once per session, with the codec's version; runRaw() takes the newest", async () => {
  await using fake = new FakeCoordinator();
  await using client = await open(fake);
  await Promise.all([1, 2, 3].map((n) => client.run(echo, `${n}`, { deadlineMs: 5_000 })));
  const raw = await client.runRaw("echo", bytes(7), { deadlineMs: 5_000 });
  assert.deepEqual(raw.output, bytes(7));
  assert.equal(raw.version, "1.0.0");
  const opens = fake.last.received.filter((message) => message[0] === t.openKernel);
  assert.deepEqual(opens.map((message) => message.slice(2)), [["echo", "1.0.0"], ["echo", null]]);
});

Deno.test("runRaw() hands out bytes of their own, not a view into a frame", async () => {
  await using fake = new FakeCoordinator();
  await using client = await open(fake);
  const { output } = await client.runRaw("echo", bytes(1, 2, 3), { deadlineMs: 5_000 });
  assert.equal(output.buffer.byteLength, 3);
});

Deno.test("run() rejects with the coordinator's code, hint and retry time", async () => {
  await using fake = new FakeCoordinator({
    onSubmit: (submit, connection) => connection.refuse(submit, "task.overload", 40),
  });
  await using client = await open(fake);
  const error = await outcome(client.run(echo, "x", { deadlineMs: 5_000 }));
  assert.ok(error instanceof P2c2rError);
  assert.equal(error.code, "task.overload");
  assert.equal(error.retryMs, 40);
  assert.notEqual(error.hint, "");
});

Deno.test("run() reads a code of a later version as a failure", async () => {
  await using fake = new FakeCoordinator({
    onSubmit: (submit, connection) => connection.refuse(submit, "task.new_reason"),
  });
  await using client = await open(fake);
  const error = await outcome(client.run(echo, "x", { deadlineMs: 5_000 }));
  assert.ok(error instanceof P2c2rError && error.code === "internal");
});

Deno.test("run() rejects what the codec cannot write or read, with a code", async () => {
  await using fake = new FakeCoordinator({
    onSubmit: (submit, connection) => connection.answer(submit, bytes(1, 2, 3)),
  });
  await using client = await open(fake);
  const none = await outcome(client.run("pathfind", { pairs: [] }, { deadlineMs: 5_000 }));
  assert.ok(
    none instanceof P2c2rError && none.code === "request.invalid" && none.cause instanceof RangeError,
  );
  const pair = { startX: 0, startY: 0, goalX: 1, goalY: 1 };
  const bad = await outcome(client.run("pathfind", { pairs: [pair] }, { deadlineMs: 5_000 }));
  assert.ok(bad instanceof P2c2rError && bad.code === "internal" && bad.cause instanceof RangeError);
});

Deno.test("run() rejects a kernel that the coordinator does not have, and asks again the next time", async () => {
  await using fake = new FakeCoordinator();
  fake.kernels.delete("echo");
  await using client = await open(fake);
  const error = await outcome(client.run(echo, "x", { deadlineMs: 5_000 }));
  assert.ok(error instanceof P2c2rError && error.code === "kernel.unknown", String(error));
  assert.equal(fake.submits.length, 0);
  fake.kernels.add("echo");
  assert.equal((await client.run(echo, "y", { deadlineMs: 5_000 })).output, "y");
});

Deno.test("onRevoked() hears the right bytes, decoded where a kernel is named, until it is unsubscribed", async () => {
  await using fake = new FakeCoordinator();
  await using client = await open(fake);
  const typed: unknown[] = [];
  const raw: unknown[] = [];
  const other: unknown[] = [];
  const stop = client.onRevoked(echo, (revocation) => typed.push(revocation));
  client.onRevoked((revocation) => raw.push(revocation));
  client.onRevoked("physics", (revocation) => other.push(revocation));
  const { task } = await client.run(echo, "wrong", { deadlineMs: 5_000 });
  const right = new TextEncoder().encode("right");
  fake.last.send([t.revoked, task, right, "a recheck disagreed"], [t.revoked, task, null, "refused"]);
  await client.run(echo, "behind it", { deadlineMs: 5_000 });
  const reason = "a recheck disagreed";
  assert.deepEqual(typed, [
    { task, kernel: "echo", output: "right", reason },
    { task, kernel: "echo", output: null, reason: "refused" },
  ]);
  assert.deepEqual(raw[0], { task, kernel: "echo", output: right, reason });
  assert.equal(raw.length, 2);
  assert.equal(other.length, 0);
  stop();
  fake.last.send([t.revoked, 99, right, "of an answer long ago"]);
  await client.run(echo, "behind it", { deadlineMs: 5_000 });
  assert.equal(typed.length, 2);
  assert.deepEqual(raw[2], { task: 99, kernel: undefined, output: right, reason: "of an answer long ago" });
});

Deno.test("close() rejects what has no answer, and everything after it", async () => {
  await using fake = new FakeCoordinator({ windowMax: 1, onSubmit: () => {} });
  const client = await open(fake);
  const runs = [1, 2].map((n) => outcome(client.run(echo, `${n}`, { deadlineMs: 5_000 })));
  await fake.until("submitted", () => fake.submits.length === 1);
  await client.close();
  for (const error of await Promise.all(runs)) {
    assert.ok(error instanceof P2c2rError && error.code === "connection.closed");
  }
  const after = await outcome(client.run(echo, "3", { deadlineMs: 5_000 }));
  assert.ok(after instanceof P2c2rError && after.code === "connection.closed");
  assert.equal(client.connected, false);
  await fake.until("closed", () => !fake.last.open);
  await client.close();
});

Deno.test("a client answers probes and sends its own when it has nothing else to say", async () => {
  await using fake = new FakeCoordinator({ heartbeatMs: 100 });
  await using client = await open(fake);
  fake.last.send([t.probe, 41], [t.probe, 42]);
  const has = (type: number) => fake.last.received.some((message) => message[0] === type);
  await fake.until("echo and probe", () => has(t.echo) && has(t.probe));
  const echoes = fake.last.received.filter((message) => message[0] === t.echo);
  assert.deepEqual(echoes, [[t.echo, 41], [t.echo, 42]]);
  assert.equal(client.connected, true);
});

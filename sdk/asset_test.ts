import { assert } from "../tests/deps.ts";
import { apiKey, FakeCoordinator, problem } from "../tests/e2e/sdk_fake_coordinator.ts";
import { limits, sha256Hex } from "../protocol/mod.ts";
import { connect, P2c2rError } from "./mod.ts";

const bytes = new TextEncoder().encode("a map");
const input = new Uint8Array([1]);

async function errorOf(promise: Promise<unknown>): Promise<P2c2rError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof P2c2rError, String(error));
    return error;
  }
  throw new Error("it was answered");
}

function requestsOf(fake: FakeCoordinator, method: string): number {
  return fake.requests.filter((request) => request.startsWith(method)).length;
}

Deno.test("asset() names bytes by their SHA-256 and uploads nothing", async () => {
  await using fake = new FakeCoordinator();
  await using client = await connect(fake.url, { apiKey });
  const asset = await client.asset(bytes);
  assert.equal(asset.digest, await sha256Hex(bytes));
  assert.equal(requestsOf(fake, "HEAD") + requestsOf(fake, "PUT"), 0);
});

Deno.test("an asset is uploaded once, before the first tasks that name it are sent", async () => {
  await using fake = new FakeCoordinator({
    onSubmit: (submit, connection) => {
      assert.equal(fake.assets.size, 1);
      connection.answer(submit);
    },
  });
  await using client = await connect(fake.url, { apiKey });
  const asset = await client.asset(bytes);
  const run = () => client.runRaw("echo", input, { deadlineMs: 10_000, assets: [asset] });
  await Promise.all([run(), run(), run()]);
  await run();
  assert.deepEqual(fake.assets.get(asset.digest), bytes);
  assert.equal(requestsOf(fake, "HEAD"), 1);
  assert.equal(requestsOf(fake, "PUT"), 1);
  for (const submit of fake.submits) {
    assert.deepEqual(submit[4]!.map((digest) => digest.toHex()), [asset.digest]);
  }
});

Deno.test("an asset that the coordinator has already is not sent again", async () => {
  await using fake = new FakeCoordinator();
  fake.assets.set(await sha256Hex(bytes), bytes);
  await using client = await connect(fake.url, { apiKey });
  await client.runRaw("echo", input, { deadlineMs: 10_000, assets: [await client.asset(bytes)] });
  assert.equal(requestsOf(fake, "PUT"), 0);
});

Deno.test("a task whose asset the coordinator lost is submitted again under a new number after a new upload", async () => {
  await using fake = new FakeCoordinator({
    onSubmit: (submit, connection) => {
      const known = submit[4]!.every((digest) => fake.assets.has(digest.toHex()));
      if (known) connection.answer(submit);
      else connection.refuse(submit, "task.asset_unknown");
    },
  });
  await using client = await connect(fake.url, { apiKey });
  const asset = await client.asset(bytes);
  const run = () => client.runRaw("echo", input, { deadlineMs: 10_000, assets: [asset] });
  await run();
  fake.assets.clear();
  const answer = await run();
  assert.equal(requestsOf(fake, "PUT"), 2);
  assert.deepEqual(fake.submits.map((submit) => submit[1]), [1, 2, 3]);
  assert.equal(answer.task, 3);
});

Deno.test("a coordinator that never finds the asset is believed in the end", async () => {
  await using fake = new FakeCoordinator({
    onSubmit: (submit, connection) => connection.refuse(submit, "task.asset_unknown"),
  });
  await using client = await connect(fake.url, { apiKey });
  const asset = await client.asset(bytes);
  const error = await errorOf(client.runRaw("echo", input, { deadlineMs: 10_000, assets: [asset] }));
  assert.equal(error.code, "task.asset_unknown");
  assert.equal(fake.submits.length, 3);
  const byDigest = await errorOf(
    client.runRaw("echo", input, { deadlineMs: 10_000, assets: [asset.digest] }),
  );
  assert.equal(byDigest.code, "task.asset_unknown");
  assert.equal(fake.submits.length, 4); // nothing to upload: the digest alone was given
});

Deno.test("a failed upload fails the tasks that wait for it, and is tried again by the next", async () => {
  await using fake = new FakeCoordinator();
  let refusals = 2; // HEAD and PUT
  fake.options.refuseAsset = () => refusals-- > 0 ? problem(413, "asset.too_large") : undefined;
  await using client = await connect(fake.url, { apiKey });
  const asset = await client.asset(bytes);
  const error = await errorOf(client.runRaw("echo", input, { deadlineMs: 10_000, assets: [asset] }));
  assert.equal(error.code, "asset.too_large");
  await client.runRaw("echo", input, { deadlineMs: 10_000, assets: [asset] });
});

Deno.test("an upload that a restart interrupts is tried again, within the task's deadline", async () => {
  await using fake = new FakeCoordinator();
  let refusals = 4; // HEAD and PUT, twice
  fake.options.refuseAsset = () =>
    refusals-- > 0 ? problem(503, "coordinator.draining", { retryMs: 1 }) : undefined;
  await using client = await connect(fake.url, { apiKey });
  const asset = await client.asset(bytes);
  await client.runRaw("echo", input, { deadlineMs: 60_000, assets: [asset] });
  assert.deepEqual(fake.assets.get(asset.digest), bytes);
  assert.equal(requestsOf(fake, "PUT"), 3);
});

Deno.test("an upload that goes on failing costs a task no more than its deadline", async () => {
  await using fake = new FakeCoordinator();
  fake.options.refuseAsset = () => problem(503, "coordinator.draining", { retryMs: 1 });
  await using client = await connect(fake.url, { apiKey });
  const asset = await client.asset(bytes);
  const error = await errorOf(client.runRaw("echo", input, { deadlineMs: 300, assets: [asset] }));
  assert.equal(error.code, "task.deadline");
});

Deno.test("a task settles by its deadline while its asset is on the way, and close() ends the upload", async () => {
  const held = Promise.withResolvers<Response>();
  await using fake = new FakeCoordinator();
  fake.options.refuseAsset = () => held.promise;
  const client = await connect(fake.url, { apiKey });
  const asset = await client.asset(bytes);
  const late = await errorOf(client.runRaw("echo", input, { deadlineMs: 60, assets: [asset] }));
  assert.equal(late.code, "task.deadline");
  const waiting = errorOf(client.runRaw("echo", input, { deadlineMs: 10_000, assets: [asset] }));
  await client.close();
  assert.equal((await waiting).code, "connection.closed");
  held.resolve(new Response(null, { status: 404 }));
});

Deno.test("asset() and run() refuse what cannot be an asset", async () => {
  await using fake = new FakeCoordinator();
  await using client = await connect(fake.url, { apiKey });
  const large = await errorOf(client.asset(new Uint8Array(limits.blobBytesMax + 1)));
  assert.equal(large.code, "asset.too_large");
  for (const digest of ["", "ABC", "z".repeat(64)]) {
    const error = await errorOf(client.runRaw("echo", input, { deadlineMs: 100, assets: [digest] }));
    assert.equal(error.code, "request.invalid");
  }
});

// The SDK against a real coordinator: both ends of docs/protocol.md, no fake between them.
import { assert } from "../deps.ts";
import { connect, defineKernel, P2c2rError } from "../../sdk/mod.ts";
import { reversed, startRig, until } from "./coordinator_rig.ts";
import { Cable } from "./worker_cable.ts";

const reverse = defineKernel({
  id: "reverse",
  version: "1.0.0",
  encodeInput: (bytes: Uint8Array) => bytes,
  decodeOutput: (bytes) => bytes.slice(),
});
const input = Uint8Array.from({ length: 300 }, (_, i) => i);

Deno.test("run() is answered by a coordinator without workers from its local tier", async () => {
  await using rig = await startRig();
  await using client = await connect(rig.url, { apiKey: rig.key });
  const answer = await client.run(reverse, input, { deadlineMs: 5_000 });
  assert.deepEqual(answer.output, reversed(input));
  assert.equal(answer.tier, "local");
  assert.equal(answer.verified, "trusted");
  assert.equal(answer.source, null);
  assert.ok(answer.coordinatorMs <= answer.latencyMs);
  const again = await client.runRaw("reverse", input, { deadlineMs: 5_000 });
  assert.equal(again.verified, "cached");
  assert.equal(again.version, "1.0.0");
});

Deno.test("run() uploads the assets of a task once, and a digest alone is enough afterwards", async () => {
  await using rig = await startRig();
  await using client = await connect(rig.url, { apiKey: rig.key });
  const asset = await client.asset(new TextEncoder().encode("an asset"));
  const unknown = await client.runRaw("reverse", input, { deadlineMs: 5_000, assets: [asset.digest] })
    .catch((error) => error);
  assert.ok(unknown instanceof P2c2rError && unknown.code === "task.asset_unknown", String(unknown));
  await client.runRaw("reverse", input, { deadlineMs: 5_000, assets: [asset] });
  await client.runRaw("reverse", input, { deadlineMs: 5_000, assets: [asset.digest] });
});

Deno.test("run() rejects with the coordinator's own codes", async () => {
  await using rig = await startRig();
  await using client = await connect(rig.url, { apiKey: rig.key });
  const codeOf = async (promise: Promise<unknown>): Promise<string> => {
    const error = await promise.catch((error) => error);
    assert.ok(error instanceof P2c2rError, String(error));
    return error.code;
  };
  assert.equal(await codeOf(client.runRaw("nothing", input, { deadlineMs: 5_000 })), "kernel.unknown");
  const large = new Uint8Array(64 * 1024 + 1);
  assert.equal(await codeOf(client.run(reverse, large, { deadlineMs: 5_000 })), "task.too_large");
  assert.equal(
    await codeOf(client.run(reverse, input, { deadlineMs: 5_000, fuelLimit: 1 })),
    "kernel.exhausted",
  );
  rig.compute.hold = true;
  const held = client.run(reverse, Uint8Array.of(1), { deadlineMs: 150 });
  assert.match(await codeOf(held), /^task\.(deadline|infeasible)$/);
  const wrong = connect(rig.url, { apiKey: "p2c2r_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" });
  assert.equal(await codeOf(wrong), "auth.refused");
});

Deno.test("three thousand tasks through one client are all answered, in the window of the coordinator", async () => {
  await using rig = await startRig();
  await using client = await connect(rig.url, { apiKey: rig.key });
  const answers = await Promise.all(Array.from({ length: 3_000 }, (_, i) => {
    const bytes = Uint8Array.of(i & 255, i >> 8, 7);
    return client.run(reverse, bytes, { deadlineMs: 30_000 });
  }));
  answers.forEach(({ output }, i) => assert.deepEqual(output, Uint8Array.of(7, i >> 8, i & 255)));
});

Deno.test("a cut network loses no task: a resumed session gets what was finished meanwhile, and once", async () => {
  await using rig = await startRig();
  await using cable = new Cable(new URL(rig.url));
  await using client = await connect(cable.url.href, { apiKey: rig.key });
  await client.run(reverse, input, { deadlineMs: 5_000 });
  rig.compute.hold = true;
  const abort = new AbortController();
  const kept = [1, 2].map((n) => client.run(reverse, Uint8Array.of(n, 0), { deadlineMs: 20_000 }));
  const given = client.run(reverse, Uint8Array.of(3, 0), { deadlineMs: 20_000, signal: abort.signal })
    .catch((error) => error);
  const inFlight = async () => (await rig.running.status()).queue.inFlight;
  await until(async () => await inFlight() === 3);
  cable.cut();
  await until(() => !client.connected);
  abort.abort();
  assert.equal((await given).code, "task.cancelled");
  const later = client.run(reverse, Uint8Array.of(4, 0), { deadlineMs: 20_000 });
  rig.compute.release();
  const answers = await Promise.all([...kept, later]);
  assert.deepEqual(answers.map((answer) => answer.output[1]), [1, 2, 4]);
  assert.equal(await inFlight(), 0);
  const { submitted } = (await rig.running.status()).tasks;
  assert.ok(submitted <= 5, `${submitted} submitted`); // nothing was computed twice
});

Deno.test("a coordinator that stops lets the tasks in flight settle, and the client comes back to the next one", async () => {
  const rig = await startRig();
  await using client = await connect(rig.url, { apiKey: rig.key, graceMs: 0 });
  await client.run(reverse, input, { deadlineMs: 5_000 });
  rig.compute.hold = true;
  const inFlight = client.run(reverse, Uint8Array.of(9), { deadlineMs: 1_000 }).catch((error) => error);
  const stopped = rig[Symbol.asyncDispose]();
  const settled = await inFlight;
  if (settled instanceof P2c2rError) assert.match(settled.code, /^(task|coordinator)\./);
  else assert.deepEqual(settled.output, Uint8Array.of(9));
  await stopped;
  assert.equal(client.connected, false);
});

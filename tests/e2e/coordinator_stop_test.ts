import { assert } from "../deps.ts";
import { trustRules } from "../../coordinator/verify/mod.ts";
import { messageType as t } from "../../protocol/mod.ts";
import { joinBackend } from "./coordinator_backend.ts";
import { ask, bearing, reversed, startRig, until } from "./coordinator_rig.ts";
import { joinWorker, json } from "./coordinator_worker.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
/** It takes two seconds at most; a machine that does much else may need more. */
const STOP_MS_MAX = 10_000;

Deno.test("a coordinator that stops ends every request with an answer or a code, and closes with 1012", async () => {
  await using rig = await startRig();
  const worker = await joinWorker(rig.url, { onTask: () => {/* never answers */} });
  const backend = await joinBackend(rig.url, rig.key);
  rig.compute.hold = true;
  for (let no = 1; no <= 20; no++) backend.submit(no, bytes(`task ${no}`), { deadlineMs: 30_000 });
  const body = { kernel: "reverse", input: bytes("over http").toBase64(), deadlineMs: 30_000 };
  const asked = ask(`${rig.url}/v1/tasks`, bearing(rig.key, json(body)));
  await until(async () => (await rig.running.status()).queue.inFlight === 21);
  const beganMs = performance.now();
  await rig.running.stop();
  assert.ok(performance.now() - beganMs < STOP_MS_MAX);
  assert.deepEqual((await backend.peer.closed).code, 1012);
  assert.deepEqual((await worker.peer.closed).code, 1012);
  for (let no = 1; no <= 20; no++) {
    const end = backend.peer.received.find((message) => message[0] === t.refusal && message[1] === no);
    assert.equal(end?.[2], "coordinator.draining");
  }
  const refused = await asked;
  assert.deepEqual([refused.status, refused.body["code"]], [503, "coordinator.draining"]);
  assert.ok(backend.peer.received.some((message) => message[0] === t.drain));
  assert.ok(worker.peer.received.some((message) => message[0] === t.drain));
});

Deno.test("a coordinator that stops lets what is nearly done finish, and admits nothing new", async () => {
  await using rig = await startRig({ stopGraceMs: 3_000 });
  const backend = await joinBackend(rig.url, rig.key);
  rig.compute.hold = true;
  backend.submit(1, bytes("nearly"), { deadlineMs: 30_000 });
  await until(async () => (await rig.running.status()).queue.local.running === 1);
  const stopping = rig.running.stop();
  const ready = await ask(`${rig.url}/readyz`);
  assert.deepEqual([ready.status, ready.body["code"]], [503, "coordinator.draining"]);
  backend.submit(2, bytes("new"));
  assert.equal((await backend.end(2))[2], "coordinator.draining");
  await assert.rejects(joinBackend(rig.url, rig.key), /HTTP 503/);
  rig.compute.release();
  assert.deepEqual((await backend.end(1))[2], reversed(bytes("nearly")));
  await stopping;
  assert.equal((await backend.peer.closed).code, 1012);
});

Deno.test("a coordinator that stops grants what it can still prove right, and says how much lapses", async () => {
  const trust = { ...trustRules, probationResults: 1, recheckRateUnchecked: 0, recheckRateChecked: 0 };
  for (const proves of [true, false]) {
    await using rig = await startRig({ scheduler: { trust }, stopGraceMs: 300 });
    await joinWorker(rig.url);
    const backend = await joinBackend(rig.url, rig.key);
    const byPeers = async () => (await rig.running.status()).tasks.tiers.peer;
    for (let no = 1; await byPeers() < 5; no++) {
      backend.submit(no, bytes(`task ${no}`));
      await backend.end(no);
    }
    const balances = await rig.store.ledger.balancesOf("granted");
    rig.compute.hold = !proves;
    await rig.running.stop();
    const after = await rig.store.ledger.balancesOf("granted");
    const sum = (all: ReadonlyMap<string, number>) => all.values().reduce((a, b) => a + b, 0);
    const lapsed = rig.said.some((line) => /^lapsed: Credit for 5 results lapses/.test(line));
    assert.deepEqual([sum(after) > sum(balances) && !lapsed, lapsed], [proves, !proves]);
  }
});

Deno.test("a coordinator that stops twice stops once", async () => {
  await using rig = await startRig();
  await Promise.all([rig.running.stop(), rig.running.stop()]);
  await rig.running.finished;
});

Deno.test("a scheduler that fails refuses every task in flight and all later ones, and says that it is over", async () => {
  await using rig = await startRig();
  const backend = await joinBackend(rig.url, rig.key);
  using _peer = backend.peer;
  rig.compute.hold = true;
  backend.submit(1, bytes("task 1"), { deadlineMs: 30_000 });
  await until(async () => (await rig.running.status()).queue.local.running === 1);
  const over = assert.rejects(rig.running.finished, /a bug/);
  rig.compute.run = () => Promise.reject(new TypeError("a bug"));
  backend.submit(2, bytes("task 2"), { deadlineMs: 30_000 });
  for (const no of [1, 2]) assert.equal((await backend.end(no))[2], "internal");
  backend.submit(3, bytes("later"));
  assert.equal((await backend.end(3))[2], "coordinator.draining");
  assert.equal((await ask(`${rig.url}/readyz`)).status, 503);
  await over;
});

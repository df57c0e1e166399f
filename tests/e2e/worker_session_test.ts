// A whole worker, real sandbox and real sockets, against a coordinator whose every move is the test's.
import { messageType, sha256Hex } from "../../protocol/mod.ts";
import { createIsolate, generateSigner, selfTest, threads } from "../../sandbox/mod.ts";
import { meter } from "../../sandbox/meter/mod.ts";
import { assert } from "../deps.ts";
import { lostCellsMax } from "../../worker/runner/restarts.ts";
import { cases } from "../hostile/cases/all.ts";
import { kernel } from "../hostile/kernels.ts";
import { Cable } from "./worker_cable.ts";
import { eventually, FakeCoordinator } from "./worker_fake_coordinator.ts";
import { signKernel, slowInput, tinyCores } from "./worker_kernels.ts";
import { withWorkers } from "./worker_rig.ts";

const signer = await generateSigner();
const slowEcho = await signKernel(tinyCores.slowEcho, signer, { id: "slow-echo" });
const assetEcho = await signKernel(tinyCores.assetEcho, signer, { id: "asset-echo" });

Deno.test("worker joins, proves its sandbox, computes with it and counts what it did", async () => {
  await using coordinator = new FakeCoordinator(signer);
  await withWorkers(async ({ start, said }) => {
    const worker = await start(coordinator.url, { threads: 2 }, { selfTest: () => selfTest(threads) });
    const connection = await coordinator.joined("s1", false, slowEcho);
    const ready = await connection.heard(messageType.ready);
    assert.deepEqual(ready.slice(1, 3), [2, 64]);
    for (let attempt = 1; attempt <= 20; attempt++) connection.task(attempt, 1, slowInput(1000, [attempt]));
    for (let attempt = 1; attempt <= 20; attempt++) {
      const result = await connection.heard(messageType.result, attempt);
      assert.deepEqual(result[3], slowInput(1000, [attempt]));
      assert.ok(result[4] >= 3 * 1000, "fuel of a thousand turns of a loop");
      assert.ok(result[5] > 0, "computing took time");
    }
    assert.equal(worker.status().results, 20);
    assert.equal(worker.status().doing, "waiting");
    assert.equal(said.filter((text) => text.includes("--signer")).length, 1, "trust on first use is said");
  });
});

Deno.test("worker fetches an asset once, says that it holds it, and keeps it over a restart", async () => {
  await using coordinator = new FakeCoordinator(signer);
  const asset = new TextEncoder().encode("a map");
  const digest = await sha256Hex(asset);
  coordinator.blobs.set(digest, asset);
  const fetches = () => coordinator.fetched.filter((one) => one === digest).length;
  await withWorkers(async ({ start, folder }) => {
    const config = { dataDir: `${folder}/same` };
    const first = await start(coordinator.url, config);
    let connection = await coordinator.joined("s1", false, assetEcho);
    for (let attempt = 1; attempt <= 5; attempt++) connection.task(attempt, 1, slowInput(1), [digest]);
    assert.deepEqual((await connection.heard(messageType.result, 5))[3], asset);
    const held = await connection.heard(messageType.assetsHeld);
    assert.deepEqual(held[1], [Uint8Array.fromHex(digest)]);
    assert.equal(fetches(), 1);
    first.command({ type: "finish", reason: "restart", withinMs: 0 });
    await first.ended;
    const fetchedBefore = coordinator.fetched.length;
    await start(coordinator.url, config);
    connection = await coordinator.joined("s2", false, assetEcho);
    assert.deepEqual((await connection.heard(messageType.assetsHeld))[1], [Uint8Array.fromHex(digest)]);
    connection.task(1, 1, slowInput(1), [digest]);
    assert.deepEqual((await connection.heard(messageType.result, 1))[3], asset);
    assert.equal(coordinator.fetched.length, fetchedBefore, "bundle and asset come from disk");
  });
});

Deno.test("worker fails a task whose asset is unknown, or whose bytes are not what the digest says", async () => {
  await using coordinator = new FakeCoordinator(signer);
  const strange = await sha256Hex(new TextEncoder().encode("what was asked for"));
  coordinator.blobs.set(strange, new TextEncoder().encode("what came"));
  await withWorkers(async ({ start }) => {
    await start(coordinator.url);
    const connection = await coordinator.joined("s1", false, assetEcho);
    connection.task(1, 1, slowInput(1), ["00".repeat(32)]);
    assert.equal((await connection.heard(messageType.failure, 1))[3], "task.asset_unknown");
    connection.task(2, 1, slowInput(1), [strange]);
    const failure = await connection.heard(messageType.failure, 2);
    assert.equal(failure[3], "kernel.environment");
    assert.match(failure[4], /another digest/);
  });
});

Deno.test("worker delivers on the resumed connection what it computed while the line was cut", async () => {
  await using coordinator = new FakeCoordinator(signer);
  await using cable = new Cable(coordinator.url);
  await withWorkers(async ({ start }) => {
    const worker = await start(cable.url);
    const before = await coordinator.joined("s1", false, slowEcho);
    before.task(1, 1, slowInput(50_000_000));
    before.task(2, 1, slowInput(50_000_000, [2]));
    await eventually("both tasks in hand", () => worker.status().inHand === 2);
    cable.cut();
    const after = await coordinator.connection();
    assert.equal(after.asked, "s1");
    after.welcome("s1", true);
    await after.heard(messageType.result, 1);
    assert.deepEqual((await after.heard(messageType.result, 2))[3], slowInput(50_000_000, [2]));
    assert.deepEqual(before.messages.filter((message) => message[0] === messageType.result), []);
  });
});

Deno.test("worker discards what it computed for a coordinator that has restarted", async () => {
  await using first = new FakeCoordinator(signer);
  await using second = new FakeCoordinator(signer);
  await using cable = new Cable(first.url);
  await withWorkers(async ({ start }) => {
    const worker = await start(cable.url);
    const before = await first.joined("s1", false, slowEcho);
    before.task(1, 1, slowInput(100_000_000));
    before.task(2, 1, slowInput(1_000));
    await eventually("both tasks in hand", () => worker.status().inHand === 2);
    cable.leadTo(second.url);
    cable.cut();
    const after = await second.joined("t1", false, slowEcho);
    after.task(1, 1, slowInput(1, [7]));
    assert.deepEqual(
      (await after.heard(messageType.result, 1))[3],
      slowInput(1, [7]),
      "not the old attempt 1",
    );
    assert.equal(after.messages.filter((message) => message[0] === messageType.result).length, 1);
  });
});

Deno.test("worker gets along with a coordinator that takes its time", async () => {
  await using coordinator = new FakeCoordinator(signer);
  coordinator.delayMs = 300;
  await withWorkers(async ({ start }) => {
    await start(coordinator.url);
    const connection = await coordinator.joined("s1", false, slowEcho);
    connection.task(1, 1, slowInput(1));
    await connection.heard(messageType.result, 1);
    assert.equal(coordinator.connections.length, 1);
  });
});

Deno.test("worker drops a coordinator that has gone silent, and resumes", async () => {
  await using coordinator = new FakeCoordinator(signer);
  await using cable = new Cable(coordinator.url);
  await withWorkers(async ({ start }) => {
    const worker = await start(cable.url, {}, { session: { silenceMsMax: 600 } });
    await coordinator.joined("s1", false);
    cable.stalled = true;
    await eventually("the worker to give up", () => worker.status().doing === "connecting");
    assert.match(worker.status().reason, /silent/);
    cable.stalled = false;
    const after = await coordinator.connection();
    assert.equal(after.asked, "s1");
  });
});

Deno.test("worker answers a frame it cannot read with a coded close, and connects again", async () => {
  await using coordinator = new FakeCoordinator(signer);
  await withWorkers(async ({ start }) => {
    await start(coordinator.url);
    const frames = [
      new Uint8Array([0xc1]),
      new Uint8Array([0x91, 0x91, 0xcc, 0xee]),
      "text",
      new Uint8Array([]),
    ];
    for (const [i, frame] of frames.entries()) {
      const connection = await coordinator.connection();
      connection.welcome(`s${i}`, false);
      await connection.heard(messageType.ready);
      connection.sendRaw(frame);
      const closed = await eventually("a close", () => connection.closed);
      assert.equal(closed.code, 4400, `frame ${i}: ${closed.reason}`);
    }
    const connection = await coordinator.joined("s9", false, slowEcho);
    connection.task(1, 1, slowInput(1));
    await connection.heard(messageType.result, 1);
  });
});

Deno.test("worker gets a new token when the coordinator does not know the old one any more", async () => {
  await using first = new FakeCoordinator(signer);
  await using second = new FakeCoordinator(signer);
  await using cable = new Cable(first.url);
  await withWorkers(async ({ start, said }) => {
    await start(cable.url, {}, { session: { backoffMsBase: 1, refusedMs: 60_000 } });
    await first.joined("s1", false);
    cable.leadTo(second.url);
    cable.cut();
    await second.joined("t1", false);
    assert.ok(!said.some((text) => text.includes("auth.")), said.join("\n"));
  });
});

Deno.test("worker hands back what waits when it pauses, and takes work again when it resumes", async () => {
  await using coordinator = new FakeCoordinator(signer);
  await withWorkers(async ({ start }) => {
    const worker = await start(coordinator.url);
    const connection = await coordinator.joined("s1", false, slowEcho);
    connection.task(1, 1, slowInput(200_000_000));
    connection.task(2, 1, slowInput(1));
    connection.task(3, 1, slowInput(1));
    await eventually("all tasks in hand", () => worker.status().inHand === 3);
    worker.command({ type: "pause", reason: "the helper paused", forMs: null });
    assert.deepEqual((await connection.heard(messageType.pause)).slice(1), ["the helper paused", null]);
    const back = await connection.heard(messageType.handBack);
    assert.deepEqual(back[1].map(([attempt]) => attempt).toSorted(), [2, 3]);
    await connection.heard(messageType.result, 1);
    worker.command({ type: "resume" });
    await connection.heard(messageType.resume);
    connection.task(4, 1, slowInput(1));
    await connection.heard(messageType.result, 4);
  });
});

Deno.test("worker takes a kernel out of service that keeps ending its threads, says why, and computes all others", async () => {
  await using coordinator = new FakeCoordinator(signer);
  // It takes a hundred times as long as it may, and nothing inside its thread can end it before.
  const { parts, task } = cases.find(({ name }) => name === "a straight line that nothing can interrupt")!;
  const limits = { ...task?.manifest?.limits, wallMsMax: 10 };
  const deaf = await signKernel(meter(kernel(parts)), signer, { id: "deaf", limits });
  await withWorkers(async ({ start, said }) => {
    const worker = await start(coordinator.url, {}, {
      createIsolate: (stock) => createIsolate({ stock, graceMs: 10 }),
    });
    const connection = await coordinator.joined("s1", false, slowEcho, deaf);
    const refusal = () =>
      connection.messages.find((message) => message[0] === messageType.kernelState && !message[2]);
    for (let attempt = 1; attempt <= lostCellsMax; attempt++) {
      assert.equal(refusal(), undefined, `not before the limit, after ${attempt - 1}`);
      connection.task(attempt, 2, slowInput(1));
      await connection.heard(messageType.failure, attempt);
    }
    const refused = await eventually("the refusal", refusal);
    assert.deepEqual(refused.slice(1, 4), [2, false, "kernel.unfit"]);
    assert.match(String(refused[4]), /^deaf 1\.0\.0 ended what it runs in 5 times within 10 minutes$/);
    assert.deepEqual(worker.status().outOfService, [refused[4]]);
    assert.equal(said.filter((text) => text.startsWith("Kernel taken out of service: deaf 1.0.0")).length, 1);
    connection.task(100, 2, slowInput(1));
    assert.equal((await connection.heard(messageType.failure, 100))[3], "kernel.unknown");
    connection.task(101, 1, slowInput(1));
    assert.deepEqual((await connection.heard(messageType.result, 101))[3], slowInput(1));
    connection.close(1012);
    const again = await coordinator.joined("s2", false, slowEcho);
    again.offer(2, deaf);
    const still = await eventually(
      "the refusal after the drop",
      () => again.messages.find((message) => message[0] === messageType.kernelState && message[1] === 2),
    );
    assert.deepEqual(still.slice(1, 4), [2, false, "kernel.unfit"]);
  });
});

// What a worker runs, and what it refuses: signers, digests, releases.
import { messageType, sha256Hex } from "../../protocol/mod.ts";
import { endorse, generateSigner, signerEntries } from "../../sandbox/mod.ts";
import { assert } from "../deps.ts";
import { eventually, type FakeConnection, FakeCoordinator } from "./worker_fake_coordinator.ts";
import { type SignedKernel, signKernel, slowInput, tinyCores } from "./worker_kernels.ts";
import { end, withWorkers } from "./worker_rig.ts";

const signer = await generateSigner();
const other = await generateSigner();
const release2 = await signKernel(tinyCores.slowEcho, signer, { id: "slow-echo", release: 2 });

/** Offers a kernel as number 1 and returns what the worker says of it. */
async function stateOf(
  coordinator: FakeCoordinator,
  connection: FakeConnection,
  kernel: SignedKernel,
): Promise<readonly [boolean, string | null]> {
  for (const [digest, bytes] of kernel.blobs) {
    if (!coordinator.blobs.has(digest)) coordinator.blobs.set(digest, bytes);
  }
  connection.offer(1, kernel);
  const [, , isReady, code] = await connection.heard(messageType.kernelState, 1);
  return [isReady, code];
}

Deno.test("worker refuses a kernel that another key than the pinned one signed, and computes nothing with it", async () => {
  await using coordinator = new FakeCoordinator(other);
  const foreign = await signKernel(tinyCores.slowEcho, other);
  await withWorkers(async ({ start, said }) => {
    await start(coordinator.url, { signers: [signer.publicKey] });
    const connection = await coordinator.joined("s1", false);
    assert.deepEqual(await stateOf(coordinator, connection, foreign), [false, "bundle.signature"]);
    connection.task(1, 1, slowInput(1));
    assert.equal((await connection.heard(messageType.failure, 1))[3], "kernel.unknown");
    assert.ok(said.some((text) => text.includes(other.publicKey.toHex()) && text.includes("does not trust")));
  });
});

Deno.test("worker keeps the signers it trusted on first use, and refuses others afterwards", async () => {
  await using coordinator = new FakeCoordinator(signer);
  await withWorkers(async ({ start, said, folder }) => {
    const config = { dataDir: `${folder}/same` };
    await end(await startAndJoin());
    coordinator.signers = signerEntries(new Map([[other.keyId, other.publicKey]]));
    const foreign = await signKernel(tinyCores.slowEcho, other);
    const worker = await start(coordinator.url, config);
    let connection = await coordinator.joined("s2", false);
    assert.deepEqual(await stateOf(coordinator, connection, foreign), [false, "bundle.signature"]);
    assert.ok(said.some((text) => text.includes(`--signer ${other.publicKey.toHex()}`)), said.join("\n"));
    await end(worker);
    await start(coordinator.url, { ...config, signers: [other.publicKey] });
    connection = await coordinator.joined("s3", false);
    assert.deepEqual(await stateOf(coordinator, connection, foreign), [true, null]);

    async function startAndJoin() {
      const worker = await start(coordinator.url, config);
      await coordinator.joined("s1", false, release2);
      return worker;
    }
  });
});

Deno.test("worker follows a signer to the next one without a moment in which it runs nothing, and drops the old one", async () => {
  await using coordinator = new FakeCoordinator(signer);
  await withWorkers(async ({ start, said, folder }) => {
    const config = { dataDir: `${folder}/same` };
    const first = await start(coordinator.url, config);
    let connection = await coordinator.joined("s1", false, release2);
    await end(first);
    // The operator rotates: both are listed, everything is signed by the next one.
    const next = await endorse(other, signer);
    coordinator.signers = [...coordinator.signers, next];
    const resigned = await signKernel(tinyCores.slowEcho, other, { id: "slow-echo", release: 2 });
    const second = await start(coordinator.url, config);
    connection = await coordinator.joined("s2", false);
    assert.deepEqual(await stateOf(coordinator, connection, resigned), [true, null]);
    await end(second);
    // The old one is retired: what it signed, also what ran before, is refused now.
    coordinator.signers = [next];
    await start(coordinator.url, config);
    connection = await coordinator.joined("s3", false);
    assert.deepEqual(await stateOf(coordinator, connection, release2), [false, "bundle.signature"]);
    connection.offer(2, resigned);
    assert.deepEqual((await connection.heard(messageType.kernelState, 2)).slice(2, 4), [true, null]);
    assert.ok(said.some((text) => text.includes(other.keyId) && text.includes("vouches for it")));
    assert.ok(said.some((text) => text.includes(signer.keyId) && text.includes("not run any longer")));
  });
});

Deno.test("worker refuses bundle files whose bytes have another digest", async () => {
  await using coordinator = new FakeCoordinator(signer);
  await withWorkers(async ({ start }) => {
    await start(coordinator.url);
    const connection = await coordinator.joined("s1", false);
    coordinator.blobs.set(await sha256Hex(tinyCores.slowEcho), tinyCores.spin);
    assert.deepEqual(await stateOf(coordinator, connection, release2), [false, "bundle.digest"]);
  });
});

Deno.test("worker refuses an older release of a kernel than it has seen, also after a restart", async () => {
  await using coordinator = new FakeCoordinator(signer);
  const release1 = await signKernel(tinyCores.slowEcho, signer, { id: "slow-echo", release: 1 });
  await withWorkers(async ({ start, folder }) => {
    const config = { dataDir: `${folder}/same` };
    const worker = await start(coordinator.url, config);
    await coordinator.joined("s1", false, release2);
    await end(worker);
    await start(coordinator.url, config);
    const connection = await coordinator.joined("s2", false);
    assert.deepEqual(await stateOf(coordinator, connection, release1), [false, "bundle.release"]);
  });
});

Deno.test("worker fetches a file again that was damaged on disk", async () => {
  await using coordinator = new FakeCoordinator(signer);
  await withWorkers(async ({ start, folder }) => {
    const config = { dataDir: `${folder}/same` };
    const worker = await start(coordinator.url, config);
    await coordinator.joined("s1", false, release2);
    await end(worker);
    const core = await sha256Hex(tinyCores.slowEcho);
    await Deno.writeFile(`${config.dataDir}/bundles/${core}`, tinyCores.spin);
    const before = coordinator.fetched.length;
    await start(coordinator.url, config);
    const connection = await coordinator.joined("s2", false, release2);
    assert.deepEqual(coordinator.fetched.slice(before), [core]);
    connection.task(1, 1, slowInput(1, [5]));
    assert.deepEqual((await connection.heard(messageType.result, 1))[3], slowInput(1, [5]));
  });
});

Deno.test("worker proves its identity to the host it dialled, the same after a restart", async () => {
  await using coordinator = new FakeCoordinator(signer);
  await withWorkers(async ({ start, folder }) => {
    const config = { dataDir: `${folder}/same` };
    const first = await start(coordinator.url, config);
    await coordinator.joined("s1", false);
    await end(first);
    const second = await start(coordinator.url, config);
    await coordinator.joined("s2", false);
    assert.equal(second.worker, first.worker);
    const third = await start(coordinator.url, { dataDir: `${folder}/new` });
    await coordinator.joined("s3", false);
    assert.notEqual(third.worker, first.worker);
  });
});

Deno.test("worker takes no work on a machine that cannot stop a runaway", async () => {
  await using coordinator = new FakeCoordinator(signer);
  await withWorkers(async ({ start }) => {
    const failed = { selfTest: () => Promise.reject(new Error("not stopped")) };
    await assert.rejects(start(coordinator.url, {}, failed), /not stopped/);
    assert.equal(coordinator.connections.length, 0);
    await start(coordinator.url); // the data folder was let go
    await eventually("a connection", () => coordinator.connections.length === 1);
  });
});

Deno.test("worker stops a kernel that never ends and goes on with the next task", async () => {
  await using coordinator = new FakeCoordinator(signer);
  const spin = await signKernel(tinyCores.spin, signer, { id: "spin", limits: { wallMsMax: 300 } });
  await withWorkers(async ({ start }) => {
    await start(coordinator.url);
    const connection = await coordinator.joined("s1", false, spin, release2);
    connection.task(1, 1, slowInput(1));
    connection.task(2, 2, slowInput(1));
    assert.equal((await connection.heard(messageType.failure, 1))[3], "kernel.late");
    await connection.heard(messageType.result, 2);
  });
});

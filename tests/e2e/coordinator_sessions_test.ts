import { assert } from "../deps.ts";
import { type Message, messageType as t, type TaskMessage } from "../../protocol/mod.ts";
import { joinBackend, submission } from "./coordinator_backend.ts";
import { trustRules } from "../../coordinator/verify/mod.ts";
import { ask, bearing, reversed, startRig, until } from "./coordinator_rig.ts";
import { answerTo, joinWorker, json, newWorkerKey } from "./coordinator_worker.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
/** Probation and trust shortened, so that a test's worker serves its second result. */
const trust = { ...trustRules, probationResults: 1, recheckRateChecked: 0, recheckRateUnchecked: 0 };
const quick = { scheduler: { trust } };

Deno.test("a backend's task is answered by trusted compute while there is no worker", async () => {
  await using rig = await startRig();
  const backend = await joinBackend(rig.url, rig.key);
  using _peer = backend.peer;
  backend.submit(7, bytes("abc"));
  const answer = await backend.end(7);
  assert.equal(answer[0], t.answer);
  assert.deepEqual(answer[2], reversed(bytes("abc")));
});

Deno.test("a worker past probation answers tasks, under a name of the project's own", async () => {
  await using rig = await startRig(quick);
  const worker = await joinWorker(rig.url);
  using _worker = worker.peer;
  const backend = await joinBackend(rig.url, rig.key);
  using _backend = backend.peer;
  let source: unknown = null;
  for (let i = 1; source === null && i <= 50; i++) {
    backend.submit(i, bytes(`task ${i}`));
    const answer = await backend.end(i);
    assert.equal(answer[0], t.answer);
    source = answer[10] ?? null;
  }
  assert.match(String(source), /^[0-9a-f]{16}$/);
  assert.notEqual(source, worker.worker.slice(0, 16));
});

Deno.test("a frame to a worker names no project, key or session of a backend", async () => {
  await using rig = await startRig();
  const tasks: TaskMessage[] = [];
  const worker = await joinWorker(rig.url, { onTask: (task) => tasks.push(task) });
  using _worker = worker.peer;
  const backend = await joinBackend(rig.url, rig.key);
  using _backend = backend.peer;
  backend.submit(4_242_424, bytes("abc"), { key: "remember-me" });
  await backend.end(4_242_424);
  const [task] = await worker.peer.until("a shadow", () => tasks.length > 0 && tasks);
  const shown = JSON.stringify(task);
  for (const secret of [rig.key, backend.session, "remember-me", "4242424"]) {
    assert.ok(!shown.includes(secret));
  }
  assert.equal(task!.length, 12);
  assert.deepEqual([task![10], task![11]], [null, null]);
});

Deno.test("an answer that came while a backend was away is delivered when it resumes, once, though it repeats its request", async () => {
  await using rig = await startRig();
  rig.compute.hold = true;
  const before = await joinBackend(rig.url, rig.key);
  before.submit(1, bytes("away"), { deadlineMs: 20_000 });
  await until(async () => (await rig.running.status()).queue.local.running === 1);
  before.peer.drop();
  await until(async () => (await rig.running.status()).backends.connected === 0);
  rig.compute.release();
  await until(async () => (await rig.running.status()).queue.inFlight === 0);
  const after = await joinBackend(rig.url, rig.key, before.session);
  using _peer = after.peer;
  assert.deepEqual([after.resumed, after.session], [true, before.session]);
  after.submit(1, bytes("away"));
  after.submit(2, bytes("next"));
  assert.deepEqual((await after.end(1))[2], reversed(bytes("away")));
  await after.end(2);
  const answers = after.peer.received.filter((message) => message[0] === t.answer && message[1] === 1);
  assert.equal(answers.length, 1);
  assert.equal((await rig.running.status()).tasks.submitted, 2);
});

Deno.test("a resumed backend that repeats a request in flight gets one answer, and the task runs once", async () => {
  await using rig = await startRig();
  rig.compute.hold = true;
  const before = await joinBackend(rig.url, rig.key);
  before.submit(1, bytes("kept"), { deadlineMs: 20_000 });
  await until(async () => (await rig.running.status()).queue.local.running === 1);
  before.peer.drop();
  const after = await joinBackend(rig.url, rig.key, before.session);
  using _peer = after.peer;
  after.submit(1, bytes("kept"), { deadlineMs: 20_000 });
  after.submit(2, bytes("other"), { deadlineMs: 20_000 });
  await until(async () => (await rig.running.status()).tasks.submitted === 2);
  rig.compute.release();
  await Promise.all([after.end(1), after.end(2)]);
  assert.equal((await rig.running.status()).tasks.submitted, 2);
});

Deno.test("nobody resumes another project's session", async () => {
  await using rig = await startRig();
  const mine = await joinBackend(rig.url, rig.key);
  using _mine = mine.peer;
  const made = await ask(
    `${rig.url}/v1/admin/projects`,
    bearing(rig.running.operatorToken, json({ name: "other" })),
  );
  const theirs = await joinBackend(rig.url, String(made.body["key"]), mine.session);
  using _theirs = theirs.peer;
  assert.equal(theirs.resumed, false);
  assert.notEqual(theirs.session, mine.session);
});

Deno.test("a backend that closes with 1000 is gone: its tasks end and its session cannot be resumed", async () => {
  await using rig = await startRig();
  rig.compute.hold = true;
  const backend = await joinBackend(rig.url, rig.key);
  backend.submit(1, bytes("unwanted"), { deadlineMs: 20_000 });
  await until(async () => (await rig.running.status()).queue.local.running === 1);
  backend.peer.close();
  await until(async () => (await rig.running.status()).queue.inFlight === 0);
  const again = await joinBackend(rig.url, rig.key, backend.session);
  using _again = again.peer;
  assert.equal(again.resumed, false);
});

Deno.test("a withdrawn task ends with task.cancelled", async () => {
  await using rig = await startRig();
  rig.compute.hold = true;
  const backend = await joinBackend(rig.url, rig.key);
  using _peer = backend.peer;
  backend.peer.send(submission(1, bytes("x"), { deadlineMs: 20_000 }), [t.withdraw, 1]);
  const end = await backend.end(1);
  assert.deepEqual([end[0], end[2]], [t.refusal, "task.cancelled"]);
});

Deno.test("what cannot be admitted is refused with a code, and the connection goes on", async () => {
  await using rig = await startRig();
  const backend = await joinBackend(rig.url, rig.key);
  using _peer = backend.peer;
  const asset = new Uint8Array(32);
  const cases: readonly [number, Uint8Array, Parameters<typeof submission>[2], string][] = [
    [1, bytes("x"), { kernelNo: 99 }, "kernel.unknown"],
    [2, new Uint8Array(65 * 1024), {}, "task.too_large"],
    [3, bytes("x"), { assets: [asset] }, "task.asset_unknown"],
    [4, bytes("x"), { assets: [asset, asset, asset] }, "task.too_large"],
    [5, bytes("x"), { fuelLimit: 10 }, "kernel.exhausted"],
  ];
  for (const [no, input, fields] of cases) backend.submit(no, input, fields);
  for (const [no, , , code] of cases) {
    const end = await backend.end(no);
    assert.deepEqual([end[0], end[2]], [t.refusal, code]);
  }
  backend.submit(6, bytes("x"));
  assert.equal((await backend.end(6))[0], t.answer);
});

Deno.test("the same idempotency key gives the same answer without a second task, and another task under it is refused", async () => {
  await using rig = await startRig();
  const backend = await joinBackend(rig.url, rig.key);
  using _peer = backend.peer;
  backend.submit(1, bytes("once"), { key: "k" });
  const first = await backend.end(1);
  backend.submit(2, bytes("once"), { key: "k" });
  assert.deepEqual((await backend.end(2)).slice(2), first.slice(2));
  backend.submit(3, bytes("other"), { key: "k" });
  assert.deepEqual((await backend.end(3))[2], "request.invalid");
  assert.equal((await rig.running.status()).tasks.submitted, 1);
});

Deno.test("a worker's result delivered after a resume still counts", async () => {
  await using rig = await startRig(quick);
  rig.compute.hold = true;
  const tasks: TaskMessage[] = [];
  const first = await joinWorker(rig.url, { onTask: (task) => tasks.push(task) });
  const backend = await joinBackend(rig.url, rig.key);
  using _backend = backend.peer;
  backend.submit(1, bytes("shadowed"), { deadlineMs: 30_000 });
  const [task] = await first.peer.until("a task", () => tasks.length > 0 && tasks);
  first.peer.drop();
  await until(async () => (await rig.running.status()).workers[0]?.state === "dropped");
  const second = await joinWorker(rig.url, { key: first.key, session: first.session });
  using _second = second.peer;
  assert.deepEqual([second.resumed, second.session], [true, first.session]);
  second.peer.send(answerTo(task!));
  await until(async () => (await rig.running.status()).workers[0]?.answered === 1);
  rig.compute.release();
  await backend.end(1);
  const status = await rig.running.status();
  assert.deepEqual([status.workers.length, status.scheduling.unknownResults], [1, 0]);
});

Deno.test("results of attempts that a worker was never given are counted and change nothing", async () => {
  await using rig = await startRig();
  const worker = await joinWorker(rig.url);
  using _worker = worker.peer;
  const forged: Message[] = [1, 2, 3].map((no) => [t.result, no, 7, bytes("lie"), 1_000, 5, null]);
  worker.peer.send(...forged, [t.failure, 9, 9, "kernel.trapped", "", 0, 0]);
  await until(async () => (await rig.running.status()).scheduling.unknownResults === 4);
  const [standing] = (await rig.running.status()).workers;
  assert.deepEqual([standing?.state, standing?.answered], ["connected", 0]);
});

Deno.test("a second session of the same key takes over from the first", async () => {
  await using rig = await startRig();
  const key = await newWorkerKey();
  const first = await joinWorker(rig.url, { key });
  await until(async () => (await rig.running.status()).workers[0]?.state === "connected");
  const second = await joinWorker(rig.url, { key });
  using _second = second.peer;
  assert.deepEqual(await first.peer.closed, { code: 4409, reason: "protocol.order" });
  await until(async () => {
    const { workers } = await rig.running.status();
    return workers.length === 1 && workers[0]?.state === "connected";
  });
  assert.equal(second.worker, first.worker);
});

Deno.test("a worker that pauses, hands back and says goodbye leaves no task behind", async () => {
  await using rig = await startRig();
  const worker = await joinWorker(rig.url, {
    onTask: ([, attempt, fence], peer) => {
      peer.send([t.pause, "a game runs", null], [t.handBack, [[attempt, fence]], "paused"]);
    },
  });
  const backend = await joinBackend(rig.url, rig.key);
  using _backend = backend.peer;
  backend.submit(1, bytes("a"));
  await backend.end(1);
  await until(async () => (await rig.running.status()).workers[0]?.state === "paused");
  const [paused] = (await rig.running.status()).workers;
  assert.deepEqual([paused?.reason, paused?.inFlight], ["a game runs", 0]);
  worker.peer.send([t.goodbye, "that was it"]);
  assert.equal((await worker.peer.closed).code, 1000);
  await until(async () => (await rig.running.status()).workers.length === 0);
});

Deno.test("a worker is told what it earned", async () => {
  await using rig = await startRig({ ...quick, gateway: { sweepMs: 20, creditMs: 20 } });
  const worker = await joinWorker(rig.url);
  using _worker = worker.peer;
  const backend = await joinBackend(rig.url, rig.key);
  using _backend = backend.peer;
  for (let i = 1; i <= 5; i++) {
    backend.submit(i, bytes(`task ${i}`));
    await backend.end(i);
  }
  await worker.peer.until(
    "credit",
    () => worker.peer.received.some((each) => each[0] === t.credit && each[1] > 0),
  );
});

// What is known of workers, and what they are owed, on the disk of a coordinator: found again by the next one, whether the
// first one stopped in order or its machine lost power.
import { trustRules } from "../../coordinator/verify/mod.ts";
import { messageType as t } from "../../protocol/mod.ts";
import { withTempFolder } from "../../tools/temp_folder.ts";
import { assert } from "../deps.ts";
import { joinBackend } from "./coordinator_backend.ts";
import { ask, bearing, type CoordinatorRig, fuelOf, startRig, until } from "./coordinator_rig.ts";
import { answerTo, joinWorker, json, newWorkerKey, type WorkerKey } from "./coordinator_worker.ts";

const probationResults = 3;
const trust = { ...trustRules, probationResults, recheckRateChecked: 0, recheckRateUnchecked: 0 };
const start = (path: string) => startRig({ scheduler: { trust } }, { mode: "open", bits: 0 }, path);
const files = ["", "-wal"] as const;

/** Who takes part; keys outlive coordinators. */
interface Cast {
  readonly honest: WorkerKey;
  readonly liar: WorkerKey;
  readonly newcomer: WorkerKey;
}

/** What a coordinator says of a worker, by its key. */
async function standingOf({ running }: CoordinatorRig, id: string) {
  const { workers } = await running.status();
  const found = workers.find((worker) => worker.id === id);
  const [kernel] = found?.kernels ?? [];
  return { state: found?.state, credit: found?.credit, stage: kernel?.stage, progress: kernel?.progress };
}

/** Until each has the standing that the test is about; answers their ids. */
async function play(rig: CoordinatorRig, { honest, liar, newcomer }: Cast) {
  const backend = await joinBackend(rig.url, rig.key);
  using _backend = backend.peer;
  let no = 0;
  const one = async () => {
    backend.submit(++no, new TextEncoder().encode(`task ${no}`));
    assert.equal((await backend.end(no))[0], t.answer);
  };
  const liars = await joinWorker(rig.url, {
    key: liar,
    onTask: (task, peer) => {
      const [, attempt, fence, , input] = task;
      peer.send([t.result, attempt, fence, input.map((byte) => ~byte), fuelOf(input), 100, null]);
    },
  });
  await until(async () => {
    await one();
    return (await standingOf(rig, liars.worker)).state === "quarantined";
  });
  liars.peer.drop();
  const honests = await joinWorker(rig.url, { key: honest });
  // Trusted, and then served from: its credit is pending until the window of its results closes.
  await until(async () => {
    await one();
    const { stage, credit } = await standingOf(rig, honests.worker);
    return stage === "trusted" && (credit?.pending ?? 0) > 0 && (credit?.granted ?? 0) > 0;
  });
  honests.peer.drop();
  let seen = 0;
  const newcomers = await joinWorker(rig.url, {
    key: newcomer,
    onTask: (task, peer) => ++seen > 1 || peer.send(answerTo(task)),
  });
  await until(async () => {
    await one();
    return (await standingOf(rig, newcomers.worker)).progress === 1;
  });
  newcomers.peer.drop();
  return { honest: honests.worker, liar: liars.worker, newcomer: newcomers.worker };
}

/** The next coordinator knows everybody as the one before did. */
async function assertKnown(path: string, cast: Cast, ids: Awaited<ReturnType<typeof play>>): Promise<void> {
  await using rig = await start(path);
  const join = (key: WorkerKey) => joinWorker(rig.url, { key, onTask: () => {} });
  using _honest = (await join(cast.honest)).peer;
  using _liar = (await join(cast.liar)).peer;
  using _newcomer = (await join(cast.newcomer)).peer;
  await until(async () => {
    const { workers } = await rig.running.status();
    return workers.length === 3 &&
      workers.every(({ kernels, state }) => state === "quarantined" || kernels.length > 0);
  });
  const [honest, liar, newcomer] = [
    await standingOf(rig, ids.honest),
    await standingOf(rig, ids.liar),
    await standingOf(rig, ids.newcomer),
  ];
  assert.deepEqual([honest.state, honest.stage], ["connected", "trusted"]);
  assert.equal(liar.state, "quarantined");
  assert.deepEqual([newcomer.stage, newcomer.progress], ["probation", 1]);
  const { claimed = 0, pending, granted = 0, refused = 0 } = honest.credit ?? {};
  assert.ok(claimed > 0 && granted > 0);
  assert.deepEqual([pending, granted + refused], [0, claimed], "what was pending is decided");
}

async function newCast(): Promise<Cast> {
  const [honest, liar, newcomer] = await Promise.all([newWorkerKey(), newWorkerKey(), newWorkerKey()]);
  return { honest: honest!, liar: liar!, newcomer: newcomer! };
}

Deno.test("trust, quarantine and credit are what they were after a coordinator has stopped and another started", async () => {
  await withTempFolder(async (folder) => {
    const path = `${folder}/p2c2r.sqlite`;
    const cast = await newCast();
    let ids: Awaited<ReturnType<typeof play>> | undefined;
    {
      await using rig = await start(path);
      ids = await play(rig, cast);
    }
    await assertKnown(path, cast, ids);
  });
});

Deno.test("trust, quarantine and credit are what they were after a coordinator has lost its machine", async () => {
  await withTempFolder(async (folder) => {
    const path = `${folder}/p2c2r.sqlite`;
    const cast = await newCast();
    await using rig = await start(path);
    const ids = await play(rig, cast);
    // What was last written of each has reached the disk; then it is as it is found there at any moment.
    await until(async () => {
      const [honest, liar, newcomer] = await Promise.all(
        [ids.honest, ids.liar, ids.newcomer].map((id) => rig.store.workers.load(id)),
      );
      const stageOf = (known: typeof honest) => known?.record.kernels.get("reverse@1.0.0");
      return (liar?.record.quarantinedUntilMs ?? 0) > 0 && stageOf(honest)?.stage === "trusted" &&
        stageOf(newcomer)?.progress === 1;
    });
    for (const end of files) await Deno.copyFile(path + end, `${folder}/found.sqlite${end}`);
    await assertKnown(`${folder}/found.sqlite`, cast, ids);
  });
});

Deno.test("an invite that is used up stays used up after a restart, and who came by it stays welcome", async () => {
  await withTempFolder(async (folder) => {
    const path = `${folder}/p2c2r.sqlite`;
    const policy = { mode: "invite", bits: 0 } as const;
    const [first, second] = [await newWorkerKey(), await newWorkerKey()];
    let token = "";
    {
      await using rig = await startRig({}, policy, path);
      const made = await ask(
        `${rig.url}/v1/admin/invites`,
        bearing(rig.running.operatorToken, json({ name: "club", uses: 1 })),
      );
      token = String(made.body["token"]);
      await joinWorker(rig.url, { key: first, invite: token });
    }
    await using rig = await startRig({}, policy, path);
    using _known = (await joinWorker(rig.url, { key: first })).peer;
    await assert.rejects(joinWorker(rig.url, { key: second, invite: token }));
  });
});

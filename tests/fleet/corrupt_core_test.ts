// A recheck against a deliberately corrupted core: one byte of it was changed, and its outputs pass every check, or do not.
import { assert } from "../deps.ts";
import { sourceOf } from "../../coordinator/gateway/mod.ts";
import type { Answer, Client, Revocation } from "../../sdk/mod.ts";
import { corruptCore, sameBytes, TurningIsolates } from "./corrupt_core.ts";
import { always, Draws, never } from "./draws.ts";
import { eventually } from "./eventually.ts";
import { kernelOf, runTask, withFleet } from "./fleet.ts";
import { Referee } from "./real_kernels.ts";
import { chunks, paths, type Work } from "./work.ts";

const inputsWanted = 120;
const wrongWanted = 3;
/** Tasks in flight at once: enough for both workers to have some. */
const togetherCount = 6;

/** An answer beside what it should have been. */
interface Judged {
  readonly answer: Answer;
  readonly input: Uint8Array;
  readonly right: Uint8Array;
  readonly isRight: boolean;
}

async function judged(client: Client, referee: Referee, work: Work, input: Uint8Array): Promise<Judged> {
  const [answer, right] = await Promise.all([
    runTask(client, work, input),
    referee.output(work.kernel, input, work.asset),
  ]);
  return { answer, input, right, isRight: sameBytes(answer.output, right) };
}

/** The next task; that the tasks run out means that what was waited for did not come. */
function nextOf(inputs: Uint8Array[]): Uint8Array {
  const input = inputs.shift();
  assert.ok(input !== undefined, "the worker was not found in all these tasks");
  return input;
}

Deno.test("a recheck finds a worker whose core differs in one byte, and all it served is set right", async () => {
  const work = chunks(12);
  await using referee = new Referee();
  const { bundle, inputs } = await corruptCore(referee, work, "unnoticed", inputsWanted);
  using draws = new Draws(never);
  await withFleet({}, async (fleet) => {
    const { project, key } = await fleet.project("corrupt core");
    const client = await fleet.connect(key);
    const revocations: Revocation[] = [];
    client.onRevoked((revocation) => revocations.push(revocation));
    const turning = new TurningIsolates(bundle);
    const honest = await fleet.join("honest");
    const corrupt = await fleet.join("corrupt", { createIsolate: turning.create });
    await fleet.trustAll(client, work);
    // A claim of more fuel than trusted compute has seen is recomputed whatever is drawn: none here will claim more.
    await runTask(client, work, nextOf(inputs), "always");
    const some = () =>
      Promise.all(inputs.splice(0, togetherCount).map((input) => judged(client, referee, work, input)));

    turning.corrupted = true;
    const wrong: Judged[] = [];
    while (wrong.length < wrongWanted && inputs.length > 0) {
      wrong.push(...(await some()).filter(({ isRight }) => !isRight));
    }
    assert.ok(wrong.length >= wrongWanted, "nothing is rechecked, so wrong answers are served");
    const corruptSource = sourceOf(project, corrupt.worker);
    for (const { answer } of wrong) {
      assert.deepEqual([answer.source, answer.verified], [corruptSource, "checked"]);
    }

    draws.value = always;
    await eventually("the worker with the corrupted core is quarantined", async () => {
      assert.ok(inputs.length > 0, "it was not found in all these tasks");
      for (const each of await some()) {
        if (each.isRight) continue;
        assert.equal(each.answer.verified, "checked", "what is rechecked first is served right");
        wrong.push(each);
      }
      const { workers } = await fleet.status();
      return workers.some(({ id, state }) => id === corrupt.worker && state === "quarantined");
    });
    await eventually("every wrong answer is revoked", () => revocations.length >= wrong.length);
    for (const { answer, right } of wrong) {
      const told = revocations.filter(({ task }) => task === answer.task);
      assert.deepEqual(told.map(({ output }) => output), [right], "once, with the right bytes");
    }
    assert.equal(revocations.length, wrong.length, "no right answer is revoked");

    // Asked again, an answer comes from trusted compute or the honest worker, not from what the cache held.
    for (const { input } of wrong) assert.ok((await judged(client, referee, work, input)).isRight);
    const { workers, trust } = await fleet.status();
    const of = (id: string) => workers.find((worker) => worker.id === id)!;
    // Its check looks at some cells: now and then it sees what is wrong by itself.
    assert.match(
      of(corrupt.worker).reason ?? "",
      /differs from two trusted computations|refused by its check/,
    );
    assert.equal(kernelOf(of(corrupt.worker), work.kernel)?.stage, "probation");
    await eventually("its pending credit is gone", async () => {
      const { workers } = await fleet.status();
      return workers.find(({ id }) => id === corrupt.worker)?.credit?.pending === 0;
    });
    assert.deepEqual([of(honest.worker).state, kernelOf(of(honest.worker), work.kernel)?.stage], [
      "connected",
      "trusted",
    ]);
    assert.deepEqual([trust.caught > 0, trust.revoked], [true, wrong.length]);
    assert.ok(draws.made > 0, "the coordinator drew");
  });
});

Deno.test("a check finds a worker whose core answers wrongly at once, and nothing wrong is served", async () => {
  const work = paths(13, 128, 12);
  await using referee = new Referee();
  const { bundle, inputs } = await corruptCore(referee, work, "noticed", inputsWanted / 4);
  using draws = new Draws(never);
  await withFleet({}, async (fleet) => {
    const client = await fleet.connect();
    const turning = new TurningIsolates(bundle);
    const corrupt = await fleet.join("corrupt", { createIsolate: turning.create });
    await fleet.trustAll(client, work);
    turning.corrupted = true;
    await eventually("the worker is quarantined", async () => {
      assert.ok((await judged(client, referee, work, nextOf(inputs))).isRight);
      const { workers } = await fleet.status();
      return workers.some(({ id, state }) => id === corrupt.worker && state === "quarantined");
    });
    const { trust, workers } = await fleet.status();
    assert.match(workers[0]!.reason ?? "", /refused by its check.*: Cannot accept/);
    assert.deepEqual([trust.caught, trust.checksFailed > 0, trust.revoked], [1, true, 0]);
    assert.ok(draws.made > 0);
  });
});

Deno.test("a worker whose core was corrupted from the start is found on probation, and serves nothing", async () => {
  const work = chunks(21);
  await using referee = new Referee();
  const { bundle, inputs } = await corruptCore(referee, work, "unnoticed", inputsWanted);
  await withFleet({}, async (fleet) => {
    const client = await fleet.connect();
    const turning = new TurningIsolates(bundle);
    turning.corrupted = true;
    const corrupt = await fleet.join("corrupt", { createIsolate: turning.create });
    await fleet.ready(work);
    await eventually("the worker is quarantined", async () => {
      const { answer, isRight } = await judged(client, referee, work, nextOf(inputs));
      assert.deepEqual([isRight, answer.tier], [true, "local"]);
      const { workers } = await fleet.status();
      return workers.some(({ id, state }) => id === corrupt.worker && state === "quarantined");
    });
    const { trust, tasks } = await fleet.status();
    assert.deepEqual([trust.caught > 0, trust.revoked, tasks.tiers.peer], [true, 0, 0]);
  });
});

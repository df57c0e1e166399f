// Workers and the coordinator's own compute, on real tasks: the same bytes, the same fuel, the same refusals.
import { assert } from "../deps.ts";
import { P2c2rError } from "../../sdk/mod.ts";
import { eventually } from "./eventually.ts";
import { kernelOf, runTask, withFleet } from "./fleet.ts";
import { Referee } from "./real_kernels.ts";
import { paths, piles } from "./work.ts";

const tasksPerKernel = 150;
const togetherCount = 6;

Deno.test("hundreds of real tasks of both kernels come out of workers and of trusted compute bit for bit alike, fuel included", async () => {
  await using referee = new Referee();
  await withFleet({}, async (fleet) => {
    const client = await fleet.connect();
    await fleet.join("one");
    await fleet.join("two");
    const sources = new Set<string>();
    for (const work of [paths(31, 128, 12), piles(32, 80)]) {
      await fleet.trustAll(client, work);
      const before = (await fleet.status()).trust.rechecked;
      let fromPeers = 0;
      const one = async () => {
        const input = work.next();
        const answer = await runTask(client, work, input, "always");
        if (answer.tier === "peer") assert.equal(answer.verified, "rechecked");
        else assert.deepEqual([answer.tier, answer.verified], ["local", "trusted"]);
        if (answer.tier === "peer") fromPeers++;
        assert.deepEqual(answer.output, await referee.output(work.kernel, input, work.asset));
        assert.ok(answer.fuel > 0);
        if (answer.source !== null) sources.add(answer.source);
      };
      for (let done = 0; done < tasksPerKernel; done += togetherCount) {
        await Promise.all(Array.from({ length: togetherCount }, one));
      }
      const { trust, workers } = await fleet.status();
      // On a busy machine a lease can run out, and trusted compute answers in the worker's place.
      assert.ok(fromPeers >= 0.7 * tasksPerKernel, `${fromPeers} answers came from workers`);
      assert.ok(trust.rechecked - before >= fromPeers);
      assert.deepEqual([trust.caught, trust.checksFailed, trust.revoked], [0, 0, 0]);
      for (const worker of workers) assert.equal(kernelOf(worker, work.kernel)?.stage, "trusted");
    }
    assert.equal(sources.size, 2, "both workers took part");
  });
});

Deno.test("a worker's refusal of a malformed input is confirmed in the same words, and counts as right", async () => {
  await withFleet({}, async (fleet) => {
    const client = await fleet.connect();
    const worker = await fleet.join("one");
    const work = paths(33);
    await fleet.trustAll(client, work);
    const rightOf = async () => {
      const { workers } = await fleet.status();
      return kernelOf(workers.find(({ id }) => id === worker.worker)!, work.kernel)!.right;
    };
    const before = await rightOf();
    const refusal = await runTask(client, work, Uint8Array.of(1, 2, 3)).catch((error: unknown) => error);
    assert.ok(refusal instanceof P2c2rError);
    assert.equal(refusal.code, "kernel.refused");
    assert.match(refusal.message, /^Cannot /);
    await eventually("the refusal counts", async () => await rightOf() === before + 1);
    assert.equal((await fleet.status()).trust.caught, 0);
  });
});

// The tier between peers and trusted compute, with real workers: one of the operator's own, joined by the operator's token.
import { assert } from "../deps.ts";
import { eventually } from "./eventually.ts";
import { runTask, withFleet } from "./fleet.ts";
import { paths } from "./work.ts";

Deno.test("a worker of the tier cloud serves, unchecked, what no peer may answer yet", async () => {
  await withFleet({}, async (fleet) => {
    const work = paths(5);
    const invite = fleet.running.operatorToken;
    const rented = await fleet.join("rented", undefined, undefined, { tier: "cloud", invite });
    await fleet.join("newcomer");
    await fleet.ready(work);
    const client = await fleet.connect();
    // A worker that has just started may be slower than its first lease: then trusted compute answers.
    await eventually("the cloud worker answers", async () => {
      const { tier, verified } = await runTask(client, work, work.next());
      assert.ok(tier !== "peer" && verified === "trusted");
      return tier === "cloud";
    });
    const { workers, trust } = await fleet.status();
    const tiers = new Map(workers.map(({ id, tier }) => [id, tier]));
    assert.equal(tiers.get(rented.worker), "cloud");
    assert.deepEqual([trust.checked, [...tiers.values()].sort()], [0, ["cloud", "peer"]]);
  });
});

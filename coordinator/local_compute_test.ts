import { assert } from "../tests/deps.ts";
import { type AssetBytes, type ComputePool, localCompute } from "./local_compute.ts";
import type { CheckOutcome, Outcome, Work } from "./ports.ts";

const asset = Uint8Array.of(4, 2);
const work: Work = { kernel: 1, input: Uint8Array.of(1), assets: ["aa"], fuelLimit: 1e6 };
const done: Outcome = { type: "output", output: asset, fuel: 1, computeUs: 1 };

function rig(assets: Partial<AssetBytes>) {
  const calls: unknown[] = [];
  const reports: unknown[] = [];
  const pool: ComputePool<string> = {
    run: (...call) => (calls.push(call), Promise.resolve(done)),
    check: (...call) => (calls.push(call), { type: "passed" }),
    close: () => Promise.resolve(),
  };
  const compute = localCompute({
    pool,
    bundles: new Map([[1, "bundle"]]),
    assets: { peek: () => undefined, get: () => Promise.resolve(undefined), ...assets },
    report: (error) => reports.push(error),
  });
  return { compute, calls, reports };
}

Deno.test("check() answers at once when the assets are warm, and fetches them when they are not", async () => {
  const warm = rig({ peek: () => asset });
  assert.deepEqual(warm.compute.check(work, asset, 7n, true), { type: "passed" });
  const given = ["bundle", work.input, [{ digest: "aa", bytes: asset }], asset, 7n, true];
  assert.deepEqual(warm.calls, [given]);
  const cold = rig({ get: () => Promise.resolve(asset) });
  const verdict = cold.compute.check(work, asset, 7n, true);
  assert.ok(verdict instanceof Promise);
  assert.deepEqual([await verdict, cold.calls], [{ type: "passed" }, [given]]);
});

Deno.test("an asset that is not here, or cannot be read, is trouble of this machine and never a verdict", async () => {
  const lost = rig({});
  const broken = rig({ get: () => Promise.reject(new Error("disk")) });
  for (const { compute, calls } of [lost, broken]) {
    const outcome = await compute.run(work);
    assert.equal(outcome.type === "failure" && outcome.code, "kernel.environment");
    assert.equal((await compute.check(work, asset, 7n, false) as CheckOutcome).type, "unknown");
    assert.deepEqual(calls, []);
  }
  assert.deepEqual([lost.reports.length, broken.reports.length], [0, 2]);
});

Deno.test("run() computes a task without assets, and fails for a kernel that is not installed", async () => {
  const { compute, calls } = rig({});
  assert.equal(await compute.run({ ...work, assets: [] }), done);
  assert.equal(calls.length, 1);
  assert.equal((await compute.run({ ...work, assets: [], kernel: 2 })).type, "failure");
});

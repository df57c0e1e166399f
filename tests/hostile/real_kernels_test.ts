import { fileURLToPath } from "node:url";
import { assert } from "../deps.ts";
import {
  type Bundle,
  createPool,
  generateSigner,
  loadInstalled,
  type Outcome,
  type Pool,
} from "../../sandbox/mod.ts";
import { box, fixedBox, physics, scene, sphere } from "../../tasks-as/physics/codec.ts";
import { readVectors } from "../../tasks-as/pathfind/testing/vectors.ts";
import { instantiateCore } from "../../tasks-as/testing/core.ts";
import { signBundles } from "../../tools/kernels_sign.ts";
import { withTempFolder } from "../../tools/temp_folder.ts";
import { sha256 } from "./bundles.ts";

const BUNDLES = fileURLToPath(new URL("../../tasks-as/bundles", import.meta.url));

/** The committed bundles, signed by a key made for the test, and a pool of two slots. */
async function withKernels(
  work: (kernels: { pool: Pool; pathfind: Bundle; physics: Bundle }) => Promise<void>,
): Promise<void> {
  await withTempFolder(async (dataDir) => {
    const signer = await generateSigner();
    await signBundles({ bundlesDir: BUNDLES, dataDir, signer });
    const pins = new Map([[signer.keyId, signer.publicKey]]);
    const { bundles, skipped } = await loadInstalled(BUNDLES, `${dataDir}/signatures`, pins);
    assert.deepEqual(skipped, []);
    const newest = (id: string) => bundles.findLast((bundle) => bundle.manifest.id === id) as Bundle;
    const pool = createPool({ slots: 2 });
    try {
      await work({ pool, pathfind: newest("pathfind"), physics: newest("physics") });
    } finally {
      await pool.close();
    }
  });
}

function outputOf(outcome: Outcome): Uint8Array {
  assert.equal(outcome.type, "output", outcome.type === "failure" ? outcome.message : "");
  return outcome.type === "output" ? outcome.output : new Uint8Array(0);
}

Deno.test("pathfind computes in an isolate what its bare core computes, and its check tells answers apart", async () => {
  await withKernels(async ({ pool, pathfind }) => {
    const outputs: Uint8Array[] = [];
    for (const { name, grid, input } of await readVectors()) {
      const assets = [{ digest: await sha256(grid), bytes: grid }];
      const output = outputOf(await pool.run(pathfind, input, assets));
      const bare = instantiateCore(pathfind.module).run(input, [grid]);
      assert.deepEqual(output, bare.type === "ok" && bare.output, name);
      assert.equal(pool.check(pathfind, input, assets, output, 1n, false).type, "passed", name);
      for (const other of outputs) {
        assert.equal(
          pool.check(pathfind, input, assets, other, 1n, false).type,
          "failed",
          `${name}: stale answer`,
        );
      }
      outputs.push(output);
    }
  });
});

Deno.test("physics computes in an isolate what its bare core computes, step after step", async () => {
  await withKernels(async ({ pool, physics: bundle }) => {
    const ground = fixedBox([20, 1, 20], { positionM: [0, -1, 0] });
    const boxes = [1, 2, 3].map((y) => box([0.5, 0.5, 0.5], { positionM: [0, y, 0] }));
    const input = physics.encodeInput(
      scene([ground, ...boxes, sphere(0.5, { positionM: [2, 2, 0] })]),
    );
    const output = outputOf(await pool.run(bundle, input, []));
    const bare = instantiateCore(bundle.module).run(input, []);
    assert.deepEqual(output, bare.type === "ok" && bare.output);
    assert.deepEqual(pool.check(bundle, input, [], output, 7n, false), { type: "passed" });
    const wrong = output.slice(0, -1);
    assert.equal(pool.check(bundle, input, [], wrong, 7n, false).type, "failed");
  });
});

Deno.test("real kernels refuse what is no input with the sentence of their bare core", async () => {
  await withKernels(async ({ pool, pathfind, physics: bundle }) => {
    for (const kernel of [pathfind, bundle]) {
      for (const input of [new Uint8Array(0), new Uint8Array(3), new Uint8Array(64).fill(0xff)]) {
        const outcome = await pool.run(kernel, input, []);
        const bare = instantiateCore(kernel.module).run(input, []);
        assert.equal(outcome.type === "failure" && outcome.code, "kernel.refused");
        assert.equal(outcome.type === "failure" && outcome.message, bare.type === "err" && bare.message);
      }
    }
  });
});

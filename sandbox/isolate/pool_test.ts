import { assert } from "../../tests/deps.ts";
import { bundleOf } from "../../tests/hostile/bundles.ts";
import { kernel, spin } from "../../tests/hostile/kernels.ts";
import { createPool, type Pool } from "./pool.ts";

async function withPool(slots: number, work: (pool: Pool) => Promise<void>): Promise<void> {
  const pool = createPool({ slots });
  try {
    await work(pool);
  } finally {
    await pool.close();
  }
}

Deno.test("run() computes in as many threads as there are slots, and the same slot again after a failure", async () => {
  await withPool(2, async (pool) => {
    const honest = await bundleOf(kernel());
    const spinning = await bundleOf(kernel({ run: spin }), { limits: { wallMsMax: 30 } });
    const inputs = [Uint8Array.of(1), Uint8Array.of(2)] as const;
    for (let i = 0; i < 20; i++) {
      const outcomes = await Promise.all(inputs.map((input) => pool.run(honest, input, [])));
      assert.deepEqual(outcomes.map((one) => one.type === "output" && [...one.output]), [[1], [2]]);
    }
    const [late, right] = await Promise.all([
      pool.run(spinning, inputs[0], []),
      pool.run(honest, inputs[1], []),
    ]);
    assert.equal(late.type === "failure" && late.code, "kernel.late");
    assert.equal(right.type, "output");
    assert.equal((await pool.run(honest, inputs[0], [])).type, "output");
  });
});

Deno.test("run() reports the fuel that the manifest declares", async () => {
  await withPool(1, async (pool) => {
    const bundle = await bundleOf(kernel(), { fuel: { base: 50, perInputByte: 3 } });
    assert.equal((await pool.run(bundle, new Uint8Array(7), [])).fuel, 50 + 3 * 7);
  });
});

Deno.test("run() treats more tasks than slots as a bug", async () => {
  await withPool(1, async (pool) => {
    const bundle = await bundleOf(kernel());
    const first = pool.run(bundle, new Uint8Array(1), []);
    await assert.rejects(pool.run(bundle, new Uint8Array(1), []), /Bug: a pool of 1 slots/);
    assert.equal((await first).type, "output");
  });
});

Deno.test("close() fails what runs and what comes later", async () => {
  await withPool(1, async (pool) => {
    const bundle = await bundleOf(kernel({ run: spin }), { limits: { wallMsMax: 200 } });
    const running = pool.run(bundle, new Uint8Array(1), []);
    await pool.close();
    for (const outcome of [await running, await pool.run(bundle, new Uint8Array(1), [])]) {
      assert.equal(outcome.type === "failure" && outcome.code, "kernel.environment");
    }
  });
});

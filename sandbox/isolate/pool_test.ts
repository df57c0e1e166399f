import { assert } from "../../tests/deps.ts";
import { bundleOf } from "../../tests/hostile/bundles.ts";
import { kernel, pass, spin } from "../../tests/hostile/kernels.ts";
import { op } from "../../tests/hostile/wasm_builder.ts";
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

Deno.test("run() reports the fuel that a task used, and exhausts what uses more than its kernel may", async () => {
  await withPool(1, async (pool) => {
    const first = await pool.run(await bundleOf(kernel()), new Uint8Array(7), []);
    assert.ok(first.type === "output" && first.fuel > 0);
    const enough = await bundleOf(kernel(), { limits: { fuelMax: first.fuel } });
    assert.deepEqual({ ...await pool.run(enough, new Uint8Array(7), []), computeUs: 0 }, {
      ...first,
      computeUs: 0,
    });
    const short = await bundleOf(kernel(), { limits: { fuelMax: first.fuel - 1 } });
    const exhausted = await pool.run(short, new Uint8Array(7), []);
    assert.ok(exhausted.type === "failure");
    assert.deepEqual([exhausted.code, exhausted.fuel], ["kernel.exhausted", first.fuel - 1]);
  });
});

Deno.test("check() has a budget of its own, and what needs more is no verdict", async () => {
  await withPool(1, async (pool) => {
    const check = [...spin];
    const bundle = await bundleOf(kernel({ check }), { limits: { checkFuelMax: 1_000 } });
    const verdict = pool.check(bundle, new Uint8Array(1), [], new Uint8Array(1), 0n, false);
    assert.equal(verdict.type, "unknown");
    assert.match(verdict.type === "unknown" ? verdict.message : "", /used all of its 1000 fuel/);
    const honest = await bundleOf(kernel(), { limits: { checkFuelMax: 1_000 } });
    for (let i = 0; i < 100; i++) {
      assert.equal(pool.check(honest, new Uint8Array(1), [], new Uint8Array(1), 0n, false).type, "passed");
    }
  });
});

Deno.test("check() judges with the whole budget what a quick one does not suffice for", async () => {
  await withPool(1, async (pool) => {
    const rounds = 4_000_000;
    // Local 7 counts down; a round is charged at least two units, which the quick budget has no room for.
    const count = [
      ...[...op.i32(rounds), ...op.set(7), ...op.loop],
      ...[...op.get(7), ...op.i32(1), ...op.sub, ...op.tee(7), ...op.brIf(0), ...op.end],
    ];
    const check = [...count, ...pass];
    const verdictWith = async (checkFuelMax: number) => {
      const bundle = await bundleOf(kernel({ check }), { limits: { checkFuelMax } });
      return pool.check(bundle, new Uint8Array(1), [], new Uint8Array(1), 0n, false).type;
    };
    assert.equal(await verdictWith(2 * rounds - 1), "unknown");
    assert.equal(await verdictWith(10 * rounds), "passed");
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

import { assert } from "../deps.ts";
import { type CheckOutcome, createPool, type Pool } from "../../sandbox/mod.ts";
import { bundleOf } from "./bundles.ts";
import { answer, kernel, type KernelParts, pass, spin } from "./kernels.ts";
import { op } from "./wasm_builder.ts";

const INPUT = Uint8Array.of(1, 2, 3);
const OUTPUT = Uint8Array.of(4, 5);

async function withPool(work: (pool: Pool) => Promise<void>): Promise<void> {
  const pool = createPool({ slots: 1 });
  try {
    await work(pool);
  } finally {
    await pool.close();
  }
}

/** Judges with a hostile kernel, then with an honest one, whose verdict must be right. */
async function judge(pool: Pool, parts: KernelParts, output = OUTPUT): Promise<CheckOutcome> {
  const verdict = pool.check(await bundleOf(kernel(parts)), INPUT, [], output, 1n, false);
  const honest = pool.check(await bundleOf(kernel()), INPUT, [], OUTPUT, 1n, false);
  assert.deepEqual(honest, { type: "passed" }, "the check after a hostile one");
  return verdict;
}

Deno.test("check() gives no verdict when the check traps, lies or answers outside its memory", async () => {
  await withPool(async (pool) => {
    const outside = /answered with a place outside its memory/;
    const kernels: Readonly<Record<string, readonly [parts: KernelParts, why: RegExp]>> = {
      "a trap": [{ check: op.unreachable }, /The kernel trapped/],
      "a trap of the allocator": [{ realloc: op.unreachable }, /The kernel trapped/],
      "a trap of the post-return": [{ postCheck: op.unreachable }, /The kernel trapped/],
      "an answer outside the memory": [{ check: op.i32(-4) }, outside],
      "an answer that is not aligned": [{ check: [...pass, ...op.drop, ...op.i32(17)] }, outside],
      "a tag that is none": [{ check: answer(3, op.i32(0), op.i32(0)) }, /neither/],
      "a sentence outside the memory": [{ check: answer(1, op.i32(-1), op.i32(4)) }, outside],
      "the same memory twice": [{ realloc: op.i32(4096) }, /same memory twice/],
      "a place outside the memory": [{ realloc: op.i32(-1) }, /named a place outside/],
    };
    for (const [what, [parts, why]] of Object.entries(kernels)) {
      const verdict = await judge(pool, parts);
      assert.equal(verdict.type, "unknown", what);
      assert.match(verdict.type === "unknown" ? verdict.message : "", why, what);
    }
  });
});

Deno.test("check() stops a check that spins, without a verdict", async () => {
  await withPool(async (pool) => {
    const start = performance.now();
    assert.equal((await judge(pool, { check: spin })).type, "unknown");
    assert.equal((await judge(pool, { postCheck: spin })).type, "unknown");
    assert.ok(performance.now() - start < 30_000);
  });
});

Deno.test("check() ends endless recursion without a verdict", async () => {
  await withPool(async (pool) => {
    const recursion = { params: [], results: [], body: [...op.call(5), ...op.call(5)] };
    assert.equal((await judge(pool, { check: [...op.call(5), ...pass], more: [recursion] })).type, "unknown");
  });
});

Deno.test("check() carries the kernel's objection, and a fixed one where that is not UTF-8", async () => {
  await withPool(async (pool) => {
    const object = (text: readonly number[]) => [
      ...text.flatMap((byte, i) => [...op.i32(2048 + i), ...op.i32(byte), ...op.store8()]),
      ...answer(1, op.i32(2048), op.i32(text.length)),
    ];
    const said = await judge(pool, { check: object([...new TextEncoder().encode("zu kurz")]) });
    assert.deepEqual(said, { type: "failed", message: "zu kurz" });
    const garbled = await judge(pool, { check: object([0xff]) });
    assert.deepEqual(garbled, {
      type: "failed",
      message: "The kernel refused with a sentence that is not UTF-8.",
    });
  });
});

Deno.test("check() gets input, assets, output and seed as they are", async () => {
  await withPool(async (pool) => {
    // Objects unless the first bytes of everything are right: 7 in, [8, 9] as assets, 6 out, seed −2.
    const expectByte = (address: readonly number[], value: number) => [
      ...[
        ...address,
        ...op.load8(),
        ...op.i32(value),
        ...op.ne,
        ...op.if,
        ...answer(1, op.i32(0), op.i32(0)),
      ],
      ...[...op.return, ...op.end],
    ];
    const check = [
      ...expectByte(op.get(0), 7),
      ...expectByte([...op.get(2), ...op.load32(0)], 8),
      ...expectByte([...op.get(2), ...op.load32(8)], 9),
      ...expectByte(op.get(4), 6),
      // i64.ne of the seed and −2
      ...[
        ...op.get(6),
        ...op.i64(-2),
        0x52,
        ...op.if,
        ...answer(1, op.i32(0), op.i32(0)),
        ...op.return,
        ...op.end,
      ],
      ...pass,
    ];
    const bundle = await bundleOf(kernel({ check }));
    const assets = [{ digest: "a", bytes: Uint8Array.of(8) }, { digest: "b", bytes: Uint8Array.of(9) }];
    const ask = (output: number, seed: bigint) =>
      pool.check(bundle, Uint8Array.of(7), assets, Uint8Array.of(output), seed, false).type;
    assert.equal(ask(6, -2n), "passed");
    assert.equal(ask(6, 2n ** 64n - 2n), "passed");
    assert.equal(ask(5, -2n), "failed");
    assert.equal(ask(6, 1n), "failed");
  });
});

Deno.test("check() uses an instance again, takes a fresh one when asked, and never one that failed", async () => {
  await withPool(async (pool) => {
    // Counts its calls in a second global and objects from the second on; traps on an input of 9.
    const bundle = await bundleOf(kernel({
      check: [
        ...[...op.get(0), ...op.load8(), ...op.i32(9), ...op.eq, ...op.if, ...op.unreachable, ...op.end],
        ...[...op.getGlobal(1), ...op.i32(1), ...op.add, ...op.setGlobal(1)],
        ...[
          ...op.getGlobal(1),
          ...op.i32(1),
          ...op.ne,
          ...op.if,
          ...answer(1, op.i32(0), op.i32(0)),
          ...op.return,
        ],
        ...[...op.end, ...pass],
      ],
      module: { globals: [1024, 0] },
    }));
    const ask = (input: number, again = false) =>
      pool.check(bundle, Uint8Array.of(input), [], OUTPUT, 1n, again).type;
    assert.deepEqual([ask(1), ask(1), ask(1, true), ask(1)], ["passed", "failed", "passed", "failed"]);
    assert.deepEqual([ask(9), ask(1)], ["unknown", "passed"], "a fresh instance after a trap");
  });
});

Deno.test("check() runs forever in one instance when the kernel gives its arena back", async () => {
  await withPool(async (pool) => {
    const bundle = await bundleOf(kernel());
    const large = new Uint8Array(60_000);
    for (let i = 0; i < 100; i++) {
      assert.deepEqual(pool.check(bundle, INPUT, [], large, 1n, false), { type: "passed" });
    }
  });
});

Deno.test("check() fails an output above the limit and leaves a task above its limits unjudged", async () => {
  await withPool(async (pool) => {
    const bundle = await bundleOf(kernel(), { limits: { outputBytesMax: 4, inputBytesMax: 4 } });
    const ask = (input: number, output: number) =>
      pool.check(bundle, new Uint8Array(input), [], new Uint8Array(output), 1n, false).type;
    assert.deepEqual([ask(4, 4), ask(4, 5), ask(5, 4)], ["passed", "failed", "unknown"]);
  });
});

import { assert, fc } from "../../tests/deps.ts";
import { answer, kernel } from "../../tests/hostile/kernels.ts";
import { op } from "../../tests/hostile/wasm_builder.ts";
import { execute } from "../abi/execute.ts";
import { meter } from "../meter/mod.ts";
import { prepareCore } from "../abi/exports.ts";
import { lendMemory } from "../bundle/lent_core.ts";
import type { Outcome } from "../outcome.ts";
import { MemoryShelf, SHELF_BYTES_MAX } from "./memory_shelf.ts";

const [word0, word1, word2, word3] = [0, 4, 8, 12].map((offset) => [...op.get(0), ...op.load32(offset)]);
const mul = [0x6c];

/**
 * Looks at every word of its memory, then does as much harm as its input says: fills `word 1` bytes at `word 0` with a
 * byte, writes over its whole first page, grows by `word 2` pages, writes at the very end. Answers with what it saw, with
 * the size it found and with what growing answered; traps where `word 3` says so.
 */
const observer = kernel({
  memory: { initial: 3, maximum: 6 },
  module: { data: [{ at: 700, bytes: [1, 2, 3, 4] }, { at: 140_000, bytes: [9] }] },
  run: [
    // local 4: where it looks; local 1, the input's length, becomes the hash; local 2 what growing says
    ...[...op.i32(0), ...op.set(4), ...op.i32(17), ...op.set(1)],
    ...op.loop,
    ...[...op.get(1), ...op.i32(16_777_619), ...mul, ...op.get(4), ...op.load32(), ...op.add, ...op.set(1)],
    ...[...op.get(4), ...op.i32(4), ...op.add, ...op.tee(4)],
    ...[...op.memorySize, ...op.i32(65_536), ...mul, ...op.ne, ...op.brIf(0)],
    ...op.end,
    ...[...op.i32(256), ...op.get(1), ...op.store32()],
    ...[...op.i32(256), ...op.memorySize, ...op.store32(4)],
    ...[...op.i32(256), ...(word2 ?? []), ...op.memoryGrow, ...op.store32(8)],
    ...[...(word3 ?? []), ...op.if, ...op.i32(512), ...op.i32(0xff), ...op.i32(60_000), ...op.fill],
    ...[...op.unreachable, ...op.end],
    ...[...op.memorySize, ...op.i32(65_536), ...mul, ...op.i32(4), ...op.sub, ...op.i32(-1), ...op.store32()],
    ...[...(word0 ?? []), ...op.i32(0xa5), ...(word1 ?? []), ...op.fill],
    ...answer(0, op.i32(256), op.i32(12)),
  ],
});

const lent = await lendMemory(meter(observer));
const core = prepareCore(lent.module);

/** One run; its memory comes from the shelf, or from nowhere. */
function run(input: Uint8Array, shelf: MemoryShelf | undefined): Outcome {
  const job = { kernel: "k", core, input, assets: [], outputBytesMax: 100, fuelLimit: 1e9, wallMs: 1_000 };
  const memory = () => shelf?.take("k", lent.memory) ?? new WebAssembly.Memory({ ...lent.memory });
  const outcome = execute({ ...job, memory }, (work) => work());
  shelf?.ended(outcome.computeUs);
  return outcome;
}

const harm = fc.record({
  // Below the answer at 256 nothing, so that what is seen comes out; to the end of the grown memory.
  at: fc.integer({ min: 1_100, max: 3 * 65_536 - 40_000 }),
  bytes: fc.nat(40_000),
  pages: fc.constantFrom(0, 0, 0, 0, 1, 2, 4),
  trap: fc.constantFrom(0, 0, 0, 1),
});

const inputOf = ({ at, bytes, pages, trap }: { at: number; bytes: number; pages: number; trap: number }) =>
  new Uint8Array(Uint32Array.of(at, bytes, pages, trap).buffer);

Deno.test("a kernel cannot tell a memory from the shelf from a fresh one, whatever was done in it before", () => {
  let used = 0;
  fc.assert(
    fc.property(fc.array(harm, { minLength: 2, maxLength: 8 }), fc.boolean(), (harms, tidies) => {
      const shelf = new MemoryShelf("used");
      const seen = new Set<WebAssembly.Memory>();
      const counting = {
        take: (kernel: string, sizes: typeof lent.memory) => {
          const memory = shelf.take(kernel, sizes);
          if (seen.has(memory)) used += 1;
          seen.add(memory);
          return memory;
        },
        ended: (costUs: number) => shelf.ended(costUs),
      } as unknown as MemoryShelf;
      for (const one of harms) {
        const input = inputOf(one);
        const { computeUs: _, ...lentOutcome } = run(input, counting);
        const { computeUs: __, ...fresh } = run(input, undefined);
        assert.deepEqual(lentOutcome, fresh);
        if (tidies) shelf.tidy();
      }
    }),
    { numRuns: 60 },
  );
  assert.ok(used > 100, `only ${used} runs were in a used memory`);
});

const sizes = { initial: 1, maximum: 2 };
const dirty = (memory: WebAssembly.Memory) => new Uint8Array(memory.buffer).fill(1);
const isClean = (memory: WebAssembly.Memory) => new Uint8Array(memory.buffer).every((byte) => byte === 0);

Deno.test("MemoryShelf lends a memory again only when its task ended, its sizes fit and it has not grown", () => {
  const shelf = new MemoryShelf("used");
  const first = shelf.take("k", sizes);
  const stopped = shelf.take("k", sizes);
  assert.notEqual(stopped, first, "the first task was stopped: nobody said that it ended");
  dirty(stopped);
  shelf.ended(1);
  const again = shelf.take("k", sizes);
  assert.equal(again, stopped);
  assert.ok(isClean(again));
  again.grow(1);
  shelf.ended(1);
  const small = shelf.take("k", sizes);
  assert.notEqual(small, again, "a grown one");
  shelf.ended(1);
  const other = shelf.take("k", { initial: 1, maximum: 3 });
  assert.notEqual(other, small, "another maximum");
});

Deno.test("MemoryShelf lends kernels that take turns the memory that each of them left", () => {
  const shelf = new MemoryShelf("used");
  const larger = { initial: 2, maximum: 2 };
  const turn = () =>
    ([["a", sizes], ["b", larger]] as const).map(([kernel, each]) => {
      const memory = shelf.take(kernel, each);
      assert.ok(isClean(memory));
      dirty(memory);
      shelf.ended(1);
      shelf.tidy();
      return memory;
    });
  const [first, second] = [turn(), turn()];
  assert.deepEqual(second.map((memory, no) => memory === first[no]), [true, true]);
});

Deno.test("MemoryShelf drops what was used longest ago when its memories pass the limit together", () => {
  const shelf = new MemoryShelf("used");
  const third = Math.floor(SHELF_BYTES_MAX / 65_536 / 3);
  const use = (no: number) => {
    const memory = shelf.take(`${no}`, { initial: third, maximum: third + no });
    shelf.ended(1);
    return memory;
  };
  const memories = [0, 1, 2].map(use);
  assert.equal(use(0), memories[0], "three fit");
  use(3);
  assert.deepEqual([0, 2].map((no) => use(no) === memories[no]), [true, true]);
  assert.notEqual(use(1), memories[1], "the fourth took its place");
});

Deno.test("MemoryShelf keeps no memory above its limit, and one at the limit", () => {
  const shelf = new MemoryShelf("used");
  const pages = SHELF_BYTES_MAX / 65_536;
  for (const [initial, isKept] of [[pages, true], [pages + 1, false]] as const) {
    const memory = shelf.take("k", { initial, maximum: initial });
    shelf.ended(1);
    assert.equal(shelf.take("k", { initial, maximum: initial }) === memory, isKept);
  }
});

/** Runs tasks that cost so much in fresh and in used memories; whether each was in a used one. */
function usesOf(freshUs: number, usedUs: number): boolean[] {
  const shelf = new MemoryShelf();
  const seen = new Set<WebAssembly.Memory>();
  return Array.from({ length: 5_000 }, () => {
    const memory = shelf.take("k", sizes);
    const isUsed = seen.has(memory);
    seen.add(memory);
    shelf.ended(isUsed ? usedUs : freshUs);
    shelf.tidy();
    return isUsed;
  });
}

Deno.test("MemoryShelf lends used memories where those have been faster, and tries the other kind now and then", () => {
  const used = (uses: readonly boolean[]) => uses.slice(20).filter((isUsed) => isUsed).length;
  const fast = usesOf(1_000_000, 1);
  assert.ok(fast.slice(0, 20).includes(false), "both kinds were tried");
  assert.ok(used(fast) >= 4_970 && used(fast) < 4_980, `${used(fast)}`);
  const slow = usesOf(1, 1_000_000);
  assert.ok(slow.slice(0, 20).includes(true), "both kinds were tried");
  assert.ok(used(slow) >= 1 && used(slow) < 10, `${used(slow)}`);
});

import { assert } from "../tests/deps.ts";
import { compileKernel } from "./build/compile.ts";

/** What `testing/assembly/kernel.ts` exports. */
interface Probe {
  readonly memory: WebAssembly.Memory;
  cabi_realloc(old: number, oldSize: number, align: number, newSize: number): number;
  cabi_post_run(result: number): void;
  arenaMark(): number;
  arenaRelease(mark: number): void;
  arenaReserve(size: number): void;
  arenaTake(size: number, align: number): number;
  assetStart(list: number, index: number): number;
  assetSize(list: number, index: number): number;
  bitsOfF32(value: number): number;
  bitsOfF64(value: number): bigint;
  isFiniteF32(value: number): number;
  isFiniteF64(value: number): number;
  storeF32(address: number, value: number): void;
  storeF64(address: number, value: number): void;
  okNothing(): number;
  randomBitsAt(seed: bigint, n: number): bigint;
  countOf(seed: bigint, bound: number, value: number, draws: number): number;
  largestBelow(seed: bigint, bound: number, draws: number): number;
  meanUnit(seed: bigint, draws: number): number;
  sayNumber(value: bigint): number;
  sayTooMuch(): number;
  sayPlain(): number;
  readThree(start: number, size: number): number;
  skipTooFar(start: number, size: number): number;
  writeAll(zero: number): number;
  writeLanes(zero: number): number;
}

const MEMORY_PAGES = 4;
const PAGE_SIZE = 65_536;
const module = new WebAssembly.Module(
  (await compileKernel(new URL("./", import.meta.url), "testing", MEMORY_PAGES)).slice(),
);

function newProbe(): Probe {
  return new WebAssembly.Instance(module, {}).exports as unknown as Probe;
}

function resultOf(probe: Probe, result: number): { tag: number; bytes: Uint8Array } {
  const view = new DataView(probe.memory.buffer);
  const start = view.getUint32(result + 4, true);
  const bytes = new Uint8Array(probe.memory.buffer).slice(start, start + view.getUint32(result + 8, true));
  return { tag: view.getUint8(result), bytes };
}

function sentenceOf(probe: Probe, result: number): string {
  const { tag, bytes } = resultOf(probe, result);
  assert.equal(tag, 1);
  return new TextDecoder().decode(bytes);
}

Deno.test("cabi_realloc() aligns, keeps contents and gives no address twice", () => {
  const probe = newProbe();
  const first = probe.cabi_realloc(0, 0, 1, 3);
  new Uint8Array(probe.memory.buffer).set([1, 2, 3], first);
  const second = probe.cabi_realloc(0, 0, 8, 8);
  assert.equal(second % 8, 0);
  assert.ok(second >= first + 3);
  const moved = probe.cabi_realloc(first, 3, 4, 5);
  assert.equal(moved % 4, 0);
  assert.ok(moved >= second + 8);
  assert.deepEqual([...new Uint8Array(probe.memory.buffer).slice(moved, moved + 3)], [1, 2, 3]);
  assert.equal(probe.cabi_realloc(0, 0, 4, 0), 4);
});

Deno.test("cabi_realloc() traps when memory is full, also for sizes close to 2^32", () => {
  for (const size of [MEMORY_PAGES * PAGE_SIZE, 0x7fffffff, 0xffffffff]) {
    assert.throws(() => newProbe().cabi_realloc(0, 0, 1, size), WebAssembly.RuntimeError);
  }
  for (const align of [0, 3]) {
    assert.throws(() => newProbe().cabi_realloc(0, 0, align, 1), WebAssembly.RuntimeError);
  }
  const probe = newProbe();
  const start = probe.cabi_realloc(0, 0, 1, 1);
  probe.cabi_realloc(0, 0, 1, MEMORY_PAGES * PAGE_SIZE - start - 1);
  assert.throws(() => probe.cabi_realloc(0, 0, 1, 1), WebAssembly.RuntimeError);
});

Deno.test("cabi_post_run() gives everything back", () => {
  const probe = newProbe();
  const start = probe.cabi_realloc(0, 0, 1, 1000);
  probe.cabi_post_run(0);
  assert.equal(probe.cabi_realloc(0, 0, 1, 1000), start);
});

Deno.test("arenaRelease() gives back what was taken since the mark", () => {
  const probe = newProbe();
  probe.arenaTake(10, 1);
  const mark = probe.arenaMark();
  const start = probe.arenaTake(100, 16);
  probe.arenaRelease(mark);
  assert.equal(probe.arenaTake(5, 16), start);
});

Deno.test("arenaReserve() is content with memory that is there and traps beyond the maximum", () => {
  const probe = newProbe();
  probe.arenaReserve(PAGE_SIZE);
  assert.equal(probe.memory.buffer.byteLength, MEMORY_PAGES * PAGE_SIZE);
  assert.throws(() => probe.arenaReserve(MEMORY_PAGES * PAGE_SIZE), WebAssembly.RuntimeError);
  assert.throws(() => probe.arenaReserve(0xffffffff), WebAssembly.RuntimeError);
});

Deno.test("assetStart() and assetSize() read the list of the canonical ABI", () => {
  const probe = newProbe();
  const list = probe.cabi_realloc(0, 0, 4, 16);
  new Uint32Array(probe.memory.buffer, list, 4).set([100, 7, 200, 9]);
  assert.deepEqual([0, 1].map((i) => [probe.assetStart(list, i), probe.assetSize(list, i)]), [[100, 7], [
    200,
    9,
  ]]);
});

Deno.test("okNothing() and err() write a result of the canonical ABI", () => {
  const probe = newProbe();
  assert.equal(resultOf(probe, probe.okNothing()).tag, 0);
  assert.equal(sentenceOf(probe, probe.sayPlain()), "Cannot do it");
});

Deno.test("sayInteger() writes every 64-bit integer in decimal", () => {
  const probe = newProbe();
  for (const value of [0n, 7n, 10n, -1n, 1234567890n, 2n ** 63n - 1n, -(2n ** 63n)]) {
    assert.equal(sentenceOf(probe, probe.sayNumber(value)), `<${value}>`);
  }
});

Deno.test("say() cuts a sentence off at 256 bytes", () => {
  const probe = newProbe();
  assert.equal(sentenceOf(probe, probe.sayTooMuch()), "0123456789".repeat(26).slice(0, 256));
});

Deno.test("read() takes little-endian numbers and fails past the end", () => {
  const probe = newProbe();
  const start = probe.cabi_realloc(0, 0, 1, 14);
  const view = new DataView(probe.memory.buffer, start, 14);
  view.setUint8(0, 200);
  view.setUint32(1, 3_000_000_000, true);
  view.setFloat64(5, 0.5, true);
  assert.equal(probe.readThree(start, 13), 3_000_000_200.5);
  assert.equal(probe.readThree(start, 12), -1);
  assert.equal(probe.readThree(start, 14), -1);
  assert.equal(probe.skipTooFar(start, 5), 5);
});

Deno.test("write() stays within its room, and floats have one NaN", () => {
  const probe = newProbe();
  const { tag, bytes } = resultOf(probe, probe.writeAll(0));
  assert.equal(tag, 0);
  assert.deepEqual([...bytes], [0x34, 0x12, 0, 0, 0xc0, 0x7f, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f]);
});

Deno.test("canonicalF32x4() replaces NaN lanes and keeps the others, the sign of zero too", () => {
  const probe = newProbe();
  const { bytes } = resultOf(probe, probe.writeLanes(0));
  assert.deepEqual([...new Uint32Array(bytes.buffer)], [0x3f800000, 0x7fc00000, 0x80000000, 0x7fc00000]);
});

Deno.test("bitsOfF32() and bitsOfF64() change nothing but NaN", () => {
  const probe = newProbe();
  const view = new DataView(new ArrayBuffer(8));
  for (const value of [0, -0, 1, -1.5, Infinity, -Infinity, 1e-45, 3.4e38]) {
    view.setFloat32(0, value);
    assert.equal(probe.bitsOfF32(value) >>> 0, view.getUint32(0));
    view.setFloat64(0, value);
    assert.equal(BigInt.asUintN(64, probe.bitsOfF64(value)), view.getBigUint64(0));
    assert.equal(probe.isFiniteF32(value) === 1, Number.isFinite(value));
    assert.equal(probe.isFiniteF64(value) === 1, Number.isFinite(value));
  }
  assert.equal(probe.bitsOfF32(NaN) >>> 0, 0x7fc00000);
  assert.equal(BigInt.asUintN(64, probe.bitsOfF64(NaN)), 0x7ff8000000000000n);
  assert.deepEqual([probe.isFiniteF32(NaN), probe.isFiniteF64(NaN)], [0, 0]);
});

Deno.test("storeF32() and storeF64() store those bits", () => {
  const probe = newProbe();
  const start = probe.cabi_realloc(0, 0, 8, 16);
  probe.storeF32(start, NaN);
  probe.storeF64(start + 8, -2.5);
  const view = new DataView(probe.memory.buffer, start, 16);
  assert.equal(view.getUint32(0, true), 0x7fc00000);
  assert.equal(view.getFloat64(8, true), -2.5);
});

Deno.test("randomBits() is SplitMix64", () => {
  const probe = newProbe();
  // The first outputs for seed 1234567, as published with several implementations of the generator.
  const published = [6457827717110365317n, 3203168211198807973n, 9817491932198370423n, 4593380528125082431n];
  const drawn = published.map((_, i) => BigInt.asUintN(64, probe.randomBitsAt(1234567n, i + 1)));
  assert.deepEqual(drawn, published);
});

Deno.test("randomBelow() is even and stays below its bound", () => {
  const probe = newProbe();
  for (const value of [0, 3, 6]) {
    const count = probe.countOf(99n, 7, value, 70_000);
    assert.ok(count > 9_600 && count < 10_400, `${value} came ${count} times of 70,000`);
  }
  assert.equal(probe.largestBelow(5n, 1, 1000), 0);
  assert.equal(probe.largestBelow(5n, 2, 1000), 1);
  assert.ok(probe.largestBelow(5n, 0x80000001, 1000) >>> 0 <= 0x80000000);
});

Deno.test("randomUnit() is even between 0 and 1", () => {
  assert.ok(Math.abs(newProbe().meanUnit(3n, 100_000) - 0.5) < 0.005);
});

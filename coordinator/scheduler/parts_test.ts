import { assert, fc } from "../../tests/deps.ts";
import { entryBytes, ResultCache } from "./cache.ts";
import { Heap } from "./heap.ts";
import { Quantiles } from "./quantiles.ts";

Deno.test("Heap gives entries back in the order of their keys", () => {
  fc.assert(fc.property(fc.array(fc.integer()), (keys) => {
    const heap = new Heap<number>();
    for (const key of keys) heap.push(key, key);
    const popped = keys.map(() => heap.pop());
    assert.deepEqual(popped, [...keys].sort((a, b) => a - b));
    assert.deepEqual([heap.pop(), heap.size, heap.minKey], [undefined, 0, Infinity]);
  }));
});

Deno.test("Heap keeps its order when pushes and pops alternate", () => {
  fc.assert(fc.property(fc.array(fc.option(fc.integer(), { nil: null })), (moves) => {
    const heap = new Heap<number>();
    const model: number[] = [];
    for (const move of moves) {
      if (move !== null) {
        heap.push(move, move);
        model.push(move);
        model.sort((a, b) => a - b);
      } else assert.equal(heap.pop(), model.shift());
    }
  }));
});

Deno.test("Heap sweeps out what became stale and keeps the order of the rest", () => {
  fc.assert(fc.property(fc.array(fc.integer(), { minLength: 300, maxLength: 600 }), (keys) => {
    const heap = new Heap<number>((key) => key % 3 !== 0);
    for (const key of keys) heap.push(key, key);
    assert.ok(heap.size < keys.length);
    const popped = keys.map(() => heap.pop()).filter((key) => key !== undefined && key % 3 === 0);
    assert.deepEqual(popped, keys.filter((key) => key % 3 === 0).sort((a, b) => a - b));
  }));
});

Deno.test("Quantiles stay within a bucket of the exact value", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.06, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 200 }),
      (all) => {
        const quantiles = new Quantiles();
        for (const ms of all) quantiles.add(ms);
        const sorted = [...all].sort((a, b) => a - b);
        for (const q of [0.5, 0.95, 1]) {
          const exact = sorted[Math.max(0, Math.ceil(q * all.length) - 1)]!;
          const estimate = quantiles.at(q)!;
          assert.ok(estimate >= exact * 0.999 && estimate <= exact * 1.2, `${q}: ${estimate} for ${exact}`);
        }
      },
    ),
  );
});

Deno.test("Quantiles follow a change within a few hundred samples", () => {
  const quantiles = new Quantiles();
  for (let no = 0; no < 2000; no++) quantiles.add(10);
  for (let no = 0; no < 600; no++) quantiles.add(100);
  assert.ok(quantiles.at(0.5)! > 80);
  assert.equal(new Quantiles().at(0.5), undefined);
});

Deno.test("ResultCache forgets the least recently used beyond its bytes, and nothing below", () => {
  const cache = new ResultCache(2 * entryBytes + 100);
  const entry = (bytes: number) =>
    ({
      output: new Uint8Array(bytes),
      tier: "local",
      fuel: 1,
      proven: true,
      source: null,
      served: null,
    }) as const;
  cache.put("a", entry(50));
  cache.put("b", entry(50));
  assert.ok(cache.get("a") !== undefined && cache.bytes === 2 * entryBytes + 100);
  cache.put("c", entry(1));
  assert.deepEqual([cache.get("b"), cache.bytes], [undefined, 2 * entryBytes + 51]);
  cache.put("huge", entry(2 * entryBytes));
  assert.equal(cache.get("huge"), undefined);
  cache.put("a", entry(10));
  assert.equal(cache.bytes, 2 * entryBytes + 11);
  for (let no = 0; no < 1000; no++) cache.put(`empty${no}`, entry(0));
  assert.equal(cache.bytes, 2 * entryBytes);
});

Deno.test("ResultCache drops the least recently used first, whatever is taken from its middle", () => {
  const cache = new ResultCache(4 * entryBytes);
  const entry = {
    output: new Uint8Array(),
    tier: "local",
    fuel: 1,
    proven: true,
    source: null,
    served: null,
  } as const;
  for (const key of ["a", "b", "c", "d"]) cache.put(key, entry);
  cache.delete("b");
  cache.get("a");
  for (const key of ["e", "f", "g"]) cache.put(key, entry);
  const kept = ["a", "b", "c", "d", "e", "f", "g"].filter((key) => cache.get(key) !== undefined);
  assert.deepEqual(kept, ["a", "e", "f", "g"]);
});

Deno.test("ResultCache keeps an output without its frame, and forgets what a worker gave", () => {
  const cache = new ResultCache(1e6);
  const output = new Uint8Array(10_000).subarray(5, 10).fill(7);
  const entry = { output, tier: "peer", fuel: 1, proven: false, served: null } as const;
  for (let no = 0; no < 4; no++) {
    cache.put(`${no}`, { ...entry, source: { id: `w${no % 2}`, tags: new Set() } });
  }
  assert.deepEqual(cache.get("1")?.output, output);
  assert.notEqual(cache.get("1")?.output.buffer, output.buffer);
  cache.evictWorker("w1");
  assert.deepEqual(["0", "1", "2", "3"].map((key) => cache.get(key) !== undefined), [
    true,
    false,
    true,
    false,
  ]);
  assert.equal(cache.bytes, 2 * (5 + entryBytes));
});

import assert from "node:assert/strict";
import { BytePool, partBytesMax } from "./byte_pool.ts";

Deno.test("BytePool gives copies that share nothing with their source or each other", () => {
  const pool = new BytePool(1);
  const source = Uint8Array.of(1, 2, 3);
  const one = pool.keep(source);
  const two = pool.keep(source);
  source[0] = 9;
  one[1] = 8;
  assert.deepEqual([[...one], [...two]], [[1, 8, 3], [1, 2, 3]]);
  assert.equal(pool.keep(new Uint8Array()).length, 0);
});

Deno.test("BytePool keeps short copies together", () => {
  const pool = new BytePool(1);
  const short = new Uint8Array(partBytesMax).fill(7);
  const buffers = new Set(Array.from({ length: 17 }, () => pool.keep(short).buffer));
  assert.equal(buffers.size, 2, "16 fill a buffer");
});

Deno.test("BytePool copies a long view only when it keeps too much of its frame alive", () => {
  const pool = new BytePool(2);
  const frame = new Uint8Array(4 * partBytesMax).fill(5);
  const half = frame.subarray(2 * partBytesMax);
  assert.equal(pool.keep(half), half);
  const less = pool.keep(frame.subarray(2 * partBytesMax + 1));
  assert.equal(less.buffer.byteLength, 2 * partBytesMax - 1);
  assert.ok(less.every((byte) => byte === 5));
});

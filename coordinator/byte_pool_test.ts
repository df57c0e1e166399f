import assert from "node:assert/strict";
import { BytePool, partBytesMax } from "./byte_pool.ts";

Deno.test("BytePool gives copies that share nothing with their source or each other", () => {
  const pool = new BytePool();
  const source = Uint8Array.of(1, 2, 3);
  const one = pool.copy(source);
  const two = pool.copy(source);
  source[0] = 9;
  one[1] = 8;
  assert.deepEqual([[...one], [...two]], [[1, 8, 3], [1, 2, 3]]);
  assert.equal(pool.copy(new Uint8Array()).length, 0);
});

Deno.test("BytePool keeps short copies together and gives long ones a buffer of their own", () => {
  const pool = new BytePool();
  const short = new Uint8Array(partBytesMax).fill(7);
  const buffers = new Set(Array.from({ length: 17 }, () => pool.copy(short).buffer));
  assert.equal(buffers.size, 2, "16 fill a buffer");
  const long = pool.copy(new Uint8Array(partBytesMax + 1).fill(5));
  assert.equal(long.buffer.byteLength, partBytesMax + 1);
  assert.ok(long.every((byte) => byte === 5));
});

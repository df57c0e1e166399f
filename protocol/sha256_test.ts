import { assert } from "../tests/deps.ts";
import { sha256Now } from "./sha256.ts";

Deno.test("sha256Now() is the platform's SHA-256 at every length around its blocks, in parts or as a whole", async () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => i * 7 + (i >> 3));
  for (let length = 0; length <= bytes.length; length++) {
    const part = bytes.slice(0, length);
    const expected = new Uint8Array(await crypto.subtle.digest("SHA-256", part));
    assert.deepEqual(sha256Now(part), expected, `${length} bytes`);
    assert.deepEqual(sha256Now(part.subarray(0, length >> 1), part.subarray(length >> 1)), expected);
  }
  const large = new Uint8Array(1_000_003).fill(0xa5);
  assert.deepEqual(sha256Now(large), new Uint8Array(await crypto.subtle.digest("SHA-256", large)));
});

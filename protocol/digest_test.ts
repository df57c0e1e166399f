import { assert } from "../tests/deps.ts";
import { digestFromHex, digestToHex, sha256, sha256Hex } from "./digest.ts";

// The standard test vector for three bytes, FIPS 180-4.
const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

Deno.test("sha256() is SHA-256, also of a view in the middle of a buffer", async () => {
  const bytes = new TextEncoder().encode("xabcx").subarray(1, 4);
  assert.equal(await sha256Hex(bytes), abc);
  assert.equal(digestToHex(await sha256(bytes)), abc);
});

Deno.test("digestFromHex() takes 64 lower-case hex digits and nothing else", () => {
  assert.equal(digestFromHex(abc)?.toHex(), abc);
  for (const text of ["", abc.slice(1), `${abc}0`, abc.toUpperCase(), `${abc.slice(1)}g`, `${abc}\n`]) {
    assert.equal(digestFromHex(text), undefined, text);
  }
});

Deno.test("digestToHex() refuses what is not a digest", () => {
  assert.throws(() => digestToHex(new Uint8Array(31)), RangeError);
});

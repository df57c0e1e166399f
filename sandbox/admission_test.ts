import { assert } from "../tests/deps.ts";
import { manifestOf } from "../tests/hostile/bundles.ts";
import { refusal, sizeComplaint } from "./admission.ts";

const manifest = await manifestOf(new Uint8Array(0), {
  limits: { inputBytesMax: 4, assetsMax: 2, assetBytesMax: 5 },
});

function assets(...sizes: readonly number[]) {
  return sizes.map((size) => ({ digest: `${size}`, bytes: new Uint8Array(size) }));
}

Deno.test("refusal() lets pass what fits every limit exactly", () => {
  assert.equal(refusal(manifest, new Uint8Array(4), assets(5, 5)), undefined);
});

Deno.test("refusal() names the size that passes its limit", () => {
  assert.equal(sizeComplaint(manifest, new Uint8Array(5), []), "The input is 5 bytes, the limit is 4.");
  assert.equal(
    sizeComplaint(manifest, new Uint8Array(4), assets(1, 1, 1)),
    "The task names 3 assets, the limit is 2.",
  );
  assert.equal(
    sizeComplaint(manifest, new Uint8Array(4), assets(1, 6)),
    "An asset is 6 bytes, the limit is 5.",
  );
});

Deno.test("refusal() uses no fuel", () => {
  const tooLarge = refusal(manifest, new Uint8Array(5), []);
  assert.deepEqual([tooLarge?.code, tooLarge?.fuel], ["kernel.refused", 0]);
});

import { assert, fc } from "../deps.ts";
import { limits, P2c2rError } from "../../protocol/mod.ts";
import {
  type BundleRules,
  generateSigner,
  loadBundle,
  METER_VERSION,
  type Signer,
  signManifest,
  WEIGHTS_VERSION,
} from "../../sandbox/mod.ts";
import { meter } from "../../sandbox/meter/mod.ts";
import { type Files, filesOf, manifestBytes, manifestOf, sourceOf } from "./bundles.ts";
import { kernel } from "./kernels.ts";
import { op } from "./wasm_builder.ts";

const signer = await generateSigner();
const stranger = await generateSigner();
const files = await filesOf(metered(), signer, { release: 7 });

function rulesOf(who: Signer = signer, releaseFloor = 0): BundleRules {
  return { pins: new Map([[who.keyId, who.publicKey]]), releaseFloor: () => releaseFloor };
}

async function codeOf(files: Files, rules: BundleRules = rulesOf()): Promise<string> {
  try {
    await loadBundle(sourceOf(files), rules);
    return "accepted";
  } catch (error) {
    if (error instanceof P2c2rError) return error.code;
    throw error;
  }
}

function changed(bytes: Uint8Array<ArrayBuffer>, at: number, flip = 1): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  copy[at % bytes.length] = (copy[at % bytes.length] ?? 0) ^ flip;
  return copy;
}

Deno.test("loadBundle() accepts the bundle that the refused ones are made from", async () => {
  assert.equal(await codeOf(files), "accepted");
});

Deno.test("loadBundle() refuses another key's signature, and one that names a pinned key without being its", async () => {
  const manifest = files["manifest.json"] as Uint8Array;
  const forged = await signManifest(manifest, { ...stranger, keyId: signer.keyId });
  assert.equal(await codeOf(files, rulesOf(stranger)), "bundle.signature");
  assert.equal(
    await codeOf({ ...files, "manifest.sig": await signManifest(manifest, stranger) }),
    "bundle.signature",
  );
  assert.equal(await codeOf({ ...files, "manifest.sig": forged }), "bundle.signature");
});

Deno.test("loadBundle() refuses a signature over the manifest alone, without the words before it", async () => {
  const manifest = files["manifest.json"] as Uint8Array<ArrayBuffer>;
  const bare = new Uint8Array(await crypto.subtle.sign("Ed25519", signer.privateKey, manifest));
  const signature = bare.toBase64({ alphabet: "base64url", omitPadding: true });
  const file = manifestBytes({ format: 1, keyId: signer.keyId, signature });
  assert.equal(await codeOf({ ...files, "manifest.sig": file }), "bundle.signature");
});

Deno.test("loadBundle() refuses a signature file that is not one", async () => {
  const signature = "A".repeat(86);
  const { keyId } = signer;
  const wrong: readonly unknown[] = [
    {},
    [],
    null,
    "signature",
    { format: 2, keyId, signature },
    { format: 1, keyId },
    { format: 1, keyId, signature, extra: 1 },
    { format: 1, keyId: "../../../../etc", signature },
    { format: 1, keyId, signature: `${signature.slice(1)}=` },
    { format: 1, keyId, signature: signature.slice(1) },
    { format: 1, keyId, signature: ` ${signature.slice(1)}` },
    { format: 1, keyId, signature: `${signature.slice(1)}B` },
    { format: 1, keyId: 7, signature },
  ];
  for (const file of wrong) {
    const code = await codeOf({ ...files, "manifest.sig": manifestBytes(file) });
    assert.equal(code, "bundle.malformed", JSON.stringify(file));
  }
  assert.equal(await codeOf({ ...files, "manifest.sig": new Uint8Array(0) }), "bundle.malformed");
  assert.equal(await codeOf({ ...files, "manifest.sig": new Uint8Array(100_000) }), "bundle.malformed");
});

Deno.test("loadBundle() refuses a release below the floor and takes the floor itself", async () => {
  assert.equal(await codeOf(files, rulesOf(signer, 7)), "accepted");
  assert.equal(await codeOf(files, rulesOf(signer, 8)), "bundle.release");
});

Deno.test("loadBundle() asks for the floor of the kernel that the manifest names", async () => {
  const asked: string[] = [];
  const releaseFloor = (id: string) => asked.push(id) - 1;
  await loadBundle(sourceOf(files), { pins: rulesOf().pins, releaseFloor });
  assert.deepEqual(asked, ["probe"]);
});

Deno.test("loadBundle() refuses a core that is not the manifest's, however good it is by itself", async () => {
  assert.equal(await codeOf({ ...files, "core.wasm": kernel({ run: op.unreachable }) }), "bundle.digest");
});

Deno.test("loadBundle() keeps its own copy of what it verified", async () => {
  const core = metered();
  const mutable = await filesOf(core, signer);
  const bundle = await loadBundle(sourceOf(mutable), rulesOf());
  core.fill(0);
  assert.deepEqual(bundle.core, metered());
});

Deno.test("loadBundle() refuses a signed manifest that asks for more than this software gives", async () => {
  const manifest = await manifestOf(metered());
  const manyFiles = Object.fromEntries(
    Array.from({ length: 15 }, (_, i) => [`core${String.fromCharCode(97 + i)}.wasm`, "0".repeat(64)]),
  );
  const wrong: Readonly<Record<string, unknown>> = {
    "another format": { ...manifest, format: 2 },
    "another engine": { ...manifest, engine: "wgsl" },
    "another interface": { ...manifest, abi: "p2c2r:kernel@2.0.0" },
    "an id with a path": { ...manifest, id: "../probe" },
    "an id without end": { ...manifest, id: "a".repeat(41) },
    "a version that is none": { ...manifest, version: "1.0" },
    "a version with a path": { ...manifest, version: "1.0.0/.." },
    "release 0": { ...manifest, release: 0 },
    "a release that is no integer": { ...manifest, release: 1.5 },
    "a release above all": { ...manifest, release: Number.MAX_SAFE_INTEGER + 1 },
    "a meter of another version": { ...manifest, meter: { ...manifest.meter, version: METER_VERSION + 1 } },
    "nobody's NaN": { ...manifest, meter: { ...manifest.meter, nan: "any" } },
    "other weights": { ...manifest, meter: { ...manifest.meter, weights: WEIGHTS_VERSION - 1 } },
    "no fuel": { ...manifest, limits: { ...manifest.limits, fuelMax: 0 } },
    "no fuel for checks": { ...manifest, limits: { ...manifest.limits, checkFuelMax: 0 } },
    "more fuel than the wire carries": {
      ...manifest,
      limits: { ...manifest.limits, fuelMax: limits.fuelMax + 1 },
    },
    "too much memory": { ...manifest, limits: { ...manifest.limits, memoryPages: 16_385 } },
    "no memory": { ...manifest, limits: { ...manifest.limits, memoryPages: 0 } },
    "too large an input": { ...manifest, limits: { ...manifest.limits, inputBytesMax: 2 ** 30 } },
    "too large an output": { ...manifest, limits: { ...manifest.limits, outputBytesMax: 2 ** 30 } },
    "too many assets": { ...manifest, limits: { ...manifest.limits, assetsMax: 9 } },
    "too large an asset": { ...manifest, limits: { ...manifest.limits, assetBytesMax: 2 ** 30 } },
    "no wall time": { ...manifest, limits: { ...manifest.limits, wallMsMax: 0 } },
    "an hour": { ...manifest, limits: { ...manifest.limits, wallMsMax: 3_600_000 } },
    "detection above 1": { ...manifest, detection: 1.1 },
    "detection in words": { ...manifest, detection: "0.9" },
    "an import without a version": { ...manifest, imports: ["wasi:cli/exit"] },
    "imports that are not sorted": { ...manifest, imports: ["wasi:io/poll@0.2.3", "wasi:cli/exit@0.2.3"] },
    "an import twice": { ...manifest, imports: ["wasi:io/poll@0.2.3", "wasi:io/poll@0.2.3"] },
    "no digests": { ...manifest, files: {} },
    "no core": { ...manifest, files: { "component.wasm": "0".repeat(64) } },
    "a file with a path": { ...manifest, files: { "../core.wasm": "0".repeat(64), ...manifest.files } },
    "files that are not sorted": { ...manifest, files: { ...manifest.files, "a.wasm": "0".repeat(64) } },
    "more files than are read": { ...manifest, files: { ...manifest.files, ...manyFiles } },
    "a digest in capitals": { ...manifest, files: { ...manifest.files, "core.wasm": "A".repeat(64) } },
    "a field more": { ...manifest, hint: "trust me" },
    "a list": [manifest],
    "nothing": null,
  };
  for (const [what, document] of Object.entries(wrong)) {
    assert.equal(await codeOf(await signed(manifestBytes(document))), "bundle.malformed", what);
  }
});

Deno.test("loadBundle() takes a manifest with imports and more files, and refuses the kernel by the import's name", async () => {
  const manifest = await manifestOf(metered());
  const importing = {
    ...manifest,
    imports: ["wasi:cli/exit@0.2.3"],
    files: { ...manifest.files, "core2.wasm": "0".repeat(64), "glue.js": "0".repeat(64) },
  };
  assert.equal(await codeOf(await signed(manifestBytes(importing))), "bundle.imports");
});

Deno.test("loadBundle() accepts one spelling of a manifest only", async () => {
  const manifest = await manifestOf(metered());
  const text = new TextDecoder().decode(manifestBytes(manifest));
  const { format, ...rest } = manifest;
  const spellings: Readonly<Record<string, string>> = {
    "without the newline": text.trimEnd(),
    "with a mark before it": `\ufeff${text}`,
    "on one line": JSON.stringify(manifest) + "\n",
    "with a key twice": text.replace('"format": 1,', '"format": 1,\n  "format": 1,'),
    "with keys in another order": JSON.stringify({ ...rest, format }, null, 2) + "\n",
    "with a number spelled differently": text.replace('"release": 1', '"release": 1.0'),
    "with an escape": text.replace('"probe"', '"\\u0070robe"'),
    "with a prototype": text.replace('"format": 1,', '"__proto__": {},\n  "format": 1,'),
    "with a lone surrogate": text.replace('"probe"', '"\\ud800"'),
  };
  for (const [what, spelling] of Object.entries(spellings)) {
    assert.notEqual(spelling, text, what);
    assert.equal(await codeOf(await signed(new TextEncoder().encode(spelling))), "bundle.malformed", what);
  }
  assert.equal(await codeOf(await signed(Uint8Array.of(0xff, 0xfe))), "bundle.malformed");
  assert.equal(await codeOf(await signed(new Uint8Array(20_000).fill(0x20))), "bundle.malformed");
});

Deno.test("loadBundle() refuses a bundle with any byte of any of its files changed", async () => {
  const names = ["manifest.json", "manifest.sig", "core.wasm"] as const;
  const byte = fc.record({
    name: fc.constantFrom(...names),
    at: fc.nat(),
    flip: fc.integer({ min: 1, max: 255 }),
  });
  await fc.assert(
    fc.asyncProperty(byte, async ({ name, at, flip }) => {
      const code = await codeOf({
        ...files,
        [name]: changed(files[name] as Uint8Array<ArrayBuffer>, at, flip),
      });
      // A change of white space in the signature's file changes nothing that is signed.
      if (name === "manifest.sig" && code === "accepted") return isSpace(files[name] as Uint8Array, at);
      return /^bundle\./.test(code);
    }),
    { numRuns: 700 },
  );
});

/** The kernel of these tests, metered. */
function metered(): Uint8Array<ArrayBuffer> {
  return meter(kernel());
}

function isSpace(bytes: Uint8Array, at: number): boolean {
  return [0x09, 0x0a, 0x0d, 0x20].includes(bytes[at % bytes.length] as number);
}

async function signed(manifest: Uint8Array<ArrayBuffer>): Promise<Files> {
  return { ...files, "manifest.json": manifest, "manifest.sig": await signManifest(manifest, signer) };
}

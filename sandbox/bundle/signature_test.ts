import { assert } from "../../tests/deps.ts";
import {
  generateSigner,
  importSigner,
  keyIdOf,
  parseSigners,
  signerEntries,
  signManifest,
  verifySignature,
} from "./signature.ts";

const MANIFEST = new TextEncoder().encode("a manifest");
const signer = await generateSigner();
const pins = new Map([[signer.keyId, signer.publicKey]]);

Deno.test("signManifest() makes what verifySignature() accepts, the same each time", async () => {
  const file = await signManifest(MANIFEST, signer);
  await verifySignature(MANIFEST, file, pins);
  assert.deepEqual(await signManifest(MANIFEST, signer), file);
  await assert.rejects(verifySignature(MANIFEST.subarray(1), file, pins), { code: "bundle.signature" });
  await assert.rejects(verifySignature(MANIFEST, file, new Map()), { code: "bundle.signature" });
});

Deno.test("signManifest() signs the words that name its purpose and the manifest behind them", async () => {
  const file = JSON.parse(new TextDecoder().decode(await signManifest(MANIFEST, signer))) as {
    signature: string;
  };
  const message = new TextEncoder().encode("p2c2r bundle manifest v1\na manifest");
  const key = await crypto.subtle.importKey("raw", signer.publicKey, "Ed25519", false, ["verify"]);
  const signature = Uint8Array.fromBase64(file.signature, { alphabet: "base64url" });
  assert.ok(await crypto.subtle.verify("Ed25519", key, signature, message));
});

Deno.test("keyIdOf() is the first eight bytes of the key's SHA-256", async () => {
  // SHA-256 of 32 zero bytes starts with these.
  assert.equal(await keyIdOf(new Uint8Array(32)), "66687aadf862bd77");
  assert.equal(await keyIdOf(signer.publicKey), signer.keyId);
});

Deno.test("importSigner() gives back the signer whose key was kept", async () => {
  const kept = new Uint8Array(await crypto.subtle.exportKey("pkcs8", signer.privateKey));
  const again = await importSigner(kept);
  assert.equal(again.keyId, signer.keyId);
  assert.deepEqual(again.publicKey, signer.publicKey);
  assert.deepEqual(await signManifest(MANIFEST, again), await signManifest(MANIFEST, signer));
});

Deno.test("importSigner() refuses what is no key", async () => {
  for (const bytes of [new Uint8Array(0), new Uint8Array(48), new TextEncoder().encode("secret")]) {
    await assert.rejects(importSigner(bytes), { code: "config.invalid" });
  }
});

Deno.test("parseSigners() reads what signerEntries() writes", async () => {
  const other = await generateSigner();
  const both = new Map([...pins, [other.keyId, other.publicKey]]);
  assert.deepEqual(await parseSigners(JSON.parse(JSON.stringify(signerEntries(both)))), both);
  assert.deepEqual(await parseSigners([]), new Map());
});

Deno.test("parseSigners() refuses lists that name no keys, or keys by another id", async () => {
  const [entry] = signerEntries(pins);
  const { keyId = "", publicKey = "" } = entry ?? {};
  const wrong: readonly unknown[] = [
    null,
    {},
    "keys",
    [null],
    [7],
    [{}],
    [{ keyId }],
    [{ keyId, publicKey: 7 }],
    [{ keyId, publicKey: publicKey.slice(1) }],
    [{ keyId, publicKey: `${publicKey.slice(1)} ` }],
    [{ keyId, publicKey: `${publicKey.slice(0, 42)}B` }],
    [{ keyId: "0".repeat(16), publicKey }],
    [{ keyId: keyId.toUpperCase(), publicKey: "A".repeat(43) }],
    Array.from({ length: 65 }, () => entry),
  ];
  for (const value of wrong) {
    await assert.rejects(
      parseSigners(value),
      { code: "config.invalid" },
      JSON.stringify(value)?.slice(0, 100),
    );
  }
});

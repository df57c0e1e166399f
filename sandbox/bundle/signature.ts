// Who answers for a bundle: Ed25519 over the manifest's bytes, by a key that this machine pins.
import { P2c2rError } from "../../protocol/errors.ts";
import { sha256Hex } from "./digest.ts";
import { expectExactly, expectObject, expectText, jsonBytes, readJson } from "./strict_json.ts";

/** Public keys whose signatures are accepted: raw 32 bytes by key id. */
export type Pins = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** A key that signs manifests. `keyId`: the first 8 bytes of SHA-256 of the raw public key, lower-case hex. */
export interface Signer {
  readonly keyId: string;
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly privateKey: CryptoKey;
}

/** A public key as `signers.json` and `GET /v1/signers` write it. */
export interface SignerEntry {
  readonly keyId: string;
  /** Raw 32 bytes, base64url without padding. */
  readonly publicKey: string;
}

/** Largest `manifest.sig`, in bytes. */
export const SIGNATURE_BYTES_MAX = 1024;

/** Put before the manifest's bytes, so that the signature can never be taken for one over something else. */
const SIGNING_CONTEXT = new TextEncoder().encode("p2c2r bundle manifest v1\n");
// 32 and 64 bytes in base64url; the last character has bits to spare, which must be zero: one spelling only.
const PUBLIC_KEY_PATTERN = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
const SIGNATURE_PATTERN = /^[A-Za-z0-9_-]{85}[AQgw]$/;
const KEY_ID_PATTERN = /^[0-9a-f]{16}$/;
const SIGNERS_MAX = 64;

/** Makes a new key; the private part can be exported, so that an operator can keep it. */
export async function generateSigner(): Promise<Signer> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]) as CryptoKeyPair;
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { keyId: await keyIdOf(publicKey), publicKey, privateKey: pair.privateKey };
}

/** The signer of a stored private key (PKCS #8). @throws {P2c2rError} config.invalid for bytes that are no such key. */
export async function importSigner(pkcs8: Uint8Array): Promise<Signer> {
  try {
    const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8.slice(), "Ed25519", true, ["sign"]);
    const { x } = await crypto.subtle.exportKey("jwk", privateKey);
    const publicKey = fromBase64Url(x ?? "");
    return { keyId: await keyIdOf(publicKey), publicKey, privateKey };
  } catch (cause) {
    throw new P2c2rError("config.invalid", "Cannot read signer key: it is not an Ed25519 key in PKCS #8", {
      hint: "Put the signer's key back, or move it away to make a new one.",
      cause,
    });
  }
}

/** The id of a raw public key. */
export async function keyIdOf(publicKey: Uint8Array): Promise<string> {
  return (await sha256Hex(publicKey.slice())).slice(0, 16);
}

/** Signs a manifest: the bytes of `manifest.sig`. The same manifest and key give the same bytes. */
export async function signManifest(
  manifestBytes: Uint8Array,
  signer: Signer,
): Promise<Uint8Array<ArrayBuffer>> {
  const signature = await crypto.subtle.sign("Ed25519", signer.privateKey, signedMessage(manifestBytes));
  return jsonBytes({ format: 1, keyId: signer.keyId, signature: toBase64Url(new Uint8Array(signature)) });
}

/**
 * Accepts a manifest whose signature a pinned key made.
 *
 * @returns the id of that key
 * @throws {P2c2rError} bundle.malformed for a file that is no signature, bundle.signature for one that does not count.
 */
export async function verifySignature(
  manifestBytes: Uint8Array,
  signatureFile: Uint8Array,
  pins: Pins,
): Promise<string> {
  const file = expectObject(
    readJson(signatureFile, "manifest.sig"),
    ["format", "keyId", "signature"],
    "manifest.sig",
  );
  expectExactly(file, "format", 1);
  const keyId = expectText(file, "keyId", KEY_ID_PATTERN);
  const signature = fromBase64Url(expectText(file, "signature", SIGNATURE_PATTERN));
  const publicKey = pins.get(keyId);
  if (publicKey === undefined) {
    throw new P2c2rError(
      "bundle.signature",
      `Cannot trust bundle: it is signed by ${keyId}, which is not pinned here`,
    );
  }
  const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
  if (!await crypto.subtle.verify("Ed25519", key, signature, signedMessage(manifestBytes))) {
    throw new P2c2rError(
      "bundle.signature",
      `Cannot trust bundle: the signature of ${keyId} is not over this manifest`,
    );
  }
  return keyId;
}

/** Reads a list of signers. @throws {P2c2rError} config.invalid */
export async function parseSigners(value: unknown): Promise<Pins> {
  const refuse = (state: string): never => {
    throw new P2c2rError("config.invalid", `Cannot read signers: ${state}`, {
      hint: 'Give a list of {"keyId": "16 hex digits", "publicKey": "base64url of 32 bytes"}.',
    });
  };
  if (!Array.isArray(value) || value.length > SIGNERS_MAX) {
    return refuse(`not a list of at most ${SIGNERS_MAX}`);
  }
  const pins = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const entry of value as unknown[]) {
    const { keyId, publicKey } = (entry ?? {}) as Record<string, unknown>;
    if (typeof publicKey !== "string" || !PUBLIC_KEY_PATTERN.test(publicKey)) {
      return refuse("a public key is not 32 bytes in base64url");
    }
    const raw = fromBase64Url(publicKey);
    if (keyId !== await keyIdOf(raw)) {
      return refuse("a key id is not that of its public key");
    }
    pins.set(keyId, raw);
  }
  return pins;
}

/** The list that {@link parseSigners} reads. */
export function signerEntries(pins: Pins): SignerEntry[] {
  return [...pins].map(([keyId, publicKey]) => ({ keyId, publicKey: toBase64Url(publicKey) }));
}

function signedMessage(manifestBytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(SIGNING_CONTEXT.length + manifestBytes.length);
  message.set(SIGNING_CONTEXT);
  message.set(manifestBytes, SIGNING_CONTEXT.length);
  return message;
}

function toBase64Url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(text, { alphabet: "base64url" });
}

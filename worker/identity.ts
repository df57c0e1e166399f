// Who this worker is: an Ed25519 key made on first start. Trust and credit belong to it, so it is never replaced in silence.
import { challengeContext, P2c2rError, sha256 } from "../protocol/mod.ts";
import { readIfThere, writeAtomically } from "./disk/atomic_file.ts";

/** A worker's key. */
export interface Identity {
  /** The raw public key, 32 bytes. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  /** Lower-case hex of the first 16 bytes of the public key's SHA-256: how coordinators name this worker. */
  readonly worker: string;
  /** Proves to `host`, and to no other, that this worker holds the key. */
  sign(host: string, challenge: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
}

const algorithm = "Ed25519";

/**
 * The identity kept in a file, made where there is no file. The file holds the private key (PKCS #8) and, so that
 * damage is noticed, the public key (SPKI), both in PEM.
 *
 * @throws P2c2rError `config.invalid` when the file is damaged
 */
export async function loadIdentity(path: string): Promise<Identity & { readonly made: boolean }> {
  const kept = await readIfThere(path);
  if (kept !== undefined) {
    const identity = await identityFrom(path, kept);
    if (Deno.build.os !== "windows") await Deno.chmod(path, 0o600); // copied from a backup it may be readable by all
    return { ...identity, made: false };
  }
  const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as CryptoKeyPair;
  const text = pem("PRIVATE KEY", await crypto.subtle.exportKey("pkcs8", pair.privateKey)) +
    pem("PUBLIC KEY", await crypto.subtle.exportKey("spki", pair.publicKey));
  const bytes = new TextEncoder().encode(text);
  await writeAtomically(path, bytes, 0o600);
  return { ...await identityFrom(path, bytes), made: true };
}

/** The bytes a worker signs: bound to this protocol and to the coordinator it dialled. */
export function challengeMessage(host: string, challenge: Uint8Array): Uint8Array<ArrayBuffer> {
  const context = new TextEncoder().encode(`${challengeContext}${host}\n`);
  const message = new Uint8Array(context.length + challenge.length);
  message.set(context);
  message.set(challenge, context.length);
  return message;
}

async function identityFrom(path: string, bytes: Uint8Array): Promise<Identity> {
  const { privateKey, publicKey } = await keysFrom(path, bytes);
  const worker = (await sha256(publicKey)).subarray(0, 16).toHex();
  return {
    publicKey,
    worker,
    sign: async (host, challenge) =>
      new Uint8Array(await crypto.subtle.sign(algorithm, privateKey, challengeMessage(host, challenge))),
  };
}

async function keysFrom(
  path: string,
  bytes: Uint8Array,
): Promise<{ readonly privateKey: CryptoKey; readonly publicKey: Uint8Array<ArrayBuffer> }> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const privateKey = await crypto.subtle.importKey("pkcs8", unpem("PRIVATE KEY", text), algorithm, false, [
      "sign",
    ]);
    const publicKey = await crypto.subtle.importKey("spki", unpem("PUBLIC KEY", text), algorithm, true, [
      "verify",
    ]);
    const probe = new Uint8Array(32);
    const signature = await crypto.subtle.sign(algorithm, privateKey, probe);
    if (!await crypto.subtle.verify(algorithm, publicKey, signature, probe)) {
      throw new TypeError("its two keys do not belong together");
    }
    return { privateKey, publicKey: new Uint8Array(await crypto.subtle.exportKey("raw", publicKey)) };
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new P2c2rError("config.invalid", `Cannot read identity ${path}: it is damaged (${what})`, {
      hint:
        "Restore the file from a copy, or move it away to start as a new worker without trust and credit.",
      cause,
    });
  }
}

function pem(label: string, der: ArrayBuffer): string {
  return `-----BEGIN ${label}-----\n${new Uint8Array(der).toBase64()}\n-----END ${label}-----\n`;
}

function unpem(label: string, text: string): Uint8Array<ArrayBuffer> {
  const match = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`).exec(text);
  if (match === null) throw new TypeError(`its ${label.toLowerCase()} is missing`);
  return Uint8Array.fromBase64(match[1]!.replaceAll(/\s/g, ""));
}

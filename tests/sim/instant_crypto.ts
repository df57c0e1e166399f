// The platform's cryptography, answering at once: its own answers come from other threads, whenever those get to it, and
// a history must not depend on when that is. What is computed is the same.
import { Buffer } from "node:buffer";
import { createHash, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { challengeMessage, type Identity } from "../../worker/identity.ts";

/** As much of a SubtleCrypto as coordinators and workers use once their keys are made. */
const instant = {
  digest: (_algorithm: string, bytes: Uint8Array) => {
    const digest = Uint8Array.from(createHash("sha256").update(bytes).digest());
    return Promise.resolve(digest.buffer);
  },
  importKey: (_format: "raw", bytes: Uint8Array) => {
    const x = bytes.toBase64({ alphabet: "base64url", omitPadding: true });
    return Promise.resolve(createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" }));
  },
  verify: (
    _algorithm: string,
    key: ReturnType<typeof createPublicKey>,
    signature: Uint8Array,
    message: Uint8Array,
  ) => Promise.resolve(verify(null, message, key, signature)),
};

/** From now on this thread's cryptography answers at once. */
export function hastenCrypto(): void {
  Object.defineProperty(crypto, "subtle", { value: instant, configurable: true });
}

/** An Ed25519 private key in PKCS #8, but for its last 32 bytes (RFC 8410). */
const PKCS8_START = Uint8Array.fromHex("302e020100300506032b657004220420");
const WORKER_ID_BYTES = 16;
const made: Identity[] = [];

/** The nth key that helpers have, in every history. */
export function identityOf(no: number): Identity {
  return made[no] ??= makeIdentity(no);
}

function makeIdentity(no: number): Identity {
  const secret = createHash("sha256").update(`the key of helper ${no}`).digest();
  const der = Buffer.concat([PKCS8_START, secret]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const { x = "" } = createPublicKey(key).export({ format: "jwk" });
  const publicKey = Uint8Array.fromBase64(x, { alphabet: "base64url" });
  return {
    publicKey,
    worker: createHash("sha256").update(publicKey).digest("hex").slice(0, 2 * WORKER_ID_BYTES),
    sign: (host, challenge) =>
      Promise.resolve(Uint8Array.from(sign(null, challengeMessage(host, challenge), key))),
  };
}

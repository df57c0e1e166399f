// The names of blobs, and the proof that bytes are what a name says.
import { P2c2rError } from "../../protocol/mod.ts";

const digestText = /^[0-9a-f]{64}$/;

/** SHA-256 as lower-case hex. */
export async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Refuses a text that cannot be a digest: digests become file names. */
export function requireDigest(digest: string): void {
  if (!digestText.test(digest)) {
    throw new P2c2rError(
      "request.invalid",
      `Cannot use blob: ${JSON.stringify(digest)} is not a SHA-256 in hex`,
    );
  }
}

/** Refuses bytes that are not the digest's. */
export async function requireMatch(digest: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  requireDigest(digest);
  const found = await digestOf(bytes);
  if (found !== digest) {
    throw new P2c2rError("request.invalid", `Cannot store blob ${digest}: the bytes' SHA-256 is ${found}`, {
      hint: "Send the bytes unchanged, under their own digest.",
    });
  }
}

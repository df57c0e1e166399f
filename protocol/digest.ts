// SHA-256 digests: 32 bytes on the wire, lower-case hex in addresses, identities and tables.
import { limits } from "./limits.ts";

const digestHex = /^[0-9a-f]{64}$/;

/** The SHA-256 of bytes. */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
}

/** The SHA-256 of bytes, in lower-case hex. */
export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  return (await sha256(bytes)).toHex();
}

/** A digest of 32 bytes as lower-case hex. */
export function digestToHex(digest: Uint8Array): string {
  if (digest.length !== limits.digestBytes) {
    throw new RangeError(`Cannot write digest: it is ${digest.length} bytes, not ${limits.digestBytes}`);
  }
  return digest.toHex();
}

/** The 32 bytes of a digest in lower-case hex; undefined where the text is none. */
export function digestFromHex(hex: string): Uint8Array<ArrayBuffer> | undefined {
  return digestHex.test(hex) ? Uint8Array.fromHex(hex) : undefined;
}

// SHA-256 as the rest of the project writes it: lower-case hex.

/** SHA-256 of `bytes`, as 64 lower-case hex digits. */
export async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

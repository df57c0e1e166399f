// The forms in which a secret can stand in bytes that were meant to be harmless.
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";

/** Bytes to look for, by the name of the form. */
export type Disguises = ReadonlyMap<string, Uint8Array>;

/** So much of a hash is still a name: it is what this project itself shortens hashes to. */
const shortHashBytes = 8;

/** Bytes, or a text in UTF-8: raw, in hex and base64, and the same of its SHA-256, whole or its start. */
export function disguisesOf(secret: Uint8Array | string): Disguises {
  const raw = Buffer.from(secret as string);
  const hash = createHash("sha256").update(raw).digest();
  const short = hash.subarray(0, shortHashBytes);
  const forms = new Map<string, Uint8Array>();
  for (const [name, bytes] of [["", raw], ["SHA-256", hash], ["start of SHA-256", short]] as const) {
    const hex = bytes.toString("hex");
    forms.set(`${name} bytes`, bytes);
    forms.set(`${name} hex`, Buffer.from(hex));
    forms.set(`${name} upper-case hex`, Buffer.from(hex.toUpperCase()));
    for (const alphabet of ["base64", "base64url"] as const) {
      for (const shift of [0, 1, 2]) {
        forms.set(`${name} ${alphabet} at ${shift}`, Buffer.from(coreOfBase64(bytes, alphabet, shift)));
      }
    }
  }
  forms.set("UTF-16", Buffer.from(raw.toString("utf8"), "utf16le"));
  return forms;
}

/** The names of the forms that occur somewhere. */
export function disguisesIn(haystacks: readonly Uint8Array[], secret: Uint8Array | string): string[] {
  return [...disguisesOf(secret)].filter(([, form]) => occurs(haystacks, form)).map(([name]) => name);
}

/** Whether bytes occur in one of others. */
export function occurs(haystacks: readonly Uint8Array[], needle: Uint8Array): boolean {
  return haystacks.some((bytes) =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(Buffer.from(needle))
  );
}

/** The characters that the bytes have in base64 whatever stands before and after them: `shift` bytes stand before, modulo 3. */
function coreOfBase64(bytes: Uint8Array, alphabet: "base64" | "base64url", shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString(alphabet).replace(/=+$/, "");
  return text.slice(shift === 0 ? 0 : shift + 1, -1);
}

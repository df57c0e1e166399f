// base64url without padding, strictly: one text for one byte string.

const options = { alphabet: "base64url", omitPadding: true } as const;

/** Bytes as base64url. */
export function toBase64Url(bytes: Uint8Array): string {
  return bytes.toBase64(options);
}

/** The bytes of a base64url text of exactly that many bytes; undefined for any other text. */
export function fromBase64Url(text: string, length: number): Uint8Array<ArrayBuffer> | undefined {
  if (text.length !== Math.ceil(length * 4 / 3)) return undefined;
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: "base64url", lastChunkHandling: "loose" });
    // The last character may carry bits that belong to no byte: only the text we would write ourselves is good.
    return bytes.length === length && toBase64Url(bytes) === text ? bytes : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

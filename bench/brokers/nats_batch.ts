// Several payloads in one NATS message: a length before each.

const HEAD_BYTES = 4;

/** Lays payloads behind one another. */
export function pack(parts: readonly Uint8Array[]): Uint8Array {
  const packed = new Uint8Array(parts.reduce((sum, part) => sum + HEAD_BYTES + part.length, 0));
  const view = new DataView(packed.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length, true);
    packed.set(part, at + HEAD_BYTES);
    at += HEAD_BYTES + part.length;
  }
  return packed;
}

/** Takes them apart again, as views. */
export function unpack(packed: Uint8Array): Uint8Array[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < packed.length;) {
    const length = view.getUint32(at, true);
    parts.push(packed.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length));
    at += HEAD_BYTES + length;
  }
  return parts;
}

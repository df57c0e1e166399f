// A place in the bytes of a module. Every read is bounded by the bytes themselves, and a failure names the byte.
import { P2c2rError } from "../../protocol/errors.ts";

/** Reads forward; `end` is the offset behind the last byte that belongs to it. */
export class Cursor {
  readonly bytes: Uint8Array;
  readonly end: number;
  at: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  byte(): number {
    if (this.at >= this.end) throw malformedAt(this.at, "it ends too early");
    return this.bytes[this.at++] as number;
  }

  /** An unsigned number of at most 32 bits in LEB128. */
  u32(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 35; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw malformedAt(this.at, "a number has more than 32 bits");
  }

  /** Skips one LEB128 number of any size and sign. */
  skipNumber(): void {
    while (this.byte() >= 0x80);
  }

  /** The next bytes, not copied. */
  take(size: number): Uint8Array {
    if (this.at + size > this.end) throw malformedAt(this.at, "it ends too early");
    this.at += size;
    return this.bytes.subarray(this.at - size, this.at);
  }

  /** A name: its size, then UTF-8. */
  name(): string {
    const bytes = this.take(this.u32());
    return new TextDecoder().decode(bytes);
  }

  /** A list: its size, then its entries. */
  list<T>(read: () => T): T[] {
    const entries: T[] = [];
    for (let left = this.u32(); left > 0; left--) entries.push(read());
    return entries;
  }
}

/** The error for bytes that are no module. */
export function malformedAt(offset: number, state: string): P2c2rError {
  return new P2c2rError("bundle.malformed", `Cannot read module: ${state}, at byte ${offset}`);
}

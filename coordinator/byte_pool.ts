// Copies of short byte strings, many to one buffer: a buffer of its own costs 1.8 µs and the collector's attention later,
// a part of a shared one 0.1 µs.

const SLAB_BYTES = 64 * 1024;
/** What is longer gets a buffer of its own. */
export const partBytesMax = 4 * 1024;

/** Bytes that live about equally long: a shared buffer stays in memory until the last of its parts is gone. */
export class BytePool {
  readonly #wasteMax: number;
  #slab = new ArrayBuffer(SLAB_BYTES);
  #used = 0;

  /** `wasteMax`: how many times its own size a long view may keep alive without being copied, at least 1. */
  constructor(wasteMax: number) {
    this.#wasteMax = wasteMax;
  }

  /** The same bytes to keep: copied when they are short, or too small a part of the buffer they lie in. */
  keep(bytes: Uint8Array): Uint8Array {
    const { length } = bytes;
    if (length > partBytesMax) {
      // Not slice(), which fills its memory with zeros first: 64 KiB in a fresh buffer take twice as long that way.
      return bytes.buffer.byteLength <= this.#wasteMax * length ? bytes : new Uint8Array(bytes);
    }
    if (this.#used + length > SLAB_BYTES) {
      this.#slab = new ArrayBuffer(SLAB_BYTES);
      this.#used = 0;
    }
    const own = new Uint8Array(this.#slab, this.#used, length);
    own.set(bytes);
    this.#used += length;
    return own;
  }
}

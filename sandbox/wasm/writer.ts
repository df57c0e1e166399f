// Bytes of a module as they are written: numbers in LEB128, in the shortest spelling, so that output is stable.

/** Grows as it is written. */
export class Writer {
  #bytes = new Uint8Array(256);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  byte(value: number): this {
    this.#room(1);
    this.#bytes[this.#size++] = value;
    return this;
  }

  bytes(values: ArrayLike<number>): this {
    this.#room(values.length);
    this.#bytes.set(values, this.#size);
    this.#size += values.length;
    return this;
  }

  /** An unsigned number below 2^53. */
  unsigned(value: number): this {
    let left = value;
    while (left >= 0x80) {
      this.byte(left % 0x80 | 0x80);
      left = Math.floor(left / 0x80);
    }
    return this.byte(left);
  }

  /** A number of up to 64 bits with its sign. */
  signed(value: bigint | number): this {
    let left = BigInt(value);
    for (;;) {
      const low = Number(left & 0x7fn);
      left >>= 7n;
      const isLast = left === ((low & 0x40) === 0 ? 0n : -1n);
      this.byte(isLast ? low : low | 0x80);
      if (isLast) return this;
    }
  }

  /** A name: its size, then UTF-8. */
  name(text: string): this {
    return this.sized(new TextEncoder().encode(text));
  }

  /** The number of bytes, then the bytes. */
  sized(values: Uint8Array): this {
    return this.unsigned(values.length).bytes(values);
  }

  /** What was written so far, not copied: valid until the next write. */
  written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#size);
  }

  #room(more: number): void {
    if (this.#size + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#size + more));
    larger.set(this.written());
    this.#bytes = larger;
  }
}

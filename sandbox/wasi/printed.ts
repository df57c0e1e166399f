// What a kernel prints, kept for its author and for nobody else: it is no part of any result.

/** Standard output and standard error in the order in which they were written. */
export interface Printed {
  /** At most {@link PRINTED_BYTES_MAX} bytes, with U+FFFD for what is not UTF-8. */
  readonly text: string;
  /** Bytes behind those kept. */
  readonly droppedBytes: number;
}

/** Most bytes of a task's printing that are kept. */
export const PRINTED_BYTES_MAX = 8_192;

/** Keeps the first bytes and counts the others. */
export class Capture {
  readonly #chunks: Uint8Array<ArrayBuffer>[] = [];
  #bytes = 0;
  #droppedBytes = 0;

  write(bytes: Uint8Array): void {
    const kept = bytes.slice(0, PRINTED_BYTES_MAX - this.#bytes);
    if (kept.length > 0) this.#chunks.push(kept);
    this.#bytes += kept.length;
    this.#droppedBytes += bytes.length - kept.length;
  }

  writeZeroes(count: number): void {
    const kept = Math.min(count, PRINTED_BYTES_MAX - this.#bytes);
    this.write(new Uint8Array(kept));
    this.#droppedBytes += count - kept;
  }

  /** Undefined where nothing was printed. */
  get printed(): Printed | undefined {
    if (this.#bytes + this.#droppedBytes === 0) return undefined;
    const decoder = new TextDecoder();
    const text = this.#chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("") +
      decoder.decode();
    return { text, droppedBytes: this.#droppedBytes };
  }
}

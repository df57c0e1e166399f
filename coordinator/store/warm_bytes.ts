// The least recently used bytes leave first: what a blob store keeps in memory, bounded by bytes and not by number.

export class WarmBytes {
  readonly #bytesMax: number;
  /** Oldest use first: a Map keeps the order of insertion. */
  readonly #entries = new Map<string, Uint8Array<ArrayBuffer>>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What is held under a key, which is now the last used. */
  get(key: string): Uint8Array<ArrayBuffer> | undefined {
    const bytes = this.#entries.get(key);
    if (bytes === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, bytes);
    return bytes;
  }

  /** Holds bytes, unless they alone are more than may be held. */
  set(key: string, bytes: Uint8Array<ArrayBuffer>): void {
    this.delete(key);
    if (bytes.length > this.#bytesMax) return;
    this.#entries.set(key, bytes);
    this.#bytes += bytes.length;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#bytesMax) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const bytes = this.#entries.get(key);
    if (bytes === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= bytes.length;
  }
}

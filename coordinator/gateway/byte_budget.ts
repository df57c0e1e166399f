// Bytes that many share: taken and given back, never more than stated.

/** A bounded amount of bytes. */
export class ByteBudget {
  readonly #bytesMax: number;
  #taken = 0;

  /** Nothing is taken at first. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Bytes taken now. */
  get taken(): number {
    return this.#taken;
  }

  /** Whether that many bytes are left. */
  fits(bytes: number): boolean {
    return this.#taken + bytes <= this.#bytesMax;
  }

  /** Takes bytes if they are left. */
  take(bytes: number): boolean {
    if (!this.fits(bytes)) return false;
    this.#taken += bytes;
    return true;
  }

  /** Gives bytes back. */
  give(bytes: number): void {
    this.#taken -= bytes;
  }
}

// Which workers hold an asset, so that placement finds them in a large fleet.

/** The holders of one asset, in a round. */
export class Holders<W> {
  readonly #all = new Set<W>();

  /** How many there are. */
  get size(): number {
    return this.#all.size;
  }

  /** One more, looked at last. */
  add(worker: W): void {
    this.#all.add(worker);
  }

  /** One less. */
  delete(worker: W): void {
    this.#all.delete(worker);
  }

  /** Whose turn it is. O(1). */
  next(): W | undefined {
    for (const worker of this.#all) {
      this.#all.delete(worker);
      this.#all.add(worker);
      return worker;
    }
    return undefined;
  }
}

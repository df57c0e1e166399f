// A binary min-heap on numeric keys: keys and items in two plain arrays, no allocation per entry but the arrays' growth.

/** Below this size nothing is swept out. */
const SWEEP_SIZE_MIN = 128;

/**
 * Smallest key first; equal keys come in no promised order, but always the same one for the same calls. Entries that
 * became stale are swept out when they may be more than half, so that a far key keeps nothing alive: O(1) per push.
 */
export class Heap<T> {
  readonly #keys: number[] = [];
  readonly #items: T[] = [];
  readonly #isStale: (item: T) => boolean;
  #sweepSize = SWEEP_SIZE_MIN;

  /** Empty. `isStale`: once true of an item, nobody needs it any more. */
  constructor(isStale: (item: T) => boolean = () => false) {
    this.#isStale = isStale;
  }

  /** How many entries it holds, stale ones included. */
  get size(): number {
    return this.#keys.length;
  }

  /** The smallest key, or Infinity. */
  get minKey(): number {
    return this.#keys[0] ?? Infinity;
  }

  /** The item with the smallest key. */
  peek(): T | undefined {
    return this.#items[0];
  }

  /** Adds an entry: O(log n). */
  push(key: number, item: T): void {
    if (this.#keys.length >= this.#sweepSize) this.#sweep();
    let at = this.#keys.length;
    this.#keys.push(key);
    this.#items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const parentKey = this.#keys[parent]!;
      if (parentKey <= key) break;
      this.#keys[at] = parentKey;
      this.#items[at] = this.#items[parent]!;
      at = parent;
    }
    this.#keys[at] = key;
    this.#items[at] = item;
  }

  /** Takes the entry with the smallest key: O(log n). */
  pop(): T | undefined {
    const top = this.#items[0];
    const key = this.#keys.pop();
    const item = this.#items.pop();
    const size = this.#keys.length;
    if (key === undefined || item === undefined || size === 0) return top;
    this.#sink(0, key, item);
    return top;
  }

  #sink(from: number, key: number, item: T): void {
    const size = this.#keys.length;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#keys[child + 1]! < this.#keys[child]!) child++;
      if (this.#keys[child]! >= key) break;
      this.#keys[at] = this.#keys[child]!;
      this.#items[at] = this.#items[child]!;
      at = child;
    }
    this.#keys[at] = key;
    this.#items[at] = item;
  }

  #sweep(): void {
    let kept = 0;
    for (let at = 0; at < this.#items.length; at++) {
      const item = this.#items[at]!;
      if (this.#isStale(item)) continue;
      this.#keys[kept] = this.#keys[at]!;
      this.#items[kept++] = item;
    }
    this.#keys.length = kept;
    this.#items.length = kept;
    for (let at = (kept >> 1) - 1; at >= 0; at--) this.#sink(at, this.#keys[at]!, this.#items[at]!);
    this.#sweepSize = Math.max(SWEEP_SIZE_MIN, 2 * kept);
  }
}

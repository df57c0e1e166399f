// First in, first out, without moving what stays. Not a Map whose oldest key goes for each new one: its first key lies behind
// the holes that the earlier ones left, and with 32,000 entries finding it costs 30 µs.

/**
 * A queue with cheap `push` and `shift`.
 *
 * @example
 * ```ts
 * import { Fifo } from "./mod.ts";
 *
 * const fifo = new Fifo<number>();
 * fifo.push(1);
 * fifo.push(2);
 * console.log(fifo.shift(), fifo.length); // 1 1
 * ```
 */
export class Fifo<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  /** How many wait. */
  get length(): number {
    return this.#items.length - this.#head;
  }

  /** The one that waits longest. */
  peek(): T | undefined {
    return this.#items[this.#head];
  }

  /** Adds at the end. */
  push(item: T): void {
    this.#items.push(item);
  }

  /** Takes the one that waits longest. */
  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#items[this.#head++] = undefined;
    if (this.#head >= 1024 && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Replaces what waits. */
  reset(items: readonly T[]): void {
    this.#items = [...items];
    this.#head = 0;
  }

  /** All that wait, the longest first. */
  list(): T[] {
    return this.#items.slice(this.#head) as T[];
  }
}

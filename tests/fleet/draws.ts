// The coordinator's dice in a test's hand: what would be drawn at random after each result is set before it.

const unitBits = 53;
const unusedBits = 64n - 53n;

/** While it lives, every draw of this process's coordinators is `value`; other random numbers stay random. */
export class Draws implements Disposable {
  #value: number;
  /** How many were fetched, some for results to come: none would mean that nobody asked. */
  made = 0;
  readonly #stocks = new Set<BigUint64Array>();
  readonly #fill = crypto.getRandomValues;

  constructor(value: number) {
    this.#value = value;
    const fill = <T extends ArrayBufferView | null>(array: T): T => {
      // Nothing else in a coordinator or worker asks for 64-bit words: see `Shell.answered`.
      if (!(array instanceof BigUint64Array)) {
        return this.#fill.call(crypto, array as ArrayBufferView<ArrayBuffer>) as T;
      }
      this.#stocks.add(array);
      this.#load(array);
      for (let at = 1; at < array.length; at += 2) {
        array[at] = BigInt(++this.made) * 0x9e37_79b9_7f4a_7c15n & 0xffff_ffff_ffff_ffffn;
      }
      return array;
    };
    Object.defineProperty(crypto, "getRandomValues", { value: fill, configurable: true, writable: true });
  }

  /** 0 ≤ value < 1: a result is recomputed when this is below the recheck rate. */
  set value(value: number) {
    this.#value = value;
    // What was fetched and not drawn yet as well.
    for (const stock of this.#stocks) this.#load(stock);
  }

  #load(stock: BigUint64Array): void {
    const draw = BigInt(Math.floor(this.#value * 2 ** unitBits)) << unusedBits;
    for (let at = 0; at < stock.length; at += 2) stock[at] = draw;
  }

  [Symbol.dispose](): void {
    Reflect.deleteProperty(crypto, "getRandomValues");
  }
}

/** Below every recheck rate, and above every one but certainty. */
export const always = 0;
export const never = 0.999_999;

// The coordinator's dice in a test's hand: what would be drawn at random after each result is set before it.

const unitBits = 53;
const unusedBits = 64n - 53n;

/** While it lives, every draw of this process's coordinators is `value`; other random numbers stay random. */
export class Draws implements Disposable {
  /** 0 ≤ value < 1: a result is recomputed when this is below the recheck rate. */
  value: number;
  /** How many were made: none would mean that nobody asked. */
  made = 0;
  readonly #fill = crypto.getRandomValues;

  constructor(value: number) {
    this.value = value;
    const fill = <T extends ArrayBufferView | null>(array: T): T => {
      // Nothing else in a coordinator or worker asks for two 64-bit words: see `Shell.answered`.
      if (!(array instanceof BigUint64Array) || array.length !== 2) {
        return this.#fill.call(crypto, array as ArrayBufferView<ArrayBuffer>) as T;
      }
      this.made++;
      array[0] = BigInt(Math.floor(this.value * 2 ** unitBits)) << unusedBits;
      array[1] = BigInt(this.made) * 0x9e37_79b9_7f4a_7c15n & 0xffff_ffff_ffff_ffffn;
      return array;
    };
    Object.defineProperty(crypto, "getRandomValues", { value: fill, configurable: true, writable: true });
  }

  [Symbol.dispose](): void {
    Reflect.deleteProperty(crypto, "getRandomValues");
  }
}

/** Below every recheck rate, and above every one but certainty. */
export const always = 0;
export const never = 0.999_999;

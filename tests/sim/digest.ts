// A history as one number: two runs with the same one went the same way.

const word = new Float64Array(1);
const halves = new Uint32Array(word.buffer);

/** Folds numbers and texts into 64 bits (two lanes of FNV-1a over 32-bit words). Not for anything that must be unguessable. */
export class Digest {
  #a = 0x811c9dc5;
  #b = 0x1000193;

  /** Takes a number in, to the last bit. */
  number(value: number): void {
    word[0] = value;
    this.#fold(halves[0]!);
    this.#fold(halves[1]!);
  }

  /** Takes a text in. */
  text(value: string): void {
    for (let at = 0; at < value.length; at++) this.#fold(value.charCodeAt(at));
    this.#fold(value.length);
  }

  /** Takes bytes in. */
  bytes(value: Uint8Array): void {
    for (const byte of value) this.#fold(byte);
    this.#fold(value.length);
  }

  /** What was taken in, as 16 hex digits. */
  get hex(): string {
    return [this.#a, this.#b].map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join("");
  }

  #fold(bits: number): void {
    this.#a = Math.imul(this.#a ^ bits, 0x01000193);
    this.#b = Math.imul((this.#b ^ bits) + 0x9e3779b9, 0x85ebca6b);
    this.#b ^= this.#b >>> 15;
  }
}

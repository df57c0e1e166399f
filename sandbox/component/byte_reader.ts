// Reads a component's bytes one thing after the other, and says at which byte it could not.
import { P2c2rError } from "../../protocol/errors.ts";

/** Most things a list of the format may hold; an honest component stays far below. */
const LIST_ENTRIES_MAX = 10_000;

/** A place in a component; each read moves it. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  /** Where `#bytes` start in the file. */
  readonly #base: number;
  #at = 0;

  constructor(bytes: Uint8Array, base = 0) {
    this.#bytes = bytes;
    this.#base = base;
  }

  /** Offset in the file of the next byte. */
  get offset(): number {
    return this.#base + this.#at;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  peek(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) return this.refuse("ends too early");
    return byte;
  }

  byte(): number {
    const byte = this.peek();
    this.#at += 1;
    return byte;
  }

  /** An unsigned number of at most 32 bits in LEB128, of at most five bytes. */
  number(): number {
    let value = 0;
    for (let i = 0; i < 5; i++) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value <= 0xffff_ffff ? value : this.refuse("has a number of more than 32 bits");
    }
    return this.refuse("has a number of more than 32 bits");
  }

  /** A list's length. */
  count(): number {
    const count = this.number();
    return count <= LIST_ENTRIES_MAX ? count : this.refuse(`has a list of ${count} entries`);
  }

  /** A list: its length, then each entry. */
  list<T>(read: () => T): T[] {
    return Array.from({ length: this.count() }, read);
  }

  name(): string {
    const bytes = this.take(this.number());
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch (error) {
      if (error instanceof TypeError) return this.refuse("has a name that is not UTF-8");
      throw error;
    }
  }

  take(size: number): Uint8Array {
    if (this.#at + size > this.#bytes.length) return this.refuse("ends too early");
    const taken = this.#bytes.subarray(this.#at, this.#at + size);
    this.#at += size;
    return taken;
  }

  /** One byte that can only be this. */
  expect(byte: number, what: string): void {
    if (this.byte() !== byte) this.refuse(`has ${what} of an unknown kind`);
  }

  refuse(state: string): never {
    throw new P2c2rError("bundle.malformed", `Cannot read component: it ${state}, at byte ${this.offset}`, {
      hint: "Give a component of the world in tasks-as/kernel.wit, as wit-component or jco writes it.",
    });
  }
}

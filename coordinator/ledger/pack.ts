// How a flush's records become bytes: a version, a count, a table of texts, then rows of whole numbers, all numbers
// in seven bits to a byte, lowest first. Texts that are hexadecimal take half their length.
import { P2c2rError } from "../../protocol/mod.ts";

const hexText = /^(?:[0-9a-f]{2})+$/;

/** Writes one blob. */
export class Packer {
  readonly #texts = new Map<string, number>();
  readonly #table = new Bytes();
  readonly #rows = new Bytes();
  readonly #version: number;

  constructor(version: number) {
    this.#version = version;
  }

  /** A whole number from 0 to 2^53 - 1. */
  whole(value: number): void {
    this.#rows.whole(value);
  }

  /** A whole number of either sign, small ones short. */
  signed(value: number): void {
    this.#rows.whole(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** A text, written once and then named by its place in the table. */
  text(value: string): void {
    this.#rows.whole(this.#place(value));
  }

  /** The same where there may be none. */
  textOrNull(value: string | null): void {
    this.#rows.whole(value === null ? 0 : this.#place(value) + 1);
  }

  #place(value: string): number {
    const known = this.#texts.get(value);
    if (known !== undefined) return known;
    const place = this.#texts.size;
    this.#texts.set(value, place);
    const isHex = hexText.test(value);
    const bytes = isHex ? Uint8Array.fromHex(value) : new TextEncoder().encode(value);
    this.#table.whole(bytes.length * 2 + (isHex ? 1 : 0));
    this.#table.append(bytes);
    return place;
  }

  /** The finished blob, with the number of its records in front. */
  done(count: number): Uint8Array<ArrayBuffer> {
    const blob = new Bytes();
    blob.whole(this.#version);
    blob.whole(count);
    blob.whole(this.#texts.size);
    blob.append(this.#table.view());
    blob.append(this.#rows.view());
    return blob.view().slice();
  }
}

/** Reads one blob. Whatever the bytes, it throws store.failed or answers what a {@link Packer} could have written. */
export class Unpacker {
  readonly #bytes: Uint8Array;
  readonly #texts: string[] = [];
  #at = 0;
  /** The number of records. */
  readonly count: number;

  constructor(bytes: Uint8Array, version: number) {
    this.#bytes = bytes;
    const found = this.whole();
    if (found !== version) throw malformed(`its version is ${found}, this program reads ${version}`);
    this.count = this.whole();
    for (let left = this.whole(); left > 0; left -= 1) this.#texts.push(this.#readText());
  }

  whole(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw malformed("it ends early");
      this.#at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 128;
      if (scale > 2 ** 49) throw malformed("a number is too long");
    }
    if (!Number.isSafeInteger(value)) throw malformed("a number is too large");
    return value;
  }

  signed(): number {
    const value = this.whole();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  text(): string {
    return this.#textAt(this.whole());
  }

  textOrNull(): string | null {
    const place = this.whole();
    return place === 0 ? null : this.#textAt(place - 1);
  }

  /** Says that everything was read. */
  end(): void {
    if (this.#at !== this.#bytes.length) {
      throw malformed(`${this.#bytes.length - this.#at} bytes are left over`);
    }
  }

  #textAt(place: number): string {
    const text = this.#texts[place];
    if (text === undefined) throw malformed(`it has no text number ${place}`);
    return text;
  }

  #readText(): string {
    const header = this.whole();
    const end = this.#at + Math.floor(header / 2);
    if (end > this.#bytes.length) throw malformed("it ends early");
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return header % 2 === 1 ? bytes.toHex() : new TextDecoder().decode(bytes);
  }
}

/** The error of a blob that no {@link Packer} of this version wrote. */
export function malformed(state: string): P2c2rError {
  return new P2c2rError("store.failed", `Cannot read a packed batch: ${state}`);
}

/** Bytes that grow. */
class Bytes {
  #bytes = new Uint8Array(1024);
  #length = 0;

  whole(value: number): void {
    if (this.#length + 8 > this.#bytes.length) this.#grow(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 128) | 0x80;
      rest = rest < 0x8000_0000 ? rest >>> 7 : Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  append(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#bytes.length) this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(more: number): void {
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

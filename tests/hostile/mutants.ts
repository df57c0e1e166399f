// Bytes that were right and are so no more: each mutant follows from one seed.

/** Draws numbers; splitmix32, so that a seed of a failure can be tried again. */
export class Draws {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** An integer from 0 to below `limit`, which is at most 2³². */
  below(limit: number): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return ((x ^ (x >>> 15)) >>> 0) % limit;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }
}

/** Bytes at which readers of WebAssembly go wrong: ends of LEB128, section ids, opcodes that open and close. */
const AWKWARD = [0x00, 0x01, 0x0b, 0x40, 0x60, 0x70, 0x7e, 0x7f, 0x80, 0xfc, 0xfd, 0xfe, 0xff];

/** How many bytes at either end are hit as often as all others together: there are the headers and the wiring. */
const RIM_BYTES = 600;

/** One to three changes: bytes replaced, flipped, taken out, put in, doubled, moved, or the end cut off. */
export function mutant(bytes: Uint8Array, draws: Draws): Uint8Array<ArrayBuffer> {
  let mutated = bytes.slice();
  for (let left = 1 + draws.below(3); left > 0 && mutated.length > 0; left--) {
    mutated = changed(mutated, draws);
  }
  return mutated;
}

function changed(bytes: Uint8Array<ArrayBuffer>, draws: Draws): Uint8Array<ArrayBuffer> {
  const at = place(bytes.length, draws);
  const kind = draws.below(12);
  if (kind < 4) return replaced(bytes, at, [draws.pick(AWKWARD)], 1);
  if (kind < 6) return replaced(bytes, at, [draws.below(256)], 1);
  if (kind < 8) return replaced(bytes, at, [(bytes[at] as number) ^ (1 << draws.below(8))], 1);
  const length = 1 + draws.below(8);
  if (kind === 8) return replaced(bytes, at, [], length);
  if (kind === 9) return replaced(bytes, at, Array.from({ length }, () => draws.pick(AWKWARD)), 0);
  if (kind === 10) {
    return replaced(bytes, at, bytes.slice(draws.below(bytes.length)).subarray(0, length), length);
  }
  return draws.below(4) === 0 ? bytes.slice(0, at) : replaced(bytes, at, bytes.slice(at, at + 40), 0);
}

function place(length: number, draws: Draws): number {
  if (length <= 2 * RIM_BYTES || draws.below(2) === 0) return draws.below(length);
  const inRim = draws.below(2 * RIM_BYTES);
  return inRim < RIM_BYTES ? inRim : length - 1 - (inRim - RIM_BYTES);
}

/** With `removed` bytes at `at` replaced by others. */
function replaced(
  bytes: Uint8Array,
  at: number,
  by: ArrayLike<number>,
  removed: number,
): Uint8Array<ArrayBuffer> {
  const tail = bytes.subarray(Math.min(bytes.length, at + removed));
  const result = new Uint8Array(at + by.length + tail.length);
  result.set(bytes.subarray(0, at));
  result.set(by, at);
  result.set(tail, at + by.length);
  return result;
}

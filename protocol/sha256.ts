// SHA-256 (FIPS 180-4) that answers at once, for where nobody can wait: the platform's own is asynchronous. A worker that
// joins tries millions of blocks, and a kernel asks for entropy in the middle of its work.

const BLOCK_BYTES = 64;
const LENGTH_BYTES = 8;
const DIGEST_BYTES = 32;

/** 32-bit words of a block, of the schedule that it grows into, and of the state. */
const BLOCK_WORDS = 16;
const SCHEDULE_WORDS = 64;

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const roundConstants = Int32Array.from(primes(SCHEDULE_WORDS), (prime) => fraction(Math.cbrt(prime)));
/** The same of the square roots of the first eight: what a hash begins with. */
export const initialState: Readonly<Int32Array> = Int32Array.from(
  primes(8),
  (prime) => fraction(Math.sqrt(prime)),
);

/** Room for a block, in its first 16 words, and for what {@link compress} makes of it. */
export function newSchedule(): Int32Array {
  return new Int32Array(SCHEDULE_WORDS);
}

/** SHA-256 of the parts one after the other: 32 bytes. */
export function sha256Now(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const padded = new Uint8Array(Math.ceil((length + 1 + LENGTH_BYTES) / BLOCK_BYTES) * BLOCK_BYTES);
  let at = 0;
  for (const part of parts) {
    padded.set(part, at);
    at += part.length;
  }
  padded[length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - LENGTH_BYTES, BigInt(length) * 8n);
  const state = initialState.slice();
  const schedule = newSchedule();
  for (let block = 0; block < padded.length; block += BLOCK_BYTES) {
    for (let word = 0; word < BLOCK_WORDS; word++) schedule[word] = view.getInt32(block + 4 * word);
    compress(state, schedule);
  }
  const digest = new DataView(new ArrayBuffer(DIGEST_BYTES));
  state.forEach((word, i) => digest.setInt32(4 * i, word));
  return new Uint8Array(digest.buffer);
}

/** Mixes a block, the first 16 words of `schedule`, into the eight words of `state`; overwrites the other 48. */
export function compress(state: Int32Array, schedule: Int32Array): void {
  for (let word = BLOCK_WORDS; word < SCHEDULE_WORDS; word++) {
    const early = schedule[word - 15]!;
    const late = schedule[word - 2]!;
    const s0 = rotated(early, 7) ^ rotated(early, 18) ^ (early >>> 3);
    const s1 = rotated(late, 17) ^ rotated(late, 19) ^ (late >>> 10);
    schedule[word] = schedule[word - 16]! + s0 + schedule[word - 7]! + s1;
  }
  let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!;
  let e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!;
  for (let round = 0; round < SCHEDULE_WORDS; round++) {
    const s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const choice = (e & f) ^ (~e & g);
    const t1 = (h + s1 + choice + roundConstants[round]! + schedule[round]!) | 0;
    const s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + s0 + majority) | 0;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
  state[5]! += f;
  state[6]! += g;
  state[7]! += h;
}

function rotated(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

/** The first 32 bits behind the point, which doubles hold with bits to spare. */
function fraction(value: number): number {
  return Math.floor((value - Math.floor(value)) * 2 ** 32) | 0;
}

function primes(count: number): readonly number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate++) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  }
  return found;
}

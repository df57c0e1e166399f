// The work that joining may cost a new worker: find a number that makes a hash begin with enough zero bits.
// After A. Back, "Hashcash" (2002), over SHA-256 (FIPS 180-4), in one block per try.

/** What a worker will do at most, and so what a coordinator may ask: 2²⁴ tries on average. */
export const workBitsMax = 24;
/** Bytes of a nonce: big-endian, written as 16 lower-case hex digits on the wire. */
export const nonceBytes = 8;

const DIGEST_BYTES = 32;
const WORDS = 16;

/** The round constants: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const roundConstants = Int32Array.from(primes(64), (prime) => fraction(Math.cbrt(prime)));
/** The initial state: the same of their square roots, for the first eight. */
const initialState = primes(8).map((prime) => fraction(Math.sqrt(prime)));

/**
 * Looks for a nonce such that SHA-256(SHA-256(challenge) ‖ nonce) begins with `bits` zero bits.
 *
 * @param digest SHA-256 of the challenge's bytes, 32 bytes
 * @param bits zero bits wanted, 0 to {@link workBitsMax}
 * @param from the first number to try
 * @param tries how many to try before giving up for now
 * @returns the nonce's number, or undefined when none of these fits
 *
 * @example
 * ```ts
 * const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", challenge));
 * const nonce = solveWork(digest, 12, 0, 1_000_000);
 * ```
 */
export function solveWork(digest: Uint8Array, bits: number, from: number, tries: number): number | undefined {
  const block = new Int32Array(64);
  const view = new DataView(digest.buffer, digest.byteOffset, DIGEST_BYTES);
  for (let word = 0; word < 8; word++) block[word] = view.getUint32(4 * word);
  const shift = 32 - Math.min(bits, 32);
  for (let nonce = from; nonce < from + tries; nonce++) {
    block[8] = Math.floor(nonce / 2 ** 32);
    block[9] = nonce >>> 0;
    const first = firstWord(block);
    if (bits === 0 || first >>> shift === 0) return nonce;
  }
  return undefined;
}

/**
 * The bytes of a nonce, as they are hashed.
 *
 * @param nonce a whole number from 0 to 2⁵³−1
 */
export function nonceOf(nonce: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(nonceBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(nonce));
  return bytes;
}

/**
 * How many zero bits a hash begins with.
 *
 * @param hash SHA-256(SHA-256(challenge) ‖ nonce), 32 bytes
 */
export function zeroBits(hash: Uint8Array): number {
  let bits = 0;
  for (const byte of hash) {
    if (byte !== 0) return bits + Math.clz32(byte) - 24;
    bits += 8;
  }
  return bits;
}

/** The first word of the SHA-256 of a 40-byte message that stands in words 0 to 9. */
function firstWord(block: Int32Array): number {
  block[10] = 0x80000000;
  for (let word = 11; word < WORDS - 1; word++) block[word] = 0;
  block[WORDS - 1] = (DIGEST_BYTES + nonceBytes) * 8;
  for (let word = WORDS; word < 64; word++) {
    const early = block[word - 15]!;
    const late = block[word - 2]!;
    const s0 = rotated(early, 7) ^ rotated(early, 18) ^ (early >>> 3);
    const s1 = rotated(late, 17) ^ rotated(late, 19) ^ (late >>> 10);
    block[word] = (block[word - 16]! + s0 + block[word - 7]! + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = initialState as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  for (let round = 0; round < 64; round++) {
    const s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const choice = (e & f) ^ (~e & g);
    const t1 = (h + s1 + choice + roundConstants[round]! + block[round]!) | 0;
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
  return (a + initialState[0]!) >>> 0;
}

function rotated(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

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

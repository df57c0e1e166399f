// The work that joining may cost a new worker: find a number that makes a hash begin with enough zero bits.
// After A. Back, "Hashcash" (2002), over SHA-256, in one block per try.
import { compress, initialState, newSchedule } from "./sha256.ts";

/** What a worker will do at most, and so what a coordinator may ask: 2²⁴ tries on average. */
export const workBitsMax = 24;
/** Bytes of a nonce: big-endian, written as 16 lower-case hex digits on the wire. */
export const nonceBytes = 8;

const DIGEST_BYTES = 32;
/** How a message of a digest and a nonce ends in its block. */
const PADDING = [0x80000000, 0, 0, 0, 0, (DIGEST_BYTES + nonceBytes) * 8] as const;

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
  const block = newSchedule();
  const view = new DataView(digest.buffer, digest.byteOffset, DIGEST_BYTES);
  for (let word = 0; word < 8; word++) block[word] = view.getInt32(4 * word);
  block.set(PADDING, 10);
  const state = new Int32Array(8);
  const shift = 32 - Math.min(bits, 32);
  for (let nonce = from; nonce < from + tries; nonce++) {
    block[8] = Math.floor(nonce / 2 ** 32);
    block[9] = nonce;
    state.set(initialState);
    compress(state, block);
    if (bits === 0 || state[0]! >>> shift === 0) return nonce;
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

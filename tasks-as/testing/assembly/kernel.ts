/** Opens the shared library to its test: one exported function per thing to be seen. */
import { err, errSentence, okBytes, okNothing, say, sayInteger, sentenceStart } from "../../lib/abi";
import { arenaMark, arenaRelease, arenaReserve, arenaReset, arenaTake } from "../../lib/arena";
import { assetSize, assetStart } from "../../lib/assets";
import {
  bitsOfF32,
  bitsOfF64,
  canonicalF32x4,
  isFiniteF32,
  isFiniteF64,
  storeF32,
  storeF64,
} from "../../lib/floats";
import { randomBelow, randomBits, randomFrom, randomUnit } from "../../lib/random";
import { read, readerAtEnd, readerLeft, readerOver, readerSkip } from "../../lib/reader";
import { write, writeF32, writeF64, writerOf, writerSize, writerSkip } from "../../lib/writer";

export { cabi_post_check, cabi_post_run, cabi_realloc } from "../../lib/abi";
export { arenaMark, arenaRelease, arenaReserve, arenaReset, arenaTake };
export { bitsOfF32, bitsOfF64, isFiniteF32, isFiniteF64, storeF32, storeF64 };
export { assetSize, assetStart, okBytes, okNothing };

/** The n-th draw (from 1) of a generator. */
export function randomBitsAt(seed: u64, n: u32): u64 {
  const random = randomFrom(seed);
  for (let i: u32 = 1; i < n; i++) randomBits(random);
  return randomBits(random);
}

/** How many of `draws` draws below `bound` give `value`. */
export function countOf(seed: u64, bound: u32, value: u32, draws: u32): u32 {
  const random = randomFrom(seed);
  let count: u32 = 0;
  for (let i: u32 = 0; i < draws; i++) count += u32(randomBelow(random, bound) == value);
  return count;
}

/** The largest of `draws` draws below `bound`. */
export function largestBelow(seed: u64, bound: u32, draws: u32): u32 {
  const random = randomFrom(seed);
  let largest: u32 = 0;
  for (let i: u32 = 0; i < draws; i++) largest = max(largest, randomBelow(random, bound));
  return largest;
}

/** The mean of `draws` draws between 0 and 1; −1 when one of them is not. */
export function meanUnit(seed: u64, draws: u32): f64 {
  const random = randomFrom(seed);
  let sum: f64 = 0;
  for (let i: u32 = 0; i < draws; i++) {
    const value = randomUnit(random);
    if (!(value >= 0 && value < 1)) return -1;
    sum += value;
  }
  return sum / draws;
}

export function sayNumber(value: i64): usize {
  const sentence = sentenceStart();
  say(sentence, "<");
  sayInteger(sentence, value);
  say(sentence, ">");
  return errSentence(sentence);
}

export function sayTooMuch(): usize {
  const sentence = sentenceStart();
  for (let i = 0; i < 100; i++) say(sentence, "0123456789");
  return errSentence(sentence);
}

export function sayPlain(): usize {
  return err("Cannot do it");
}

/** Reads u8, u32, f64 and gives their sum; −1 unless the bytes were exactly that. */
export function readThree(start: usize, size: usize): f64 {
  const reader = readerOver(start, size);
  const sum = <f64>read<u8>(reader) + <f64>read<u32>(reader) + read<f64>(reader);
  return readerAtEnd(reader) ? sum : -1;
}

/** What is left after a skip that goes too far and one that would fit: a failed reader stays failed. */
export function skipTooFar(start: usize, size: usize): u32 {
  const reader = readerOver(start, size);
  if (readerSkip(reader, size + 1) != 0 || readerSkip(reader, 0) != 0) return u32.MAX_VALUE;
  return reader.failed ? <u32>readerLeft(reader) : u32.MAX_VALUE;
}

/** Writes u16, a NaN made by arithmetic as f32 and as f64, then 7 bytes of which 3 have room. */
export function writeAll(zero: f64): usize {
  const writer = writerOf(17);
  write<u16>(writer, 0x1234);
  writeF32(writer, <f32>(zero / zero));
  writeF64(writer, -(zero / zero));
  if (writerSkip(writer, 7) != 0 || !writer.failed || writerSkip(writer, 1) != 0) unreachable();
  return okBytes(writer.start, writerSize(writer));
}

/** Four lanes: 1, a NaN, −0 and another NaN, canonical. */
export function writeLanes(zero: f32): usize {
  const nan = zero / zero;
  const lanes = f32x4.replace_lane(f32x4.replace_lane(f32x4(1, 0, -0.0, 0), 1, nan), 3, -nan);
  const start = arenaTake(16, 16);
  v128.store(start, canonicalF32x4(lanes));
  return okBytes(start, 16);
}

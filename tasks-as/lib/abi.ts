/**
 * What `run` and `check` return under the canonical ABI: an address of { tag: u8 @0, ptr: u32 @4, len: u32 @8
 * }. Tag 0 is ok (for `run`: the output's bytes), tag 1 an error (a sentence in UTF-8). A kernel module
 * re-exports `cabi_realloc`, `cabi_post_run` and `cabi_post_check` from here.
 */
import { arenaReset, arenaTake } from "./arena";

export { cabi_realloc } from "./arena";

const RESULT_SIZE: usize = 12;
const TAG_OK: u8 = 0;
const TAG_ERR: u8 = 1;

/** The longest error sentence, in bytes; what goes beyond is cut off. */
const SENTENCE_SIZE_MAX: usize = 256;

/** After `run`: gives back everything the call took. */
export function cabi_post_run(_result: usize): void {
  arenaReset();
}

/** After `check`: gives back everything the call took. */
export function cabi_post_check(_result: usize): void {
  arenaReset();
}

/** `run` succeeded with the `size` bytes at `start`. */
export function okBytes(start: usize, size: usize): usize {
  return writeResult(TAG_OK, start, size);
}

/** `check` found nothing wrong. */
export function okNothing(): usize {
  return writeResult(TAG_OK, 0, 0);
}

/** An error whose sentence needs no numbers. */
export function err(text: string): usize {
  const sentence = sentenceStart();
  say(sentence, text);
  return errSentence(sentence);
}

/** A sentence under construction: `sentenceStart`, any `say…`, then `errSentence`. ASCII only. */
@unmanaged
export class Sentence {
  start: usize;
  size: usize;
}

/** Begins a sentence in the arena. */
export function sentenceStart(): Sentence {
  const sentence = changetype<Sentence>(arenaTake(offsetof<Sentence>(), alignof<usize>()));
  sentence.start = arenaTake(SENTENCE_SIZE_MAX, 1);
  sentence.size = 0;
  return sentence;
}

/** Appends a text made of ASCII characters. */
export function say(sentence: Sentence, text: string): void {
  const length = text.length;
  for (let i = 0; i < length; i++) sayByte(sentence, <u8>text.charCodeAt(i));
}

/** Appends an integer in decimal. */
export function sayInteger(sentence: Sentence, value: i64): void {
  if (value < 0) sayByte(sentence, 0x2d);
  let rest: u64 = value < 0 ? 0 - <u64>value : <u64>value;
  let divisor: u64 = 1;
  while (rest / divisor >= 10) divisor *= 10;
  while (divisor != 0) {
    sayByte(sentence, <u8>(0x30 + rest / divisor));
    rest %= divisor;
    divisor /= 10;
  }
}

/** The error result that carries the sentence. */
export function errSentence(sentence: Sentence): usize {
  return writeResult(TAG_ERR, sentence.start, sentence.size);
}

function sayByte(sentence: Sentence, byte: u8): void {
  if (sentence.size == SENTENCE_SIZE_MAX) return;
  store<u8>(sentence.start + sentence.size, byte);
  sentence.size += 1;
}

function writeResult(tag: u8, start: usize, size: usize): usize {
  const result = arenaTake(RESULT_SIZE, 4);
  store<u32>(result, tag);
  store<u32>(result, <u32>start, 4);
  store<u32>(result, <u32>size, 8);
  return result;
}

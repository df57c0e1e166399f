// Takes a kernel's answer out of its memory: { tag: u8 @0, ptr: u32 @4, len: u32 @8 } at an address of the kernel's
// choice. Address, tag, pointer and length are its claims; each is compared before a byte is copied.
import { P2c2rError } from "../../protocol/errors.ts";
import { limits } from "../../protocol/limits.ts";

const RESULT_BYTES = 12;
const RESULT_ALIGN = 4;
const TAG_ERR = 1;

/** Said in place of a kernel's sentence that is not UTF-8. */
const UNREADABLE = "The kernel refused with a sentence that is not UTF-8.";

/** The bytes of an answer, still in the kernel's memory. */
export interface Answer {
  readonly isError: boolean;
  readonly ptr: number;
  readonly len: number;
}

/** The answer of `run`, whose both cases carry bytes. @throws {P2c2rError} kernel.trapped for an answer outside the memory. */
export function readAnswer(memory: WebAssembly.Memory, result: number): Answer {
  const answer = readResult(memory, result);
  if (answer.ptr + answer.len > memory.buffer.byteLength) throw outside();
  return answer;
}

/** The answer of `check`, of which only the error carries bytes. @throws {P2c2rError} kernel.trapped */
export function readVerdict(memory: WebAssembly.Memory, result: number): Answer {
  const answer = readResult(memory, result);
  if (answer.isError && answer.ptr + answer.len > memory.buffer.byteLength) throw outside();
  return answer;
}

/** The answer's bytes, copied out. */
export function copyOut(memory: WebAssembly.Memory, { ptr, len }: Answer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(memory.buffer, ptr, len).slice();
}

/**
 * The answer's sentence: at most `limits.textBytesMax` bytes, cut between characters, strictly UTF-8.
 * A function of the bytes alone, so that a refusal is the same on every machine.
 */
export function readSentence(memory: WebAssembly.Memory, { ptr, len }: Answer): string {
  const bytes = new Uint8Array(memory.buffer, ptr, len);
  const end = len <= limits.textBytesMax ? len : characterStart(bytes, limits.textBytesMax);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, end));
  } catch (error) {
    if (error instanceof TypeError) return UNREADABLE;
    throw error;
  }
}

function readResult(memory: WebAssembly.Memory, result: number): Answer {
  const start = result >>> 0;
  if (start % RESULT_ALIGN !== 0 || start + RESULT_BYTES > memory.buffer.byteLength) throw outside();
  const view = new DataView(memory.buffer, start, RESULT_BYTES);
  const tag = view.getUint8(0);
  if (tag > TAG_ERR) {
    throw new P2c2rError("kernel.trapped", "The kernel answered with neither an output nor an error.");
  }
  return { isError: tag === TAG_ERR, ptr: view.getUint32(4, true), len: view.getUint32(8, true) };
}

/** Where the character that holds byte `at` starts; a character of UTF-8 has at most three bytes behind its first. */
function characterStart(bytes: Uint8Array, at: number): number {
  let start = at;
  while (start > at - 3 && ((bytes[start] as number) & 0xc0) === 0x80) start -= 1;
  return start;
}

function outside(): P2c2rError {
  return new P2c2rError("kernel.trapped", "The kernel answered with a place outside its memory.");
}

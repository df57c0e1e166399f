// Messages as bytes, for cells behind a pipe. A u32 says how many bytes follow; those are a head of numbers, the bytes of
// the input or output, other bytes, and a text of JSON for what has names. Little-endian, and a multiple of eight bytes
// in all: a thread's pipe copies words where it can.
//
// head | task                                  | answer
// u32  | bytes of text                         | bytes of text
// f64  | wallMs                                | fuel of an output
// f64  | fuelLimit                             | computeUs of an output
// u32  | bytes of input                        | bytes of output
// u32  | outputBytesMax                        | 1: an output; 0: the text is all of it
// text | [kernel, ...assets], or all the rest  | what was printed, or the whole message
import { limits } from "../../protocol/limits.ts";
import { PRINTED_BYTES_MAX } from "../wasi/mod.ts";
import type { MemorySizes } from "../bundle/lent_core.ts";
import type { CellMessage, RunMessage } from "./messages.ts";

/** Bytes in front of a frame that say how long it is. */
export const LENGTH_BYTES = 4;
const HEAD_BYTES = 28;
const ALIGNED_BYTES = 8;

/** Longest text of an answer: a sentence and what was printed, every byte escaped, and a few numbers. */
const ANSWER_TEXT_BYTES_MAX = 6 * (limits.textBytesMax + PRINTED_BYTES_MAX) + 1_024;

/** Longest frame that a cell may answer with. */
export function answerBytesMax(outputBytesMax: number): number {
  return HEAD_BYTES + ANSWER_TEXT_BYTES_MAX + outputBytesMax + ALIGNED_BYTES;
}

/** The parts of a frame. */
interface Parts {
  readonly first: number;
  readonly second: number;
  readonly last: number;
  /** Input or output. */
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** What is said of a task beside numbers and its input, where it is more than names. */
interface Rest extends Omit<RunMessage, "code" | "input" | "newAssets"> {
  readonly codeBytes?: number;
  readonly memory?: MemorySizes;
  readonly newAssets: readonly (readonly [digest: string, bytes: number])[];
}

const NONE = new Uint8Array();

/** A task as a frame, a copy of all its bytes. */
export function encodeTask(task: RunMessage): Uint8Array<ArrayBuffer> {
  const { wallMs, fuelLimit, outputBytesMax, input } = task;
  const others = isPlain(task) ? [] : [
    ...(task.code === undefined ? [] : [bytesOf(task.code.lent)]),
    ...task.newAssets.map(([, bytes]) => bytes),
  ];
  const text = JSON.stringify(isPlain(task) ? [task.kernel, ...task.assets] : restOf(task));
  return encode({ first: wallMs, second: fuelLimit, last: outputBytesMax, bytes: input, text }, others);
}

/** Nothing is new to the cell but the input: nearly every task. */
function isPlain({ code, newAssets, droppedModules, droppedAssets }: RunMessage): boolean {
  return code === undefined && newAssets.length + droppedModules.length + droppedAssets.length === 0;
}

function restOf({ code, input: _, ...rest }: RunMessage): Rest {
  return {
    ...rest,
    ...(code !== undefined && { codeBytes: bytesOf(code.lent).length, memory: code.memory }),
    newAssets: rest.newAssets.map(([digest, bytes]) => [digest, bytes.length]),
  };
}

function bytesOf(lent: WebAssembly.Module | Uint8Array): Uint8Array {
  if (lent instanceof WebAssembly.Module) throw new Error("Bug: a compiled module does not fit into a frame");
  return lent;
}

/** The task of a frame, as views into it. Only for frames of our own. */
export function decodeTask(frame: Uint8Array): RunMessage {
  const { first: wallMs, second: fuelLimit, last: outputBytesMax, bytes: input, text, others } = split(frame);
  const numbers = { wallMs, fuelLimit, outputBytesMax, input };
  const said = JSON.parse(text) as Rest | [kernel: string, ...assets: string[]];
  if (Array.isArray(said)) {
    const [kernel, ...assets] = said;
    const nothing = { code: undefined, newAssets: [], droppedModules: [], droppedAssets: [] };
    return { type: "run", kernel, assets, ...nothing, ...numbers };
  }
  let at = 0;
  const take = (length: number) => others.subarray(at, at += length);
  const { codeBytes, memory, newAssets, ...rest } = said;
  const code = codeBytes === undefined || memory === undefined
    ? undefined
    : { lent: take(codeBytes), memory };
  const taken = newAssets.map(([digest, length]) => [digest, take(length)] as const);
  return { ...rest, code, newAssets: taken, ...numbers };
}

/** What a cell says, as a frame. */
export function encodeAnswer(message: CellMessage): Uint8Array<ArrayBuffer> {
  if (message.type === "ready" || message.outcome.type === "failure") {
    return encode({ first: 0, second: 0, last: 0, bytes: NONE, text: JSON.stringify(message) }, []);
  }
  const { output, fuel, computeUs, printed } = message.outcome;
  const text = printed === undefined ? "" : JSON.stringify(printed);
  return encode({ first: fuel, second: computeUs, last: 1, bytes: output, text }, []);
}

/** The message of a cell's frame, still to be judged. Undefined for what is no frame of this form. */
export function decodeAnswer(frame: Uint8Array<ArrayBuffer>): unknown {
  try {
    const { first: fuel, second: computeUs, last, bytes, text, others } = split(frame);
    // Less than a word fills the frame up.
    if (others.length >= ALIGNED_BYTES) return undefined;
    if (last === 0) return bytes.length === 0 ? JSON.parse(text) : undefined;
    const printed: unknown = text === "" ? undefined : JSON.parse(text);
    return { type: "outcome", outcome: { type: "output", output: bytes.slice(), fuel, computeUs, printed } };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError || error instanceof TypeError) {
      return undefined;
    }
    throw error;
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function encode({ first, second, last, bytes, text }: Parts, others: readonly Uint8Array[]) {
  const textBytes = encoder.encode(text);
  const length = others.reduce(
    (sum, part) => sum + part.length,
    HEAD_BYTES + bytes.length + textBytes.length,
  );
  const padded = Math.ceil((LENGTH_BYTES + length) / ALIGNED_BYTES) * ALIGNED_BYTES;
  const frame = new Uint8Array(padded);
  const view = new DataView(frame.buffer);
  view.setUint32(0, padded - LENGTH_BYTES, true);
  view.setUint32(4, textBytes.length, true);
  view.setFloat64(8, first, true);
  view.setFloat64(16, second, true);
  view.setUint32(24, bytes.length, true);
  view.setUint32(28, last, true);
  let at = LENGTH_BYTES + HEAD_BYTES;
  for (const part of [bytes, textBytes, ...others]) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

/** @throws {RangeError | TypeError} for what is no frame */
function split(frame: Uint8Array): Parts & { readonly others: Uint8Array } {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const textFrom = HEAD_BYTES + view.getUint32(20, true);
  const textTo = textFrom + view.getUint32(0, true);
  if (textTo > frame.length) throw new RangeError("A frame's parts are longer than the frame");
  return {
    first: view.getFloat64(4, true),
    second: view.getFloat64(12, true),
    last: view.getUint32(24, true),
    bytes: frame.subarray(HEAD_BYTES, textFrom),
    text: decoder.decode(frame.subarray(textFrom, textTo)),
    others: frame.subarray(textTo),
  };
}

/** Puts frames together from what a pipe gives, piece by piece. */
export class FrameReader {
  #length = new Uint8Array(LENGTH_BYTES);
  #frame: Uint8Array<ArrayBuffer> | undefined;
  #filled = 0;

  /**
   * Takes the next piece and gives the frames that are complete with it, without their length: views into the piece,
   * which is theirs from now on, where all of a frame is in it.
   *
   * @param bytesMax longest frame that is acceptable now; memory is taken only for one that is
   * @throws {RangeError} for a longer one
   */
  take(piece: Uint8Array<ArrayBuffer>, bytesMax: number): Uint8Array<ArrayBuffer>[] {
    const frames: Uint8Array<ArrayBuffer>[] = [];
    let at = 0;
    while (at < piece.length) {
      const whole = this.#wholeAt(piece, at, bytesMax);
      if (whole !== undefined) {
        frames.push(whole);
        at += LENGTH_BYTES + whole.length;
        continue;
      }
      const target = this.#frame ?? this.#length;
      const part = piece.subarray(at, at + target.length - this.#filled);
      target.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < target.length) break;
      this.#filled = 0;
      if (this.#frame === undefined) this.#frame = this.#begin(bytesMax);
      if (this.#frame.length === 0 || target === this.#frame) {
        frames.push(this.#frame);
        this.#frame = undefined;
      }
    }
    return frames;
  }

  #wholeAt(
    piece: Uint8Array<ArrayBuffer>,
    at: number,
    bytesMax: number,
  ): Uint8Array<ArrayBuffer> | undefined {
    const start = at + LENGTH_BYTES;
    if (this.#frame !== undefined || this.#filled > 0 || start > piece.length) return undefined;
    const end = start + lengthOf(piece.subarray(at, start), bytesMax);
    return end <= piece.length ? piece.subarray(start, end) : undefined;
  }

  #begin(bytesMax: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(lengthOf(this.#length, bytesMax));
  }
}

function lengthOf(bytes: Uint8Array, bytesMax: number): number {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (length > bytesMax) throw new RangeError(`A frame of ${length} bytes came, ${bytesMax} is the most`);
  return length;
}

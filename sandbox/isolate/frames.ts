// Messages as bytes, for cells behind a pipe: a length, a header of JSON, and behind it the bytes that the header
// counts. Little-endian: u32 length of all that follows, u32 length of the header.
import { limits } from "../../protocol/limits.ts";
import { PRINTED_BYTES_MAX } from "../wasi/mod.ts";
import type { MemorySizes } from "../bundle/lent_core.ts";
import type { CellMessage, RunMessage } from "./messages.ts";

/** Bytes in front of a frame that say how long it is. */
export const LENGTH_BYTES = 4;
const HEADER_LENGTH_BYTES = 4;

/** Longest header of an answer: a sentence and what was printed, every byte escaped, and a few numbers. */
const ANSWER_HEADER_BYTES_MAX = 6 * (limits.textBytesMax + PRINTED_BYTES_MAX) + 1_024;

/** Longest frame that a cell may answer with. */
export function answerBytesMax(outputBytesMax: number): number {
  return HEADER_LENGTH_BYTES + ANSWER_HEADER_BYTES_MAX + outputBytesMax;
}

/** A task as a frame, a copy of all its bytes. */
export function encodeTask(task: RunMessage): Uint8Array<ArrayBuffer> {
  const { code, input, newAssets, ...rest } = task;
  const lent = code?.lent;
  if (lent instanceof WebAssembly.Module) throw new Error("Bug: a compiled module does not fit into a frame");
  const header = {
    ...rest,
    codeBytes: lent?.length,
    memory: code?.memory,
    inputBytes: input.length,
    newAssets: newAssets.map(([digest, bytes]) => [digest, bytes.length]),
  };
  return encode(header, [
    ...(lent === undefined ? [] : [lent]),
    input,
    ...newAssets.map(([, bytes]) => bytes),
  ]);
}

/** The task of a frame, as views into it. Only for frames of our own. */
export function decodeTask(frame: Uint8Array): RunMessage {
  const { header, body } = split(frame);
  const { codeBytes, memory, inputBytes, newAssets, ...rest } = header as {
    codeBytes?: number;
    memory?: MemorySizes;
    inputBytes: number;
    newAssets: [string, number][];
  };
  let at = 0;
  const take = (length: number) => body.subarray(at, at += length);
  const code = codeBytes === undefined || memory === undefined
    ? undefined
    : { lent: take(codeBytes), memory };
  const input = take(inputBytes);
  const assets = newAssets.map(([digest, length]) => [digest, take(length)] as const);
  return { ...(rest as Omit<RunMessage, "code" | "input" | "newAssets">), code, input, newAssets: assets };
}

/** What a cell says, as a frame. */
export function encodeAnswer(message: CellMessage): Uint8Array<ArrayBuffer> {
  if (message.type === "ready" || message.outcome.type === "failure") return encode(message, []);
  const { output, ...outcome } = message.outcome;
  return encode({ type: message.type, outcome }, [output]);
}

/** The message of a cell's frame, still to be judged. Undefined for what is no frame of this form. */
export function decodeAnswer(frame: Uint8Array<ArrayBuffer>): unknown {
  try {
    const { header, body } = split(frame);
    const { outcome } = header as { outcome?: { type?: unknown } };
    if (outcome?.type === "output") return { type: "outcome", outcome: { ...outcome, output: body.slice() } };
    return body.length === 0 ? header : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError || error instanceof TypeError) {
      return undefined;
    }
    throw error;
  }
}

function encode(header: object, parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = parts.reduce((sum, part) => sum + part.length, HEADER_LENGTH_BYTES + text.length);
  const frame = new Uint8Array(LENGTH_BYTES + length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, length, true);
  view.setUint32(LENGTH_BYTES, text.length, true);
  let at = LENGTH_BYTES + HEADER_LENGTH_BYTES;
  for (const part of [text, ...parts]) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

/** @throws {RangeError | SyntaxError | TypeError} for what is no frame */
function split(frame: Uint8Array): { readonly header: unknown; readonly body: Uint8Array } {
  const length = new DataView(frame.buffer, frame.byteOffset, frame.length).getUint32(0, true);
  const start = HEADER_LENGTH_BYTES + length;
  if (start > frame.length) throw new RangeError("A frame's header is longer than the frame");
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
    frame.subarray(HEADER_LENGTH_BYTES, start),
  );
  const header: unknown = JSON.parse(text);
  if (typeof header !== "object" || header === null) throw new TypeError("A frame's header is no object");
  return { header, body: frame.subarray(start) };
}

/** Puts frames together from what a pipe gives, piece by piece. */
export class FrameReader {
  #length = new Uint8Array(LENGTH_BYTES);
  #frame: Uint8Array<ArrayBuffer> | undefined;
  #filled = 0;

  /**
   * Takes the next piece and gives the frames that are complete with it, without their length.
   *
   * @param bytesMax longest frame that is acceptable now; memory is taken only for one that is
   * @throws {RangeError} for a longer one
   */
  take(piece: Uint8Array, bytesMax: number): Uint8Array<ArrayBuffer>[] {
    const frames: Uint8Array<ArrayBuffer>[] = [];
    let at = 0;
    while (at < piece.length) {
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

  #begin(bytesMax: number): Uint8Array<ArrayBuffer> {
    const length = new DataView(this.#length.buffer).getUint32(0, true);
    if (length > bytesMax) throw new RangeError(`A frame of ${length} bytes came, ${bytesMax} is the most`);
    return new Uint8Array(length);
  }
}

// Frames to messages and back. MessagePack stays in this file: a scan before it, the schema behind it.
//
// Ownership: bytes in parsed messages are views into the frame. The frame belongs to them from then on: do not
// change, reuse or transfer it, and copy (`slice()`) what is kept for long, since a view of 32 bytes keeps all of
// the frame in memory. Encoded frames own their buffer and share it with nothing; lent ones are the codec's.
import { Packr, RESET_BUFFER_MODE } from "msgpackr/pack";
import { Unpackr } from "msgpackr/unpack";
import { P2c2rError } from "./errors.ts";
import { describeField, exceeds, fits } from "./fields.ts";
import { limits } from "./limits.ts";
import type { FromBackend, FromWorker, Message, ToBackend, ToWorker } from "./messages.ts";
import { type CompiledRow, type Lane, type MessagesOf, rowsOf } from "./schema.ts";
import { scan } from "./scan.ts";

const packer = new Packr({ useRecords: false });
const unpacker = new Unpackr({ useRecords: false, int64AsType: "number" });

const fromWorker = rowsOf("fromWorker");
const toWorker = rowsOf("toWorker");
const fromBackend = rowsOf("fromBackend");
const toBackend = rowsOf("toBackend");

/**
 * Encodes 1 to `limits.frameMessagesMax` messages as one frame in a buffer of its own.
 * The messages are trusted to fit the schema; `Outbox` checks them as they come in.
 *
 * @throws P2c2rError `protocol.limit` when the frame would be too large
 */
export function encodeFrame(messages: readonly Message[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(lendFrame(messages));
}

/**
 * Encodes a frame as {@link encodeFrame} does, into the codec's own memory: the next frame that is encoded overwrites it.
 * For sockets that have copied what they were given when `send` returns. A task of 64 KiB takes 1.6 µs this way, and 8
 * with a buffer of its own, which is fresh memory each time.
 *
 * @throws P2c2rError `protocol.limit` when the frame would be too large
 */
export function lendFrame(messages: readonly Message[]): Uint8Array<ArrayBuffer> {
  if (messages.length === 0 || messages.length > limits.frameMessagesMax) {
    throw new P2c2rError(
      "protocol.limit",
      `Cannot encode frame: it has ${messages.length} messages, 1 to ${limits.frameMessagesMax} are allowed`,
    );
  }
  const shared = packer.pack(messages, RESET_BUFFER_MODE);
  if (shared.length > limits.frameBytesMax) {
    throw new P2c2rError(
      "protocol.limit",
      `Cannot encode frame: it is ${shared.length} bytes, limit is ${limits.frameBytesMax}`,
    );
  }
  // Plain: the slice() of a Node Buffer would not copy.
  return new Uint8Array(shared.buffer as ArrayBuffer, shared.byteOffset, shared.length);
}

/** Reads what a worker sent. @throws P2c2rError `protocol.malformed` or `protocol.limit` */
export function parseFromWorker(frame: Uint8Array): readonly FromWorker[] {
  return parse<"fromWorker">(fromWorker, frame);
}

/** Reads what a coordinator sent to a worker. @throws P2c2rError `protocol.malformed` or `protocol.limit` */
export function parseToWorker(frame: Uint8Array): readonly ToWorker[] {
  return parse<"toWorker">(toWorker, frame);
}

/** Reads what a backend sent. @throws P2c2rError `protocol.malformed` or `protocol.limit` */
export function parseFromBackend(frame: Uint8Array): readonly FromBackend[] {
  return parse<"fromBackend">(fromBackend, frame);
}

/** Reads what a coordinator sent to a backend. @throws P2c2rError `protocol.malformed` or `protocol.limit` */
export function parseToBackend(frame: Uint8Array): readonly ToBackend[] {
  return parse<"toBackend">(toBackend, frame);
}

function parse<L extends Lane>(
  expected: readonly (CompiledRow | undefined)[],
  frame: Uint8Array,
): readonly MessagesOf<L>[] {
  scan(frame);
  const messages = unpack(frame);
  for (let i = 0; i < messages.length; i++) checkMessage(expected, messages[i]!);
  return messages as unknown as readonly MessagesOf<L>[];
}

function unpack(frame: Uint8Array): unknown[][] {
  // A subclass (Node's Buffer) would hand out its own kind as views; its slice() does not copy.
  const plain = frame.constructor === Uint8Array
    ? frame
    : new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength);
  try {
    return unpacker.unpack(plain) as unknown[][];
  } catch (cause) {
    throw new P2c2rError("protocol.malformed", "Cannot read frame: it is not MessagePack", { cause });
  }
}

/** Checks one message and gives it exactly the fields of this version: missing ones are null, later ones cut off. */
function checkMessage(expected: readonly (CompiledRow | undefined)[], message: unknown[]): void {
  const type = message[0];
  const row = typeof type === "number" ? expected[type] : undefined;
  if (row === undefined) throw malformed(`message type ${shown(type)} is not expected here`);
  const { fields } = row;
  const given = message.length - 1;
  if (given < row.required) {
    throw malformed(`${row.name} has ${given} fields, at least ${row.required} are required`);
  }
  for (let i = given; i < fields.length; i++) message.push(null);
  message.length = fields.length + 1;
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i]!;
    if (field.kind === "reserved") message[i + 1] = null;
    else if (!fits(field, message[i + 1])) throw misfit(row, i, message[i + 1]);
  }
}

function misfit(row: CompiledRow, index: number, value: unknown): P2c2rError {
  const field = row.fields[index]!;
  return new P2c2rError(
    exceeds(field, value) ? "protocol.limit" : "protocol.malformed",
    `Cannot read frame: ${field.name} of ${row.name} is ${shown(value)}, allowed is ${describeField(field)}`,
  );
}

function shown(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === "string" ? `a text of ${value.length} characters` : String(value);
}

function malformed(state: string): P2c2rError {
  return new P2c2rError("protocol.malformed", `Cannot read frame: ${state}`);
}

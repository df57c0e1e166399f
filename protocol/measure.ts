// What a message costs in a frame, and whether it may be sent at all: a sender's mistake surfaces where it is made,
// not as a closed connection at the peer.
import { P2c2rError } from "./errors.ts";
import { describeField, type Field, fits } from "./fields.ts";
import type { Message } from "./messages.ts";
import { type CompiledRow, rows } from "./schema.ts";
import { clipText } from "./utf8.ts";

/** What a message adds to a frame, at most. */
export interface Size {
  bytes: number;
  values: number;
}

/** A head with the widest length or number behind it. */
const headBytesMax = 9;

interface SendRow {
  readonly row: CompiledRow;
  readonly hasProse: boolean;
}

const byType: (SendRow | undefined)[] = [];
for (const row of rows) byType[row.type] = { row, hasProse: row.fields.some((field) => field.prose) };

/**
 * Checks a message as its sender must and writes its greatest size into `size`. Returns the message, or a copy
 * whose texts for people were shortened to fit.
 *
 * @throws P2c2rError `internal`: the sender has a bug
 */
export function measured<M extends Message>(message: M, size: Size): M {
  const known = byType[message[0]];
  if (known === undefined) throw bug(`message type ${message[0]} does not exist`);
  const { row, hasProse } = known;
  const sound = hasProse ? clipped(row, message) : message;
  const { fields } = row;
  if (sound.length !== fields.length + 1) {
    throw bug(`${row.name} has ${sound.length - 1} fields, not ${fields.length}`);
  }
  size.bytes = headBytesMax;
  size.values = 2;
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i]!;
    const value: unknown = sound[i + 1];
    if (!mayBeSent(field, value)) {
      throw bug(
        `${field.name} of ${row.name} is ${String(value).slice(0, 40)}, allowed is ${describeField(field)}`,
      );
    }
    add(value, size);
  }
  return sound;
}

function mayBeSent(field: Field, value: unknown): boolean {
  if (field.kind === "reserved") return value === null;
  return fits(field, value) && (typeof value !== "string" || value.isWellFormed());
}

function add(value: unknown, size: Size): void {
  size.values++;
  size.bytes += headBytesMax;
  if (value instanceof Uint8Array) size.bytes += value.length;
  else if (typeof value === "string") size.bytes += value.length * 3;
  else if (Array.isArray(value)) { for (const entry of value) add(entry, size); }
}

function clipped<M extends Message>(row: CompiledRow, message: M): M {
  let copy: unknown[] | undefined;
  for (let i = 0; i < row.fields.length; i++) {
    const field = row.fields[i]!;
    const value: unknown = message[i + 1];
    if (!field.prose || typeof value !== "string") continue;
    const short = clipText(value, field.max);
    if (short !== value) (copy ??= [...message])[i + 1] = short;
  }
  return copy === undefined ? message : copy as unknown as M;
}

function bug(state: string): P2c2rError {
  return new P2c2rError("internal", `Cannot send message: ${state}`);
}

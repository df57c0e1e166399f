// Random messages of every type, drawn from the schema itself: a new message is covered the day it is added.
import { fc } from "../deps.ts";
import type { Field } from "../../protocol/fields.ts";
import type { Message } from "../../protocol/mod.ts";
import { type CompiledRow, type Lane, rows } from "../../protocol/schema.ts";
import { utf8Length } from "../../protocol/utf8.ts";

/** Lists and bytes are drawn this long at most; the limits themselves have tests of their own. */
const longMax = 40;

/** Any value that a field may hold. */
export function fieldValue(field: Field): fc.Arbitrary<unknown> {
  if (field.kind === "reserved") return fc.constant(null);
  return field.nullable ? fc.option(valueOf(field), { nil: null }) : valueOf(field);
}

function valueOf(field: Field): fc.Arbitrary<unknown> {
  const { min, max } = field;
  const longest = Math.min(max, Math.max(min, longMax));
  switch (field.kind) {
    case "integer":
      return fc.oneof(
        fc.integer({ min, max: Math.min(max, 300) }),
        fc.maxSafeInteger().map((n) => inRange(n, min, max)),
      );
    case "number":
      return fc.double({ min: 0, max, noNaN: true });
    case "boolean":
      return fc.boolean();
    case "text":
      return field.words === null ? textOf(min, longest) : fc.constantFrom(...field.words);
    case "bytes":
      return fc.uint8Array({ minLength: min, maxLength: longest });
    case "list":
      return fc.array(fieldValue(field.of[0]!), { maxLength: Math.min(max, 5) });
    case "tuple":
      return fc.tuple(...field.of.map(fieldValue));
    case "reserved":
      return fc.constant(null);
    default:
      return field.kind satisfies never;
  }
}

function inRange(n: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, Math.abs(n)));
}

function textOf(min: number, max: number): fc.Arbitrary<string> {
  return fc.string({ unit: "binary", minLength: min, maxLength: max })
    .filter((text) => text.isWellFormed() && utf8Length(text) >= min && utf8Length(text) <= max);
}

/** Any valid message of a row, with all its fields. */
export function messageOf(row: CompiledRow): fc.Arbitrary<Message> {
  return fc.tuple(...row.fields.map(fieldValue))
    .map((fields) => [row.type, ...fields] as unknown as Message);
}

/** Any valid message of a direction. */
export function messageIn(lane: Lane): fc.Arbitrary<Message> {
  return fc.oneof(...rows.filter((row) => row.lanes.includes(lane)).map(messageOf));
}

/** The four directions. */
export const lanes: readonly Lane[] = ["fromWorker", "toWorker", "fromBackend", "toBackend"];

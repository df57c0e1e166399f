// What a field of a message may hold, as data: the parser, the encoder's check and the tables of the docs read it.
import { limits } from "./limits.ts";
import { utf8Length } from "./utf8.ts";

/** The kinds of values a field can have. `reserved` is null today; what a later version puts there is ignored. */
export type FieldKind =
  | "integer"
  | "number"
  | "boolean"
  | "text"
  | "bytes"
  | "list"
  | "tuple"
  | "reserved";

declare const holds: unique symbol;

/** One field or entry. `T` is the type of what it holds and exists for the compiler only. */
export interface Field<T = unknown> {
  readonly kind: FieldKind;
  readonly nullable: boolean;
  /** Least value of a number; fewest bytes of a text or of bytes; fewest entries of a list. */
  readonly min: number;
  /** Greatest value, most bytes, most entries. */
  readonly max: number;
  /** The only texts allowed, where they are fixed. */
  readonly words: readonly string[] | null;
  /** What a list is made of (one), or a tuple (one per place). */
  readonly of: readonly Field[];
  /** A text for people: a sender shortens it rather than fail. */
  readonly prose: boolean;
  readonly [holds]?: T;
}

/** A field with its name on the wire's tables and what it means. */
export interface NamedField<T = unknown> extends Field<T> {
  readonly name: string;
  readonly about: string;
}

function field<T>(
  kind: FieldKind,
  min: number,
  max: number,
  words: readonly string[] | null = null,
  of: readonly Field[] = [],
): Field<T> {
  return { kind, nullable: false, min, max, words, of, prose: false };
}

/** An integer from `min` to `max`, exact in a 64-bit float. */
export const integer = (min = 0, max: number = Number.MAX_SAFE_INTEGER): Field<number> =>
  field("integer", min, max);
/** Any finite number from 0. */
export const number = (): Field<number> => field("number", 0, Number.MAX_VALUE);
/** True or false. */
export const boolean = (): Field<boolean> => field("boolean", 0, 1);
/** UTF-8 text of at most `bytesMax` bytes. */
export const text = (bytesMax: number, bytesMin = 0): Field<string> => field("text", bytesMin, bytesMax);
/** UTF-8 text for people, of at most `limits.textBytesMax` bytes; a sender shortens what is longer. */
export const prose = (): Field<string> => ({ ...text(limits.textBytesMax), prose: true });
/** One of a few texts. */
export const oneOf = <W extends string>(...words: readonly W[]): Field<W> =>
  field("text", 1, limits.codeBytesMax, words);
/** Bytes, as many as stated. */
export const bytes = (min: number, max: number): Field<Uint8Array> => field("bytes", min, max);
/** At most `max` entries of one kind. */
export const list = <T>(of: Field<T>, max: number): Field<readonly T[]> => field("list", 0, max, null, [of]);
/** An array of fixed length. */
export const tuple = <T extends readonly unknown[]>(
  ...of: { readonly [I in keyof T]: Field<T[I]> }
): Field<T> => field("tuple", of.length, of.length, null, of);
/** Room for later. */
export const reserved = (): Field<null> => ({ ...field<null>("reserved", 0, 0), nullable: true });
/** The same field, or null for "not said". */
export const nullable = <T>(of: Field<T>): Field<T | null> => ({ ...of, nullable: true }) as Field<T | null>;
/** Gives a field its name and meaning. */
export const named = <T>(name: string, of: Field<T>, about = ""): NamedField<T> => ({ ...of, name, about });

/** Whether a decoded value may stand in a field. */
export function fits(field: Field, value: unknown): boolean {
  if (value === null) return field.nullable;
  switch (field.kind) {
    case "integer":
      return Number.isSafeInteger(value) && value as number >= field.min && value as number <= field.max;
    case "bytes":
      return value instanceof Uint8Array && value.length >= field.min && value.length <= field.max;
    case "text":
      return typeof value === "string" && textFits(field, value);
    case "boolean":
      return typeof value === "boolean";
    case "number":
      return Number.isFinite(value) && value as number >= 0;
    case "list":
      return Array.isArray(value) && value.length >= field.min && value.length <= field.max &&
        entriesFit(field.of[0]!, value);
    case "tuple":
      return Array.isArray(value) && value.length === field.of.length &&
        field.of.every((place, i) => fits(place, value[i]));
    case "reserved":
      return true;
    default:
      return field.kind satisfies never;
  }
}

function entriesFit(entry: Field, values: readonly unknown[]): boolean {
  for (let i = 0; i < values.length; i++) if (!fits(entry, values[i])) return false;
  return true;
}

function textFits(field: Field, value: string): boolean {
  if (field.words !== null) return field.words.includes(value);
  if (value.length * 3 <= field.max && value.length >= field.min) return true;
  const size = value.length > field.max ? value.length : utf8Length(value);
  return size >= field.min && size <= field.max;
}

/** Whether a value is of the right kind and only too large. */
export function exceeds(field: Field, value: unknown): boolean {
  switch (field.kind) {
    case "bytes":
      return value instanceof Uint8Array && value.length > field.max;
    case "text":
      return typeof value === "string" && field.words === null && utf8Length(value) > field.max;
    case "list":
      return Array.isArray(value) && value.length > field.max;
    default:
      return false;
  }
}

/** What a field takes, in words: `bytes, 32`, `integer, 0 to 7`, `null or text, at most 64 bytes`. */
export function describeField(field: Field): string {
  if (field.kind === "reserved") return "reserved, null";
  return (field.nullable ? "null or " : "") + describeKind(field);
}

function describeKind(field: Field): string {
  const { kind, min, max } = field;
  switch (kind) {
    case "integer":
      return `integer, ${min} to ${max === Number.MAX_SAFE_INTEGER ? "2^53−1" : shown(max)}`;
    case "number":
      return "number, finite, at least 0";
    case "boolean":
      return "boolean";
    case "text":
      return field.words === null
        ? `text, ${range(min, max)} bytes`
        : `one of ${field.words.map((word) => `"${word}"`).join(", ")}`;
    case "bytes":
      return `bytes, ${range(min, max)}`;
    case "list":
      return `list of at most ${shown(max)}: ${describeField(field.of[0]!)}`;
    case "tuple":
      return `array of ${field.of.length}: [${field.of.map(describeField).join("; ")}]`;
    case "reserved":
      return "reserved";
    default:
      return kind satisfies never;
  }
}

function range(min: number, max: number): string {
  return min === max ? shown(max) : min === 0 ? `at most ${shown(max)}` : `${min} to ${shown(max)}`;
}

function shown(number: number): string {
  return number.toLocaleString("en");
}

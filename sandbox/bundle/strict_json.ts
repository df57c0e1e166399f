// JSON that has one spelling only: what is signed or digested must not be readable in two ways.
import { P2c2rError } from "../../protocol/errors.ts";

/** An object of a document, and where it stands, for sentences. */
export interface JsonObject {
  readonly where: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Reads a document. @throws {P2c2rError} bundle.malformed for what is not UTF-8 or not JSON. */
export function readJson(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw new P2c2rError("bundle.malformed", `Cannot read ${what}: it is not JSON in UTF-8`, { cause });
  }
}

/** The bytes of a document: two spaces of indentation, keys in the order of the object, a newline at the end. */
export function jsonBytes(document: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(document, null, 2) + "\n");
}

/** An object with exactly these keys, in this order. */
export function expectObject(value: unknown, keys: readonly string[], where: string): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw malformed(where, "is not an object");
  }
  const found = Object.keys(value);
  if (found.length !== keys.length || found.some((key, i) => key !== keys[i])) {
    throw malformed(where, `does not have exactly these keys in this order: ${keys.join(", ")}`);
  }
  return { where, fields: value as Record<string, unknown> };
}

/** An integer field from `min` to `max`. */
export function expectInteger(of: JsonObject, key: string, min: number, max: number): number {
  const value = of.fields[key];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < min || value > max) {
    throw malformed(`${of.where}.${key}`, `is not an integer from ${min} to ${max}`);
  }
  return value;
}

/** A text field that fits a pattern. */
export function expectText(of: JsonObject, key: string, pattern: RegExp): string {
  const value = of.fields[key];
  if (typeof value !== "string" || !pattern.test(value)) {
    throw malformed(`${of.where}.${key}`, `is not a text that fits ${pattern}`);
  }
  return value;
}

/** A field with one possible value. */
export function expectExactly<T extends string | number>(of: JsonObject, key: string, value: T): T {
  if (of.fields[key] !== value) throw malformed(`${of.where}.${key}`, `is not ${JSON.stringify(value)}`);
  return value;
}

/** The error for a field that is not as it must be. */
export function malformed(where: string, state: string): P2c2rError {
  return new P2c2rError("bundle.malformed", `Cannot read ${where}: it ${state}`);
}

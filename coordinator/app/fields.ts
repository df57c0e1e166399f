// Fields of JSON bodies and queries: each reader returns the right type or throws `request.invalid` by name.
import { P2c2rError } from "../../protocol/mod.ts";

const encoder = new TextEncoder();

/** A text of 1 to `bytesMax` UTF-8 bytes. */
export function textField(value: unknown, name: string, bytesMax: number): string {
  if (typeof value === "string" && value.length > 0 && value.length <= bytesMax) {
    if (encoder.encode(value).length <= bytesMax) return value;
  }
  throw invalid(name, `a text of 1 to ${bytesMax} bytes`);
}

/** A whole number within bounds. */
export function integerField(value: unknown, name: string, min: number, max: number): number {
  if (Number.isSafeInteger(value) && value as number >= min && value as number <= max) return value as number;
  throw invalid(name, `a whole number from ${min} to ${max}`);
}

/** One of a few texts. */
export function choiceField<T extends string>(value: unknown, name: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw invalid(name, choices.join(" or "));
}

/** A list of lower-case hex texts, each of `bytesMin` to `bytesMax` bytes. */
export function hexListField(
  value: unknown,
  name: string,
  max: number,
  bytesMin: number,
  bytesMax: number,
): readonly string[] {
  const pattern = new RegExp(`^(?:[0-9a-f]{2}){${bytesMin},${bytesMax}}$`);
  const fits = Array.isArray(value) && value.length <= max &&
    value.every((entry) => typeof entry === "string" && pattern.test(entry));
  if (fits) return value;
  throw invalid(name, `a list of at most ${max} lower-case hex texts of ${bytesMin} to ${bytesMax} bytes`);
}

/** Bytes in base64. */
export function base64Field(value: unknown, name: string): Uint8Array<ArrayBuffer> {
  if (typeof value === "string") {
    try {
      return Uint8Array.fromBase64(value, { lastChunkHandling: "strict" });
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  throw invalid(name, "bytes in base64");
}

/** A number written in a query. */
export function numberInQuery(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : NaN;
}

function invalid(name: string, allowed: string): P2c2rError {
  return new P2c2rError("request.invalid", `Cannot take request: ${name} must be ${allowed}`);
}

// A page module that shows that modules of this repository run in a browser, and that their errors come back.
import { sha256Hex } from "../../sandbox/bundle/digest.ts";

/** The SHA-256 of a text, in lower-case hex. */
export function digestOf(text: string): Promise<string> {
  return sha256Hex(new TextEncoder().encode(text));
}

/** Throws an error of these words. */
export function fail(words: string): never {
  throw new Error(words);
}

// Small JSON files that trust hangs on: damage is an error, never a reason to start over in silence.
import { P2c2rError } from "../../protocol/mod.ts";
import { readIfThere, writeAtomically } from "./atomic_file.ts";

/**
 * Reads a JSON file through `parse`; undefined where there is none.
 *
 * @throws P2c2rError `config.invalid` when it is damaged; `parse` throws for what it does not know
 */
export async function readJson<T>(
  path: string,
  parse: (value: unknown) => T | Promise<T>,
): Promise<T | undefined> {
  const bytes = await readIfThere(path);
  if (bytes === undefined) return undefined;
  try {
    return await parse(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new P2c2rError("config.invalid", `Cannot read ${path}: it is damaged (${what})`, {
      hint: "Restore the file from a copy, or move it away to start without it.",
      cause,
    });
  }
}

/** Writes a JSON file for people and programs, in one step. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeAtomically(path, new TextEncoder().encode(JSON.stringify(value, null, 2) + "\n"), 0o600);
}

/** The value as a record. @throws TypeError */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError("an object was expected");
  }
  return value as Readonly<Record<string, unknown>>;
}

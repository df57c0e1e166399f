/** Reads the committed vectors. */
import type { OracleAnswer } from "../oracle.ts";

/** A vector as it lies in `vectors/<name>/`. */
export interface StoredVector {
  readonly name: string;
  readonly grid: Uint8Array<ArrayBuffer>;
  readonly input: Uint8Array<ArrayBuffer>;
  readonly expected: readonly OracleAnswer[];
}

/** All vectors, by name. */
export async function readVectors(): Promise<StoredVector[]> {
  const root = new URL("../vectors/", import.meta.url);
  const entries = await Array.fromAsync(Deno.readDir(root));
  const names = entries.map((entry) => entry.name).sort();
  return await Promise.all(names.map(async (name) => ({
    name,
    grid: await Deno.readFile(new URL(`${name}/grid.bin`, root)),
    input: await Deno.readFile(new URL(`${name}/input.bin`, root)),
    expected: JSON.parse(await Deno.readTextFile(new URL(`${name}/expected.json`, root))) as OracleAnswer[],
  })));
}

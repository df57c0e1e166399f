/** Reads the committed vectors. */

/** A vector as it lies in `vectors/<name>/`. */
export interface FieldVector {
  readonly name: string;
  readonly grid: Uint8Array<ArrayBuffer>;
  readonly input: Uint8Array<ArrayBuffer>;
  /** There is one right answer, byte for byte. */
  readonly output: Uint8Array<ArrayBuffer>;
}

/** All vectors, by name. */
export async function readFieldVectors(): Promise<FieldVector[]> {
  const root = new URL("../vectors/", import.meta.url);
  const entries = await Array.fromAsync(Deno.readDir(root));
  const names = entries.map((entry) => entry.name).sort();
  return await Promise.all(names.map(async (name) => ({
    name,
    grid: await Deno.readFile(new URL(`${name}/grid.bin`, root)),
    input: await Deno.readFile(new URL(`${name}/input.bin`, root)),
    output: await Deno.readFile(new URL(`${name}/output.bin`, root)),
  })));
}

// Files that are either there in whole or not there: written beside their place, flushed, then moved in one step.

/** What a file that is still being written ends with; leftovers of a crash are recognised by it. */
export const unfinishedEnding = ".unfinished";

/** Writes a file so that a crash at any moment leaves the old content or the new, never a part. */
export async function writeAtomically(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const unfinished = `${path}.${crypto.randomUUID()}${unfinishedEnding}`;
  try {
    await writeNew(unfinished, bytes, mode);
    await Deno.rename(unfinished, path);
  } catch (cause) {
    await removeIfThere(unfinished);
    throw cause;
  }
}

async function writeNew(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true, mode });
  let written = 0;
  while (written < bytes.length) written += await file.write(bytes.subarray(written));
  await file.sync();
}

/** The bytes of a file, or undefined where there is none. */
export async function readIfThere(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw cause;
  }
}

/** Removes a file; one that is gone already is no failure. */
export async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
  }
}

/** Removes what a crash left half-written in a folder. */
export async function removeUnfinished(folder: string): Promise<void> {
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isFile && entry.name.endsWith(unfinishedEnding)) await removeIfThere(`${folder}/${entry.name}`);
  }
}

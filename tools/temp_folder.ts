// A folder that is gone when the work in it is done, however that ended.
import { pathToFileURL } from "node:url";

/** Runs `work` with a fresh folder and removes the folder afterwards. */
export async function withTempFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "p2c2r-" });
  try {
    return await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The `file:` address of a path. */
export function toFileUrl(path: string): string {
  return pathToFileURL(path).href;
}

// How often each kernel's check catches lies that matter, as its manifest states what was measured.

/** A kernel and its detection. */
export interface Stated {
  readonly kernel: string;
  readonly detection: number;
}

/** The detections of all kernels of this project, by name. */
export async function statedDetections(): Promise<readonly Stated[]> {
  const folder = new URL("../../../tasks-as/", import.meta.url);
  const stated: Stated[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory) continue;
    const manifest = await read(new URL(`${name}/manifest.json`, folder));
    if (typeof manifest?.detection === "number") stated.push({ kernel: name, detection: manifest.detection });
  }
  return stated.sort((a, b) => a.kernel < b.kernel ? -1 : 1);
}

async function read(file: URL): Promise<{ readonly detection?: unknown } | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

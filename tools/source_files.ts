// The one answer to "which files are ours": every tool that reads the tree walks it through this.
import { fileURLToPath } from "node:url";

/** Folders that hold nothing written by hand; matched by path from the root, without a trailing slash. */
const SKIPPED: readonly RegExp[] = [
  /(^|\/)(\.git|node_modules)$/,
  /^(out|data|vendor)$/,
  /^tasks-as\/bundles$/,
];

/** AssemblyScript looks like TypeScript to a file name and like nothing to Deno's parser. */
const ASSEMBLYSCRIPT = /^tasks-as\/(lib|[^/]+\/assembly)\//;

/** All files under `root`, as sorted paths from the root with `/` between the parts. */
export async function sourceFiles(root: string): Promise<string[]> {
  const found: string[] = [];
  const folders = [""];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for await (const entry of Deno.readDir(`${root}/${folder}`)) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (SKIPPED.some((skipped) => skipped.test(path))) continue;
      if (entry.isDirectory) folders.push(path);
      else if (entry.isFile) found.push(path);
    }
  }
  return found.sort();
}

/** Whether Deno itself can read the file as a module (AssemblyScript sources are not). */
export function isDenoModule(path: string): boolean {
  return /\.(ts|tsx|mts|js|mjs)$/.test(path) && !ASSEMBLYSCRIPT.test(path);
}

/** Whether the file is a test. */
export function isTest(path: string): boolean {
  return path.endsWith("_test.ts");
}

/** The folder of a path from the root; the root itself is the empty string. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

/** The repository's root, as a path without a trailing slash. */
export function repositoryRoot(): string {
  return fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "").replaceAll("\\", "/");
}

/** The text of a file, or undefined when there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}

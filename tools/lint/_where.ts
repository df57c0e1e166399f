// Where the file under the linter stands, as a path from the repository's root.
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replaceAll("\\", "/");

/** The linted file as a path from the root; what stands elsewhere keeps its own path. */
export function pathFromRoot(filename: string): string {
  const path = filename.startsWith("file:") ? fileURLToPath(filename) : filename;
  const plain = path.replaceAll("\\", "/");
  return plain.startsWith(ROOT) ? plain.slice(ROOT.length) : plain;
}

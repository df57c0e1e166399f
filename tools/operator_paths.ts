// Where an operator's things are unless told otherwise, the same for every tool and for the coordinator; and what a path
// means that somebody typed.
import { join, resolve } from "node:path";
import { repositoryRoot } from "./source_files.ts";

/** A path as it was typed: `deno task` runs in the project's folder and says where it was called from. */
export function typed(path: string): string {
  return resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), path);
}

/** The folder of bundles. */
export function bundlesByDefault(): string {
  return resolve(Deno.env.get("P2C2R_BUNDLES") ?? join(repositoryRoot(), "tasks-as", "bundles"));
}

/** The data folder. */
export function dataByDefault(): string {
  return resolve(Deno.env.get("P2C2R_DATA") ?? "data");
}

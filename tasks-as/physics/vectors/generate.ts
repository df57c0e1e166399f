/**
 * Stores the vectors: `deno run -A tasks-as/physics/vectors/generate.ts` writes vectors.json from closed forms and
 * the oracle; with `--golden` also golden.json, the digests of what the built kernel computes.
 */
import { allCases } from "./cases.ts";
import { goldenDigests } from "./golden.ts";

function write(name: string, value: unknown): void {
  Deno.writeTextFileSync(new URL(name, import.meta.url), JSON.stringify(value, null, 2) + "\n");
}

write("vectors.json", allCases());
if (Deno.args.includes("--golden")) write("golden.json", await goldenDigests());

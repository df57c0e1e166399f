/**
 * Compiles the AssemblyScript kernel beside this file with `@assemblyscript/wasi-shim` to a core module:
 * `deno run -A --config tasks-as/deno.json tasks-as/testing/wasi/compile.ts OUT.wasm`
 */
import { join, normalize } from "node:path/posix";
import asc from "assemblyscript/asc";

const here = new URL("./", import.meta.url);
const SHIM = "node_modules/@assemblyscript/wasi-shim/";
const [out] = Deno.args;
if (out === undefined) throw new Error("Give the file to write");

const { error, stderr } = await asc.main([
  "assembly/kernel.ts",
  "--config",
  `${SHIM}asconfig.json`,
  "--lib",
  `${SHIM}assembly`,
  "--outFile",
  "kernel.wasm",
  "--runtime",
  "stub",
  "--exportStart",
  "_initialize",
  "--maximumMemory",
  "64",
  "-O2",
], {
  readFile: (name, folder) => readIfFile(placeOf(name, folder)),
  writeFile: (name, contents) => {
    if (name === "kernel.wasm") Deno.writeFileSync(out, contents as Uint8Array);
  },
  listFiles: (name, folder) => listIfFolder(placeOf(name, folder)),
});
if (error !== null) throw new Error(`Cannot compile:\n${stderr.toString()}`, { cause: error });

/** The shim stands in Deno's cache, not in a folder of modules. */
function placeOf(name: string, folder: string): URL {
  const plain = normalize(join(folder, name));
  if (!plain.startsWith(SHIM)) return new URL(plain, here);
  return new URL(import.meta.resolve(`@assemblyscript/wasi-shim/${plain.slice(SHIM.length)}`));
}

function readIfFile(url: URL): string | null {
  try {
    return Deno.readTextFileSync(url);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    throw error;
  }
}

function listIfFolder(url: URL): string[] | null {
  try {
    return [...Deno.readDirSync(url)].filter((entry) => entry.name.endsWith(".ts")).map((entry) =>
      entry.name
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    throw error;
  }
}

/** AssemblyScript to a core module, with the compiler running in this process. */
import asc from "assemblyscript/asc";

/**
 * Compiles `<kernel>/assembly/kernel.ts` to a core module whose memory is limited to `memoryPages`, and
 * starts with them too unless the kernel's `asconfig.json` says how many `initialMemory` pages suffice for
 * common inputs.
 *
 * @param root the folder that holds `lib/` and the kernels' folders @throws {Error} with what the compiler
 * printed.
 */
export async function compileKernel(root: URL, kernel: string, memoryPages: number): Promise<Uint8Array> {
  const entry = `${kernel}/assembly/kernel.ts`;
  const config = `${kernel}/asconfig.json`;
  const hasConfig = readTextIfFile(new URL(config, root)) !== null;
  let binary: Uint8Array | undefined;
  const diagnostics: string[] = [];
  const collect = { write: (chunk: string | Uint8Array) => void diagnostics.push(chunk.toString()) };
  const { error } = await asc.main([
    entry,
    "--outFile",
    "kernel.wasm",
    "--runtime",
    "stub",
    "--use",
    "abort=",
    "--enable",
    "simd",
    ...(hasConfig ? ["--config", config] : ["--initialMemory", String(memoryPages)]),
    "--maximumMemory",
    String(memoryPages),
    "-O3",
    "--noAssert",
    "--converge",
  ], {
    readFile: (name, folder) => readTextIfFile(new URL(`${folder}/${name}`, root)),
    writeFile: (name, contents) => {
      if (name === "kernel.wasm" && contents instanceof Uint8Array) binary = contents;
    },
    listFiles: () => [],
    stdout: collect,
    stderr: collect,
  });
  if (error !== null || binary === undefined) {
    throw new Error(`Cannot build ${kernel}: the compiler refused ${entry}\n${diagnostics.join("")}`, {
      cause: error,
    });
  }
  return binary;
}

/** The compiler probes for several names per import; one that is no file is not an error. */
function readTextIfFile(url: URL): string | null {
  try {
    return Deno.readTextFileSync(url);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    throw error;
  }
}

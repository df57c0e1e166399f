/**
 * Makes a component of the kernel world out of a core module, or takes a component as it is; validates it and writes it:
 * `deno run -A --config tasks-as/deno.json tasks-as/componentize.ts IN.wasm OUT.wasm`
 *
 * Exits with 65 and the validator's words where the file is neither.
 */
import { componentOf, validateComponent } from "./build/component.ts";

const EXIT_REFUSED = 65;
const EXIT_USAGE = 64;
const CORE_PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main([from, to, ...more]: readonly string[]): Promise<number> {
  if (from === undefined || to === undefined || more.length > 0) {
    console.error("Give two files: what to read and what to write");
    return EXIT_USAGE;
  }
  const given = await Deno.readFile(from);
  try {
    const component = isCoreModule(given) ? await wrapped(given) : given;
    await validateComponent(component);
    await Deno.writeFile(to, component);
    return 0;
  } catch (error) {
    // jco throws what it has to say as errors of no class of its own.
    console.error(error instanceof Error ? error.message.trim() : String(error));
    return EXIT_REFUSED;
  }
}

async function wrapped(core: Uint8Array): Promise<Uint8Array> {
  const witSource = await Deno.readTextFile(new URL("kernel.wit", import.meta.url));
  return await componentOf(core, witSource);
}

function isCoreModule(bytes: Uint8Array): boolean {
  return CORE_PREAMBLE.every((byte, i) => bytes[i] === byte);
}

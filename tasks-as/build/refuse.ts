/** The rules a core module must keep before it may go into a bundle. */
import { coreSections, readLeb } from "./wasm_sections.ts";

const EXPORTS: readonly string[] = [
  "cabi_post_check function",
  "cabi_post_run function",
  "cabi_realloc function",
  "check function",
  "memory memory",
  "run function",
];
const MEMORY_SECTION = 5;
const START_SECTION = 8;
const HAS_MAXIMUM = 1;

/**
 * Refuses a core module with imports, a start function, other exports than the kernel ABI's, or a memory
 * whose maximum is not declared as `memoryPages`.
 *
 * @throws {Error} with a sentence that names the rule.
 */
export function refuseUnfitCore(core: Uint8Array, kernel: string, memoryPages: number): void {
  const refuse = (what: string): never => {
    throw new Error(`Cannot build ${kernel}: the core module ${what}`);
  };
  const module = new WebAssembly.Module(core.slice());
  const imports = WebAssembly.Module.imports(module).map((one) => `${one.module}.${one.name}`);
  if (imports.length > 0) refuse(`imports ${imports.join(", ")}; expected no imports`);
  const exports = WebAssembly.Module.exports(module).map((one) => `${one.name} ${one.kind}`).sort();
  if (exports.join() !== EXPORTS.join()) {
    refuse(`exports ${exports.join(", ")}; expected ${EXPORTS.join(", ")}`);
  }
  const sections = coreSections(core);
  if (sections.some((section) => section.id === START_SECTION)) refuse("has a start function; expected none");

  const memories = sections.find((section) => section.id === MEMORY_SECTION);
  if (memories === undefined) return refuse("has no memory");
  const flags = memories.body[1];
  if (memories.body[0] !== 1 || flags !== HAS_MAXIMUM) {
    refuse("does not declare a maximum for its one memory");
  }
  const initial = readLeb(memories.body, 2);
  const maximum = readLeb(memories.body, initial.next);
  if (maximum.value !== memoryPages || initial.value > maximum.value) {
    refuse(`declares ${initial.value} to ${maximum.value} memory pages; manifest.json says ${memoryPages}`);
  }
}

/** The rules a core module must keep before it may go into a bundle. */
import { readModule } from "../../sandbox/wasm/mod.ts";

const EXPORTS: readonly string[] = [
  "cabi_post_check function",
  "cabi_post_run function",
  "cabi_realloc function",
  "check function",
  "memory memory",
  "run function",
];

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
  const { start, memories } = readModule(core);
  if (start !== undefined) refuse("has a start function; expected none");
  const [memory] = memories;
  if (memory === undefined) return refuse("has no memory");
  if (memory.maximum === undefined) return refuse("does not declare a maximum for its one memory");
  if (memory.maximum !== memoryPages) {
    const { initial, maximum } = memory;
    refuse(`declares ${initial} to ${maximum} memory pages; manifest.json says ${memoryPages}`);
  }
}

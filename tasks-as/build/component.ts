/** A core module to a component that implements the kernel world, and back. */
import { componentEmbed, componentNew } from "@bytecodealliance/jco";
import { componentSections } from "./wasm_sections.ts";

const CORE_MODULE_SECTION = 1;

/**
 * Wraps a core module into a component; fails when its exports do not fit the world `kernel` of `witSource`.
 */
export async function componentOf(core: Uint8Array, witSource: string): Promise<Uint8Array> {
  const embedded = await componentEmbed({ binary: core, witSource, worldName: "kernel" });
  return await componentNew(embedded, []);
}

/** The one core module inside a component: what workers execute is what the component contains. */
export function coreOf(component: Uint8Array): Uint8Array {
  const modules = componentSections(component).filter((section) => section.id === CORE_MODULE_SECTION);
  if (modules.length !== 1 || modules[0] === undefined) {
    throw new Error(`Cannot extract the core: the component has ${modules.length} core modules, expected 1`);
  }
  return modules[0].body.slice();
}

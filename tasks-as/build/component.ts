/** A core module to a component that implements the kernel world. */
import {
  componentEmbed,
  componentNew,
  componentWit,
  preview1AdapterReactorPath,
} from "@bytecodealliance/jco";

const PREVIEW_1 = "wasi_snapshot_preview1";

/**
 * Wraps a core module into a component; fails when its exports do not fit the world `kernel` of `witSource`. A module
 * that imports WASI preview 1 gets jco's adapter, which says it in terms of WASI 0.2.
 */
export async function componentOf(core: Uint8Array, witSource: string): Promise<Uint8Array> {
  const embedded = await componentEmbed({ binary: core, witSource, worldName: "kernel" });
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(core.slice()));
  if (imports.every(({ module }) => module !== PREVIEW_1)) return await componentNew(embedded, []);
  return await componentNew(embedded, [[PREVIEW_1, await Deno.readFile(preview1AdapterReactorPath())]]);
}

/** Validates a component as a whole, as jco does; rejects with the validator's words. */
export async function validateComponent(component: Uint8Array): Promise<void> {
  await componentWit(component);
}

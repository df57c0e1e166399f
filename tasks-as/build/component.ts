/** A core module to a component that implements the kernel world. */
import { componentEmbed, componentNew } from "@bytecodealliance/jco";

/**
 * Wraps a core module into a component; fails when its exports do not fit the world `kernel` of `witSource`.
 */
export async function componentOf(core: Uint8Array, witSource: string): Promise<Uint8Array> {
  const embedded = await componentEmbed({ binary: core, witSource, worldName: "kernel" });
  return await componentNew(embedded, []);
}

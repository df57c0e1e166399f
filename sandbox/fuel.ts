// What a task costs: the one place that knows fuel models. Today the manifest declares the cost; a meter would count it.
import type { Manifest } from "./bundle/manifest.ts";

/** Fuel that a run over `inputBytes` of input uses. */
export function fuelOf(manifest: Pick<Manifest, "fuel">, inputBytes: number): number {
  return manifest.fuel.base + manifest.fuel.perInputByte * inputBytes;
}

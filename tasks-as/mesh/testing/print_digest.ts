/**
 * Prints one digest over many meshes, so that processes and compiler tiers can be compared.
 * Arguments: the number of tasks.
 */
import { instantiateCore, loadCore } from "../../testing/core.ts";
import { drawBelow, drawsFrom } from "../../testing/draws.ts";
import { drawMaterials, drawNoise, meshChunk } from "./chunks.ts";
import { mesh } from "../codec.ts";

const core = instantiateCore(await loadCore(mesh.id, mesh.version));
const draw = drawsFrom(21);
const outputs: Uint8Array<ArrayBuffer>[] = [];
for (let left = Number(Deno.args[0]); left > 0; left--) {
  const materials = drawMaterials(draw, 1 + drawBelow(draw, 60));
  outputs.push(meshChunk(core, drawNoise(draw, materials.length), materials).output);
}
const bytes = new Uint8Array(await new Blob(outputs).arrayBuffer());
console.log(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex());

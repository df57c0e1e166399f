/**
 * Prints one digest over many chunks, so that processes and compiler tiers can be compared.
 * Arguments: the number of tasks.
 */
import { instantiateCore, loadCore } from "../../testing/core.ts";
import { drawsFrom } from "../../testing/draws.ts";
import { drawPlace, drawWorld, makeChunk, temperateWorld } from "./worlds.ts";
import { terrain } from "../codec.ts";

const core = instantiateCore(await loadCore(terrain.id, terrain.version));
const draw = drawsFrom(21);
const outputs: Uint8Array<ArrayBuffer>[] = [];
for (let left = Number(Deno.args[0]); left > 0; left--) {
  const { output } = makeChunk(core, left % 2 === 0 ? temperateWorld : drawWorld(draw), drawPlace(draw));
  outputs.push(output.slice());
}
const bytes = new Uint8Array(await new Blob(outputs).arrayBuffer());
console.log(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex());

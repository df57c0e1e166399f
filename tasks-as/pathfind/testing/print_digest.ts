/**
 * Prints one digest over many outputs, so that processes and compiler tiers can be compared.
 * Arguments: the number of tasks.
 */
import { instantiateCore, loadCore } from "../../testing/core.ts";
import { drawsFrom } from "../../testing/draws.ts";
import { pathfind } from "../codec.ts";
import { drawMap, drawPairs, gameMaps } from "./problems.ts";

const core = instantiateCore(await loadCore(pathfind.id, pathfind.version));
const draw = drawsFrom(21);
const outputs: Uint8Array[] = [];
for (let left = Number(Deno.args[0]); left > 0; left--) {
  const maps = left === 1 ? [...gameMaps(192, draw).values()] : [drawMap(draw)];
  for (const map of maps) {
    const result = core.run(pathfind.encodeInput({ pairs: drawPairs(map, 16, draw) }), [
      pathfind.encodeGrid(map),
    ]);
    if (result.type === "err") throw new Error(result.message);
    outputs.push(result.output);
  }
}
const bytes = new Uint8Array(await new Blob(outputs as Uint8Array<ArrayBuffer>[]).arrayBuffer());
console.log(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex());

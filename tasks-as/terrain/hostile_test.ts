import { instantiateCore, loadCore } from "../testing/core.ts";
import { drawsFrom } from "../testing/draws.ts";
import { campaignSizes, mutationTrial, residueTrial } from "../testing/trials.ts";
import { drawPlace, drawWorld, makeChunk, temperateWorld, type TerrainTask } from "./testing/worlds.ts";
import { terrain } from "./codec.ts";

const module = await loadCore(terrain.id, terrain.version);

function tasks(count: number, seed: number): TerrainTask[] {
  const core = instantiateCore(module);
  const draw = drawsFrom(seed);
  return Array.from(
    { length: count },
    (_, i) => makeChunk(core, i % 2 === 0 ? temperateWorld : drawWorld(draw), drawPlace(draw)),
  );
}

Deno.test("run() and check() answer damaged bytes with bytes or a sentence, never with a trap", () => {
  mutationTrial(instantiateCore(module), tasks(60, 12), campaignSizes().mutations, 11);
});

Deno.test("run() and check() do not depend on what memory held before", () => {
  residueTrial(module, tasks(30, 17));
});

import { instantiateCore, loadCore } from "../testing/core.ts";
import { drawBelow, drawsFrom } from "../testing/draws.ts";
import { campaignSizes, mutationTrial, residueTrial } from "../testing/trials.ts";
import {
  drawMaterials,
  drawNoise,
  Landscape,
  meshChunk,
  type MeshTask,
  temperateMaterials,
} from "./testing/chunks.ts";
import { terrain } from "../terrain/codec.ts";
import { mesh } from "./codec.ts";

const module = await loadCore(mesh.id, mesh.version);
const land = new Landscape(instantiateCore(await loadCore(terrain.id, terrain.version)), 13n);

function tasks(count: number, seed: number): MeshTask[] {
  const core = instantiateCore(module);
  const draw = drawsFrom(seed);
  return Array.from({ length: count }, (_, i) => {
    if (i % 10 !== 0) return meshChunk(core, land.surround(i % 7, i % 3 - 1, i % 5), temperateMaterials);
    const materials = drawMaterials(draw, 1 + drawBelow(draw, 40));
    return meshChunk(core, drawNoise(draw, materials.length), materials);
  });
}

Deno.test("run() and check() answer damaged bytes with bytes or a sentence, never with a trap", () => {
  mutationTrial(instantiateCore(module), tasks(40, 12), campaignSizes().mutations, 11);
});

Deno.test("run() and check() do not depend on what memory held before", () => {
  residueTrial(module, tasks(24, 17));
});

// Other meshers as oracles: the plain one makes the very quads of the kernel, ao-mesher covers as much.
import {
  answerOf,
  drawMaterials,
  drawNoise,
  Landscape,
  meshChunk,
  temperateMaterials,
} from "../../tasks-as/mesh/testing/chunks.ts";
import { instantiateCore, loadCore } from "../../tasks-as/testing/core.ts";
import { drawBelow, drawsFrom } from "../../tasks-as/testing/draws.ts";
import { mesh, type MeshInput } from "../../tasks-as/mesh/codec.ts";
import { assert } from "../../tests/deps.ts";
import { aoMesherAreas } from "./mesh_library.ts";
import { PlainMesher } from "./mesh_plain.ts";
import { terrain } from "../../tasks-as/terrain/codec.ts";

const core = instantiateCore(await loadCore(mesh.id, mesh.version));
const land = new Landscape(instantiateCore(await loadCore(terrain.id, terrain.version)), 7n);

Deno.test("mesh makes the quads and the light of a plain mesher, one for one", () => {
  const draw = drawsFrom(71);
  for (let i = 0; i < 24; i++) {
    const materials = i % 3 === 0 ? temperateMaterials : drawMaterials(draw, 1 + drawBelow(draw, 40));
    const chunk = i % 3 === 0 ? land.surround(i, i % 2, 3) : drawNoise(draw, materials.length);
    const plain = new PlainMesher(materials).mesh(chunk);
    const output = answerOf(meshChunk(core, chunk, materials));
    assert.deepEqual(output.counts, plain.counts);
    assert.ok(output.quads.every((value, at) => value === plain.quads[at]), `chunk ${i}: quads`);
    assert.ok(output.light.every((value, at) => value === plain.light[at]), `chunk ${i}: light`);
  }
});

Deno.test("mesh covers as many faces in each direction as ao-mesher does", () => {
  const opaqueOnly = Array.from({ length: 8 }, (_, i) => ({ opaque: i > 0, emission: 0, dimming: 0 }));
  const draw = drawsFrom(72);
  for (let i = 0; i < 10; i++) {
    const noise = alone(drawNoise(draw, 8));
    const { counts, quads } = answerOf(meshChunk(core, noise, opaqueOnly));
    const areas = Array<number>(6).fill(0);
    let at = 0;
    counts.subarray(0, 6).forEach((count, face) => {
      for (let k = 0; k < count; k++, at += 2) {
        areas[face]! += ((quads[at]! >>> 15 & 31) + 1) * ((quads[at]! >>> 20 & 31) + 1);
      }
    });
    assert.deepEqual(aoMesherAreas(noise.cells), areas, `noise ${i}`);
  }
});

/** The same chunk with nothing around it and at its border, where ao-mesher leaves faces out. */
function alone(chunk: MeshInput): MeshInput {
  const cells = chunk.cells.map((cell, i) => {
    const places = [i % 34, Math.floor(i / 34) % 34, Math.floor(i / 34 ** 2)];
    return Math.min(...places) <= 1 || Math.max(...places) >= 32 ? 0 : cell;
  });
  return { ...chunk, cells };
}

// What a mesh costs, beside the same work done in other ways: deno task bench mesh [--write] [--json].
// --write draws docs/mesh-cost.svg.
import { mesh, type MeshInput, type MeshMaterial } from "../../tasks-as/mesh/codec.ts";
import { answerOf, Landscape, meshChunk, temperateMaterials } from "../../tasks-as/mesh/testing/chunks.ts";
import { instantiateCore, loadCore } from "../../tasks-as/testing/core.ts";
import { type Draw, drawsFrom } from "../../tasks-as/testing/draws.ts";
import { writeChart } from "./chart.ts";
import { compare, type Contender, ratios, type Timing } from "./compare.ts";
import { aoMesh, aoMesherVolume } from "./mesh_library.ts";
import { PlainMesher } from "./mesh_plain.ts";
import { runNative } from "./native.ts";
import { terrain } from "../../tasks-as/terrain/codec.ts";

const ROUNDS = 40;
const NATIVE_ROUNDS = 200;
const core = instantiateCore(await loadCore(mesh.id, mesh.version));
const land = new Landscape(instantiateCore(await loadCore(terrain.id, terrain.version)), 7n);
const opaqueOnly: readonly MeshMaterial[] = temperateMaterials.map((one, i) =>
  i === 0 ? one : { ...one, opaque: true }
);

/** Chunks to mesh. */
const pieces: ReadonlyMap<string, MeshInput> = new Map([
  ["woods", land.surround(3, 0, 3)],
  ["caves", land.surround(3, -1, 3)],
  ["treetops", land.surround(9, 1, 3)],
  ["half noise", noise(0.5, drawsFrom(1))],
]);

function noise(air: number, draw: Draw): MeshInput {
  const cells = new Uint8Array(34 ** 3).map(() => draw() < air ? 0 : 4);
  return { cells, planes: new Uint8Array(6144).fill(0xf0, 3072, 4096), edgeMax: 32 };
}

/** Light and quads as the kernel and a plain mesher make them, and quads with occlusion alone as ao-mesher does. */
function contenders(chunk: MeshInput): Contender[] {
  const { input, assets } = meshChunk(core, chunk, temperateMaterials);
  const plain = new PlainMesher(temperateMaterials);
  const volume = aoMesherVolume(chunk.cells);
  return [
    { name: "kernel", call: () => void core.run(input, assets) },
    { name: "the same in TypeScript", call: () => void plain.mesh(chunk) },
    { name: "ao-mesher (no light)", call: () => void aoMesh(volume) },
  ];
}

/** The same in C, where there is a compiler; its output must be the kernel's to the last bit. */
async function nativeTimings(chunk: MeshInput): Promise<Timing[]> {
  const { input, assets: [materials], output } = meshChunk(core, chunk, temperateMaterials);
  const table = (materials as Uint8Array).subarray(8);
  const bytes = new Uint8Array(8 + table.length + input.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, NATIVE_ROUNDS, true);
  view.setUint32(4, table.length, true);
  bytes.set(table, 8);
  bytes.set(input, 8 + table.length);
  const native = await runNative(new URL("native/mesh.c", import.meta.url), bytes);
  if (native.type === "missing") return [];
  if (native.check !== String(fnvOf(output))) throw new Error("Cannot compare: C makes another mesh");
  return [{ name: `the same in C, ${native.compiler} -O2`, ms: native.ms }];
}

/** The hash that native/mesh.c makes of its output. */
function fnvOf(bytes: Uint8Array): number {
  return bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193), 0x811c9dc5) >>> 0;
}

async function measure([name, chunk]: readonly [string, MeshInput]) {
  const timings = [...compare(contenders(chunk), ROUNDS), ...await nativeTimings(chunk)];
  const factors = ratios(timings);
  const quads = answerOf(meshChunk(core, chunk, temperateMaterials)).quads.length / 2;
  return timings.map((timing, i) => ({
    chunk: name,
    quads,
    way: timing.name,
    us: timing.ms * 1000,
    ratio: factors[i],
  }));
}

const rows = (await Array.fromAsync(pieces, measure)).flat();
const dark = meshChunk(core, { ...land.surround(3, 0, 3), planes: new Uint8Array(6144) }, opaqueOnly);
const [unlit] = compare([{
  name: "kernel without light",
  call: () => void core.run(dark.input, dark.assets),
}], ROUNDS);

if (Deno.args.includes("--json")) console.log(JSON.stringify({ rows, unlit }));
else {
  console.table(rows.map(({ us, ...row }) => ({ ...row, "µs": us.toFixed(0) })));
  console.log(`woods in the dark, all materials opaque: ${(unlit!.ms * 1000).toFixed(0)} µs`);
}
if (Deno.args.includes("--write")) {
  const chunks = [0.999, 0.997, 0.99, 0.97, 0.9, 0.8, 0.7, 0.5].map((air) => noise(air, drawsFrom(2)));
  const points = chunks.map((chunk) => {
    const quads = answerOf(meshChunk(core, chunk, temperateMaterials)).quads.length / 2;
    return { quads, timings: compare(contenders(chunk), 10) };
  });
  await writeChart("mesh-cost", {
    title: "mesh: chunks of noise",
    sizeLabel: "quads",
    costLabel: "µs per chunk",
    series: points[0]!.timings.map(({ name }, i) => ({
      name,
      points: points.map(({ quads, timings }) => [quads, timings[i]!.ms * 1000] as const),
    })),
  });
}

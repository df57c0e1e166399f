// A game server that makes a piece of a world and meshes it. With a coordinator running:
//   deno run --allow-net --allow-env=WS_NO_BUFFER_UTIL,WS_NO_UTF_8_VALIDATE examples/landscape.ts http://127.0.0.1:8765 KEY
import { type Client, connect, type MeshOutput, P2c2rError, type TerrainWorld } from "../sdk/mod.ts";
import { mesh } from "../sdk/mesh.ts";
import { terrain } from "../sdk/terrain.ts";

const [air, water, leaves, stone, soil, grass, sand, wood] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const letters = " ~#^.,:I";
const seed = 7n;
const full = { opaque: true, emission: 0, dimming: 0 };
const clear = { opaque: false, emission: 0, dimming: 0 };
const materials = [clear, { ...clear, dimming: 2 }, { ...clear, dimming: 1 }, full, full, full, full, full];

/** Wooded hills by the sea. */
export const world: TerrainWorld = {
  stone,
  water,
  seaLevel: 8,
  heightPeriod: 128,
  heightOctaves: 5,
  climatePeriod: 512,
  climateOctaves: 2,
  reliefPeriod: 32,
  reliefOctaves: 2,
  tunnelPeriod: 32,
  tunnelWidth: 0.09,
  hallPeriod: 64,
  hallThreshold: 0.5,
  caveBottom: -64,
  biomes: [{
    temperature: 0,
    moisture: 0,
    base: 12,
    amplitude: 14,
    ridge: 0.2,
    overhang: 2,
    trees: 0.3,
    top: grass,
    filler: soil,
    bed: sand,
    peak: stone,
    peakY: 28,
    soilDepth: 3,
    treeKind: "round",
    wood,
    leaves,
    trunkMin: 4,
    trunkRange: 2,
  }],
  ores: [],
};

/** Makes a chunk and what surrounds it, and meshes it under the open sky. */
export async function meshChunk(client: Client): Promise<{ cells: Uint8Array; output: MeshOutput }> {
  const [worldAsset, materialAsset] = await Promise.all([
    client.asset(terrain.encodeWorld(world)),
    client.asset(mesh.encodeMaterials(materials)),
  ]);
  const chunks = new Map<string, Uint8Array>();
  const offsets = [-1, 0, 1];
  const places = offsets.flatMap((x) => offsets.flatMap((y) => offsets.map((z) => [x, y, z] as const)));
  await Promise.all(places.map(async ([chunkX, chunkY, chunkZ]) => {
    const input = { seed, chunkX, chunkY, chunkZ };
    const { output } = await client.run("terrain", input, { deadlineMs: 5_000, assets: [worldAsset] });
    chunks.set(`${[chunkX, chunkY, chunkZ]}`, output.cells);
  }));
  const daylight = new Uint8Array(32 ** 3).fill(0xf0);
  const input = mesh.surround((x, y, z) => {
    const cells = chunks.get(`${[x, y, z]}`);
    return cells && { cells, light: y > 0 ? daylight : undefined };
  }, { material: air, light: 0 });
  const { output, tier, latencyMs } = await client.run("mesh", input, {
    deadlineMs: 5_000,
    assets: [materialAsset],
  });
  console.log(`${chunks.size} chunks made, one meshed by ${tier} in ${latencyMs.toFixed(1)} ms`);
  return { cells: chunks.get("0,0,0")!, output };
}

/** The chunk from above: the highest cell of every column. */
export function seenFromAbove(cells: Uint8Array): string {
  const rows: string[] = [];
  for (let z = 0; z < 32; z++) {
    let row = "";
    for (let x = 0; x < 32; x++) {
      let y = 31;
      while (y > 0 && cells[(y * 32 + z) * 32 + x] === air) y--;
      row += letters[cells[(y * 32 + z) * 32 + x]!];
    }
    rows.push(row);
  }
  return rows.join("\n");
}

if (import.meta.main) {
  const [url = "http://127.0.0.1:8765", apiKey = ""] = Deno.args;
  try {
    await using client = await connect(url, { apiKey });
    const { cells, output } = await meshChunk(client);
    const { vertices, indices } = mesh.buffersOf(output);
    console.log(seenFromAbove(cells));
    console.log(
      `${output.quads.length / 2} quads, ${vertices.length} bytes of vertices, ${indices.length} indices`,
    );
  } catch (error) {
    if (!(error instanceof P2c2rError)) throw error;
    console.error(`${error.code}: ${error.message}\n${error.hint}`);
    Deno.exitCode = 1;
  }
}

/**
 * The committed vectors: places in worlds, the SHA-256 of the chunk there, and cells as the oracle makes them.
 * `deno run --config tasks-as/deno.json --allow-read --allow-write=tasks-as/terrain/vectors
 * tasks-as/terrain/vectors/vectors.ts` writes them.
 */
import { type Core, instantiateCore, loadCore } from "../../testing/core.ts";
import { drawBelow, drawsFrom } from "../../testing/draws.ts";
import { terrain, type TerrainInput, type TerrainWorld } from "../codec.ts";
import { TerrainOracle } from "../testing/oracle.ts";
import { drawWorld, makeChunk, temperateWorld } from "../testing/worlds.ts";

/** One vector; bytes in hexadecimal. */
export interface StoredVector {
  readonly name: string;
  readonly input: string;
  readonly world: string;
  readonly sha256: string;
  /** x, y, z in the chunk, and the material: where the oracle was sure. */
  readonly cells: readonly (readonly number[])[];
}

const CELLS_EACH = 48;
const file = new URL("vectors.json", import.meta.url);

const places: readonly (readonly [string, TerrainInput])[] = [
  ["meadow", { seed: 7n, chunkX: 3, chunkY: 0, chunkZ: 3 }],
  ["caves", { seed: 7n, chunkX: 3, chunkY: -2, chunkZ: 3 }],
  ["sky", { seed: 7n, chunkX: 3, chunkY: 9, chunkZ: 3 }],
  ["west", { seed: 1n, chunkX: -40, chunkY: 0, chunkZ: -41 }],
  ["far", { seed: 0xfedcba9876543210n, chunkX: -(2 ** 20), chunkY: 1, chunkZ: 2 ** 20 }],
];

/** The vectors as they should be. */
export async function expectedVectors(core: Core): Promise<StoredVector[]> {
  const draw = drawsFrom(77);
  const cases: [string, TerrainWorld, TerrainInput][] = places.map((
    [name, place],
  ) => [name, temperateWorld, place]);
  for (let i = 0; i < 3; i++) {
    cases.push([`any world ${i}`, drawWorld(draw), { seed: BigInt(i), chunkX: i, chunkY: 0, chunkZ: 0 }]);
  }
  return await Promise.all(cases.map(async ([name, world, place]) => {
    const { input, assets, output } = makeChunk(core, world, place);
    const oracle = new TerrainOracle(world, place.seed);
    const cells: number[][] = [];
    while (cells.length < CELLS_EACH) {
      const [x, y, z] = [drawBelow(draw, 32), drawBelow(draw, 32), drawBelow(draw, 32)] as const;
      const cell = oracle.cell(place.chunkX * 32 + x, place.chunkY * 32 + y, place.chunkZ * 32 + z);
      if (cell.margin >= 1) cells.push([x, y, z, cell.material]);
    }
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", output.slice()));
    return { name, input: input.toHex(), world: assets[0]!.toHex(), sha256: digest.toHex(), cells };
  }));
}

/** The vectors as they are committed. */
export async function readVectors(): Promise<StoredVector[]> {
  return JSON.parse(await Deno.readTextFile(file)) as StoredVector[];
}

if (import.meta.main) {
  const vectors = await expectedVectors(instantiateCore(await loadCore(terrain.id, terrain.version)));
  const lines = vectors.map((vector) => `  ${JSON.stringify(vector)}`);
  await Deno.writeTextFile(file, `[\n${lines.join(",\n")}\n]\n`);
}

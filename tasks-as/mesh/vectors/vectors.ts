/**
 * The committed vectors: chunks made by a rule, with what the oracle finds in them and the SHA-256 of the
 * answer. `deno run --config tasks-as/deno.json --allow-read --allow-write=tasks-as/mesh/vectors
 * tasks-as/mesh/vectors/vectors.ts` writes them.
 */
import { type Core, instantiateCore, loadCore } from "../../testing/core.ts";
import { drawsFrom } from "../../testing/draws.ts";
import { mesh, type MeshInput, type MeshMaterial } from "../codec.ts";
import { drawMaterials, drawNoise, meshChunk, type MeshTask, temperateMaterials } from "../testing/chunks.ts";
import { MeshOracle } from "../testing/oracle.ts";

/** One vector. */
export interface StoredVector {
  readonly name: string;
  /** Visible faces of each of the twelve groups, by the oracle. */
  readonly faces: readonly number[];
  /** SHA-256 of the light, by the oracle. */
  readonly lightSha256: string;
  /** Quads, and SHA-256 of all the answer, by the kernel. */
  readonly quads: number;
  readonly sha256: string;
}

const file = new URL("vectors.json", import.meta.url);

/** A chunk whose cells follow from their place, under the open sky or in the dark. */
function ruled(cellAt: (x: number, y: number, z: number) => number, isUnderSky: boolean): MeshInput {
  const cells = new Uint8Array(34 ** 3).map((_, i) =>
    cellAt(i % 34 - 1, Math.floor(i / 34 ** 2) - 1, Math.floor(i / 34) % 34 - 1)
  );
  const planes = new Uint8Array(6 * 1024);
  if (isUnderSky) planes.fill(0xf0, 3 * 1024, 4 * 1024);
  return { cells, planes, edgeMax: 32 };
}

/** The chunks of the vectors. */
export function vectorChunks(): ReadonlyMap<string, readonly [MeshInput, readonly MeshMaterial[]]> {
  const draw = drawsFrom(78);
  const stone = 4;
  const chunks: [string, MeshInput, readonly MeshMaterial[]][] = [
    ["empty", ruled(() => 0, true), temperateMaterials],
    ["full", ruled(() => stone, false), temperateMaterials],
    ["one cell", ruled((x, y, z) => x === 16 && y === 16 && z === 16 ? stone : 0, true), temperateMaterials],
    ["one lamp", ruled((x, y, z) => x === 3 && y === 30 && z === 16 ? 13 : 0, false), temperateMaterials],
    ["sea over sand", ruled((_, y) => y < 8 ? 7 : y < 20 ? 1 : 0, true), temperateMaterials],
    ["chessboard", ruled((x, y, z) => (x + y + z) % 2 === 0 ? stone : 0, true), temperateMaterials],
  ];
  for (let i = 0; i < 4; i++) {
    const materials = drawMaterials(draw, 4 + 20 * i);
    chunks.push([`noise ${i}`, drawNoise(draw, materials.length), materials]);
  }
  return new Map(chunks.map(([name, chunk, materials]) => [name, [chunk, materials]]));
}

/** The tasks of the vectors, by name. */
export function vectorTasks(core: Core): ReadonlyMap<string, MeshTask> {
  return new Map(
    [...vectorChunks()].map(([name, [chunk, materials]]) => [name, meshChunk(core, chunk, materials)]),
  );
}

/** The vectors as they should be. */
export async function expectedVectors(core: Core): Promise<StoredVector[]> {
  return await Promise.all([...vectorTasks(core)].map(async ([name, { chunk, materials, output }]) => {
    const oracle = new MeshOracle(chunk, materials);
    const faces = oracle.faces();
    return {
      name,
      faces: Array.from(
        { length: 12 },
        (_, group) =>
          faces.subarray(group * 32 ** 3, (group + 1) * 32 ** 3).filter((look) => look !== -1).length,
      ),
      lightSha256: await sha256(oracle.light()),
      quads: mesh.decodeOutput(output).quads.length / 2,
      sha256: await sha256(output),
    };
  }));
}

async function sha256(bytes: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.slice())).toHex();
}

/** The vectors as they are committed. */
export async function readVectors(): Promise<StoredVector[]> {
  return JSON.parse(await Deno.readTextFile(file)) as StoredVector[];
}

if (import.meta.main) {
  const vectors = await expectedVectors(instantiateCore(await loadCore(mesh.id, mesh.version)));
  const lines = vectors.map((vector) => `  ${JSON.stringify(vector)}`);
  await Deno.writeTextFile(file, `[\n${lines.join(",\n")}\n]\n`);
}

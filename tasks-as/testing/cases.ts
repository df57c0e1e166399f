/** Inputs and assets on which two ways of running a kernel are compared: the committed vectors. */
import { flowfield } from "../flowfield/codec.ts";
import { readFieldVectors } from "../flowfield/testing/vectors.ts";
import { vectorChunks } from "../mesh/vectors/vectors.ts";
import { mesh } from "../mesh/codec.ts";
import { pathfind } from "../pathfind/codec.ts";
import { readVectors } from "../pathfind/testing/vectors.ts";
import { physics, type PhysicsInput } from "../physics/codec.ts";
import { terrain } from "../terrain/codec.ts";
import { readVectors as readTerrainVectors } from "../terrain/vectors/vectors.ts";

/** One call. */
export interface Case {
  readonly name: string;
  readonly input: Uint8Array;
  readonly assets: readonly Uint8Array[];
}

/** The kernels that have vectors. */
export type KernelName = "flowfield" | "mesh" | "pathfind" | "physics" | "terrain";

/** The version of each kernel that stands in the tree. */
export const versionOf: Readonly<Record<KernelName, string>> = {
  flowfield: flowfield.version,
  mesh: mesh.version,
  pathfind: pathfind.version,
  physics: physics.version,
  terrain: terrain.version,
};

/** The cases of each kernel. */
export const casesOf: Readonly<Record<KernelName, () => Promise<Case[]>>> = {
  flowfield: flowfieldCases,
  mesh: meshCases,
  pathfind: pathfindCases,
  physics: physicsCases,
  terrain: terrainCases,
};

function meshCases(): Promise<Case[]> {
  return Promise.resolve(
    [...vectorChunks()].map(([name, [chunk, materials]]) => ({
      name,
      input: mesh.encodeInput(chunk),
      assets: [mesh.encodeMaterials(materials)],
    })),
  );
}

async function pathfindCases(): Promise<Case[]> {
  return (await readVectors()).map(({ name, input, grid }) => ({ name, input, assets: [grid] }));
}

async function flowfieldCases(): Promise<Case[]> {
  return (await readFieldVectors()).map(({ name, input, grid }) => ({ name, input, assets: [grid] }));
}

async function physicsCases(): Promise<Case[]> {
  const text = await Deno.readTextFile(new URL("../physics/vectors/vectors.json", import.meta.url));
  const vectors = JSON.parse(text) as readonly { readonly name: string; readonly scene: PhysicsInput }[];
  return vectors.map(({ name, scene }) => ({ name, input: physics.encodeInput(scene), assets: [] }));
}

async function terrainCases(): Promise<Case[]> {
  return (await readTerrainVectors()).map(({ name, input, world }) => ({
    name,
    input: Uint8Array.fromHex(input),
    assets: [Uint8Array.fromHex(world)],
  }));
}

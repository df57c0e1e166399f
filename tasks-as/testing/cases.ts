/** Inputs and assets on which two ways of running a kernel are compared: the committed vectors. */
import { readVectors } from "../pathfind/testing/vectors.ts";
import { physics, type PhysicsInput } from "../physics/codec.ts";

/** One call. */
export interface Case {
  readonly name: string;
  readonly input: Uint8Array;
  readonly assets: readonly Uint8Array[];
}

/** The cases of each kernel. */
export const casesOf: Readonly<Record<"pathfind" | "physics", () => Promise<Case[]>>> = {
  pathfind: pathfindCases,
  physics: physicsCases,
};

async function pathfindCases(): Promise<Case[]> {
  return (await readVectors()).map(({ name, input, grid }) => ({ name, input, assets: [grid] }));
}

async function physicsCases(): Promise<Case[]> {
  const text = await Deno.readTextFile(new URL("../physics/vectors/vectors.json", import.meta.url));
  const vectors = JSON.parse(text) as readonly { readonly name: string; readonly scene: PhysicsInput }[];
  return vectors.map(({ name, scene }) => ({ name, input: physics.encodeInput(scene), assets: [] }));
}

// The world of the gallery and how its materials look.
import type { MeshMaterial } from "../../tasks-as/mesh/codec.ts";
import { temperateMaterials } from "../../tasks-as/mesh/testing/chunks.ts";
import type { TerrainWorld } from "../../tasks-as/terrain/codec.ts";
import { material, temperateWorld } from "../../tasks-as/terrain/testing/worlds.ts";
import type { Air, Look } from "./draw_world.ts";
import type { Vector } from "../demo/vectors.ts";

/** The world that the kernels are tested with. */
export const temperate: TerrainWorld = temperateWorld;
/** Its materials. */
export const materials: readonly MeshMaterial[] = temperateMaterials.map((one, number) =>
  number === material.glow ? { ...one, emission: 15 } : one
);

const lookOf: Readonly<Record<keyof typeof material, Look>> = {
  air: { colour: [0, 0, 0] },
  water: { colour: [0.17, 0.42, 0.62], cover: 0.72 },
  leaves: { colour: [0.26, 0.5, 0.19] },
  needles: { colour: [0.14, 0.34, 0.22] },
  stone: { colour: [0.5, 0.5, 0.52] },
  soil: { colour: [0.47, 0.34, 0.22] },
  grass: { colour: [0.4, 0.62, 0.27], side: [0.45, 0.42, 0.24] },
  sand: { colour: [0.85, 0.78, 0.55] },
  snow: { colour: [0.95, 0.97, 1] },
  wood: { colour: [0.42, 0.3, 0.18] },
  coal: { colour: [0.2, 0.2, 0.22] },
  iron: { colour: [0.72, 0.52, 0.42] },
  gold: { colour: [0.9, 0.75, 0.25] },
  glow: { colour: [1, 0.93, 0.66], isLamp: true },
  cactus: { colour: [0.24, 0.5, 0.24] },
  dryGrass: { colour: [0.68, 0.62, 0.32], side: [0.55, 0.44, 0.26] },
};

/** Looks by material. */
export const looks: readonly Look[] = Object.entries(material).reduce<Look[]>((list, [name, number]) => {
  list[number] = lookOf[name as keyof typeof material];
  return list;
}, []);

/** A clear day. */
export const dayAir: Air = {
  colour: [0.72, 0.82, 0.93],
  halfAt: 400,
  sky: [1, 0.99, 0.95],
  lamp: [0.9, 0.7, 0.4],
};

/** A moonlit night. */
export const nightAir: Air = {
  colour: [0.03, 0.04, 0.09],
  halfAt: 400,
  sky: [0.1, 0.13, 0.24],
  lamp: [1.5, 1.12, 0.6],
};

/** The day's sky by the height of the ray. */
export function skyAt(up: number): Vector {
  return between([0.72, 0.82, 0.93], [0.3, 0.52, 0.83], Math.max(0, Math.min(1, up * 1.6)));
}

/** The night's. */
export function nightSkyAt(up: number): Vector {
  return between([0.04, 0.05, 0.11], [0.01, 0.01, 0.04], Math.max(0, Math.min(1, up * 1.6)));
}

function between(from: Vector, to: Vector, part: number): Vector {
  return [0, 1, 2].map((k) => from[k]! + part * (to[k]! - from[k]!)) as unknown as Vector;
}

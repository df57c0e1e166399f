/** Worlds, the ones a game would use and random ones, and tasks in them. */
import type { Core } from "../../testing/core.ts";
import type { HonestTask } from "../../testing/detection.ts";
import { type Draw, drawBelow, drawOne, drawSeed } from "../../testing/draws.ts";
import { terrain, type TerrainBiome, type TerrainInput, type TerrainWorld } from "../codec.ts";

/** An integer in least … most. */
export function drawFrom(draw: Draw, least: number, most: number): number {
  return least + drawBelow(draw, most - least + 1);
}

/** The materials of `temperateWorld`. */
export const material = {
  air: 0,
  water: 1,
  leaves: 2,
  needles: 3,
  stone: 4,
  soil: 5,
  grass: 6,
  sand: 7,
  snow: 8,
  wood: 9,
  coal: 10,
  iron: 11,
  gold: 12,
  glow: 13,
  cactus: 14,
  dryGrass: 15,
} as const;

const m = material;
const common = { top: m.grass, filler: m.soil, bed: m.sand, peak: m.stone, peakY: 96, soilDepth: 3 };
const oaks = { treeKind: "round", wood: m.wood, leaves: m.leaves, trunkMin: 4, trunkRange: 3 } as const;
const firs = { treeKind: "cone", wood: m.wood, leaves: m.needles, trunkMin: 6, trunkRange: 5 } as const;
const bare = { treeKind: "none", wood: 0, leaves: 0, trunkMin: 1, trunkRange: 0 } as const;

const biomes: readonly TerrainBiome[] = [
  {
    ...common,
    ...oaks,
    temperature: 0.1,
    moisture: 0,
    base: 14,
    amplitude: 14,
    ridge: 0,
    overhang: 0,
    trees: 0.08,
  },
  {
    ...common,
    ...oaks,
    temperature: 0.2,
    moisture: 0.4,
    base: 18,
    amplitude: 20,
    ridge: 0,
    overhang: 3,
    trees: 0.7,
  },
  {
    ...common,
    ...firs,
    temperature: -0.35,
    moisture: 0.1,
    base: 26,
    amplitude: 46,
    ridge: 0.6,
    overhang: 10,
    trees: 0.45,
    peak: m.snow,
    peakY: 52,
  },
  {
    ...common,
    ...firs,
    temperature: -0.6,
    moisture: -0.2,
    base: 16,
    amplitude: 14,
    ridge: 0,
    overhang: 2,
    trees: 0.2,
    top: m.snow,
    peak: m.snow,
  },
  {
    ...common,
    treeKind: "pillar",
    wood: m.cactus,
    leaves: m.cactus,
    trunkMin: 2,
    trunkRange: 2,
    temperature: 0.5,
    moisture: -0.4,
    base: 12,
    amplitude: 12,
    ridge: 0.2,
    overhang: 0,
    trees: 0.04,
    top: m.sand,
    filler: m.sand,
  },
  {
    ...common,
    ...bare,
    temperature: 0,
    moisture: -0.15,
    base: -14,
    amplitude: 12,
    ridge: 0,
    overhang: 0,
    trees: 0,
  },
  {
    ...common,
    ...oaks,
    temperature: 0.45,
    moisture: 0,
    base: 30,
    amplitude: 26,
    ridge: 0.3,
    overhang: 22,
    trees: 0.1,
    top: m.dryGrass,
  },
];

/** A world with plains, woods, mountains, deserts and seas, caves and four ores. */
export const temperateWorld: TerrainWorld = {
  stone: m.stone,
  water: m.water,
  seaLevel: 4,
  heightPeriod: 256,
  heightOctaves: 6,
  climatePeriod: 512,
  climateOctaves: 3,
  reliefPeriod: 32,
  reliefOctaves: 2,
  tunnelPeriod: 32,
  tunnelWidth: 0.09,
  hallPeriod: 64,
  hallThreshold: 0.5,
  caveBottom: -120,
  biomes,
  ores: [
    { material: m.glow, radius: 1, yMin: -128, yMax: -8, chance: 0.1 },
    { material: m.gold, radius: 1, yMin: -128, yMax: -24, chance: 0.1 },
    { material: m.iron, radius: 2, yMin: -96, yMax: 40, chance: 0.1 },
    { material: m.coal, radius: 2, yMin: -64, yMax: 96, chance: 0.15 },
  ],
};

/** Any world the kernel takes. */
export function drawWorld(draw: Draw): TerrainWorld {
  const octaves = () => drawFrom(draw, 1, 5);
  const period = (count: number) => 2 ** drawFrom(draw, count + 1, Math.min(12, count + 5));
  const heightOctaves = octaves();
  const climateOctaves = octaves();
  const reliefOctaves = octaves();
  return {
    stone: drawFrom(draw, 1, 255),
    water: drawBelow(draw, 256),
    seaLevel: drawFrom(draw, -40, 40),
    heightPeriod: period(heightOctaves),
    heightOctaves,
    climatePeriod: period(climateOctaves),
    climateOctaves,
    reliefPeriod: period(reliefOctaves),
    reliefOctaves,
    tunnelPeriod: period(1),
    tunnelWidth: draw() * 0.3,
    hallPeriod: period(1),
    hallThreshold: draw() * 1.2,
    caveBottom: drawFrom(draw, -60, 20),
    biomes: Array.from({ length: drawFrom(draw, 1, 16) }, () => drawBiome(draw)),
    ores: Array.from({ length: drawBelow(draw, 17) }, () => ({
      material: drawFrom(draw, 1, 255),
      radius: drawFrom(draw, 1, 3),
      yMin: drawFrom(draw, -64, 0),
      yMax: drawFrom(draw, 0, 64),
      chance: draw() * 0.5,
    })),
  };
}

function drawBiome(draw: Draw): TerrainBiome {
  const trunkMin = drawFrom(draw, 1, 20);
  return {
    temperature: draw() * 2 - 1,
    moisture: draw() * 2 - 1,
    base: (draw() - 0.5) * 80,
    amplitude: draw() * 60,
    ridge: draw(),
    overhang: draw() < 0.5 ? 0 : draw() * 32,
    trees: draw(),
    top: drawFrom(draw, 1, 255),
    filler: drawFrom(draw, 1, 255),
    bed: drawFrom(draw, 1, 255),
    peak: drawFrom(draw, 1, 255),
    peakY: drawFrom(draw, 0, 100),
    soilDepth: drawBelow(draw, 8),
    treeKind: drawOne(draw, ["none", "round", "cone", "pillar"] as const),
    wood: drawFrom(draw, 1, 255),
    leaves: drawFrom(draw, 1, 255),
    trunkMin,
    trunkRange: drawFrom(draw, 0, 20 - trunkMin),
  };
}

/** Some chunk near the ground, anywhere in the world. */
export function drawPlace(draw: Draw): TerrainInput {
  const reach = draw() < 0.8 ? 40 : 2 ** 20;
  return {
    seed: drawSeed(draw),
    chunkX: drawFrom(draw, -reach, reach),
    chunkY: drawFrom(draw, -2, 2),
    chunkZ: drawFrom(draw, -reach, reach),
  };
}

/** A task with its parts. */
export interface TerrainTask extends HonestTask {
  readonly world: TerrainWorld;
  readonly place: TerrainInput;
}

/** Lets the kernel make a chunk. */
export function makeChunk(core: Core, world: TerrainWorld, place: TerrainInput): TerrainTask {
  const assets = [terrain.encodeWorld(world)];
  const input = terrain.encodeInput(place);
  const result = core.run(input, assets);
  if (result.type === "err") throw new Error(result.message);
  return { world, place, input, assets, output: result.output };
}

/**
 * Worlds, chunks and their bytes of the terrain kernel; the layout stands in README.md.
 */

/** What the ground, its water and its trees are made of where a certain climate reigns. */
export interface TerrainBiome {
  /** Climate in which this biome is at home: −1 coldest … 1 hottest. */
  readonly temperature: number;
  /** −1 driest … 1 wettest. */
  readonly moisture: number;
  /** Mean height of the ground in cells, −256 … 256. */
  readonly base: number;
  /** How far hills rise above and valleys lie below the mean, in cells, 0 … 256. */
  readonly amplitude: number;
  /** 0 for round hills … 1 for sharp ridges. */
  readonly ridge: number;
  /** How far the ground may be moved up and down in three dimensions, which makes cliffs, 0 … 32 cells. */
  readonly overhang: number;
  /** Part of the tiles of 6 × 6 cells that carry a tree, 0 … 1. */
  readonly trees: number;
  /** Material of the highest cell. */
  readonly top: number;
  /** Material of the soil below it. */
  readonly filler: number;
  /** Material of soil up to one cell above the sea level, and of the sea's bed. */
  readonly bed: number;
  /** Material of the highest cell from `peakY` on. */
  readonly peak: number;
  /** Height from which on peaks begin and trees end, −1,024 … 1,024. */
  readonly peakY: number;
  /** Cells of soil under the highest cell, 0 … 7. */
  readonly soilDepth: number;
  /** Shape of the trees; `pillar` has no leaves. */
  readonly treeKind: "none" | "round" | "cone" | "pillar";
  /** Material of trunks. */
  readonly wood: number;
  /** Material of crowns. */
  readonly leaves: number;
  /** Lowest trunk in cells, 1 … 20. */
  readonly trunkMin: number;
  /** Trunks are up to so many cells higher; together at most 20. */
  readonly trunkRange: number;
}

/** An ore: balls in the stone. */
export interface TerrainOre {
  /** Its material. */
  readonly material: number;
  /** Radius of a vein in cells, 1 … 3. */
  readonly radius: number;
  /** Lowest centre of a vein. */
  readonly yMin: number;
  /** Highest centre of a vein. */
  readonly yMax: number;
  /** Part of the cubes of 8 × 8 × 8 cells that hold a vein, 0 … 1. */
  readonly chance: number;
}

/** A world but for its seed: the asset. Materials are 1 … 255; 0 is air. */
export interface TerrainWorld {
  /** Material of the deep ground. */
  readonly stone: number;
  /** Material up to the sea level wherever there is no ground; 0 for none. */
  readonly water: number;
  /** Highest cell of water, −1,024 … 1,024. */
  readonly seaLevel: number;
  /** Period in cells of the widest hills: a power of two, 4 … 4,096. */
  readonly heightPeriod: number;
  /** Octaves of the hills, 1 … 8; the last one's period is at least 4. */
  readonly heightOctaves: number;
  /** Period of the climate. */
  readonly climatePeriod: number;
  /** Octaves of the climate. */
  readonly climateOctaves: number;
  /** Period of the three-dimensional relief. */
  readonly reliefPeriod: number;
  /** Octaves of the relief. */
  readonly reliefOctaves: number;
  /** Period of the tunnels' bends. */
  readonly tunnelPeriod: number;
  /** Width of tunnels in units of their noise, 0 (none) … 1; 0.1 is about a tenth of the period across. */
  readonly tunnelWidth: number;
  /** Period of the halls. */
  readonly hallPeriod: number;
  /** Halls are where their noise is larger, 0 … 2; none from 1.1 on. */
  readonly hallThreshold: number;
  /** No cave is as low as that, −1,024 … 1,024. */
  readonly caveBottom: number;
  /** 1 … 16 biomes. */
  readonly biomes: readonly TerrainBiome[];
  /** Up to 16 ores; where veins meet, the first one wins. */
  readonly ores: readonly TerrainOre[];
}

/** Which chunk of the world. Chunk (0, 0, 0) begins at cell (0, 0, 0). */
export interface TerrainInput {
  /** The world's seed, 64 bits. */
  readonly seed: bigint;
  /** East, ±1,048,576. */
  readonly chunkX: number;
  /** Up, −32 … 31. */
  readonly chunkY: number;
  /** South, ±1,048,576. */
  readonly chunkZ: number;
}

/** A chunk. */
export interface TerrainOutput {
  /** 32 × 32 × 32 materials; the cell at x, y, z of the chunk is number (y × 32 + z) × 32 + x. */
  readonly cells: Uint8Array;
}

const SIDE = 32;
const CHUNK_SIZE = SIDE ** 3;
const INPUT_SIZE = 24;
const CHUNK_XZ_MAX = 2 ** 20;
const CHUNK_Y_MIN = -32;
const CHUNK_Y_MAX = 31;
const SEED_MAX = 2n ** 64n - 1n;
const WORLD_MAGIC = 0x31573250;
const HEADER_SIZE = 32;
const BIOME_SIZE = 40;
const ORE_SIZE = 12;
const BIOMES_MAX = 16;
const ORES_MAX = 16;
const LEVEL_MAX = 1024;
const TRUNK_MAX = 20;
const PERIOD_LOG2_MIN = 2;
const PERIOD_LOG2_MAX = 12;
const OCTAVES_MAX = 8;
const TREE_KINDS = ["none", "round", "cone", "pillar"] as const;

/** The kernel's name, version and the bytes of its inputs, assets and outputs. */
export const terrain = {
  id: "terrain",
  version: "1.1.2",
  /** Cells along an edge of a chunk. */
  side: SIDE,

  /** @throws {RangeError} when the seed is not of 64 bits or the chunk lies outside the world. */
  encodeInput(input: TerrainInput): Uint8Array<ArrayBuffer> {
    if (input.seed < 0n || input.seed > SEED_MAX) {
      throw new RangeError("Cannot encode: the seed is not an integer of 64 bits without sign");
    }
    const bytes = new Uint8Array(INPUT_SIZE);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0, input.seed, true);
    view.setInt32(8, integer(input.chunkX, -CHUNK_XZ_MAX, CHUNK_XZ_MAX, "chunkX"), true);
    view.setInt32(12, integer(input.chunkY, CHUNK_Y_MIN, CHUNK_Y_MAX, "chunkY"), true);
    view.setInt32(16, integer(input.chunkZ, -CHUNK_XZ_MAX, CHUNK_XZ_MAX, "chunkZ"), true);
    return bytes;
  },

  /** @throws {RangeError} when the bytes are not an input. */
  decodeInput(bytes: Uint8Array): TerrainInput {
    const view = viewOf(bytes);
    if (bytes.length !== INPUT_SIZE || view.getUint32(20, true) !== 0) {
      throw new RangeError(`Cannot decode: ${bytes.length} bytes are not a seed and a chunk`);
    }
    return {
      seed: view.getBigUint64(0, true),
      chunkX: integer(view.getInt32(8, true), -CHUNK_XZ_MAX, CHUNK_XZ_MAX, "chunkX"),
      chunkY: integer(view.getInt32(12, true), CHUNK_Y_MIN, CHUNK_Y_MAX, "chunkY"),
      chunkZ: integer(view.getInt32(16, true), -CHUNK_XZ_MAX, CHUNK_XZ_MAX, "chunkZ"),
    };
  },

  /** The asset. @throws {RangeError} that names the number that is not finite or out of range. */
  encodeWorld(world: TerrainWorld): Uint8Array<ArrayBuffer> {
    const { biomes, ores } = world;
    integer(biomes.length, 1, BIOMES_MAX, "number of biomes");
    integer(ores.length, 0, ORES_MAX, "number of ores");
    const bytes = new Uint8Array(HEADER_SIZE + BIOME_SIZE * biomes.length + ORE_SIZE * ores.length);
    const view = new DataView(bytes.buffer);
    writeHeader(view, world);
    biomes.forEach((biome, i) => writeBiome(view, HEADER_SIZE + BIOME_SIZE * i, biome, `biome ${i}`));
    const oresStart = HEADER_SIZE + BIOME_SIZE * biomes.length;
    ores.forEach((ore, i) => writeOre(view, oresStart + ORE_SIZE * i, ore, `ore ${i}`));
    return bytes;
  },

  /** The bytes of a chunk. @throws {RangeError} when it has not 32,768 cells. */
  encodeOutput(output: TerrainOutput): Uint8Array<ArrayBuffer> {
    return cellsOf(output.cells).slice();
  },

  /** Reads an output, without a copy. @throws {RangeError} when it has not 32,768 cells. */
  decodeOutput(bytes: Uint8Array): TerrainOutput {
    return { cells: cellsOf(bytes) };
  },
} as const;

function writeHeader(view: DataView, world: TerrainWorld): void {
  view.setUint32(0, WORLD_MAGIC, true);
  view.setUint8(4, world.biomes.length);
  view.setUint8(5, world.ores.length);
  view.setUint8(6, integer(world.stone, 1, 255, "stone"));
  view.setUint8(7, integer(world.water, 0, 255, "water"));
  view.setInt16(8, integer(world.seaLevel, -LEVEL_MAX, LEVEL_MAX, "seaLevel"), true);
  writePeriod(view, 10, world.heightPeriod, world.heightOctaves, "height");
  writePeriod(view, 12, world.climatePeriod, world.climateOctaves, "climate");
  writePeriod(view, 14, world.reliefPeriod, world.reliefOctaves, "relief");
  view.setUint8(16, periodLog2(world.tunnelPeriod, 1, "tunnel"));
  view.setUint8(17, periodLog2(world.hallPeriod, 1, "hall"));
  view.setFloat32(20, number(world.tunnelWidth, 0, 1, "tunnelWidth"), true);
  view.setFloat32(24, number(world.hallThreshold, 0, 2, "hallThreshold"), true);
  view.setInt16(28, integer(world.caveBottom, -LEVEL_MAX, LEVEL_MAX, "caveBottom"), true);
}

function writePeriod(view: DataView, at: number, period: number, octaves: number, what: string): void {
  view.setUint8(at, periodLog2(period, integer(octaves, 1, OCTAVES_MAX, `${what}Octaves`), what));
  view.setUint8(at + 1, octaves);
}

function periodLog2(period: number, octaves: number, what: string): number {
  const log2 = Math.log2(period);
  if (!Number.isInteger(log2) || log2 < PERIOD_LOG2_MIN + octaves - 1 || log2 > PERIOD_LOG2_MAX) {
    throw new RangeError(
      `Cannot encode: ${what}Period ${period} is no power of two of 4 to 4,096 that leaves ` +
        `${octaves} octaves periods of at least 4 cells`,
    );
  }
  return log2;
}

function writeBiome(view: DataView, at: number, biome: TerrainBiome, what: string): void {
  const floats = [
    number(biome.temperature, -1, 1, `temperature of ${what}`),
    number(biome.moisture, -1, 1, `moisture of ${what}`),
    number(biome.base, -256, 256, `base of ${what}`),
    number(biome.amplitude, 0, 256, `amplitude of ${what}`),
    number(biome.ridge, 0, 1, `ridge of ${what}`),
    number(biome.overhang, 0, 32, `overhang of ${what}`),
    number(biome.trees, 0, 1, `trees of ${what}`),
  ];
  floats.forEach((value, i) => view.setFloat32(at + 4 * i, value, true));
  const ground = [biome.top, biome.filler, biome.bed, biome.peak];
  ground.forEach((material, i) => view.setUint8(at + 28 + i, integer(material, 1, 255, `ground of ${what}`)));
  view.setInt16(at + 32, integer(biome.peakY, -LEVEL_MAX, LEVEL_MAX, `peakY of ${what}`), true);
  view.setUint8(at + 34, integer(biome.soilDepth, 0, 7, `soilDepth of ${what}`));
  const plantMin = biome.treeKind === "none" ? 0 : 1;
  view.setUint8(at + 35, integer(TREE_KINDS.indexOf(biome.treeKind), 0, 3, `treeKind of ${what}`));
  view.setUint8(at + 36, integer(biome.wood, plantMin, 255, `wood of ${what}`));
  view.setUint8(at + 37, integer(biome.leaves, plantMin, 255, `leaves of ${what}`));
  view.setUint8(at + 38, integer(biome.trunkMin, 1, TRUNK_MAX, `trunkMin of ${what}`));
  const rangeMax = TRUNK_MAX - biome.trunkMin;
  view.setUint8(at + 39, integer(biome.trunkRange, 0, rangeMax, `trunkRange of ${what}`));
}

function writeOre(view: DataView, at: number, ore: TerrainOre, what: string): void {
  view.setUint8(at, integer(ore.material, 1, 255, `material of ${what}`));
  view.setUint8(at + 1, integer(ore.radius, 1, 3, `radius of ${what}`));
  view.setInt16(at + 2, integer(ore.yMin, -LEVEL_MAX, LEVEL_MAX, `yMin of ${what}`), true);
  view.setInt16(at + 4, integer(ore.yMax, -LEVEL_MAX, LEVEL_MAX, `yMax of ${what}`), true);
  view.setFloat32(at + 8, number(ore.chance, 0, 1, `chance of ${what}`), true);
}

function cellsOf(bytes: Uint8Array): Uint8Array {
  if (bytes.length === CHUNK_SIZE) return bytes;
  throw new RangeError(`Cannot read a chunk: ${bytes.length} bytes are not 32,768 cells`);
}

function integer(value: number, least: number, most: number, what: string): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`Cannot encode: ${what} is ${value}, allowed is an integer from ${least} to ${most}`);
}

/** Refuses NaN, too. */
function number(value: number, least: number, most: number, what: string): number {
  if (value >= least && value <= most) return value;
  throw new RangeError(`Cannot encode: ${what} is ${value}, allowed is a number from ${least} to ${most}`);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

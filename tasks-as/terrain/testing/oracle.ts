/**
 * The world one cell at a time in double precision, written from README.md and not from the kernel: every
 * cell asks for its own column, its own soil, its own veins and its own trees.
 *
 * The kernel computes in single precision, so where a decision hangs by a hair the two may differ. The oracle
 * therefore says how close the closest decision was: `margin`, in units of what single precision can shift.
 */
import type { TerrainBiome, TerrainOre, TerrainWorld } from "../codec.ts";
import { perlin2, perlin3 } from "./perlin.ts";

/** What a cell is made of, and by how much the closest decision was clear. Below 1 it may go either way. */
export interface OracleCell {
  readonly material: number;
  readonly margin: number;
}

interface Octave {
  readonly seed: number;
  readonly period: number;
  readonly offset: readonly [number, number, number];
  readonly weight: number;
}

interface Column {
  readonly height: number;
  readonly overhang: number;
  readonly biome: TerrainBiome;
}

interface Tree {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly trunk: number;
  readonly biome: TerrainBiome;
}

const TREE_TILE = 6;
const VEIN_TILE = 8;
/** What single precision may shift: heights in cells, noise, and the ratio of two biomes' influence. */
const UNSURE = { height: 2e-3, noise: 2e-5, climate: 1e-3 } as const;

/** A world and a seed, to be asked for cells. */
export class TerrainOracle {
  readonly #world: TerrainWorld;
  readonly #height: readonly Octave[];
  readonly #temperature: readonly Octave[];
  readonly #moisture: readonly Octave[];
  readonly #relief: readonly Octave[];
  readonly #tunnels: readonly (readonly Octave[])[];
  readonly #hall: readonly Octave[];
  readonly #treeSeed: number;
  readonly #oreSeed: number;
  #margin = Infinity;

  constructor(world: TerrainWorld, seed: bigint) {
    const stream = (number: number) => streamSeed(seed, number);
    this.#world = world;
    this.#height = octavesOf(stream(0), world.heightPeriod, world.heightOctaves);
    this.#temperature = octavesOf(stream(1), world.climatePeriod, world.climateOctaves);
    this.#moisture = octavesOf(stream(2), world.climatePeriod, world.climateOctaves);
    this.#relief = octavesOf(stream(3), world.reliefPeriod, world.reliefOctaves);
    this.#tunnels = [4, 5].map((number) => octavesOf(stream(number), world.tunnelPeriod, 1));
    this.#hall = octavesOf(stream(6), world.hallPeriod, 1);
    this.#treeSeed = stream(7);
    this.#oreSeed = stream(8);
  }

  /** The cell at a place of the world. */
  cell(x: number, y: number, z: number): OracleCell {
    this.#margin = Infinity;
    const ground = this.#groundAt(x, y, z);
    let material = ground;
    if (ground === this.#world.stone) material = this.#oreAt(x, y, z);
    if (ground === 0 && y > this.#world.seaLevel) material = this.#plantAt(x, y, z);
    return { material, margin: this.#margin };
  }

  #decide(difference: number, unsure: number): boolean {
    this.#margin = Math.min(this.#margin, Math.abs(difference) / unsure);
    return difference > 0;
  }

  #groundAt(x: number, y: number, z: number): number {
    const world = this.#world;
    const column = this.#columnAt(x, z);
    const { biome } = column;
    if (!this.#isSolid(column, x, y, z)) return y <= world.seaLevel ? world.water : 0;
    if (this.#isHollow(column, x, y, z)) return 0;
    let covered = 0;
    while (covered <= biome.soilDepth && this.#isSolid(column, x, y + covered + 1, z)) covered++;
    if (covered > biome.soilDepth) return world.stone;
    if (y <= world.seaLevel + 1) return biome.bed;
    if (covered > 0) return biome.filler;
    return y >= biome.peakY ? biome.peak : biome.top;
  }

  #columnAt(x: number, z: number): Column {
    const temperature = fractal2(this.#temperature, x, z);
    const moisture = fractal2(this.#moisture, x, z);
    const hills = fractal2(this.#height, x, z);
    const weights = this.#world.biomes.map((biome) => {
      const squared = (temperature - biome.temperature) ** 2 + (moisture - biome.moisture) ** 2;
      return 1 / (0.02 + squared) ** 2;
    });
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const mean = (value: (biome: TerrainBiome) => number) =>
      this.#world.biomes.reduce((total, biome, i) => total + weights[i]! * value(biome), 0) / sum;
    const [first, second] = weights.toSorted((a, b) => b - a) as [number, number?];
    if (second !== undefined) this.#decide(first / second - 1, UNSURE.climate);
    return {
      height: mean((biome) =>
        biome.base + biome.amplitude * (hills + biome.ridge * (1 - 2 * Math.abs(hills) - hills))
      ),
      overhang: mean((biome) => biome.overhang),
      biome: this.#world.biomes[weights.indexOf(first)]!,
    };
  }

  #isSolid({ height, overhang }: Column, x: number, y: number, z: number): boolean {
    return this.#decide(height - y + overhang * fractal3(this.#relief, x, y, z), UNSURE.height);
  }

  #isHollow({ height, overhang }: Column, x: number, y: number, z: number): boolean {
    const { caveBottom, seaLevel, hallThreshold, tunnelWidth } = this.#world;
    if (y <= caveBottom) return false;
    if (y <= seaLevel && !this.#decide(height - overhang - y - 8, UNSURE.height)) return false;
    if (this.#decide(fractal3(this.#hall, x, y, z) - Math.fround(hallThreshold), UNSURE.noise)) return true;
    const [a, b] = this.#tunnels.map((octaves) => fractal3(octaves, x, y, z)) as [number, number];
    return this.#decide(Math.fround(tunnelWidth) ** 2 - a ** 2 - b ** 2, UNSURE.noise);
  }

  #oreAt(x: number, y: number, z: number): number {
    const [tileX, tileY, tileZ] = [x, y, z].map((cell) => Math.floor(cell / VEIN_TILE)) as [
      number,
      number,
      number,
    ];
    for (const [index, ore] of this.#world.ores.entries()) {
      if (ore.material === this.#world.stone) continue;
      for (const [dx, dy, dz] of around) {
        if (this.#isInVein(ore, index, [tileX + dx, tileY + dy, tileZ + dz], [x, y, z])) return ore.material;
      }
    }
    return this.#world.stone;
  }

  #isInVein(ore: TerrainOre, index: number, tile: Place, place: Place): boolean {
    const bits = hashAt(this.#oreSeed + index >>> 0, ...tile);
    if (unitOf(bits) >= Math.fround(ore.chance)) return false;
    const draws = mix((bits ^ 0x55555555) >>> 0);
    const centre = tile.map((cell, axis) => cell * VEIN_TILE + (draws >>> 3 * axis & 7)) as unknown as Place;
    if (centre[1] < ore.yMin || centre[1] > ore.yMax) return false;
    const squared = place.reduce((sum, cell, axis) => sum + (cell - centre[axis]!) ** 2, 0);
    return squared <= [0, 1, 5, 10][ore.radius]!;
  }

  #plantAt(x: number, y: number, z: number): number {
    let leaves = 0;
    const [tileX, tileZ] = [Math.floor(x / TREE_TILE), Math.floor(z / TREE_TILE)];
    for (const [dx, , dz] of around.filter(([, dy]) => dy === 0)) {
      const tree = this.#treeOn(tileX + dx, tileZ + dz, x, z);
      if (tree === undefined) continue;
      const up = y - tree.y - tree.trunk;
      if (x === tree.x && z === tree.z && y > tree.y && up <= 0) return tree.biome.wood;
      const squared = (x - tree.x) ** 2 + (z - tree.z) ** 2;
      if (squared <= crownReach(tree, y, up)) leaves = Math.max(leaves, tree.biome.leaves);
    }
    return leaves;
  }

  /** The tree of a tile if it stands near enough to (x, z) to matter. */
  #treeOn(tileX: number, tileZ: number, x: number, z: number): Tree | undefined {
    const bits = hashAt(this.#treeSeed, tileX, 0, tileZ);
    const place = mix((bits ^ 0x33333333) >>> 0);
    const treeX = tileX * TREE_TILE + (place & 0xffff) % 4;
    const treeZ = tileZ * TREE_TILE + (place >>> 16) % 4;
    if (Math.abs(treeX - x) > 3 || Math.abs(treeZ - z) > 3) return undefined;
    const column = this.#columnAt(treeX, treeZ);
    const { biome, height, overhang } = column;
    if (biome.treeKind === "none" || unitOf(bits) >= Math.fround(biome.trees)) return undefined;
    let root = Math.ceil(height + 1.1 * overhang + 1);
    while (!this.#isSolid(column, treeX, root, treeZ)) root--;
    if (root <= this.#world.seaLevel + 1 || root >= biome.peakY) return undefined;
    if (this.#isHollow(column, treeX, root, treeZ)) return undefined;
    return {
      x: treeX,
      y: root,
      z: treeZ,
      trunk: biome.trunkMin + (bits & 0xff) % (biome.trunkRange + 1),
      biome,
    };
  }
}

type Place = readonly [number, number, number];

const around: readonly Place[] = [-1, 0, 1].flatMap((dx) =>
  [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dz) => [dx, dy, dz] as const))
);

/** The largest squared distance of leaves from the trunk, `up` cells above its last. */
function crownReach(tree: Tree, y: number, up: number): number {
  if (tree.biome.treeKind === "round") return new Map([[-2, 8], [-1, 8], [0, 5], [1, 2]]).get(up) ?? -1;
  if (tree.biome.treeKind !== "cone" || y < tree.y + 3 || up > 2) return -1;
  const layers = [0, 1, 2, 5, 2, 5, 10, 5, 10, 10, 5];
  const down = 2 - up;
  if (down < layers.length) return layers[down]!;
  return down % 3 === 1 ? 5 : 10;
}

function octavesOf(seed: number, period: number, count: number): Octave[] {
  return Array.from({ length: count }, (_, i) => {
    const own = mix(seed + i >>> 0);
    const offset = [hashAt(own, 1, 0, 0), hashAt(own, 0, 1, 0), hashAt(own, 0, 0, 1)] as const;
    const [x, y, z] = offset;
    return {
      seed: own,
      period: period / 2 ** i,
      weight: 0.5 ** i,
      offset: [x & 0x7ffc, y & 0x7ffc, z & 0x7ffc],
    };
  });
}

function fractal3(octaves: readonly Octave[], x: number, y: number, z: number): number {
  return weighted(
    octaves,
    ({ seed, period, offset }) =>
      perlin3(
        (x + offset[0]) / period,
        (y + offset[1]) / period,
        (z + offset[2]) / period,
        (i, j, k) => hashAt(seed, i, j, k),
      ),
  );
}

function fractal2(octaves: readonly Octave[], x: number, z: number): number {
  return weighted(
    octaves,
    ({ seed, period, offset }) =>
      perlin2((x + offset[0]) / period, (z + offset[2]) / period, (i, j, k) => hashAt(seed, i, j, k)),
  );
}

function weighted(octaves: readonly Octave[], value: (octave: Octave) => number): number {
  const sum = octaves.reduce((total, octave) => total + octave.weight, 0);
  return octaves.reduce((total, octave) => total + octave.weight * value(octave), 0) / sum;
}

function mix(bits: number): number {
  bits = Math.imul(bits ^ bits >>> 16, 0x7feb352d);
  bits = Math.imul(bits ^ bits >>> 15, 0x846ca68b);
  return (bits ^ bits >>> 16) >>> 0;
}

function hashAt(seed: number, x: number, y: number, z: number): number {
  const linear = Math.imul(x, 0x8da6b343) + Math.imul(y, 0xd8163841) + Math.imul(z, 0xcb1ab31f);
  return mix((seed ^ linear) >>> 0);
}

function streamSeed(seed: bigint, stream: number): number {
  const [low, high] = [Number(seed & 0xffffffffn), Number(seed >> 32n)];
  return mix((low ^ mix((high ^ mix(Math.imul(stream, 0x9e3779b9) + 1 >>> 0)) >>> 0)) >>> 0);
}

function unitOf(bits: number): number {
  return (bits >>> 8) / 2 ** 24;
}

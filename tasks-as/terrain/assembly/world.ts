/** The task: which chunk, of which world, from which seed; validated once, then trusted. */
import { err, errSentence, say, sayInteger, sentenceStart } from "../../lib/abi";
import { arenaTake } from "../../lib/arena";
import { assetSize, assetStart } from "../../lib/assets";
import { streamSeed } from "./hash";
import {
  BIOME_SIZE,
  BIOMES_MAX,
  CAVE_ROOF,
  CHUNK_XZ_MAX,
  CHUNK_Y_MAX,
  CHUNK_Y_MIN,
  CROWN_ABOVE,
  HEADER_SIZE,
  INPUT_SIZE,
  OCTAVES_MAX,
  ORE_SIZE,
  ORES_MAX,
  PERIOD_LOG2_MAX,
  PERIOD_LOG2_MIN,
  RELIEF_MAX,
  SIDE,
  SOIL_DEPTH_MAX,
  TRUNK_MAX,
  VEIN_RADIUS_MAX,
} from "./layout";
import { Fractal, fractalOf, isFractal } from "./noise";

const MAGIC: u32 = 0x31573250;
const LEVEL_MAX: i32 = 1024;
const TREE_KINDS: u32 = 4;

@unmanaged
export class World {
  /** First cell of the chunk. */
  x: i32;
  y: i32;
  z: i32;
  /** No ground and no tree is higher. */
  highest: i32;
  /** No ground is lower, caves apart. */
  lowest: f32;
  /** Whether all of the chunk is so deep that the ground above it does not matter. */
  isDeep: bool;
  seaLevel: i32;
  caveBottom: i32;
  stone: u8;
  water: u8;
  biomes: usize;
  biomesEnd: usize;
  ores: usize;
  oresEnd: usize;
  tunnelWidth: f32;
  hallThreshold: f32;
  height: Fractal;
  temperature: Fractal;
  moisture: Fractal;
  relief: Fractal;
  tunnelA: Fractal;
  tunnelB: Fractal;
  hall: Fractal;
  /** The largest share of tiles with a tree that any biome has. */
  treesMost: f32;
  treeSeed: u32;
  oreSeed: u32;
}

/** 0 when input and asset make a world, else the error result. */
export function refuseTask(input: usize, inputSize: usize, assets: usize, assetCount: u32): usize {
  if (inputSize != INPUT_SIZE || load<u32>(input, 20) != 0) {
    return err("Cannot make chunk: the input is not 24 bytes of seed and chunk");
  }
  const x = load<i32>(input, 8);
  const y = load<i32>(input, 12);
  const z = load<i32>(input, 16);
  if (
    x < -CHUNK_XZ_MAX || x > CHUNK_XZ_MAX || z < -CHUNK_XZ_MAX || z > CHUNK_XZ_MAX || y < CHUNK_Y_MIN ||
    y > CHUNK_Y_MAX
  ) return err("Cannot make chunk: it lies outside the world of 2^20 chunks each way and 32 up and down");
  if (assetCount != 1) return err("Cannot make chunk: expected one asset, a world");
  return refuseWorld(assetStart(assets, 0), assetSize(assets, 0));
}

function refuseWorld(start: usize, size: usize): usize {
  if (size < HEADER_SIZE || load<u32>(start) != MAGIC) return err("Cannot make chunk: expected one asset, a world");
  const biomes = <u32>load<u8>(start, 4);
  const ores = <u32>load<u8>(start, 5);
  if (biomes == 0 || biomes > BIOMES_MAX || ores > ORES_MAX) {
    return err("Cannot make chunk: a world has 1 to 16 biomes and 0 to 16 ores");
  }
  if (size != HEADER_SIZE + BIOME_SIZE * biomes + ORE_SIZE * ores) {
    return err("Cannot make chunk: the world's size does not fit its numbers of biomes and ores");
  }
  if (load<u16>(start, 18) != 0 || load<u16>(start, 30) != 0) {
    return err("Cannot make chunk: unused bytes of the world are not zero");
  }
  if (
    !isPeriod(load<u8>(start, 10), load<u8>(start, 11)) || !isPeriod(load<u8>(start, 12), load<u8>(start, 13)) ||
    !isPeriod(load<u8>(start, 14), load<u8>(start, 15)) || !isPeriod(load<u8>(start, 16), 1) ||
    !isPeriod(load<u8>(start, 17), 1)
  ) {
    return err(
      "Cannot make chunk: a period of the world is no power of two of 4 to 4,096 cells that is long enough for its octaves",
    );
  }
  if (
    !isBetween(load<f32>(start, 20), 0, 1) || !isBetween(load<f32>(start, 24), 0, 2) ||
    !isLevel(load<i16>(start, 8)) || !isLevel(load<i16>(start, 28)) || load<u8>(start, 6) == 0
  ) return err("Cannot make chunk: sea level, stone or caves of the world are out of range");
  let at = start + HEADER_SIZE;
  for (let i: u32 = 0; i < biomes; i++, at += BIOME_SIZE) if (!isBiome(at)) return refusePart("biome", i);
  for (let i: u32 = 0; i < ores; i++, at += ORE_SIZE) if (!isOre(at)) return refusePart("ore", i);
  return 0;
}

function refusePart(what: string, index: u32): usize {
  const sentence = sentenceStart();
  say(sentence, "Cannot make chunk: ");
  say(sentence, what);
  say(sentence, " ");
  sayInteger(sentence, index);
  say(sentence, " of the world has a number that is not finite or out of range");
  return errSentence(sentence);
}

function isPeriod(periodLog2: u32, octaves: u32): bool {
  return periodLog2 >= PERIOD_LOG2_MIN && periodLog2 <= PERIOD_LOG2_MAX && octaves <= OCTAVES_MAX &&
    isFractal(periodLog2, octaves);
}

function isLevel(level: i32): bool {
  return level >= -LEVEL_MAX && level <= LEVEL_MAX;
}

/** False for NaN, too. */
function isBetween(value: f32, least: f32, most: f32): bool {
  return value >= least && value <= most;
}

function isBiome(at: usize): bool {
  return isBetween(load<f32>(at), -1, 1) && isBetween(load<f32>(at, 4), -1, 1) &&
    isBetween(load<f32>(at, 8), -256, 256) && isBetween(load<f32>(at, 12), 0, 256) &&
    isBetween(load<f32>(at, 16), 0, 1) && isBetween(load<f32>(at, 20), 0, 32) &&
    isBetween(load<f32>(at, 24), 0, 1) && isLevel(load<i16>(at, 32)) && isMadeOf(at) &&
    <i32>load<u8>(at, 34) <= SOIL_DEPTH_MAX && <u32>load<u8>(at, 35) < TREE_KINDS &&
    load<u8>(at, 38) >= 1 && <i32>load<u8>(at, 38) + <i32>load<u8>(at, 39) <= TRUNK_MAX;
}

/** Ground, and trees where there are any, are not made of air. */
function isMadeOf(biome: usize): bool {
  for (let at: usize = 28; at < 32; at++) if (load<u8>(biome + at) == 0) return false;
  return load<u8>(biome, 35) == 0 || (load<u8>(biome, 36) != 0 && load<u8>(biome, 37) != 0);
}

function isOre(at: usize): bool {
  const radius = <i32>load<u8>(at, 1);
  return load<u8>(at) != 0 && radius >= 1 && radius <= VEIN_RADIUS_MAX && isLevel(load<i16>(at, 2)) && isLevel(load<i16>(at, 4)) &&
    load<u16>(at, 6) == 0 && isBetween(load<f32>(at, 8), 0, 1);
}

/** The world of a task that `refuseTask` let pass. */
export function worldOf(input: usize, assets: usize): World {
  const world = changetype<World>(arenaTake(offsetof<World>(), 4));
  const seed = load<u64>(input);
  const start = assetStart(assets, 0);
  world.x = load<i32>(input, 8) * SIDE;
  world.y = load<i32>(input, 12) * SIDE;
  world.z = load<i32>(input, 16) * SIDE;
  world.stone = load<u8>(start, 6);
  world.water = load<u8>(start, 7);
  world.seaLevel = load<i16>(start, 8);
  world.tunnelWidth = load<f32>(start, 20);
  world.hallThreshold = load<f32>(start, 24);
  world.caveBottom = load<i16>(start, 28);
  world.biomes = start + HEADER_SIZE;
  world.biomesEnd = world.biomes + BIOME_SIZE * <usize>load<u8>(start, 4);
  findBounds(world);
  world.ores = world.biomesEnd;
  world.oresEnd = world.ores + ORE_SIZE * <usize>load<u8>(start, 5);
  world.height = fractalOf(streamSeed(seed, 0), load<u8>(start, 10), load<u8>(start, 11));
  world.temperature = fractalOf(streamSeed(seed, 1), load<u8>(start, 12), load<u8>(start, 13));
  world.moisture = fractalOf(streamSeed(seed, 2), load<u8>(start, 12), load<u8>(start, 13));
  world.relief = fractalOf(streamSeed(seed, 3), load<u8>(start, 14), load<u8>(start, 15));
  world.tunnelA = fractalOf(streamSeed(seed, 4), load<u8>(start, 16), 1);
  world.tunnelB = fractalOf(streamSeed(seed, 5), load<u8>(start, 16), 1);
  world.hall = fractalOf(streamSeed(seed, 6), load<u8>(start, 17), 1);
  world.treeSeed = streamSeed(seed, 7);
  world.oreSeed = streamSeed(seed, 8);
  return world;
}

/** A height is a mean of the biomes' heights, so it lies between the lowest and the highest of them. */
function findBounds(world: World): void {
  let highest: f32 = -4096;
  let lowest: f32 = 4096;
  let overhang: f32 = 0;
  world.treesMost = 0;
  for (let biome = world.biomes; biome < world.biomesEnd; biome += BIOME_SIZE) {
    highest = max(highest, load<f32>(biome, 8) + load<f32>(biome, 12));
    lowest = min(lowest, load<f32>(biome, 8) - load<f32>(biome, 12));
    overhang = max(overhang, load<f32>(biome, 20));
    if (load<u8>(biome, 35) != 0) world.treesMost = max(world.treesMost, load<f32>(biome, 24));
  }
  const reach = overhang * RELIEF_MAX + 1;
  world.highest = <i32>Mathf.ceil(highest + reach) + TRUNK_MAX + CROWN_ABOVE;
  world.lowest = lowest - reach - CAVE_ROOF;
  world.isDeep = <f32>(world.y + SIDE + SOIL_DEPTH_MAX) < world.lowest;
}

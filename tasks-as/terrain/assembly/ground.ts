/**
 * What the ground is made of before ores and trees, for four cells in a row at a time: a column's climate and
 * height, whether a cell is solid, hollow, and its material. Everything is a function of seed, world and
 * place alone, so chunks meet without knowing of each other.
 */
import { arenaTake } from "../../lib/arena";
import { hasCaves, markHollows } from "./caves";
import { BIOME_SIZE, CAVE_ROOF, RELIEF_MAX } from "./layout";
import { noise2 } from "./noise";
import { noise3, noise3Row } from "./noise3";
import { World } from "./world";

/** How sharply a biome's influence falls off with distance in climate. */
const CLIMATE_SOFTNESS: f32 = 0.02;

/** Four columns (x … x + 3, z), x a multiple of four. */
@unmanaged
export class Columns {
  x: i32;
  z: i32;
  /** Height of the ground without relief, four f32. */
  height0: u64;
  height1: u64;
  /** How far relief moves the ground, four f32. */
  overhang0: u64;
  overhang1: u64;
  /** Addresses of the nearest biomes, four u32. */
  biome0: u64;
  biome1: u64;
}

export const COLUMNS_SIZE: usize = offsetof<Columns>();

export function columnsAt(address: usize): Columns {
  return changetype<Columns>(address);
}

@inline
export function heightOf(columns: Columns): v128 {
  return v128.load(changetype<usize>(columns) + offsetof<Columns>("height0"));
}

@inline
function overhangOf(columns: Columns): v128 {
  return v128.load(changetype<usize>(columns) + offsetof<Columns>("overhang0"));
}

/** How far from its height the ground can be at most, four f32. */
@inline
export function reachOf(columns: Columns): v128 {
  return f32x4.mul(overhangOf(columns), f32x4.splat(RELIEF_MAX));
}

/** Address of the biome of one of the four. */
@inline
export function biomeAt(columns: Columns, lane: u32): usize {
  return load<u32>(changetype<usize>(columns) + offsetof<Columns>("biome0") + (<usize>lane << 2));
}

@inline
export function heightAt(columns: Columns, lane: u32): f32 {
  return load<f32>(changetype<usize>(columns) + offsetof<Columns>("height0") + (<usize>lane << 2));
}

@inline
export function overhangAt(columns: Columns, lane: u32): f32 {
  return load<f32>(changetype<usize>(columns) + offsetof<Columns>("overhang0") + (<usize>lane << 2));
}

export function newColumns(): Columns {
  return changetype<Columns>(arenaTake(COLUMNS_SIZE, 16));
}

/**
 * Climate, height and overhang of four columns. Each biome counts with 1 / (softness + d²)², d its distance
 * in (temperature, moisture); the nearest gives the materials, the first of equals. Where all of the chunk is
 * deeper than any ground, the lowest ground serves.
 */
export function fillColumns(world: World, columns: Columns, x: i32, z: i32): void {
  const base = changetype<usize>(columns);
  columns.x = x;
  columns.z = z;
  if (world.isDeep) {
    v128.store(base + offsetof<Columns>("height0"), f32x4.splat(world.lowest));
    v128.store(base + offsetof<Columns>("overhang0"), f32x4.splat(0));
    v128.store(base + offsetof<Columns>("biome0"), i32x4.splat(<i32>world.biomes));
    return;
  }
  const temperature = noise2(world.temperature, x, z);
  const moisture = noise2(world.moisture, x, z);
  const smooth = noise2(world.height, x, z);
  const ridged = f32x4.sub(f32x4.splat(1), f32x4.mul(f32x4.splat(2), f32x4.abs(smooth)));
  const toRidged = f32x4.sub(ridged, smooth);
  let weights = f32x4.splat(0);
  let heights = f32x4.splat(0);
  let overhangs = f32x4.splat(0);
  let largest = f32x4.splat(0);
  let nearest = i32x4.splat(<i32>world.biomes);
  for (let biome = world.biomes; biome < world.biomesEnd; biome += BIOME_SIZE) {
    const warmer = f32x4.sub(temperature, f32x4.splat(load<f32>(biome)));
    const wetter = f32x4.sub(moisture, f32x4.splat(load<f32>(biome, 4)));
    const away = f32x4.add(f32x4.mul(warmer, warmer), f32x4.mul(wetter, wetter));
    const soft = f32x4.add(away, f32x4.splat(CLIMATE_SOFTNESS));
    const weight = f32x4.div(f32x4.splat(1), f32x4.mul(soft, soft));
    const shape = f32x4.add(smooth, f32x4.mul(f32x4.splat(load<f32>(biome, 16)), toRidged));
    const height = f32x4.add(f32x4.splat(load<f32>(biome, 8)), f32x4.mul(f32x4.splat(load<f32>(biome, 12)), shape));
    heights = f32x4.add(heights, f32x4.mul(weight, height));
    overhangs = f32x4.add(overhangs, f32x4.mul(weight, f32x4.splat(load<f32>(biome, 20))));
    weights = f32x4.add(weights, weight);
    const isNearer = f32x4.gt(weight, largest);
    largest = v128.bitselect(weight, largest, isNearer);
    nearest = v128.bitselect(i32x4.splat(<i32>biome), nearest, isNearer);
  }
  v128.store(base + offsetof<Columns>("height0"), f32x4.div(heights, weights));
  v128.store(base + offsetof<Columns>("overhang0"), f32x4.div(overhangs, weights));
  v128.store(base + offsetof<Columns>("biome0"), nearest);
}

/** Where the ground is solid: height − y + overhang × relief > 0. All ones in the lanes that are. */
export function solidAt(world: World, columns: Columns, y: i32): v128 {
  const above = f32x4.sub(heightOf(columns), f32x4.splat(<f32>y));
  const overhang = overhangOf(columns);
  const reach = reachOf(columns);
  // Far from the ground relief decides nothing.
  if (i32x4.all_true(f32x4.gt(f32x4.abs(above), reach))) return f32x4.gt(above, f32x4.splat(0));
  const relief = noise3(world.relief, columns.x, y, columns.z);
  return f32x4.gt(f32x4.add(above, f32x4.mul(overhang, relief)), f32x4.splat(0));
}

/** Whether all is solid up to a height, whatever relief does. */
export function isBuriedAt(columns: Columns, y: i32): bool {
  return i32x4.all_true(f32x4.gt(f32x4.sub(heightOf(columns), f32x4.splat(<f32>y)), reachOf(columns)));
}

/** `solidAt` for the eight groups of a row, into eight masks. */
export function solidRow(world: World, columns: usize, y: i32, target: usize): void {
  let near = i32x4.splat(0);
  for (let group: usize = 0; group < 8; group++) {
    const here = columnsAt(columns + group * COLUMNS_SIZE);
    const above = f32x4.sub(heightOf(here), f32x4.splat(<f32>y));
    near = v128.or(near, f32x4.le(f32x4.abs(above), reachOf(here)));
    v128.store(target + (group << 4), f32x4.gt(above, f32x4.splat(0)));
  }
  if (!v128.any_true(near)) return;
  noise3Row(world.relief, columnsAt(columns).x, y, columnsAt(columns).z, target);
  for (let group: usize = 0; group < 8; group++) {
    const here = columnsAt(columns + group * COLUMNS_SIZE);
    const above = f32x4.sub(heightOf(here), f32x4.splat(<f32>y));
    const relief = v128.load(target + (group << 4));
    const moved = f32x4.add(above, f32x4.mul(overhangOf(here), relief));
    v128.store(target + (group << 4), f32x4.gt(moved, f32x4.splat(0)));
  }
}

/** Where caves are allowed: in solid cells above the lowest, and away from water. */
@inline
function allowedAt(world: World, columns: Columns, y: i32, solid: v128): v128 {
  if (y > world.seaLevel) return solid;
  const roof = f32x4.sub(f32x4.sub(heightOf(columns), overhangOf(columns)), f32x4.splat(<f32>y));
  return v128.and(solid, f32x4.gt(roof, f32x4.splat(CAVE_ROOF)));
}

/**
 * Where a solid cell is hollow: in a tunnel, around the line on which two noises are both zero, or in a hall,
 * where a third is large. All ones in the lanes that are.
 */
export function hollowAt(world: World, columns: Columns, y: i32, solid: v128): v128 {
  if (y <= world.caveBottom) return i32x4.splat(0);
  const allowed = allowedAt(world, columns, y, solid);
  if (!v128.any_true(allowed)) return allowed;
  let hollow = i32x4.splat(0);
  if (world.hallThreshold < RELIEF_MAX) {
    hollow = f32x4.gt(noise3(world.hall, columns.x, y, columns.z), f32x4.splat(world.hallThreshold));
  }
  if (world.tunnelWidth == 0) return v128.and(allowed, hollow);
  const width = f32x4.splat(world.tunnelWidth * world.tunnelWidth);
  const a = noise3(world.tunnelA, columns.x, y, columns.z);
  const aSquared = f32x4.mul(a, a);
  if (v128.any_true(f32x4.lt(aSquared, width))) {
    const b = noise3(world.tunnelB, columns.x, y, columns.z);
    hollow = v128.or(hollow, f32x4.lt(f32x4.add(aSquared, f32x4.mul(b, b)), width));
  }
  return v128.and(allowed, hollow);
}

/** `hollowAt` for the eight groups of a row, into eight masks. `squares` has room for a row of numbers. */
export function hollowRow(world: World, columns: usize, y: i32, solid: usize, squares: usize, target: usize): void {
  let any = i32x4.splat(0);
  if (hasCaves(world, y)) {
    for (let at: usize = 0, here = columns; at < 128; at += 16, here += COLUMNS_SIZE) {
      any = v128.or(any, allowedAt(world, columnsAt(here), y, v128.load(solid + at)));
    }
  }
  if (!v128.any_true(any)) {
    memory.fill(target, 0, 128);
    return;
  }
  markHollows(world, columnsAt(columns).x, y, columnsAt(columns).z, squares, target);
  for (let at: usize = 0, here = columns; at < 128; at += 16, here += COLUMNS_SIZE) {
    const allowed = allowedAt(world, columnsAt(here), y, v128.load(solid + at));
    v128.store(target + at, v128.and(v128.load(target + at), allowed));
  }
}

/** Where caves are allowed all along a row, if all of it is solid: up to this height, and above the sea level. */
export function caveRoof(columns: usize): f32 {
  let lowest = f32x4.splat(4096);
  for (let here = columns, end = columns + 8 * COLUMNS_SIZE; here < end; here += COLUMNS_SIZE) {
    lowest = f32x4.min(lowest, f32x4.sub(heightOf(columnsAt(here)), overhangOf(columnsAt(here))));
  }
  return -largestOf(f32x4.neg(lowest));
}

export function largestOf(lanes: v128): f32 {
  return max(
    max(f32x4.extract_lane(lanes, 0), f32x4.extract_lane(lanes, 1)),
    max(f32x4.extract_lane(lanes, 2), f32x4.extract_lane(lanes, 3)),
  );
}

/**
 * The material of a cell of the ground.
 *
 * @param covered solid cells without a gap above it, at least as exact as the soil is deep
 */
export function materialOf(world: World, biome: usize, y: i32, isSolid: bool, isHollow: bool, covered: i32): u8 {
  if (!isSolid) return y <= world.seaLevel ? world.water : 0;
  if (isHollow) return 0;
  if (covered > <i32>load<u8>(biome, 34)) return world.stone;
  if (y <= world.seaLevel + 1) return load<u8>(biome, 30);
  if (covered > 0) return load<u8>(biome, 29);
  return y >= <i32>load<i16>(biome, 32) ? load<u8>(biome, 31) : load<u8>(biome, 28);
}

/** `run`: the whole chunk, row by row from the top, then ores into its stone and trees into its air. */
import { okBytes } from "../../lib/abi";
import { arenaTake } from "../../lib/arena";
import { hasCaves, markHollows } from "./caves";
import {
  biomeAt,
  caveRoof,
  Columns,
  COLUMNS_SIZE,
  columnsAt,
  fillColumns,
  heightOf,
  hollowRow,
  largestOf,
  materialOf,
  newColumns,
  reachOf,
  solidRow,
} from "./ground";
import { CAVE_ROOF, CHUNK_SIZE, SIDE, SOIL_DEPTH_MAX } from "./layout";
import { fillSoil, narrowed, SOIL_SIZE, soilRow } from "./soil";
import { stampTrees, Tree } from "./tree";
import { stampVeins, Vein } from "./vein";
import { World } from "./world";

const GROUPS: usize = 8;

/** What is known of a row of 32 cells, eight vectors each. */
@unmanaged
class Rows {
  /** Masks. */
  solid: usize;
  hollow: usize;
  /** Solid cells without a gap above each. */
  covered: usize;
  /** Room for a row of numbers. */
  squares: usize;
  /** What the columns of the row are made of. */
  soil: usize;
}

function newRows(): Rows {
  const rows = changetype<Rows>(arenaTake(offsetof<Rows>(), 4));
  rows.solid = arenaTake(16 * GROUPS, 16);
  rows.hollow = arenaTake(16 * GROUPS, 16);
  rows.covered = arenaTake(16 * GROUPS, 16);
  rows.squares = arenaTake(16 * GROUPS, 16);
  rows.soil = arenaTake(SOIL_SIZE, 16);
  return rows;
}

export function fillChunk(world: World): usize {
  const cells = arenaTake(CHUNK_SIZE, 16);
  if (world.y > world.highest) {
    fillEmpty(world, cells);
    return okBytes(cells, CHUNK_SIZE);
  }
  const plants = arenaTake(2 * CHUNK_SIZE, 16);
  const columns = arenaTake(COLUMNS_SIZE * GROUPS, 16);
  const rows = newRows();
  for (let z = 0; z < SIDE; z++) {
    if (world.isDeep) fillDeepSlice(world, z, cells, columns, rows);
    else fillSlice(world, z, cells, columns, rows);
  }
  stampVeins(world, changetype<Vein>(arenaTake(offsetof<Vein>(), 4)), cells);
  if (stampTrees(world, changetype<Tree>(arenaTake(offsetof<Tree>(), 4)), newColumns(), plants)) {
    plant(cells, plants);
  }
  return okBytes(cells, CHUNK_SIZE);
}

/** A chunk that lies above everything that grows: air and water. */
function fillEmpty(world: World, cells: usize): void {
  const wet = <usize>min(max(world.seaLevel + 1 - world.y, 0), SIDE) << 10;
  memory.fill(cells, world.water, wet);
  memory.fill(cells + wet, 0, CHUNK_SIZE - wet);
}

/** All cells with one z. What is above the chunk decides how deep under the ground its highest cells are. */
function fillSlice(world: World, z: i32, cells: usize, columns: usize, rows: Rows): void {
  let highest = f32x4.splat(-4096);
  let lowest = f32x4.splat(4096);
  for (let group: usize = 0; group < GROUPS; group++) {
    const here = columnsAt(columns + group * COLUMNS_SIZE);
    fillColumns(world, here, world.x + (<i32>group << 2), world.z + z);
    highest = f32x4.max(highest, f32x4.add(heightOf(here), reachOf(here)));
    lowest = f32x4.min(lowest, f32x4.sub(heightOf(here), reachOf(here)));
    v128.store(rows.covered + (group << 4), i32x4.splat(0));
  }
  const top = min(SIDE + SOIL_DEPTH_MAX, <i32>Mathf.ceil(largestOf(highest)) - world.y);
  for (let y = max(top + 1, 0); y < SIDE; y++) {
    memory.fill(cells + ((<usize>y << 5 | <usize>z) << 5), world.y + y <= world.seaLevel ? world.water : 0, SIDE);
  }
  const buried = <i32>Mathf.floor(-largestOf(f32x4.neg(lowest))) - SOIL_DEPTH_MAX - 2 - world.y;
  if (top >= 0) fillSoil(columns, rows.soil);
  let y = top;
  for (; y > buried && y >= 0; y--) {
    solidRow(world, columns, world.y + y, rows.solid);
    if (y < SIDE) {
      hollowRow(world, columns, world.y + y, rows.solid, rows.squares, rows.hollow);
      const row = cells + ((<usize>y << 5 | <usize>z) << 5);
      if (isBuried(rows)) fillStone(world, rows, row);
      else soilRow(world, rows.soil, world.y + y, rows.solid, rows.hollow, rows.covered, row);
    }
    for (let at: usize = 0; at < 128; at += 16) {
      const solid = v128.load(rows.solid + at);
      v128.store(rows.covered + at, v128.and(i32x4.sub(v128.load(rows.covered + at), solid), solid));
    }
  }
  fillBuried(world, z, min(y, SIDE - 1), cells, columns, rows);
}

/** All cells with one z of a chunk that is deep under any ground. */
function fillDeepSlice(world: World, z: i32, cells: usize, columns: usize, rows: Rows): void {
  for (let group: usize = 0; group < GROUPS; group++) {
    fillColumns(world, columnsAt(columns + group * COLUMNS_SIZE), world.x + (<i32>group << 2), world.z + z);
  }
  fillBuried(world, z, SIDE - 1, cells, columns, rows);
}

/** The rows from `top` downwards, all of which are stone but for caves. */
function fillBuried(world: World, z: i32, top: i32, cells: usize, columns: usize, rows: Rows): void {
  const roof = caveRoof(columns);
  for (let at: usize = 0; at < 128; at += 16) v128.store(rows.solid + at, i32x4.splat(-1));
  for (let i = top; i >= 0; i--) {
    const y = world.y + i;
    const row = cells + ((<usize>i << 5 | <usize>z) << 5);
    if (!hasCaves(world, y)) {
      memory.fill(row, world.stone, SIDE);
      continue;
    }
    if (y > world.seaLevel || roof - <f32>y > CAVE_ROOF) markHollows(world, world.x, y, world.z + z, rows.squares, rows.hollow);
    else hollowRow(world, columns, y, rows.solid, rows.squares, rows.hollow);
    fillStone(world, rows, row);
  }
}

/** Whether all of a row is solid and so deep that no soil reaches it. */
function isBuried(rows: Rows): bool {
  let all = i32x4.splat(-1);
  for (let at: usize = 0; at < 128; at += 16) {
    const deep = i32x4.gt_s(v128.load(rows.covered + at), i32x4.splat(SOIL_DEPTH_MAX));
    all = v128.and(all, v128.and(deep, v128.load(rows.solid + at)));
  }
  return i32x4.all_true(all);
}

/** A row of stone and hollows. */
function fillStone(world: World, rows: Rows, row: usize): void {
  const stone = i8x16.splat(world.stone);
  v128.store(row, v128.andnot(stone, narrowed(rows.hollow)));
  v128.store(row, v128.andnot(stone, narrowed(rows.hollow + 64)), 16);
}

/** The materials of four cells, one byte each. */
export function cellsOf(world: World, columns: Columns, y: i32, solid: v128, hollow: v128, covered: v128): u32 {
  if (!v128.any_true(solid)) return y <= world.seaLevel ? <u32>world.water * 0x01010101 : 0;
  if (i32x4.all_true(i32x4.gt_s(v128.and(covered, solid), i32x4.splat(SOIL_DEPTH_MAX)))) {
    const stone = v128.andnot(i32x4.splat(world.stone), hollow);
    const narrow = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(stone, stone), stone);
    return i32x4.extract_lane(narrow, 0);
  }
  const solidBits = i32x4.bitmask(solid);
  const hollowBits = i32x4.bitmask(hollow);
  let four: u32 = 0;
  for (let lane: u32 = 0; lane < 4; lane++) {
    const isSolid = (solidBits >> lane & 1) != 0;
    const isHollow = (hollowBits >> lane & 1) != 0;
    const depth = laneAt(covered, lane);
    four |= <u32>materialOf(world, biomeAt(columns, lane), y, isSolid, isHollow, depth) << (lane << 3);
  }
  return four;
}

function laneAt(lanes: v128, lane: u32): i32 {
  if (lane == 0) return i32x4.extract_lane(lanes, 0);
  if (lane == 1) return i32x4.extract_lane(lanes, 1);
  return lane == 2 ? i32x4.extract_lane(lanes, 2) : i32x4.extract_lane(lanes, 3);
}

/** Wood, or else leaves, wherever a cell is air. */
function plant(cells: usize, plants: usize): void {
  const zero = i8x16.splat(0);
  for (let at: usize = 0; at < CHUNK_SIZE; at += 16) {
    const wood = v128.load(plants + at + CHUNK_SIZE);
    const grown = v128.bitselect(v128.load(plants + at), wood, i8x16.eq(wood, zero));
    const cell = v128.load(cells + at);
    v128.store(cells + at, v128.bitselect(grown, cell, i8x16.eq(cell, zero)));
  }
}

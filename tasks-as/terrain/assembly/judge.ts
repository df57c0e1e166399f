/**
 * `check`: cells drawn by the seed are made again, four in a row at a time, wherever they lie; and trees and
 * veins that the seed draws must be there, since few cells are theirs.
 */
import { err, errSentence, okNothing, say, sayInteger, sentenceStart } from "../../lib/abi";
import { arenaTake } from "../../lib/arena";
import { Random, randomBelow, randomFrom } from "../../lib/random";
import { cellsOf } from "./fill";
import { Columns, fillColumns, hollowAt, isBuriedAt, newColumns, solidAt } from "./ground";
import { CHUNK_SIZE, ORE_SIZE, SIDE, SOIL_DEPTH_MAX, VEIN_TILE_LOG2 } from "./layout";
import { growGrove, growTree, GROVE_SIZE, isTrunk, placeTree, plantsAt, Tree, tileOf } from "./tree";
import { drawVein, Vein, withOres } from "./vein";
import { World } from "./world";

/**
 * How many times four columns are drawn, and in them groups of four cells that are made again: in a chunk that meets
 * the ground, where the columns are most of the work, and deep below it, where they are none.
 */
const COLUMNS_DRAWN = 3;
const GROUPS_IN_COLUMNS = 5;
const DEEP_GROUPS_DRAWN = 20;
/** How many tiles of ground are asked for their tree, and how many cubes of cells for a vein. */
const TREES_DRAWN = 2;
const VEINS_DRAWN = 12;

@unmanaged
class Judge {
  world: World;
  random: Random;
  columns: Columns;
  treeColumns: Columns;
  vein: Vein;
  tree: Tree;
  /** The trees near the columns at hand, once they were asked for. */
  grove: usize;
  groveEnd: usize;
  isGroveKnown: bool;
  output: usize;
}

export function judge(world: World, output: usize, outputSize: usize, seed: u64): usize {
  if (outputSize != CHUNK_SIZE) return err("Cannot accept the output: it is not 32,768 cells");
  const judge = changetype<Judge>(arenaTake(offsetof<Judge>(), 8));
  judge.world = world;
  judge.random = randomFrom(seed);
  judge.columns = newColumns();
  judge.treeColumns = newColumns();
  judge.vein = changetype<Vein>(arenaTake(offsetof<Vein>(), 4));
  judge.tree = changetype<Tree>(arenaTake(offsetof<Tree>(), 4));
  judge.grove = arenaTake(GROVE_SIZE, 4);
  judge.output = output;
  if (world.y > world.highest) return judgeEmpty(judge);
  const each: u32 = world.isDeep ? 1 : GROUPS_IN_COLUMNS;
  for (let i = world.isDeep ? DEEP_GROUPS_DRAWN : COLUMNS_DRAWN; i > 0; i--) {
    const columns = randomBelow(judge.random, <u32>SIDE * <u32>SIDE >> 2) << 2;
    setColumns(judge, columns);
    for (let k: u32 = 0; k < each; k++) {
      const group = randomBelow(judge.random, SIDE) << 10 | columns;
      const wrong = wrongLane(judge, group);
      if (wrong < 4) return refuse(group + wrong, "is of another material");
    }
  }
  for (let i = 0; i < TREES_DRAWN; i++) {
    const missing = missingTrunk(judge);
    if (missing >= 0) return refuse(<u32>missing, "should be wood");
  }
  for (let i = 0; i < VEINS_DRAWN; i++) {
    const missing = missingVein(judge);
    if (missing >= 0) return refuse(<u32>missing, "should be ore");
  }
  return okNothing();
}

/** A chunk above everything that grows is looked at cell by cell. */
function judgeEmpty(judge: Judge): usize {
  const wet = <usize>min(max(judge.world.seaLevel + 1 - judge.world.y, 0), SIDE) << 10;
  const water = i8x16.splat(judge.world.water);
  for (let at: usize = 0; at < CHUNK_SIZE; at += 16) {
    const wrong = v128.xor(v128.load(judge.output + at), at < wet ? water : i8x16.splat(0));
    if (!v128.any_true(wrong)) continue;
    const first = ctz(~i8x16.bitmask(i8x16.eq(wrong, i8x16.splat(0))));
    return refuse(<u32>at + first, "is of another material");
  }
  return okNothing();
}

/** Makes the four columns of a group of cells the ones at hand. */
function setColumns(judge: Judge, group: u32): void {
  judge.isGroveKnown = false;
  fillColumns(judge.world, judge.columns, judge.world.x + <i32>(group & 31), judge.world.z + <i32>(group >> 5 & 31));
}

/** Makes four cells of the columns at hand again; the first that differs, or 4. */
function wrongLane(judge: Judge, group: u32): u32 {
  const world = judge.world;
  const y = world.y + <i32>(group >> 10);
  if (isBuriedAt(judge.columns, y + SOIL_DEPTH_MAX + 1)) return wrongIn(judge, group, y, i32x4.splat(-1), i32x4.splat(SOIL_DEPTH_MAX + 1));
  const solid = solidAt(world, judge.columns, y);
  let covered = i32x4.splat(0);
  let open = v128.any_true(solid) ? solid : i32x4.splat(0);
  for (let up = 1; up <= SOIL_DEPTH_MAX + 1 && v128.any_true(open); up++) {
    open = v128.and(open, solidAt(world, judge.columns, y + up));
    covered = i32x4.sub(covered, open);
  }
  return wrongIn(judge, group, y, solid, covered);
}

/** The first of four cells that differs, or 4, where it is known which are solid and how deep. */
function wrongIn(judge: Judge, group: u32, y: i32, solid: v128, covered: v128): u32 {
  const world = judge.world;
  const hollow = hollowAt(world, judge.columns, y, solid);
  const four = grownAt(judge, cellsOf(world, judge.columns, y, solid, hollow, covered), judge.columns.x, y, judge.columns.z);
  const wrong = four ^ load<u32>(judge.output + group);
  return wrong == 0 ? 4 : <u32>ctz(wrong) >> 3;
}

/** Four cells of ground with the ores in their stone and the plants in their air. */
function grownAt(judge: Judge, ground: u32, x: i32, y: i32, z: i32): u32 {
  const world = judge.world;
  const cells = withOres(world, judge.vein, ground, x, y, z);
  if (y <= world.seaLevel) return cells;
  // All bits of each byte that is air.
  const air = (~((cells & 0x7f7f7f7f) + 0x7f7f7f7f | cells) & 0x80808080) >> 7;
  if (air == 0) return cells;
  if (!judge.isGroveKnown) judge.groveEnd = growGrove(world, judge.grove, judge.treeColumns, x, z);
  judge.isGroveKnown = true;
  return cells | air * 0xff & plantsAt(judge.grove, judge.groveEnd, x, y, z);
}

/** Draws a tile; the lowest cell of its trunk in the chunk if the output has another material there, or −1. */
function missingTrunk(judge: Judge): i32 {
  const world = judge.world;
  const tree = judge.tree;
  const x = world.x + <i32>randomBelow(judge.random, SIDE);
  const z = world.z + <i32>randomBelow(judge.random, SIDE);
  const bits = placeTree(world, tree, tileOf(x), tileOf(z));
  if (tree.x < world.x || tree.x >= world.x + SIDE || tree.z < world.z || tree.z >= world.z + SIDE) return -1;
  if (!growTree(world, tree, judge.treeColumns, bits, world.y, world.y + SIDE)) return -1;
  const y = max(tree.y + 1, world.y);
  if (y >= world.y + SIDE || !isTrunk(tree, tree.x, y, tree.z)) return -1;
  const cell = cellIndex(world, tree.x, y, tree.z);
  return load<u8>(judge.output + cell) == tree.wood ? -1 : wrongCell(judge, cell);
}

/** Draws a cube and an ore; the cell in the middle of its vein if the output has plain stone there, or −1. */
function missingVein(judge: Judge): i32 {
  const world = judge.world;
  const vein = judge.vein;
  const ores = <u32>((world.oresEnd - world.ores) / ORE_SIZE);
  const cube = <i32>randomBelow(judge.random, 64);
  if (ores == 0) return -1;
  const ore = world.ores + <usize>randomBelow(judge.random, ores) * ORE_SIZE;
  const tileX = (world.x >> VEIN_TILE_LOG2) + (cube & 3);
  const tileY = (world.y >> VEIN_TILE_LOG2) + (cube >> 2 & 3);
  const tileZ = (world.z >> VEIN_TILE_LOG2) + (cube >> 4);
  if (!drawVein(world, vein, ore, tileX, tileY, tileZ)) return -1;
  const cell = cellIndex(world, vein.x, vein.y, vein.z);
  return load<u8>(judge.output + cell) == world.stone ? wrongCell(judge, cell) : -1;
}

/** A cell that looks wrong, if it is: materials may do double duty. */
function wrongCell(judge: Judge, cell: i32): i32 {
  const group = <u32>cell & ~3;
  setColumns(judge, group);
  const wrong = wrongLane(judge, group);
  return wrong < 4 ? <i32>(group + wrong) : -1;
}

function cellIndex(world: World, x: i32, y: i32, z: i32): i32 {
  return ((y - world.y) << 5 | (z - world.z)) << 5 | (x - world.x);
}

function refuse(cell: u32, what: string): usize {
  const sentence = sentenceStart();
  say(sentence, "Cannot accept the output: cell ");
  sayInteger(sentence, cell & 31);
  say(sentence, ",");
  sayInteger(sentence, cell >> 10);
  say(sentence, ",");
  sayInteger(sentence, cell >> 5 & 31);
  say(sentence, " ");
  say(sentence, what);
  return errSentence(sentence);
}

/**
 * Trees: at most one on each tile of the ground, drawn from the tile, rooted in the highest solid cell of its
 * column. A chunk asks every tile from which a crown can reach into it, so trees cross borders whole.
 */
import { biomeAt, Columns, fillColumns, heightAt, hollowAt, overhangAt, solidAt } from "./ground";
import { hashAt, mix, unitOf } from "./hash";
import { CROWN_ABOVE, CROWN_REACH, CROWN_UNDER, RELIEF_MAX, SIDE, TREE_GAP, TREE_TILE } from "./layout";
import { World } from "./world";

const KIND_NONE: u32 = 0;
const KIND_ROUND: u32 = 1;
const KIND_CONE: u32 = 2;

@unmanaged
export class Tree {
  x: i32;
  z: i32;
  /** The root: the solid cell under the trunk. */
  y: i32;
  trunk: i32;
  kind: u32;
  wood: u8;
  leaves: u8;
}

@inline
export function tileOf(cell: i32): i32 {
  return cell >= 0 ? cell / TREE_TILE : (cell + 1) / TREE_TILE - 1;
}

/** Draws where on its tile a tree would stand. */
export function placeTree(world: World, tree: Tree, tileX: i32, tileZ: i32): u32 {
  const bits = hashAt(world.treeSeed, tileX, 0, tileZ);
  const place = mix(bits ^ 0x33333333);
  tree.x = tileX * TREE_TILE + <i32>((place & 0xffff) % (TREE_TILE - TREE_GAP));
  tree.z = tileZ * TREE_TILE + <i32>((place >> 16) % (TREE_TILE - TREE_GAP));
  return bits;
}

/**
 * Whether the tile of a placed tree grows one that can reach into the cells between `bottom` and `top`; then
 * the tree is complete.
 *
 * @param columns room for the four columns it stands in
 */
export function growTree(world: World, tree: Tree, columns: Columns, bits: u32, bottom: i32, top: i32): bool {
  if (unitOf(bits) >= world.treesMost) return false;
  fillColumns(world, columns, tree.x & ~3, tree.z);
  const lane = <u32>(tree.x & 3);
  const biome = biomeAt(columns, lane);
  tree.kind = load<u8>(biome, 35);
  if (tree.kind == KIND_NONE || unitOf(bits) >= load<f32>(biome, 24)) return false;
  const height = heightAt(columns, lane);
  const reach = overhangAt(columns, lane) * RELIEF_MAX + 1;
  const highest = <i32>Mathf.ceil(height + reach);
  const lowest = <i32>Mathf.floor(height - reach);
  tree.trunk = <i32>load<u8>(biome, 38) + <i32>((bits & 0xff) % (<u32>load<u8>(biome, 39) + 1));
  // A root below that has no crown in sight.
  const enough = bottom - tree.trunk - CROWN_ABOVE;
  if (highest < enough || lowest - CROWN_UNDER >= top) return false;
  let y = highest;
  let solid = solidAt(world, columns, y);
  while (y > max(lowest, enough) && laneOf(solid, lane) == 0) solid = solidAt(world, columns, --y);
  if (y > lowest && laneOf(solid, lane) == 0) return false;
  if (y <= world.seaLevel + 1 || y >= <i32>load<i16>(biome, 32)) return false;
  if (laneOf(hollowAt(world, columns, y, solid), lane) != 0) return false;
  tree.y = y;
  tree.wood = load<u8>(biome, 36);
  tree.leaves = load<u8>(biome, 37);
  return y - CROWN_UNDER < top && y + tree.trunk + CROWN_ABOVE >= bottom;
}

function laneOf(mask: v128, lane: u32): i32 {
  return (i32x4.bitmask(mask) >> lane) & 1;
}

export function isTrunk(tree: Tree, x: i32, y: i32, z: i32): bool {
  return x == tree.x && z == tree.z && y > tree.y && y <= tree.y + tree.trunk;
}

/** Whether the crown covers a cell (the trunk inside it not counted). */
function isCrown(tree: Tree, x: i32, y: i32, z: i32): bool {
  const reach = crownReach(tree, y);
  if (reach < 0) return false;
  const dx = x - tree.x;
  const dz = z - tree.z;
  return dx * dx + dz * dz <= reach;
}

/** The largest squared distance from the trunk at a height, −1 where there is no crown. */
function crownReach(tree: Tree, y: i32): i32 {
  const up = y - (tree.y + tree.trunk);
  if (tree.kind == KIND_ROUND) {
    if (up < -2 || up > 1) return -1;
    return up == 1 ? 2 : up == 0 ? 5 : 8;
  }
  if (tree.kind != KIND_CONE || y <= tree.y + 2 || up > CROWN_ABOVE) return -1;
  const down = CROWN_ABOVE - up;
  if (down == 0) return 0;
  // Every third layer is the widest of its three.
  const radius = min(CROWN_REACH, 1 + down / 3) - (down % 3 == 1 ? 1 : 0);
  return radius <= 0 ? 1 : radius * radius + 1;
}

/** Bytes of the trees of all tiles from which a crown can reach four columns. */
export const GROVE_SIZE: usize = 9 * offsetof<Tree>();

/** Puts the trees that reach into the chunk at (x … x + 3, z) to `grove`, one behind the other; returns their end. */
export function growGrove(world: World, grove: usize, columns: Columns, x: i32, z: i32): usize {
  for (let tileZ = tileOf(z - CROWN_REACH); tileZ <= tileOf(z + CROWN_REACH); tileZ++) {
    for (let tileX = tileOf(x - CROWN_REACH); tileX <= tileOf(x + 3 + CROWN_REACH); tileX++) {
      const tree = changetype<Tree>(grove);
      const bits = placeTree(world, tree, tileX, tileZ);
      if (tree.x < x - CROWN_REACH || tree.x > x + 3 + CROWN_REACH || abs(tree.z - z) > CROWN_REACH) continue;
      if (growTree(world, tree, columns, bits, world.y, world.y + SIDE)) grove += offsetof<Tree>();
    }
  }
  return grove;
}

/**
 * What the trees of a grove put at four cells in a row if they are air, one byte each: wood before leaves, of leaves
 * the largest number, 0 for nothing.
 */
export function plantsAt(grove: usize, end: usize, x: i32, y: i32, z: i32): u32 {
  let leaves: u32 = 0;
  let wood: u32 = 0;
  for (; grove < end; grove += offsetof<Tree>()) {
    const tree = changetype<Tree>(grove);
    for (let lane = 0; lane < 4; lane++) {
      const shift = <u32>lane << 3;
      if (isTrunk(tree, x + lane, y, z)) wood |= <u32>tree.wood << shift;
      else if (isCrown(tree, x + lane, y, z)) {
        const other = leaves >> shift & 0xff;
        leaves ^= (other ^ max(other, <u32>tree.leaves)) << shift;
      }
    }
  }
  return wood | (leaves & ~bytesOf(wood));
}

/** Every byte that is not zero made 255. */
function bytesOf(four: u32): u32 {
  let mask: u32 = 0;
  for (let shift: u32 = 0; shift < 32; shift += 8) if ((four >> shift & 0xff) != 0) mask |= <u32>0xff << shift;
  return mask;
}

/**
 * Puts every tree that reaches into the chunk into its air: first all crowns into `plants`, which must be
 * zero, then the trunks over them.
 */
export function stampTrees(world: World, tree: Tree, columns: Columns, plants: usize): bool {
  const fromX = tileOf(world.x - CROWN_REACH);
  const toX = tileOf(world.x + SIDE - 1 + CROWN_REACH);
  const fromZ = tileOf(world.z - CROWN_REACH);
  const toZ = tileOf(world.z + SIDE - 1 + CROWN_REACH);
  let isAny = false;
  for (let tileZ = fromZ; tileZ <= toZ; tileZ++) {
    for (let tileX = fromX; tileX <= toX; tileX++) {
      const bits = placeTree(world, tree, tileX, tileZ);
      if (!isNear(world, tree)) continue;
      if (!growTree(world, tree, columns, bits, world.y, world.y + SIDE)) continue;
      if (!isAny) memory.fill(plants, 0, 2 << 15);
      isAny = true;
      stampTree(world, tree, plants);
    }
  }
  return isAny;
}

function isNear(world: World, tree: Tree): bool {
  return tree.x >= world.x - CROWN_REACH && tree.x < world.x + SIDE + CROWN_REACH &&
    tree.z >= world.z - CROWN_REACH && tree.z < world.z + SIDE + CROWN_REACH;
}

/** Leaves go into the first half of `plants`, wood into the second. */
function stampTree(world: World, tree: Tree, plants: usize): void {
  const fromX = max(tree.x - CROWN_REACH, world.x);
  const toX = min(tree.x + CROWN_REACH, world.x + SIDE - 1);
  const fromZ = max(tree.z - CROWN_REACH, world.z);
  const toZ = min(tree.z + CROWN_REACH, world.z + SIDE - 1);
  const toY = min(tree.y + tree.trunk + CROWN_ABOVE, world.y + SIDE - 1);
  for (let y = max(tree.y - CROWN_UNDER, world.y); y <= toY; y++) {
    for (let z = fromZ; z <= toZ; z++) {
      const row = plants + ((<usize>(y - world.y) << 5 | <usize>(z - world.z)) << 5) - world.x;
      for (let x = fromX; x <= toX; x++) {
        if (isTrunk(tree, x, y, z)) store<u8>(row + x + (1 << 15), tree.wood);
        else if (isCrown(tree, x, y, z)) store<u8>(row + x, max(load<u8>(row + x), tree.leaves));
      }
    }
  }
}

/** Veins of ore: small balls in the stone, drawn per ore and cube of cells, wherever the borders of chunks run. */
import { hashAt, mix, unitOf } from "./hash";
import { ORE_SIZE, SIDE, VEIN_TILE_LOG2 } from "./layout";
import { World } from "./world";

const TILE_MASK: i32 = (1 << VEIN_TILE_LOG2) - 1;

/** Where a vein is. */
@unmanaged
export class Vein {
  x: i32;
  y: i32;
  z: i32;
  radius: i32;
}

/** Draws the vein of an ore in a cube; false when there is none. */
export function drawVein(world: World, vein: Vein, ore: usize, tileX: i32, tileY: i32, tileZ: i32): bool {
  const index = <u32>((ore - world.ores) / ORE_SIZE);
  const bits = hashAt(world.oreSeed + index, tileX, tileY, tileZ);
  if (unitOf(bits) >= load<f32>(ore, 8)) return false;
  const place = mix(bits ^ 0x55555555);
  vein.y = (tileY << VEIN_TILE_LOG2) + <i32>(place >> 3 & TILE_MASK);
  if (vein.y < <i32>load<i16>(ore, 2) || vein.y > <i32>load<i16>(ore, 4)) return false;
  vein.x = (tileX << VEIN_TILE_LOG2) + <i32>(place & TILE_MASK);
  vein.z = (tileZ << VEIN_TILE_LOG2) + <i32>(place >> 6 & TILE_MASK);
  vein.radius = load<u8>(ore, 1);
  return true;
}

/** The largest squared distance from the centre: balls of 7, 57 and 147 cells. */
function reachOf(radius: i32): i32 {
  return radius * radius + (radius > 1 ? 1 : 0);
}

function isInVein(vein: Vein, x: i32, y: i32, z: i32): bool {
  const dx = x - vein.x;
  const dy = y - vein.y;
  const dz = z - vein.z;
  return dx * dx + dy * dy + dz * dz <= reachOf(vein.radius);
}

/** Four cells (x … x + 3, y, z), x a multiple of four, with the ores in their stone: the first of the world's list wins. */
export function withOres(world: World, vein: Vein, cells: u32, x: i32, y: i32, z: i32): u32 {
  let stone = cells ^ <u32>world.stone * 0x01010101;
  // The highest bit of each byte that is stone.
  stone = ~((stone & 0x7f7f7f7f) + 0x7f7f7f7f | stone) & 0x80808080;
  for (let ore = world.ores; ore < world.oresEnd && stone != 0; ore += ORE_SIZE) {
    const reach = <i32>load<u8>(ore, 1);
    if (load<u8>(ore) == world.stone) continue;
    if (y + reach < <i32>load<i16>(ore, 2) || y - reach > <i32>load<i16>(ore, 4)) continue;
    for (let tileZ = (z - reach) >> VEIN_TILE_LOG2; tileZ <= (z + reach) >> VEIN_TILE_LOG2; tileZ++) {
      for (let tileY = (y - reach) >> VEIN_TILE_LOG2; tileY <= (y + reach) >> VEIN_TILE_LOG2; tileY++) {
        for (let tileX = (x - reach) >> VEIN_TILE_LOG2; tileX <= (x + 3 + reach) >> VEIN_TILE_LOG2; tileX++) {
          if (!drawVein(world, vein, ore, tileX, tileY, tileZ)) continue;
          const found = stone & bytesInVein(vein, x, y, z);
          cells ^= (found >> 7) * (<u32>load<u8>(ore) ^ <u32>world.stone);
          stone ^= found;
        }
      }
    }
  }
  return cells;
}

/** The highest bit of each byte whose cell lies in the vein. */
function bytesInVein(vein: Vein, x: i32, y: i32, z: i32): u32 {
  let bytes: u32 = 0;
  for (let lane = 0; lane < 4; lane++) if (isInVein(vein, x + lane, y, z)) bytes |= 0x80 << (lane << 3);
  return bytes;
}

/** Puts every vein that reaches into the chunk into its stone. */
export function stampVeins(world: World, vein: Vein, cells: usize): void {
  for (let ore = world.ores; ore < world.oresEnd; ore += ORE_SIZE) {
    const reach = <i32>load<u8>(ore, 1);
    if (load<u8>(ore) == world.stone) continue;
    const lastY = (world.y + SIDE - 1 + reach) >> VEIN_TILE_LOG2;
    const lastZ = (world.z + SIDE - 1 + reach) >> VEIN_TILE_LOG2;
    const lastX = (world.x + SIDE - 1 + reach) >> VEIN_TILE_LOG2;
    for (let tileY = (world.y - reach) >> VEIN_TILE_LOG2; tileY <= lastY; tileY++) {
      for (let tileZ = (world.z - reach) >> VEIN_TILE_LOG2; tileZ <= lastZ; tileZ++) {
        for (let tileX = (world.x - reach) >> VEIN_TILE_LOG2; tileX <= lastX; tileX++) {
          if (drawVein(world, vein, ore, tileX, tileY, tileZ)) stampVein(world, vein, load<u8>(ore), cells);
        }
      }
    }
  }
}

function stampVein(world: World, vein: Vein, material: u8, cells: usize): void {
  const reach = vein.radius;
  const fromX = max(vein.x - reach, world.x);
  const toX = min(vein.x + reach, world.x + SIDE - 1);
  const fromZ = max(vein.z - reach, world.z);
  const toZ = min(vein.z + reach, world.z + SIDE - 1);
  const toY = min(vein.y + reach, world.y + SIDE - 1);
  for (let y = max(vein.y - reach, world.y); y <= toY; y++) {
    for (let z = fromZ; z <= toZ; z++) {
      const row = cells + ((<usize>(y - world.y) << 5 | <usize>(z - world.z)) << 5) - world.x;
      for (let x = fromX; x <= toX; x++) {
        if (isInVein(vein, x, y, z) && load<u8>(row + x) == world.stone) store<u8>(row + x, material);
      }
    }
  }
}

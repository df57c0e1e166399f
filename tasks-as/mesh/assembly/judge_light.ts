/**
 * The conditions that light has to meet, on one row of the chunk: each cell has the most of what it gives off
 * and of what its neighbours pass on. They have one solution, so met everywhere they would prove the light.
 */
import { Evidence, lightRow, cellAt } from "./evidence";
import { LIGHT_MAX, PLANE_SIZE } from "./layout";
import { lossOf, traitsOf } from "./volume";

/** Room for a row with the cell before it and the one behind it. */
export const SCRATCH_SIZE: usize = 64;

/** Whether the light of the row at y, z is what its surroundings make it. */
export function isRowLit(evidence: Evidence, y: u32, z: u32, scratch: usize): bool {
  const row = lightRow(evidence, y, z);
  const side = evidence.planes + (y << 5 | z);
  store<u8>(scratch, load<u8>(side));
  memory.copy(scratch + 1, row, 32);
  store<u8>(scratch + 33, load<u8>(side + PLANE_SIZE));
  for (let at: usize = 0; at < 32; at += 16) {
    const traits = traitsOf(evidence.table, evidence.materials, v128.load(cellAt(evidence, 0, y, z) + at));
    const loss = lossOf(traits);
    const up = v128.load(lightRow(evidence, y + 1, z) + at);
    const down = v128.load(lightRow(evidence, y - 1, z) + at);
    const south = v128.load(lightRow(evidence, y, z + 1) + at);
    const north = v128.load(lightRow(evidence, y, z - 1) + at);
    const west = v128.load(scratch + at);
    const east = v128.load(scratch + at, 2);
    const full = i8x16.splat(LIGHT_MAX);
    const falls = v128.and(i8x16.eq(upper(up), full), i8x16.eq(loss, i8x16.splat(1)));
    const mostSky = most(most(upper(up), upper(down)), most(most(upper(south), upper(north)), most(upper(west), upper(east))));
    const mostBlock = most(most(lower(up), lower(down)), most(most(lower(south), lower(north)), most(lower(west), lower(east))));
    const sky = most(i8x16.sub_sat_u(mostSky, loss), v128.and(falls, full));
    const block = most(i8x16.sub_sat_u(mostBlock, loss), lower(traits));
    const wanted = v128.or(i8x16.shl(sky, 4), block);
    if (v128.any_true(v128.xor(wanted, v128.load(row + at)))) return false;
  }
  return true;
}

/** Of the rows beside the chunk one in so many is looked at, a power of two. */
export const LIGHT_STEP: u32 = 8;

/**
 * Whether light that stands in the planes above, below, north and south of the chunk comes in, at every eighth row
 * from `first` on: a chunk that is dark all over meets every other condition. Full light from above falls in
 * undiminished.
 */
export function isLightLetIn(evidence: Evidence, first: u32): bool {
  for (let i = first; i < 32; i += LIGHT_STEP) {
    if (!isRowReached(evidence, 31, i, lightRow(evidence, 32, i), true)) return false;
    if (!isRowReached(evidence, 0, i, lightRow(evidence, -1, i), false)) return false;
    if (!isRowReached(evidence, i, 31, lightRow(evidence, i, 32), false)) return false;
    if (!isRowReached(evidence, i, 0, lightRow(evidence, i, -1), false)) return false;
  }
  return true;
}

/** Whether the row at y, z has at least what a neighbouring row passes on. */
function isRowReached(evidence: Evidence, y: u32, z: u32, from: usize, isAbove: bool): bool {
  const row = lightRow(evidence, y, z);
  if (!v128.any_true(v128.or(v128.load(from), v128.load(from, 16)))) return true;
  for (let at: usize = 0; at < 32; at += 16) {
    const loss = lossOf(traitsOf(evidence.table, evidence.materials, v128.load(cellAt(evidence, 0, y, z) + at)));
    const light = v128.load(from + at);
    const full = i8x16.splat(LIGHT_MAX);
    const falls = v128.and(i8x16.eq(upper(light), full), i8x16.eq(loss, i8x16.splat(1)));
    const passed = i8x16.sub_sat_u(upper(light), loss);
    const sky = isAbove ? most(passed, v128.and(falls, full)) : passed;
    const block = i8x16.sub_sat_u(lower(light), loss);
    const here = v128.load(row + at);
    const isLess = v128.or(i8x16.lt_u(upper(here), sky), i8x16.lt_u(lower(here), block));
    if (v128.any_true(isLess)) return false;
  }
  return true;
}

@inline
function upper(light: v128): v128 {
  return i8x16.shr_u(light, 4);
}

@inline
function lower(light: v128): v128 {
  return v128.and(light, i8x16.splat(15));
}

@inline
function most(a: v128, b: v128): v128 {
  return i8x16.max_u(a, b);
}

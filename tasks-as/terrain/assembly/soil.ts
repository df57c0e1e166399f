/**
 * The materials of rows of 32 cells of ground, sixteen at a time: what `materialOf` (ground.ts) says of one cell. What the
 * biomes of the row's columns are made of lies ready as bytes.
 */
import { biomeAt, columnsAt, COLUMNS_SIZE } from "./ground";
import { World } from "./world";

/** Per column, a byte each: depth of soil, top, filler, bed, peak; and the peaks' height, i16. */
const DEPTH: usize = 0;
const TOP: usize = 32;
const FILLER: usize = 64;
const BED: usize = 96;
const PEAK: usize = 128;
const PEAK_Y: usize = 160;
export const SOIL_SIZE: usize = 224;

/** Reads the biomes of the eight groups of columns of a row. */
export function fillSoil(columns: usize, soil: usize): void {
  for (let x: usize = 0; x < 32; x++) {
    const biome = biomeAt(columnsAt(columns + (x >> 2) * COLUMNS_SIZE), <u32>x & 3);
    const at = soil + x;
    store<u8>(at, load<u8>(biome, 34), DEPTH);
    store<u8>(at, load<u8>(biome, 28), TOP);
    store<u8>(at, load<u8>(biome, 29), FILLER);
    store<u8>(at, load<u8>(biome, 30), BED);
    store<u8>(at, load<u8>(biome, 31), PEAK);
    store<i16>(at + x, load<i16>(biome, 32), PEAK_Y);
  }
}

/** Writes a row of cells. Masks and numbers of covering cells are 32 lanes of 32 bits each. */
export function soilRow(world: World, soil: usize, y: i32, solid: usize, hollow: usize, covered: usize, row: usize): void {
  const zero = i8x16.splat(0);
  const outside = y <= world.seaLevel ? i8x16.splat(world.water) : zero;
  const stone = i8x16.splat(world.stone);
  for (let x: usize = 0; x < 32; x += 16) {
    const at = soil + x;
    const above = narrowed(covered + (x << 2));
    let cells = v128.load(at, BED);
    if (y > world.seaLevel + 1) {
      const isPeak = i8x16.narrow_i16x8_s(
        i16x8.le_s(v128.load(at + x, PEAK_Y), i16x8.splat(<i16>y)),
        i16x8.le_s(v128.load(at + x, PEAK_Y + 16), i16x8.splat(<i16>y)),
      );
      cells = v128.bitselect(v128.load(at, PEAK), v128.load(at, TOP), isPeak);
      cells = v128.bitselect(v128.load(at, FILLER), cells, i8x16.gt_s(above, zero));
    }
    cells = v128.bitselect(stone, cells, i8x16.gt_s(above, v128.load(at, DEPTH)));
    cells = v128.andnot(cells, narrowed(hollow + (x << 2)));
    v128.store(row + x, v128.bitselect(cells, outside, narrowed(solid + (x << 2))));
  }
}

/** Sixteen lanes of 32 bits as bytes; they are small. */
@inline
export function narrowed(lanes: usize): v128 {
  return i8x16.narrow_i16x8_s(
    i16x8.narrow_i32x4_s(v128.load(lanes), v128.load(lanes, 16)),
    i16x8.narrow_i32x4_s(v128.load(lanes, 32), v128.load(lanes, 48)),
  );
}

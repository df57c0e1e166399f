/** Directions as they stand in an output: four bits per cell. */
import { arenaTake } from "../../lib/arena";
import { directionsAt } from "../../lib/field_rows";
import { Sweep } from "../../lib/field_sweep";
import { directionRowSize } from "./layout";

/** Room for a row of directions. */
export function directionBuffer(width: u32): usize {
  return arenaTake(directionRowSize(width) + 16, 16);
}

/** Writes the directions of the row in view as an output holds them to `buffer`. */
export function directionRow<T>(sweep: Sweep, buffer: usize): void {
  const width = sweep.width;
  const lanes: u32 = 16 / sizeof<T>();
  const north = sweep.north;
  const here = sweep.here;
  const south = sweep.south;
  for (let x: u32 = 0; x < width; x += lanes) {
    const directions = directionsAt<T>(north, here, south, <usize>x * sizeof<T>());
    if (sizeof<T>() == 2) {
      store<u32>(buffer + (x >> 1), <u32>halves(i64x2.extract_lane(i8x16.narrow_i16x8_u(directions, directions), 0)));
    } else {
      const shorts = i16x8.narrow_i32x4_u(directions, directions);
      store<u16>(buffer + (x >> 1), <u16>halves(i64x2.extract_lane(i8x16.narrow_i16x8_u(shorts, shorts), 0)));
    }
  }
  if ((width & 1) != 0) {
    const last = buffer + directionRowSize(width) - 1;
    store<u8>(last, load<u8>(last) & 0x0f);
  }
}

/** Eight bytes below 16 as four bytes: the even one in the lower half. */
@inline
function halves(bytes: u64): u64 {
  const pairs = (bytes | (bytes >> 4)) & 0x00ff00ff00ff00ff;
  const fours = (pairs | (pairs >> 8)) & 0x0000ffff0000ffff;
  return (fours | (fours >> 16)) & 0xffffffff;
}

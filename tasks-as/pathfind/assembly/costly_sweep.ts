/**
 * A line of cells takes what other lines give: costs of ways, 8 cells at a time with 16 bits, or 4 with 32 bits. All
 * bits set mean not reached, and sums stop there. Along a line costs go from lane to lane in steps of 1, 2 and 4, so
 * that eight cells need three additions and not eight.
 */
import { DIAGONAL, STRAIGHT } from "../../lib/costs";
import { equal, least, splat, times } from "../../lib/field_rows";

/**
 * Gives `width` cells from (costs, distances) on what the line `before` cells away, and then the cells beside them,
 * give more cheaply. A blocked cell lies before the first one, and from the last one up to the next multiple of lanes.
 */
export function sweepLine<T>(costs: usize, distances: usize, width: u32, before: isize): void {
  const lanes: usize = 16 / sizeof<T>();
  const costsBefore = costs + <usize>before;
  const distancesBefore = distances + <usize>(before * <isize>sizeof<T>());
  const cells = (<usize>width + lanes - 1) & ~(lanes - 1);
  const nowhere = splat<T>(0xffffffff);
  const nothing = splat<T>(0);
  let reached = nowhere;
  for (let x: usize = 0; x < cells; x += lanes) {
    const at = distances + x * sizeof<T>();
    const cost = costsAt<T>(costs + x);
    const west = costsAt<T>(costs + x - 1);
    const walls = wallsOf<T>(cost);
    const westWalls = wallsOf<T>(west);
    const eastWalls = wallsOf<T>(costsAt<T>(costs + x + 1));
    let known = fromBefore<T>(costsBefore + x, distancesBefore + x * sizeof<T>(), cost, westWalls, eastWalls);
    known = v128.or(least<T>(known, v128.load(at)), walls);
    let steps = v128.or(times<T>(lanesSum<T>(cost, west), STRAIGHT), v128.or(walls, westWalls));
    known = least<T>(known, added<T>(east1<T>(known, nowhere), steps));
    steps = added<T>(steps, east1<T>(steps, nothing));
    known = least<T>(known, added<T>(east2<T>(known, nowhere), steps));
    steps = added<T>(steps, east2<T>(steps, nothing));
    if (sizeof<T>() == 2) {
      known = least<T>(known, added<T>(east4<T>(known, nowhere), steps));
      steps = added<T>(steps, east4<T>(steps, nothing));
    }
    known = least<T>(known, added<T>(reached, steps));
    reached = lastOf<T>(known);
    v128.store(at, known);
  }
  reached = nowhere;
  for (let x = cells; x != 0; x -= lanes) {
    const at = distances + (x - lanes) * sizeof<T>();
    const cost = costsAt<T>(costs + x - lanes);
    const east = costsAt<T>(costs + x - lanes + 1);
    let known = v128.load(at);
    let steps = v128.or(times<T>(lanesSum<T>(cost, east), STRAIGHT), v128.or(wallsOf<T>(cost), wallsOf<T>(east)));
    known = least<T>(known, added<T>(west1<T>(known, nowhere), steps));
    steps = added<T>(steps, west1<T>(steps, nothing));
    known = least<T>(known, added<T>(west2<T>(known, nowhere), steps));
    steps = added<T>(steps, west2<T>(steps, nothing));
    if (sizeof<T>() == 2) {
      known = least<T>(known, added<T>(west4<T>(known, nowhere), steps));
      steps = added<T>(steps, west4<T>(steps, nothing));
    }
    known = least<T>(known, added<T>(reached, steps));
    reached = firstOf<T>(known);
    v128.store(at, known);
  }
}

/** What straight and diagonal steps from the line before give; blocked cells get something, too. */
@inline
function fromBefore<T>(costs: usize, distances: usize, cost: v128, westWalls: v128, eastWalls: v128): v128 {
  const across = costsAt<T>(costs);
  const walls = wallsOf<T>(across);
  const straight = added<T>(v128.load(distances), times<T>(lanesSum<T>(across, cost), STRAIGHT));
  const west = v128.or(
    added<T>(v128.load(distances - sizeof<T>()), times<T>(costsAt<T>(costs - 1), DIAGONAL)),
    westWalls,
  );
  const east = v128.or(
    added<T>(v128.load(distances + sizeof<T>()), times<T>(costsAt<T>(costs + 1), DIAGONAL)),
    eastWalls,
  );
  const diagonal = added<T>(v128.or(least<T>(west, east), walls), times<T>(cost, DIAGONAL));
  return least<T>(straight, diagonal);
}

/** Costs of as many cells as `T` has lanes. */
@inline
function costsAt<T>(costs: usize): v128 {
  if (sizeof<T>() == 2) return v128.load_ext<u8>(costs);
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load_zero<u32>(costs)));
}

@inline
function lanesSum<T>(a: v128, b: v128): v128 {
  return sizeof<T>() == 2 ? i16x8.add(a, b) : i32x4.add(a, b);
}

/** A sum that stops at all bits set. */
@inline
function added<T>(a: v128, b: v128): v128 {
  if (sizeof<T>() == 2) return i16x8.add_sat_u(a, b);
  const sum = i32x4.add(a, b);
  return v128.or(sum, i32x4.lt_u(sum, a));
}

/** All bits set where the cost is that of a blocked cell. */
@inline
function wallsOf<T>(costs: v128): v128 {
  return equal<T>(costs, splat<T>(0));
}

/** The lanes moved east by 1, 2 or 4, with those of `fill` behind them. */
@inline
function east1<T>(lanes: v128, fill: v128): v128 {
  return sizeof<T>() == 2
    ? v128.shuffle<i16>(fill, lanes, 7, 8, 9, 10, 11, 12, 13, 14)
    : v128.shuffle<i32>(fill, lanes, 3, 4, 5, 6);
}

@inline
function east2<T>(lanes: v128, fill: v128): v128 {
  return sizeof<T>() == 2
    ? v128.shuffle<i16>(fill, lanes, 6, 7, 8, 9, 10, 11, 12, 13)
    : v128.shuffle<i32>(fill, lanes, 2, 3, 4, 5);
}

@inline
function east4<T>(lanes: v128, fill: v128): v128 {
  return v128.shuffle<i16>(fill, lanes, 4, 5, 6, 7, 8, 9, 10, 11);
}

/** The same westwards. */
@inline
function west1<T>(lanes: v128, fill: v128): v128 {
  return sizeof<T>() == 2
    ? v128.shuffle<i16>(lanes, fill, 1, 2, 3, 4, 5, 6, 7, 8)
    : v128.shuffle<i32>(lanes, fill, 1, 2, 3, 4);
}

@inline
function west2<T>(lanes: v128, fill: v128): v128 {
  return sizeof<T>() == 2
    ? v128.shuffle<i16>(lanes, fill, 2, 3, 4, 5, 6, 7, 8, 9)
    : v128.shuffle<i32>(lanes, fill, 2, 3, 4, 5);
}

@inline
function west4<T>(lanes: v128, fill: v128): v128 {
  return v128.shuffle<i16>(lanes, fill, 4, 5, 6, 7, 8, 9, 10, 11);
}

/** All lanes as the last one, or the first one. */
@inline
function lastOf<T>(lanes: v128): v128 {
  return sizeof<T>() == 2
    ? v128.shuffle<i16>(lanes, lanes, 7, 7, 7, 7, 7, 7, 7, 7)
    : v128.shuffle<i32>(lanes, lanes, 3, 3, 3, 3);
}

@inline
function firstOf<T>(lanes: v128): v128 {
  return sizeof<T>() == 2
    ? v128.shuffle<i16>(lanes, lanes, 0, 0, 0, 0, 0, 0, 0, 0)
    : v128.shuffle<i32>(lanes, lanes, 0, 0, 0, 0);
}

/**
 * Broad phase: boxes around what each body sweeps in the step, sort and sweep along the axis on which the bodies
 * spread most (D. Baraff, "Dynamic simulation of non-penetrating rigid bodies", 1992).
 */
import { arenaTake } from "../../lib/arena";
import {
  BODY_HALF, BODY_MASS_INVERSE, BODY_R, BODY_RIM, BODY_SHAPE, BODY_V, BODY_X, Bodies, SHAPE_BALL, SHAPE_CAPSULE,
  bodyRecord,
} from "./bodies";
import { MARGIN_M, PAIRS_MAX, STEP_S } from "./layout";
import { State } from "./state";
import { add, scale, splat, sub, xOf, yOf, zOf } from "./vec";

/** A swept box: its lowest and highest corner. */
export const SWEPT_SIZE: usize = 32;

/** In the sorted list the fourth lane of the lowest corner is the body's number, of the highest whether it moves. */
const SORTED_SIZE: usize = 32;

/** Stores the box that a body sweeps within the step at `to`; a little wider than any contact's margin. */
export function setSwept(record: usize, state: State, to: usize): void {
  const x = v128.load(record, BODY_X);
  const half = v128.load(record, BODY_HALF);
  let reach: v128;
  const shape = load<f32>(record, BODY_SHAPE);
  if (shape == SHAPE_BALL) reach = half;
  else if (shape == SHAPE_CAPSULE) {
    reach = add(scale(f32x4.abs(v128.load(record, BODY_R + 16)), yOf(half)), splat(xOf(half)));
  } else {
    reach = add(
      add(
        scale(f32x4.abs(v128.load(record, BODY_R)), xOf(half)),
        scale(f32x4.abs(v128.load(record, BODY_R + 16)), yOf(half)),
      ),
      scale(f32x4.abs(v128.load(record, BODY_R + 32)), zOf(half)),
    );
  }
  reach = add(reach, splat(MARGIN_M * <f32>0.55 + STEP_S * load<f32>(record, BODY_RIM)));
  let sweep = splat(0);
  if (load<f32>(record, BODY_MASS_INVERSE) != 0) {
    sweep = scale(add(v128.load(record, BODY_V), scale(gravityOf(state), STEP_S)), STEP_S);
  }
  v128.store(to, f32x4.replace_lane(add(sub(x, reach), f32x4.min(sweep, splat(0))), 3, 0));
  v128.store(to + 16, f32x4.replace_lane(add(add(x, reach), f32x4.max(sweep, splat(0))), 3, 0));
}

// @ts-ignore: decorator
@inline
export function sweptOverlap(a: usize, b: usize): bool {
  return i32x4.all_true(
    v128.and(f32x4.le(v128.load(a), v128.load(b, 16)), f32x4.le(v128.load(b), v128.load(a, 16))),
  );
}

/** Gravity as a vector with a zero fourth lane. */
// @ts-ignore: decorator
@inline
export function gravityOf(state: State): v128 {
  return f32x4(load<f32>(state.start, 16), load<f32>(state.start, 20), load<f32>(state.start, 24), 0);
}

/** Pairs whose swept boxes overlap and of which one moves, ascending, first × 65,536 + second. */
@unmanaged
export class Pairs {
  list: usize;
  count: u32;
  /** More than PAIRS_MAX: the list is not complete. */
  overflow: bool;
}

export function findPairs(state: State, bodies: Bodies): Pairs {
  const count = state.bodyCount;
  const pairs = changetype<Pairs>(arenaTake(offsetof<Pairs>(), 8));
  const swept = arenaTake(<usize>(count + 1) * SWEPT_SIZE, 16);
  const keys = arenaTake(<usize>count * 8, 8);
  const spare = arenaTake(<usize>max<u32>(count, PAIRS_MAX) * 8, 8);
  const sorted = arenaTake(<usize>(count + 1) * SORTED_SIZE, 16);
  pairs.list = arenaTake(<usize>PAIRS_MAX * 4, 8);
  pairs.count = 0;
  pairs.overflow = false;
  for (let body: u32 = 0; body < count; body++) {
    setSwept(bodyRecord(bodies, body), state, swept + <usize>body * SWEPT_SIZE);
  }
  const axis = widestAxis(bodies, count);
  for (let body: u32 = 0; body < count; body++) {
    const low = load<u32>(swept + <usize>body * SWEPT_SIZE + (<usize>axis << 2));
    // Bits of a float, turned so that they ascend as unsigned integers.
    const order = low ^ (<u32>(<i32>low >> 31) | 0x80000000);
    store<u64>(keys + (<usize>body << 3), (<u64>order << 32) | <u64>body);
  }
  sortByHighHalf(keys, spare, count);
  for (let i: u32 = 0; i < count; i++) {
    const body = load<u32>(keys + (<usize>i << 3));
    const from = swept + <usize>body * SWEPT_SIZE;
    const to = sorted + <usize>i * SORTED_SIZE;
    const moves = load<f32>(bodyRecord(bodies, body), BODY_MASS_INVERSE) != 0;
    v128.store(to, i32x4.replace_lane(v128.load(from), 3, body));
    v128.store(to, i32x4.replace_lane(v128.load(from, 16), 3, <i32>moves), 16);
  }
  sweep(sorted, count, axis, pairs);
  if (!pairs.overflow) sortPairs(pairs.list, spare, pairs.count);
  return pairs;
}

/** The axis with the largest variance of the moving bodies' positions. */
function widestAxis(bodies: Bodies, count: u32): i32 {
  let total = splat(0);
  let squares = splat(0);
  let moving: f32 = 0;
  for (let body: u32 = 0; body < count; body++) {
    const record = bodyRecord(bodies, body);
    if (load<f32>(record, BODY_MASS_INVERSE) == 0) continue;
    const x = v128.load(record, BODY_X);
    total = add(total, x);
    squares = add(squares, f32x4.mul(x, x));
    moving += 1;
  }
  if (moving == 0) return 0;
  const mean = scale(total, 1 / moving);
  const variance = sub(scale(squares, 1 / moving), f32x4.mul(mean, mean));
  const x = xOf(variance);
  const y = yOf(variance);
  const z = zOf(variance);
  return x >= y && x >= z ? 0 : y >= z ? 1 : 2;
}

function sweep(sorted: usize, count: u32, axis: i32, pairs: Pairs): void {
  const end = sorted + <usize>count * SORTED_SIZE;
  const low = <usize>axis << 2;
  const list = pairs.list;
  let found: u32 = 0;
  for (let at = sorted; at < end; at += SORTED_SIZE) {
    // The fourth lane is no coordinate: it is made to pass both comparisons.
    const minimum = f32x4.replace_lane(v128.load(at), 3, 0);
    const maximum = f32x4.replace_lane(v128.load(at, 16), 3, 0);
    const until = load<f32>(at + low, 16);
    const body = load<u32>(at, 12);
    const moves = load<u32>(at, 28);
    for (let other = at + SORTED_SIZE; other < end && load<f32>(other + low) <= until; other += SORTED_SIZE) {
      const apart = v128.or(
        f32x4.gt(minimum, v128.load(other, 16)),
        f32x4.gt(v128.load(other), maximum),
      );
      if ((i32x4.bitmask(apart) & 7) != 0 || (moves | load<u32>(other, 28)) == 0) continue;
      if (found == PAIRS_MAX) {
        pairs.overflow = true;
        return;
      }
      const second = load<u32>(other, 12);
      store<u32>(list + (<usize>found << 2), body < second ? (body << 16) | second : (second << 16) | body);
      found++;
    }
  }
  pairs.count = found;
}

/** Least significant digit radix sort of 64-bit items by their upper half; the result lies in `items`. */
function sortByHighHalf(items: usize, spare: usize, count: u32): void {
  const counts = arenaTake(256 * 4, 4);
  let from = items;
  let to = spare;
  for (let shift: u64 = 32; shift < 64; shift += 8) {
    memory.fill(counts, 0, 1024);
    for (let i: u32 = 0; i < count; i++) {
      const slot = counts + (<usize>((load<u64>(from + (<usize>i << 3)) >> shift) & 255) << 2);
      store<u32>(slot, load<u32>(slot) + 1);
    }
    sumUp(counts, 256);
    for (let i: u32 = 0; i < count; i++) {
      const item = load<u64>(from + (<usize>i << 3));
      const slot = counts + (<usize>((item >> shift) & 255) << 2);
      const place = load<u32>(slot);
      store<u32>(slot, place + 1);
      store<u64>(to + (<usize>place << 3), item);
    }
    const swap = from;
    from = to;
    to = swap;
  }
}

/** The same for pairs: two passes of nine bits, second body first. */
function sortPairs(list: usize, spare: usize, count: u32): void {
  const counts = arenaTake(512 * 4, 4);
  let from = list;
  let to = spare;
  for (let shift: u32 = 0; shift <= 16; shift += 16) {
    memory.fill(counts, 0, 2048);
    for (let i: u32 = 0; i < count; i++) {
      const slot = counts + (<usize>((load<u32>(from + (<usize>i << 2)) >> shift) & 511) << 2);
      store<u32>(slot, load<u32>(slot) + 1);
    }
    sumUp(counts, 512);
    for (let i: u32 = 0; i < count; i++) {
      const item = load<u32>(from + (<usize>i << 2));
      const slot = counts + (<usize>((item >> shift) & 511) << 2);
      const place = load<u32>(slot);
      store<u32>(slot, place + 1);
      store<u32>(to + (<usize>place << 2), item);
    }
    const swap = from;
    from = to;
    to = swap;
  }
}

/** Counts to the places where their groups begin. */
// @ts-ignore: decorator
@inline
function sumUp(counts: usize, size: usize): void {
  let total: u32 = 0;
  for (let slot = counts; slot < counts + size * 4; slot += 4) {
    const here = load<u32>(slot);
    store<u32>(slot, total);
    total += here;
  }
}

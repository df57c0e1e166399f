/** What the contacts and impulses of a state must be: in order, fitting the shapes, canonical. */
import { arenaTake } from "../../lib/arena";
import {
  AXIS_BITS, AXIS_EDGES, AXIS_EDGES_LAST, AXIS_LAST, AXIS_LYING, AXIS_MASK, AXIS_SEGMENTS, AXIS_SPHERE, CODE,
  FEATURE_BITS, FEATURE_LAST, FEATURE_LYING_LAST, FEATURE_MASK, FEATURE_SEGMENTS_LAST, HALF, IMPULSE_LOW_BITS,
  IMPULSE_MAX, MASS, PAIR,
} from "./layout";
import { State, bodyArray, contactArray, pointsOf } from "./state";
import { splat } from "./vec";

/** Whether contacts name bodies that exist. */
export function pairsInRange(state: State): bool {
  const pairs = contactArray(state, PAIR);
  const count = <usize>state.contactCount;
  const low = i32x4.splat(0xffff);
  let most = i32x4.splat(0);
  let i: usize = 0;
  for (; i + 4 <= count; i += 4) {
    const pair = v128.load(pairs + (i << 2));
    most = i32x4.max_u(most, i32x4.max_u(i32x4.shr_u(pair, 16), v128.and(pair, low)));
  }
  for (; i < count; i++) {
    const pair = load<u32>(pairs + (i << 2));
    most = i32x4.max_u(most, i32x4.splat(max(pair >> 16, pair & 0xffff)));
  }
  return count == 0 || !v128.any_true(i32x4.ge_u(most, i32x4.splat(state.bodyCount)));
}

/** Whether the codes of contacts name as many points as there are. */
export function pointsAddUp(state: State): bool {
  const codes = contactArray(state, CODE);
  let points: u32 = 0;
  for (let i: usize = 0, end = <usize>state.contactCount << 2; i < end; i += 4) points += pointsOf(load<u32>(codes + i));
  return points == state.pointCount;
}

/** Whether the contact list is well formed: pairs ascend, codes fit the shapes, the points add up. */
export function contactsSound(state: State): bool {
  const pairs = contactArray(state, PAIR);
  const codes = contactArray(state, CODE);
  const kinds = kindsOf(state);
  let last: u32 = 0;
  let points: u32 = 0;
  const bodyCount = state.bodyCount;
  for (let i: usize = 0, count = <usize>state.contactCount; i < count; i++) {
    const pair = load<u32>(pairs + (i << 2));
    const code = load<u32>(codes + (i << 2));
    const a = pair >> 16;
    const b = pair & 0xffff;
    // a < b and pairs ascend, so a pair is never 0 and none comes twice.
    if (pair <= last || a >= b || b >= bodyCount) return false;
    last = pair;
    const kindA = <u32>load<u8>(kinds + a);
    const kindB = <u32>load<u8>(kinds + b);
    if ((kindA & kindB & FIXED) != 0) return false;
    if (code == ONE_POINT && (kindA & kindB & SHAPE_MASK) != 2) {
      points++;
      continue;
    }
    if (!codeSound(code, kindA & SHAPE_MASK, kindB & SHAPE_MASK)) return false;
    points += pointsOf(code);
  }
  return points == state.pointCount;
}

/** A byte per body: 0 for a ball, 1 for a capsule, 2 for a box, and FIXED for what never moves. */
const SHAPE_MASK: u32 = 3;
const FIXED: u32 = 4;
const ONE_POINT: u32 = AXIS_SPHERE | 1 << AXIS_BITS;

function kindsOf(state: State): usize {
  const kinds = arenaTake(state.bodyCount, 1);
  const mass = bodyArray(state, MASS);
  const half = bodyArray(state, HALF + 1);
  for (let body: usize = 0; body < <usize>state.bodyCount; body++) {
    const at = body << 2;
    const shape: u32 = load<f32>(half + at) == 0 ? 0 : load<f32>(half + state.stride + at) == 0 ? 1 : 2;
    store<u8>(kinds + body, <u8>(load<f32>(mass + at) == 0 ? shape | FIXED : shape));
  }
  return kinds;
}

/** Whether a code names an axis that two such shapes have, and features that ascend without a gap. */
// @ts-ignore: decorator
@inline
function codeSound(code: u32, a: u32, b: u32): bool {
  const axis = code & AXIS_MASK;
  let features = code >> AXIS_BITS;
  const boxes = a == 2 && b == 2;
  if (axis == AXIS_SPHERE) return features == 1 && !boxes;
  if (axis >= AXIS_EDGES && axis <= AXIS_EDGES_LAST) return features == 1 && boxes;
  let featuresMax: u32 = 4;
  let featureLast = FEATURE_LAST;
  if (axis == AXIS_SEGMENTS) {
    if (a != 1 || b != 1) return false;
    featuresMax = 2;
    featureLast = FEATURE_SEGMENTS_LAST;
  } else if (axis >= AXIS_LYING) {
    if (axis > AXIS_LAST || a + b != 3 || a == 0 || b == 0) return false;
    featuresMax = 2;
    featureLast = FEATURE_LYING_LAST;
  } else if (!boxes) return false;
  if (features == 0 || features >> (featuresMax * FEATURE_BITS) != 0) return false;
  // Each feature against the one before it; behind the last there are zeros.
  const mask = i32x4.splat(FEATURE_MASK);
  const each = v128.and(i32x4(features, features >> 5, features >> 10, features >> 15), mask);
  const before = v128.and(i32x4(0, features, features >> 5, features >> 10), mask);
  const ascends = v128.or(i32x4.gt_s(each, before), v128.and(i32x4.eq(each, i32x4.splat(0)), i32x4(0, -1, -1, -1)));
  // A feature of zero before one that is not is no end: the next would have to exceed it, so it counts as a gap.
  const gap = v128.and(i32x4.eq(before, i32x4.splat(0)), v128.and(i32x4.ne(each, i32x4.splat(0)), i32x4(0, -1, -1, -1)));
  return i32x4.all_true(v128.andnot(ascends, gap)) && !v128.any_true(i32x4.gt_s(each, i32x4.splat(<i32>featureLast)));
}

/** Whether `count` impulses are finite, in range, and have the low bits of their mantissa zero. */
export function impulsesSound(at: usize, count: usize, least: f32): bool {
  const most = i32x4.splat(reinterpret<i32>(IMPULSE_MAX));
  const magnitude = i32x4.splat(0x7fffffff);
  // As integers, magnitudes of floats are ordered like the floats, and what is no number exceeds them all.
  let largest = i32x4.splat(0);
  let bits = i32x4.splat(0);
  let lowest = splat(0);
  let i: usize = 0;
  for (; i + 4 <= count; i += 4) {
    const value = v128.load(at + (i << 2));
    bits = v128.or(bits, value);
    largest = i32x4.max_s(largest, v128.and(value, magnitude));
    lowest = f32x4.pmin(lowest, value);
  }
  const bad = v128.or(v128.and(bits, i32x4.splat(IMPULSE_LOW_BITS)), i32x4.gt_s(largest, most));
  if (v128.any_true(v128.or(bad, f32x4.lt(lowest, splat(least))))) return false;
  for (; i < count; i++) {
    const value = load<f32>(at + (i << 2));
    if ((reinterpret<u32>(value) & IMPULSE_LOW_BITS) != 0 || !(value >= least && value <= IMPULSE_MAX)) return false;
  }
  return true;
}

/** Whether so many impulses of the last substep, in sum with the rest, and as a mean only push. */
export function allPush(last: usize, rest: usize, mean: usize, count: usize): bool {
  let least = splat(0);
  let i: usize = 0;
  for (const end = count << 2; i + 16 <= end; i += 16) {
    const here = v128.load(last + i);
    const sum = f32x4.add(here, v128.load(rest + i));
    least = f32x4.pmin(f32x4.pmin(least, here), f32x4.pmin(sum, v128.load(mean + i)));
  }
  for (const end = count << 2; i < end; i += 4) {
    const here = load<f32>(last + i);
    if (here < 0 || here + load<f32>(rest + i) < 0 || load<f32>(mean + i) < 0) return false;
  }
  return !v128.any_true(f32x4.lt(least, splat(0)));
}

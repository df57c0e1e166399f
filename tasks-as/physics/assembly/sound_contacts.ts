/** What the contacts and impulses of a state must be: in order, fitting the shapes, canonical. */
import { arenaTake } from "../../lib/arena";
import {
  AXIS_BITS, AXIS_EDGES, AXIS_EDGES_LAST, AXIS_LAST, AXIS_LYING, AXIS_MASK, AXIS_SEGMENTS, AXIS_SPHERE, CODE,
  FEATURE_BITS, FEATURE_LAST, FEATURE_LYING_LAST, FEATURE_MASK, FEATURE_SEGMENTS_LAST, HALF, IMPULSE_LOW_BITS,
  IMPULSE_MAX, MASS, PAIR,
} from "./layout";
import { State, bodyArray, contactArray, pointsOf } from "./state";
import { bytesOf, splat } from "./vec";

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
  if (!pairsAscend(state)) return false;
  const pairs = contactArray(state, PAIR);
  const kinds = kindsOf(state);
  // From an address in the pairs to that in the codes.
  const codes = contactArray(state, CODE) - pairs;
  let points: u32 = 0;
  for (let at = pairs, end = pairs + (<usize>state.contactCount << 2); at < end; at += 4) {
    const pair = load<u32>(at);
    const code = load<u32>(at + codes);
    const kindA = <u32>load<u8>(kinds + (pair >> 16));
    const kindB = <u32>load<u8>(kinds + (pair & 0xffff));
    // Neither two that never move nor two boxes.
    if (code == ONE_POINT && (kindA & kindB & (FIXED | BOX)) == 0) {
      points++;
      continue;
    }
    if ((kindA & kindB & FIXED) != 0 || !codeSound(code, kindA & SHAPE_MASK, kindB & SHAPE_MASK)) return false;
    points += pointsOf(code);
  }
  return points == state.pointCount;
}

/** Whether pairs ascend, none twice, and each names two bodies in order. */
function pairsAscend(state: State): bool {
  const pairs = contactArray(state, PAIR);
  const count = state.contactCount;
  if (count == 0) return true;
  const low = i32x4.splat(0xffff);
  const bodies = i32x4.splat(state.bodyCount);
  let ok = i32x4.splat(-1);
  let at: usize = pairs;
  let before = i32x4.splat(0);
  for (const end = pairs + (<usize>count << 2); at + 16 <= end; at += 16) {
    const pair = v128.load(at);
    const a = i32x4.shr_u(pair, 16);
    const b = v128.and(pair, low);
    ok = v128.and(v128.and(ok, i32x4.lt_s(a, b)), i32x4.lt_s(b, bodies));
    // Each against the one before it, the first against the last of the four before.
    ok = v128.and(ok, i32x4.gt_u(pair, v128.shuffle<i32>(before, pair, 3, 4, 5, 6)));
    before = pair;
  }
  if (!i32x4.all_true(ok)) return false;
  let last = <u32>i32x4.extract_lane(before, 3);
  for (const end = pairs + (<usize>count << 2); at < end; at += 4) {
    const pair = load<u32>(at);
    // a < b, so a pair is never 0.
    if (pair <= last || pair >> 16 >= (pair & 0xffff) || (pair & 0xffff) >= state.bodyCount) return false;
    last = pair;
  }
  return true;
}

/** A byte per body: 0 for a ball, 1 for a capsule, 2 for a box, and FIXED for what never moves. */
const SHAPE_MASK: u32 = 3;
const CAPSULE: u32 = 1;
const BOX: u32 = 2;
const FIXED: u32 = 4;
const ONE_POINT: u32 = AXIS_SPHERE | 1 << AXIS_BITS;

function kindsOf(state: State): usize {
  const stride = state.stride;
  const kinds = arenaTake(stride >> 2, 4);
  const masses = bodyArray(state, MASS);
  const half = bodyArray(state, HALF + 1);
  const zero = splat(0);
  for (let lane: usize = 0; lane < stride; lane += 16) {
    const long = f32x4.ne(v128.load(half + lane), zero);
    const box = f32x4.ne(v128.load(half + stride + lane), zero);
    const fixed = f32x4.eq(v128.load(masses + lane), zero);
    const shape = v128.and(long, v128.bitselect(i32x4.splat(BOX), i32x4.splat(CAPSULE), box));
    store<u32>(kinds + (lane >> 2), bytesOf(v128.or(shape, v128.and(fixed, i32x4.splat(FIXED)))));
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
  for (; i + 16 <= count; i += 16) {
    const here = at + (i << 2);
    const v0 = v128.load(here);
    const v1 = v128.load(here, 16);
    const v2 = v128.load(here, 32);
    const v3 = v128.load(here, 48);
    bits = v128.or(bits, v128.or(v128.or(v0, v1), v128.or(v2, v3)));
    const larger01 = i32x4.max_s(v128.and(v0, magnitude), v128.and(v1, magnitude));
    const larger23 = i32x4.max_s(v128.and(v2, magnitude), v128.and(v3, magnitude));
    largest = i32x4.max_s(largest, i32x4.max_s(larger01, larger23));
    lowest = f32x4.pmin(lowest, f32x4.pmin(f32x4.pmin(v0, v1), f32x4.pmin(v2, v3)));
  }
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

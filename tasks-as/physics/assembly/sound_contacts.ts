/** What the contacts and impulses of a state must be: in order, fitting the shapes, canonical. */
import {
  AXIS_BITS, AXIS_EDGES, AXIS_EDGES_LAST, AXIS_LAST, AXIS_LYING, AXIS_MASK, AXIS_SEGMENTS, AXIS_SPHERE, CODE,
  FEATURE_BITS, FEATURE_LAST, FEATURE_LYING_LAST, FEATURE_MASK, FEATURE_SEGMENTS_LAST, HALF, IMPULSE_LOW_BITS,
  IMPULSE_MAX, MASS, PAIR,
} from "./layout";
import { State, bodyArray, contactArray, pointsOf } from "./state";
import { within } from "./vec";

/** Whether the contact list is well formed: pairs ascend, codes fit the shapes, the points add up. */
export function contactsSound(state: State): bool {
  const pairs = contactArray(state, PAIR);
  const codes = contactArray(state, CODE);
  const mass = bodyArray(state, MASS);
  const half = bodyArray(state, HALF + 1);
  let last: u32 = 0;
  let points: u32 = 0;
  for (let i: usize = 0, count = <usize>state.contactCount; i < count; i++) {
    const pair = load<u32>(pairs + (i << 2));
    const code = load<u32>(codes + (i << 2));
    const a = pair >> 16;
    const b = pair & 0xffff;
    // a < b and pairs ascend, so a pair is never 0 and none comes twice.
    if (pair <= last || a >= b || b >= state.bodyCount) return false;
    last = pair;
    if (load<f32>(mass + (<usize>a << 2)) == 0 && load<f32>(mass + (<usize>b << 2)) == 0) return false;
    if (!codeSound(code, shapeAt(half + (<usize>a << 2), state.stride), shapeAt(half + (<usize>b << 2), state.stride))) {
      return false;
    }
    points += pointsOf(code);
  }
  return points == state.pointCount;
}

/** Of two half extents: 0 for a ball, 1 for a capsule, 2 for a box. */
// @ts-ignore: decorator
@inline
function shapeAt(at: usize, stride: usize): u32 {
  return load<f32>(at) == 0 ? 0 : load<f32>(at + stride) == 0 ? 1 : 2;
}

/** Whether a code names an axis that two such shapes have, and features that ascend without a gap. */
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
  let last: u32 = 0;
  while (features != 0) {
    const feature = features & FEATURE_MASK;
    if (feature <= last || feature > featureLast) return false;
    last = feature;
    features >>= FEATURE_BITS;
  }
  return true;
}

/** Whether `count` impulses are finite, in range, and have the low bits of their mantissa zero. */
export function impulsesSound(at: usize, count: usize, least: f32): bool {
  let bad = i32x4.splat(0);
  const low = i32x4.splat(IMPULSE_LOW_BITS);
  let i: usize = 0;
  for (; i + 4 <= count; i += 4) {
    const value = v128.load(at + (i << 2));
    bad = v128.or(bad, v128.or(v128.and(value, low), v128.not(within(value, least, IMPULSE_MAX))));
  }
  if (v128.any_true(bad)) return false;
  for (; i < count; i++) {
    const value = load<f32>(at + (i << 2));
    if ((reinterpret<u32>(value) & IMPULSE_LOW_BITS) != 0 || !(value >= least && value <= IMPULSE_MAX)) return false;
  }
  return true;
}

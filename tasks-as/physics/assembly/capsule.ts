/**
 * Capsules: balls swept along a segment, the second axis of their body. Closest points of two segments (C. Ericson,
 * "Real-Time Collision Detection", 2005, §5.1.9) and of a segment and a box; capsules that lie side by side or along
 * a face of a box get two points, so that they rest without rocking.
 */
import { BODY_HALF, BODY_R, BODY_SHAPE, BODY_X, SHAPE_CAPSULE } from "./bodies";
import { FEATURE_BITS, FEATURE_MASK, FEATURE_SIDE } from "./layout";
import { add, dot, scale, sub, xOf, yOf, zOf } from "./vec";

/** What a pair's segments are to each other; two balls have segments of length zero. */
@unmanaged
export class Segments {
  /** Half the lengths. */
  a: f32;
  b: f32;
  /** Cosine between them; how far the second centre lies from the first along each. */
  cosine: f32;
  alongA: f32;
  alongB: f32;
  /** The closest points: distances from the centres along the segments. */
  s: f32;
  t: f32;
}

export const SEGMENTS_SIZE: usize = 28;

/** Segments with a sine between them below this, and side by side for this share of the shorter, touch twice. */
const SIDE_BY_SIDE: f32 = 0.0025;
const SHARED_MIN: f32 = 0.2;
/** A capsule lies along a face when the sine between them is below this. */
const LYING: f32 = 0.15;
/** A point this little outside a face's side, or beyond a segment's end, is still on it. */
const EDGE_M: f32 = 0.001;

// @ts-ignore: decorator
@inline
export function axisOf(body: usize): v128 {
  return v128.load(body, BODY_R + 16);
}

/** Half the length of a body's segment: zero for a ball. */
// @ts-ignore: decorator
@inline
export function segmentOf(body: usize): f32 {
  return load<f32>(body, BODY_SHAPE) == SHAPE_CAPSULE ? load<f32>(body, BODY_HALF + 4) : 0;
}

// @ts-ignore: decorator
@inline
function held(value: f32, limit: f32): f32 {
  return max<f32>(min<f32>(value, limit), -limit);
}

/** Fills `to` for two bodies that are balls or capsules. */
export function setSegments(a: usize, b: usize, to: Segments): void {
  const offset = sub(v128.load(b, BODY_X), v128.load(a, BODY_X));
  const lengthA = segmentOf(a);
  const lengthB = segmentOf(b);
  const cosine = dot(axisOf(a), axisOf(b));
  const alongA = dot(axisOf(a), offset);
  const alongB = dot(axisOf(b), offset);
  const square: f32 = 1 - cosine * cosine;
  let s: f32;
  if (square > 1.0e-6) s = held((alongA - cosine * alongB) / square, lengthA);
  else s = held(<f32>0.5 * (max<f32>(-lengthA, alongA - lengthB) + min<f32>(lengthA, alongA + lengthB)), lengthA);
  const free = cosine * s - alongB;
  const t = held(free, lengthB);
  if (free != t) s = held(cosine * t + alongA, lengthA);
  to.a = lengthA;
  to.b = lengthB;
  to.cosine = cosine;
  to.alongA = alongA;
  to.alongB = alongB;
  to.s = s;
  to.t = t;
}

/** The features of two capsules that touch twice, packed, or 0: the ends that bound where they are side by side. */
export function sideFeatures(pair: Segments): u32 {
  if (pair.a == 0 || pair.b == 0 || !(1 - pair.cosine * pair.cosine < SIDE_BY_SIDE)) return 0;
  const lowB = pair.alongA - pair.b;
  const highB = pair.alongA + pair.b;
  if (!(min<f32>(pair.a, highB) - max<f32>(-pair.a, lowB) > SHARED_MIN * min<f32>(pair.a, pair.b))) return 0;
  const forward = pair.cosine > 0;
  const low: u32 = -pair.a >= lowB ? 1 : forward ? 3 : 4;
  const high: u32 = pair.a <= highB ? 2 : forward ? 4 : 3;
  return min(low, high) | (max(low, high) << FEATURE_BITS);
}

/** The place on the first segment, and in `pair.t` on the second, that a feature of two capsules names. */
// @ts-ignore: decorator
@inline
export function placeOnFirst(pair: Segments, feature: u32): f32 {
  if (feature <= 2) {
    const s = feature == 1 ? -pair.a : pair.a;
    pair.t = held(pair.cosine * s - pair.alongB, pair.b);
    return s;
  }
  pair.t = feature == 3 ? -pair.b : pair.b;
  return held(pair.cosine * pair.t + pair.alongA, pair.a);
}

/** Where on its segment a capsule (or ball: 0) is closest to a box; the middle where it is equally close. */
export function nearestToBox(round: usize, box: usize): f32 {
  const limit = segmentOf(round);
  if (limit == 0) return 0;
  const offset = sub(v128.load(round, BODY_X), v128.load(box, BODY_X));
  const axis = axisOf(round);
  const centre = inBox(box, offset);
  const along = inBox(box, axis);
  const half = v128.load(box, BODY_HALF);
  // Half the derivative of the squared distance ascends, piecewise straight: between which bends is it zero?
  let slopeLow = slopeAt(centre, along, half, -limit);
  let slopeHigh = slopeAt(centre, along, half, limit);
  if (slopeLow > 0) return -limit;
  if (slopeHigh < 0) return limit;
  let low = slopeHigh == 0 ? limit : -limit;
  let high = slopeLow == 0 ? -limit : limit;
  for (let i = 0; i < 6; i++) {
    const bend = bendOf(centre, along, half, i);
    if (!(bend > -limit && bend < limit)) continue;
    const slope = slopeAt(centre, along, half, bend);
    if (slope <= 0 && bend > low) {
      low = bend;
      slopeLow = slope;
    }
    if (slope >= 0 && bend < high) {
      high = bend;
      slopeHigh = slope;
    }
  }
  if (low >= high || slopeLow == slopeHigh) return <f32>0.5 * (low + high);
  return low + (high - low) * (slopeLow / (slopeLow - slopeHigh));
}

// @ts-ignore: decorator
@inline
function inBox(box: usize, vector: v128): v128 {
  return f32x4(
    dot(v128.load(box, BODY_R), vector), dot(v128.load(box, BODY_R + 16), vector), dot(v128.load(box, BODY_R + 32), vector), 0,
  );
}

// @ts-ignore: decorator
@inline
function slopeAt(centre: v128, along: v128, half: v128, t: f32): f32 {
  const point = add(centre, scale(along, t));
  return dot(along, sub(point, f32x4.min(f32x4.max(point, f32x4.neg(half)), half)));
}

/** Where the segment passes the plane of face `i` of six. */
// @ts-ignore: decorator
@inline
function bendOf(centre: v128, along: v128, half: v128, i: i32): f32 {
  const side = f32x4.div(sub((i & 1) != 0 ? half : f32x4.neg(half), centre), along);
  return i < 2 ? xOf(side) : i < 4 ? yOf(side) : zOf(side);
}

/** A box's face under a capsule: everything relative to the box's centre. */
@unmanaged
export class Bed {
  /** Outward normal is `sign` times this axis of the box. */
  k: u32;
  sign: f32;
  /** The capsule's centre and direction along the face's two axes and its normal. */
  centreU: f32;
  centreV: f32;
  centreN: f32;
  alongU: f32;
  alongV: f32;
  alongN: f32;
  halfU: f32;
  halfV: f32;
  halfN: f32;
}

export const BED_SIZE: usize = 44;

export function setBed(capsule: usize, box: usize, k: u32, bed: Bed): void {
  const offset = sub(v128.load(capsule, BODY_X), v128.load(box, BODY_X));
  const axis = axisOf(capsule);
  const u: u32 = k == 2 ? 0 : k + 1;
  const v: u32 = u == 2 ? 0 : u + 1;
  const axisN = v128.load(box + BODY_R + (<usize>k << 4));
  const axisU = v128.load(box + BODY_R + (<usize>u << 4));
  const axisV = v128.load(box + BODY_R + (<usize>v << 4));
  const height = dot(axisN, offset);
  const sign: f32 = height >= 0 ? 1 : -1;
  bed.k = k;
  bed.sign = sign;
  bed.centreU = dot(axisU, offset);
  bed.centreV = dot(axisV, offset);
  bed.centreN = sign * height;
  bed.alongU = dot(axisU, axis);
  bed.alongV = dot(axisV, axis);
  bed.alongN = sign * dot(axisN, axis);
  bed.halfU = load<f32>(box + (<usize>u << 2), BODY_HALF);
  bed.halfV = load<f32>(box + (<usize>v << 2), BODY_HALF);
  bed.halfN = load<f32>(box + (<usize>k << 2), BODY_HALF);
}

/** The place on the segment that a feature of a lying capsule names; NaN or beyond the ends where there is none. */
// @ts-ignore: decorator
@inline
export function placeOnBed(bed: Bed, limit: f32, feature: u32): f32 {
  if (feature < FEATURE_SIDE) return feature == 1 ? -limit : limit;
  const side = feature - FEATURE_SIDE;
  const sign: f32 = (side & 1) != 0 ? -1 : 1;
  return side < 2 ? (sign * bed.halfU - bed.centreU) / bed.alongU : (sign * bed.halfV - bed.centreV) / bed.alongV;
}

/** Whether a place is on the segment and above the face. */
// @ts-ignore: decorator
@inline
export function onBed(bed: Bed, limit: f32, place: f32): bool {
  return abs(place) <= limit + EDGE_M && abs(bed.centreU + place * bed.alongU) <= bed.halfU + EDGE_M &&
    abs(bed.centreV + place * bed.alongV) <= bed.halfV + EDGE_M;
}

/** The face along which a capsule lies, given its closest place, and in `bed` its view; false when it lies along none. */
export function findBed(capsule: usize, box: usize, nearest: f32, bed: Bed): bool {
  const offset = sub(v128.load(capsule, BODY_X), v128.load(box, BODY_X));
  const point = f32x4.abs(inBox(box, add(offset, scale(axisOf(capsule), nearest))));
  const excess = sub(point, v128.load(box, BODY_HALF));
  const x = xOf(excess);
  const y = yOf(excess);
  const z = zOf(excess);
  // Along a face that is level but for rounding, the closest place may be just beyond its side.
  const outside = (x > EDGE_M ? 1 : 0) + (y > EDGE_M ? 1 : 0) + (z > EDGE_M ? 1 : 0);
  if (outside > 1) return false;
  setBed(capsule, box, x >= y && x >= z ? 0 : y >= z ? 1 : 2, bed);
  return abs(bed.alongN) < LYING;
}

/** The two features that bound where a capsule lies on its bed, packed, or 0. */
export function lyingFeatures(bed: Bed, limit: f32): u32 {
  let low = -limit;
  let high = limit;
  let lowFeature: u32 = 1;
  let highFeature: u32 = 2;
  for (let side: u32 = 0; side < 4; side++) {
    const place = placeOnBed(bed, limit, FEATURE_SIDE + side);
    const along = side < 2 ? bed.alongU : bed.alongV;
    if (!(abs(along) > 1.0e-6)) continue;
    // Going forward it leaves through +U where it heads for +U; it came in through the other side.
    const leaves = ((side & 1) == 0) == (along > 0);
    if (leaves && place < high) {
      high = place;
      highFeature = FEATURE_SIDE + side;
    }
    if (!leaves && place > low) {
      low = place;
      lowFeature = FEATURE_SIDE + side;
    }
  }
  if (!(high - low > SHARED_MIN * limit)) return 0;
  return min(lowFeature, highFeature) | (max(lowFeature, highFeature) << FEATURE_BITS);
}

/** Feature `i` of packed ones. */
// @ts-ignore: decorator
@inline
export function featureAt(features: u32, i: u32): u32 {
  return (features >> (i * FEATURE_BITS)) & FEATURE_MASK;
}

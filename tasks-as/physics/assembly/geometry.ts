/**
 * Contact geometry from a contact's code. The code names what touches (which face or edges, which corners and
 * crossings), so normal and points follow in a few operations without a search: `run` searches for the code and
 * then comes here, `check` only comes here, and both get the same bits.
 *
 * Points are offsets from the centre of the first body, half-way between the two surfaces; the normal points
 * from the first body to the second.
 */
import { arenaMark, arenaRelease, arenaTake } from "../../lib/arena";
import { BODY_HALF, BODY_R, BODY_RIM, BODY_SHAPE, BODY_V, BODY_X, SHAPE_BALL, SHAPE_BOX } from "./bodies";
import {
  BED_SIZE, Bed, SEGMENTS_SIZE, Segments, axisOf, featureAt, nearestToBox, onBed, placeOnBed, placeOnFirst, segmentOf,
  setBed, setSegments,
} from "./capsule";
import { FACE_NORMAL, facePoint, setFace } from "./face";
import {
  AXIS_BITS, AXIS_EDGES, AXIS_FACE_FIRST, AXIS_FACE_SECOND, AXIS_LYING, AXIS_MASK, AXIS_SEGMENTS, AXIS_SPHERE,
  FEATURE_BITS, FEATURE_MASK, MARGIN_M, STEP_S,
} from "./layout";
import { pointsOf } from "./state";
import { add, cross, dot, mul, scale, splat, sub, turn, wOf, xOf, yOf, zOf } from "./vec";

/** Geometry of a contact: normal, up to four points, the gap at each point (negative: overlap). */
export const GEO_NORMAL: usize = 0;
export const GEO_POINTS: usize = 16;
export const GEO_GAPS: usize = 80;
export const GEO_SIZE: usize = 96;

/** Below this two points are taken as one: the direction between them means nothing. */
const NEAR_M: f32 = 1.0e-5;
/** The gap of a point that is not there. */
const FAR_M: f32 = 1.0e9;

/** Fills `geo` for the bodies' records `a` and `b`; returns false when the code has no geometry here. */
export function setGeometry(a: usize, b: usize, code: u32, geo: usize, face: usize): bool {
  const axis = code & AXIS_MASK;
  if (axis == AXIS_SPHERE) {
    const boxA = load<f32>(a, BODY_SHAPE) == SHAPE_BOX;
    if (boxA) roundAndBox(b, a, false, geo);
    else if (load<f32>(b, BODY_SHAPE) == SHAPE_BOX) roundAndBox(a, b, true, geo);
    else if (load<f32>(a, BODY_SHAPE) == SHAPE_BALL && load<f32>(b, BODY_SHAPE) == SHAPE_BALL) spheres(a, b, geo);
    else capsules(a, b, 0, geo);
    return true;
  }
  if (axis == AXIS_SEGMENTS) {
    capsules(a, b, code >> AXIS_BITS, geo);
    return true;
  }
  if (axis >= AXIS_LYING) {
    lying(a, b, axis - AXIS_LYING, code, geo);
    return true;
  }
  if (axis >= AXIS_EDGES) return edges(a, b, axis - AXIS_EDGES, geo);
  return faces(a, b, axis, code >> AXIS_BITS, geo, face);
}

/** How wide a gap may be along `normal` and still matter within this step. */
// @ts-ignore: decorator
@inline
export function gapMax(a: usize, b: usize, normal: v128): f32 {
  const closing = dot(normal, sub(v128.load(a, BODY_V), v128.load(b, BODY_V)));
  return MARGIN_M + STEP_S * (max<f32>(closing, 0) + load<f32>(a, BODY_RIM) + load<f32>(b, BODY_RIM));
}

/** Which of the first `count` points of `geo` touch or may within the step: a bit each. */
// @ts-ignore: decorator
@inline
export function touching(a: usize, b: usize, count: u32, geo: usize): u32 {
  const limit = splat(gapMax(a, b, v128.load(geo, GEO_NORMAL)));
  return i32x4.bitmask(f32x4.le(v128.load(geo, GEO_GAPS), limit)) & ((1 << count) - 1);
}

// @ts-ignore: decorator
@inline
function setPoint(geo: usize, index: usize, point: v128, gap: f32): void {
  v128.store(geo + GEO_POINTS + (index << 4), point);
  store<f32>(geo + GEO_GAPS + (index << 2), gap);
}

// @ts-ignore: decorator
@inline
function spheres(a: usize, b: usize, geo: usize): void {
  const offset = sub(v128.load(b, BODY_X), v128.load(a, BODY_X));
  const length = sqrt<f32>(dot(offset, offset));
  const normal = length > NEAR_M ? scale(offset, 1 / length) : f32x4(0, 1, 0, 0);
  const radius = load<f32>(a, BODY_HALF);
  const gap = length - radius - load<f32>(b, BODY_HALF);
  v128.store(geo + GEO_NORMAL, normal);
  setPoint(geo, 0, scale(normal, radius + <f32>0.5 * gap), gap);
}

/** Two of which one is a capsule and the other a capsule or a ball: at the closest points, or at named ends. */
function capsules(a: usize, b: usize, features: u32, geo: usize): void {
  const mark = arenaMark();
  const segments = changetype<Segments>(arenaTake(SEGMENTS_SIZE, 4));
  setSegments(a, b, segments);
  const offset = sub(v128.load(b, BODY_X), v128.load(a, BODY_X));
  const radiusA = load<f32>(a, BODY_HALF);
  const radii = radiusA + load<f32>(b, BODY_HALF);
  const between = betweenPlaces(a, b, offset, segments.s, segments.t);
  const length = sqrt<f32>(dot(between, between));
  const normal = length > NEAR_M ? scale(between, 1 / length) : f32x4(0, 1, 0, 0);
  v128.store(geo + GEO_NORMAL, normal);
  if (features == 0) {
    const gap = length - radii;
    setPoint(geo, 0, add(scale(axisOf(a), segments.s), scale(normal, radiusA + <f32>0.5 * gap)), gap);
  }
  for (let i: u32 = 0; features >> (i * FEATURE_BITS) != 0; i++) {
    const s = placeOnFirst(segments, featureAt(features, i));
    const gap = dot(normal, betweenPlaces(a, b, offset, s, segments.t)) - radii;
    setPoint(geo, i, add(scale(axisOf(a), s), scale(normal, radiusA + <f32>0.5 * gap)), gap);
  }
  arenaRelease(mark);
}

/** From the place `s` on the first segment to the place `t` on the second. */
// @ts-ignore: decorator
@inline
function betweenPlaces(a: usize, b: usize, offset: v128, s: f32, t: f32): v128 {
  return sub(add(offset, scale(axisOf(b), t)), scale(axisOf(a), s));
}

/** A capsule along face `k` of a box: at the places that the code names. */
function lying(a: usize, b: usize, k: u32, code: u32, geo: usize): void {
  const mark = arenaMark();
  const bed = changetype<Bed>(arenaTake(BED_SIZE, 4));
  const boxFirst = load<f32>(a, BODY_SHAPE) == SHAPE_BOX;
  const capsule = boxFirst ? b : a;
  const box = boxFirst ? a : b;
  setBed(capsule, box, k, bed);
  const limit = segmentOf(capsule);
  const radius = load<f32>(capsule, BODY_HALF);
  const outward = scale(v128.load(box + BODY_R + (<usize>k << 4)), bed.sign);
  v128.store(geo + GEO_NORMAL, boxFirst ? outward : f32x4.neg(outward));
  const start = boxFirst ? sub(v128.load(b, BODY_X), v128.load(a, BODY_X)) : splat(0);
  for (let i: u32 = 0, count = pointsOf(code); i < count; i++) {
    const place = placeOnBed(bed, limit, featureAt(code >> AXIS_BITS, i));
    let gap: f32 = FAR_M;
    let point = splat(0);
    if (onBed(bed, limit, place)) {
      gap = bed.centreN + place * bed.alongN - bed.halfN - radius;
      point = add(start, sub(scale(axisOf(capsule), place), scale(outward, radius + <f32>0.5 * gap)));
    }
    setPoint(geo, i, point, gap);
  }
  arenaRelease(mark);
}

/** A ball, or a capsule at its closest place, and a box. */
function roundAndBox(round: usize, box: usize, roundFirst: bool, geo: usize): void {
  const place = nearestToBox(round, box);
  const shift = place == 0 ? splat(0) : scale(axisOf(round), place);
  const between = sub(v128.load(round, BODY_X), v128.load(box, BODY_X));
  const offset = add(between, shift);
  const r0 = v128.load(box, BODY_R);
  const r1 = v128.load(box, BODY_R + 16);
  const r2 = v128.load(box, BODY_R + 32);
  const centre = f32x4(dot(r0, offset), dot(r1, offset), dot(r2, offset), 0);
  const half = f32x4.replace_lane(v128.load(box, BODY_HALF), 3, 0);
  let nearest = f32x4.pmin(f32x4.pmax(centre, f32x4.neg(half)), half);
  const away = sub(centre, nearest);
  const square = dot(away, away);
  let outward: v128;
  let gap: f32 = -load<f32>(round, BODY_HALF);
  if (square > NEAR_M * NEAR_M) {
    const length = sqrt<f32>(square);
    outward = scale(away, 1 / length);
    gap += length;
  } else {
    // The centre is inside: the nearest face is the way out.
    const depth = sub(half, f32x4.abs(centre));
    const dx = xOf(depth);
    const dy = yOf(depth);
    const dz = zOf(depth);
    const side = v128.bitselect(splat(1), splat(-1), f32x4.ge(centre, splat(0)));
    let mask: v128;
    if (dx <= dy && dx <= dz) {
      mask = i32x4(-1, 0, 0, 0);
      gap -= dx;
    } else if (dy <= dz) {
      mask = i32x4(0, -1, 0, 0);
      gap -= dy;
    } else {
      mask = i32x4(0, 0, -1, 0);
      gap -= dz;
    }
    outward = v128.and(side, mask);
    nearest = v128.bitselect(mul(side, half), nearest, mask);
  }
  const normal = turn(r0, r1, r2, outward);
  const point = add(turn(r0, r1, r2, nearest), scale(normal, <f32>0.5 * gap));
  if (roundFirst) {
    v128.store(geo + GEO_NORMAL, f32x4.neg(normal));
    setPoint(geo, 0, sub(point, between), gap);
  } else {
    v128.store(geo + GEO_NORMAL, normal);
    setPoint(geo, 0, point, gap);
  }
}

function faces(a: usize, b: usize, axis: u32, features: u32, geo: usize, face: usize): bool {
  const second = axis >= AXIS_FACE_SECOND;
  const from = second ? b : a;
  const other = second ? a : b;
  setFace(from, other, axis - (second ? AXIS_FACE_SECOND : AXIS_FACE_FIRST), face);
  const normal = v128.load(face + FACE_NORMAL);
  v128.store(geo + GEO_NORMAL, second ? f32x4.neg(normal) : normal);
  const shift = second ? sub(v128.load(b, BODY_X), v128.load(a, BODY_X)) : splat(0);
  for (let i: usize = 0; features != 0; i++) {
    const corner = facePoint(face, features & FEATURE_MASK);
    const gap = wOf(corner);
    if (!(gap < 1.0e6)) return false;
    const point = sub(f32x4.replace_lane(corner, 3, 0), scale(normal, <f32>0.5 * gap));
    setPoint(geo, i, add(point, shift), gap);
    features >>= FEATURE_BITS;
  }
  return true;
}

/** Edge i of the first box against edge j of the second; index is 3 i + j. */
function edges(a: usize, b: usize, index: u32, geo: usize): bool {
  const i = index / 3;
  const j = index - 3 * i;
  const offset = sub(v128.load(b, BODY_X), v128.load(a, BODY_X));
  const along = v128.load(a + BODY_R + (<usize>i << 4));
  const across = v128.load(b + BODY_R + (<usize>j << 4));
  const product = cross(along, across);
  const square = dot(product, product);
  if (!(square > 1.0e-5)) return false;
  let normal = scale(product, 1 / sqrt<f32>(square));
  if (dot(normal, offset) < 0) normal = f32x4.neg(normal);
  const pa = edgeMiddle(a, i, normal);
  const pb = sub(offset, edgeMiddle(b, j, normal));
  // Closest points of the two lines, held to the edges.
  const between = sub(pb, pa);
  const m = dot(along, across);
  const u = dot(between, along);
  const v = dot(between, across);
  const bottom: f32 = 1 / (<f32>1 - m * m);
  const s = held((u - m * v) * bottom, load<f32>(a + (<usize>i << 2), BODY_HALF));
  const t = held((m * u - v) * bottom, load<f32>(b + (<usize>j << 2), BODY_HALF));
  const onA = add(pa, scale(along, s));
  const onB = add(pb, scale(across, t));
  v128.store(geo + GEO_NORMAL, normal);
  setPoint(geo, 0, scale(add(onA, onB), 0.5), dot(normal, sub(onB, onA)));
  return true;
}

/** Middle of the edge along axis `skip` that lies farthest along `direction`, from the box's centre. */
// @ts-ignore: decorator
@inline
function edgeMiddle(box: usize, skip: u32, direction: v128): v128 {
  let middle = splat(0);
  for (let k: u32 = 0; k < 3; k++) {
    if (k == skip) continue;
    const column = v128.load(box + BODY_R + (<usize>k << 4));
    const half = load<f32>(box + (<usize>k << 2), BODY_HALF);
    middle = add(middle, scale(column, dot(column, direction) >= 0 ? half : -half));
  }
  return middle;
}

// @ts-ignore: decorator
@inline
function held(value: f32, limit: f32): f32 {
  return max<f32>(min<f32>(value, limit), -limit);
}

/**
 * Whether two bodies touch or are about to, and what touches: the search for a contact's code.
 *
 * Boxes: the separating axis test over 15 axes (S. Gottschalk, M. Lin, D. Manocha, "OBBTree", 1996), then the
 * overlap of a face with the one that looks at it, whose corners have names (the idea of clipping, as D. Gregorius
 * describes it in "Robust contact creation for physics simulations", GDC 2015), reduced to four that span most.
 */
import { arenaMark, arenaRelease, arenaTake } from "../../lib/arena";
import { BODY_HALF, BODY_R, BODY_RIM, BODY_SHAPE, BODY_V, BODY_X, SHAPE_BOX, SHAPE_CAPSULE } from "./bodies";
import {
  BED_SIZE, Bed, SEGMENTS_SIZE, Segments, findBed, lyingFeatures, nearestToBox, segmentOf, setSegments, sideFeatures,
} from "./capsule";
import { FACE_NORMAL, setFace } from "./face";
import { gapMax, setGeometry, touching } from "./geometry";
import {
  AXIS_BITS, AXIS_EDGES, AXIS_FACE_FIRST, AXIS_FACE_SECOND, AXIS_LYING, AXIS_MASK, AXIS_SEGMENTS, AXIS_SPHERE,
  FEATURE_BITS, FEATURE_MASK, MARGIN_M, STEP_S,
} from "./layout";
import { overlapFeatures } from "./overlap";
import { pointsOf } from "./state";
import { add, dot, mul, splat, sub, xOf, yOf, yzx, zOf, zxy } from "./vec";

/** How much better an axis must be to be taken instead of an earlier one: keeps the choice steady. */
const FACE_BETTER_M: f32 = 0.0005;
const EDGES_BETTER_M: f32 = 0.002;
/** Nearly parallel edges give no axis that the faces do not give better. */
const SINE_MIN: f32 = 0.01;

/** No code: the bodies neither touch nor will within the step. */
export const NO_CONTACT: u32 = 0xffffffff;

const ONE_FEATURE: u32 = 1 << AXIS_BITS;

/** The code of the contact between two bodies' records. Fills `geo` when there is one. */
export function collide(a: usize, b: usize, geo: usize, face: usize, candidates: usize): u32 {
  const shapeA = load<f32>(a, BODY_SHAPE);
  const shapeB = load<f32>(b, BODY_SHAPE);
  if (shapeA != SHAPE_BOX || shapeB != SHAPE_BOX) {
    const closest = AXIS_SPHERE | ONE_FEATURE;
    if (single(a, b, closest, geo, face) == NO_CONTACT) return NO_CONTACT;
    const two = (shapeA == SHAPE_CAPSULE && shapeB != 0) || (shapeB == SHAPE_CAPSULE && shapeA != 0)
      ? capsuleCode(a, b, shapeA, shapeB)
      : 0;
    if (two == 0) return closest;
    // Both points touch, or the closest alone counts.
    if (setGeometry(a, b, two, geo, face) && touching(a, b, 2, geo) == 3) return two;
    return single(a, b, closest, geo, face);
  }
  const axis = separatingAxis(a, b);
  if (axis == NO_CONTACT) return NO_CONTACT;
  if (axis >= AXIS_EDGES) return single(a, b, axis | ONE_FEATURE, geo, face);
  const second = axis >= AXIS_FACE_SECOND;
  const from = second ? b : a;
  const other = second ? a : b;
  setFace(from, other, axis - (second ? AXIS_FACE_SECOND : AXIS_FACE_FIRST), face);
  const normal = v128.load(face + FACE_NORMAL);
  const features = overlapFeatures(face, gapMax(from, other, normal), candidates);
  return features == 0 ? NO_CONTACT : certain(a, b, axis | (features << AXIS_BITS), geo, face);
}

/** The code of a capsule that lies along another or along a box's face, or 0. */
function capsuleCode(a: usize, b: usize, shapeA: f32, shapeB: f32): u32 {
  const mark = arenaMark();
  let code: u32 = 0;
  if (shapeA == shapeB) {
    const segments = changetype<Segments>(arenaTake(SEGMENTS_SIZE, 4));
    setSegments(a, b, segments);
    const features = sideFeatures(segments);
    if (features != 0) code = AXIS_SEGMENTS | (features << AXIS_BITS);
  } else {
    const capsule = shapeA == SHAPE_CAPSULE ? a : b;
    const box = shapeA == SHAPE_CAPSULE ? b : a;
    const bed = changetype<Bed>(arenaTake(BED_SIZE, 4));
    if (findBed(capsule, box, nearestToBox(capsule, box), bed)) {
      const features = lyingFeatures(bed, segmentOf(capsule));
      if (features != 0) code = (AXIS_LYING + bed.k) | (features << AXIS_BITS);
    }
  }
  arenaRelease(mark);
  return code;
}

/**
 * The code without points that do not touch once their geometry is computed from it, which is how `check` sees
 * them: far out on large faces the search rounds differently.
 */
function certain(a: usize, b: usize, code: u32, geo: usize, face: usize): u32 {
  const count = pointsOf(code);
  if (!setGeometry(a, b, code, geo, face)) return NO_CONTACT;
  const kept = touching(a, b, count, geo);
  if (popcnt(kept) == count) return code;
  let features: u32 = 0;
  let shift: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    if ((kept & (1 << i)) == 0) continue;
    features |= ((code >> (AXIS_BITS + i * FEATURE_BITS)) & FEATURE_MASK) << shift;
    shift += FEATURE_BITS;
  }
  if (features == 0) return NO_CONTACT;
  const less = (code & AXIS_MASK) | (features << AXIS_BITS);
  setGeometry(a, b, less, geo, face);
  return less;
}

// @ts-ignore: decorator
@inline
function single(a: usize, b: usize, code: u32, geo: usize, face: usize): u32 {
  return setGeometry(a, b, code, geo, face) && touching(a, b, 1, geo) != 0 ? code : NO_CONTACT;
}

// @ts-ignore: decorator
@inline
function transposed(r0: v128, r1: v128, r2: v128, k: i32): v128 {
  const low = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  if (k == 0) return v128.shuffle<f32>(low, r2, 0, 1, 4, 7);
  if (k == 1) return v128.shuffle<f32>(low, r2, 2, 3, 5, 7);
  return v128.shuffle<f32>(v128.shuffle<f32>(r0, r1, 2, 6, 2, 6), r2, 0, 1, 6, 7);
}

// @ts-ignore: decorator
@inline
function splatLane(a: v128, k: i32): v128 {
  if (k == 0) return v128.shuffle<f32>(a, a, 0, 0, 0, 0);
  if (k == 1) return v128.shuffle<f32>(a, a, 1, 1, 1, 1);
  return v128.shuffle<f32>(a, a, 2, 2, 2, 2);
}

/** The axis along which two boxes overlap least (or are farthest apart), or none when they cannot meet. */
function separatingAxis(a: usize, b: usize): u32 {
  const a0 = v128.load(a, BODY_R);
  const a1 = v128.load(a, BODY_R + 16);
  const a2 = v128.load(a, BODY_R + 32);
  const b0 = v128.load(b, BODY_R);
  const b1 = v128.load(b, BODY_R + 16);
  const b2 = v128.load(b, BODY_R + 32);
  const ha = f32x4.replace_lane(v128.load(a, BODY_HALF), 3, 0);
  const hb = f32x4.replace_lane(v128.load(b, BODY_HALF), 3, 0);
  const offset = sub(v128.load(b, BODY_X), v128.load(a, BODY_X));
  const velocity = sub(v128.load(b, BODY_V), v128.load(a, BODY_V));
  const rims = load<f32>(a, BODY_RIM) + load<f32>(b, BODY_RIM);
  const margin = MARGIN_M + STEP_S * (sqrt<f32>(dot(velocity, velocity)) + rims);

  // Row i of the second box's axes in the first box's frame: (a_i·b_0, a_i·b_1, a_i·b_2).
  const bx = transposed(b0, b1, b2, 0);
  const by = transposed(b0, b1, b2, 1);
  const bz = transposed(b0, b1, b2, 2);
  const n0 = add(add(mul(bx, splatLane(a0, 0)), mul(by, splatLane(a0, 1))), mul(bz, splatLane(a0, 2)));
  const n1 = add(add(mul(bx, splatLane(a1, 0)), mul(by, splatLane(a1, 1))), mul(bz, splatLane(a1, 2)));
  const n2 = add(add(mul(bx, splatLane(a2, 0)), mul(by, splatLane(a2, 1))), mul(bz, splatLane(a2, 2)));
  const l0 = f32x4.abs(n0);
  const l1 = f32x4.abs(n1);
  const l2 = f32x4.abs(n2);
  const c = f32x4(dot(a0, offset), dot(a1, offset), dot(a2, offset), 0);
  const d = add(add(mul(bx, splatLane(offset, 0)), mul(by, splatLane(offset, 1))), mul(bz, splatLane(offset, 2)));
  const reachB = f32x4(dot(l0, hb), dot(l1, hb), dot(l2, hb), 0);
  const reachA = add(add(mul(l0, splatLane(ha, 0)), mul(l1, splatLane(ha, 1))), mul(l2, splatLane(ha, 2)));
  const sa = sub(f32x4.abs(c), add(ha, reachB));
  const sb = sub(f32x4.abs(d), add(hb, reachA));
  if (v128.any_true(f32x4.gt(f32x4.max(sa, sb), splat(margin)))) return NO_CONTACT;

  let axis = AXIS_FACE_FIRST;
  let best = xOf(sa);
  if (yOf(sa) > best) {
    axis = AXIS_FACE_FIRST + 1;
    best = yOf(sa);
  }
  if (zOf(sa) > best) {
    axis = AXIS_FACE_FIRST + 2;
    best = zOf(sa);
  }
  const sb0 = xOf(sb);
  const sb1 = yOf(sb);
  const sb2 = zOf(sb);
  const bestB = max(sb0, max(sb1, sb2));
  if (bestB > best + FACE_BETTER_M) {
    best = bestB;
    axis = AXIS_FACE_SECOND + (sb0 == bestB ? 0 : sb1 == bestB ? 1 : 2);
  }
  return edgeAxis(n0, n1, n2, c, ha, hb, margin, best, axis);
}

/** The nine axes across two edges; keeps `axis` with its separation `best` unless one of them is clearly better. */
// @ts-ignore: decorator
@inline
function edgeAxis(
  n0: v128, n1: v128, n2: v128, c: v128, ha: v128, hb: v128, margin: f32, best: f32, axis: u32,
): u32 {
  const e0 = edgeRow(n0, n1, n2, splatLane(c, 1), splatLane(c, 2), splatLane(ha, 1), splatLane(ha, 2), hb);
  const e1 = edgeRow(n1, n2, n0, splatLane(c, 2), splatLane(c, 0), splatLane(ha, 2), splatLane(ha, 0), hb);
  const e2 = edgeRow(n2, n0, n1, splatLane(c, 0), splatLane(c, 1), splatLane(ha, 0), splatLane(ha, 1), hb);
  const most = f32x4.max(e0, f32x4.max(e1, e2));
  const top = max(xOf(most), max(yOf(most), zOf(most)));
  if (top > margin) return NO_CONTACT;
  if (!(top > best + EDGES_BETTER_M)) return axis;
  const row0 = i32x4.bitmask(f32x4.eq(e0, splat(top))) & 7;
  if (row0 != 0) return AXIS_EDGES + ctz<i32>(row0);
  const row1 = i32x4.bitmask(f32x4.eq(e1, splat(top))) & 7;
  if (row1 != 0) return AXIS_EDGES + 3 + ctz<i32>(row1);
  return AXIS_EDGES + 6 + ctz<i32>(i32x4.bitmask(f32x4.eq(e2, splat(top))) & 7);
}

/**
 * Separations along a_i × b_j for the three j. `n` is row i of the axes' products, `m` and `o` the rows of the
 * next two axes; c and h with the same order of axes.
 */
// @ts-ignore: decorator
@inline
function edgeRow(n: v128, m: v128, o: v128, cm: v128, co: v128, hm: v128, ho: v128, hb: v128): v128 {
  const distance = f32x4.abs(sub(mul(m, co), mul(o, cm)));
  const lengths = f32x4.abs(n);
  const reach = add(
    add(mul(hm, f32x4.abs(o)), mul(ho, f32x4.abs(m))),
    add(mul(yzx(hb), zxy(lengths)), mul(zxy(hb), yzx(lengths))),
  );
  const sine = f32x4.sqrt(f32x4.max(sub(splat(1), mul(n, n)), splat(0)));
  const usable = f32x4.gt(sine, splat(SINE_MIN));
  return v128.bitselect(f32x4.div(sub(distance, reach), sine), splat(-1.0e9), usable);
}

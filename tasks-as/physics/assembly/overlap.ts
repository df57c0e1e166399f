/** The points in which an incident face overlaps a reference face, as features; at most four. */
import {
  FACE_CENTRE, FACE_EDGE1, FACE_EDGE2, FACE_HALF_U, FACE_HALF_V, FACE_HEIGHT, FACE_NORMAL, FACE_U, FACE_V,
} from "./face";
import { FEATURE_BITS, FEATURE_CORNER, FEATURE_CROSSING } from "./layout";
import { dot } from "./vec";

/** A candidate: u, v, gap, feature. At most 24 of them. */
const CANDIDATE_SIZE: usize = 16;
const CANDIDATES_SIZE: usize = 24 * CANDIDATE_SIZE;
/** In front of the candidates: the four incident corners as u, v, gap and one free word. */
export const OVERLAP_SIZE: usize = 64 + CANDIDATES_SIZE;

/** A corner this little outside still counts as inside: equal boxes in a stack then meet corner on corner. */
const EDGE_M: f32 = 0.0005;
/** A reference corner counts when it lies within the incident face, here in half edges; a little more loses none. */
const INSIDE: f32 = 1.0005;
/** Points closer than this along both axes are the same. */
const TWIN_M: f32 = 0.002;
/** Gaps that differ by less are the same. */
const DEPTH_M: f32 = 0.002;

/** Up to four ascending features, packed, whose gap is at most `gapMax`; 0 when there are none. */
export function overlapFeatures(face: usize, gapMax: f32, scratch: usize): u32 {
  const halfU = load<f32>(face + FACE_HALF_U);
  const halfV = load<f32>(face + FACE_HALF_V);
  setCorners(face, scratch);
  let next = scratch + 64;
  let outside = 0;
  for (let i: usize = 0; i < 4; i++) {
    const at = scratch + (i << 4);
    const u = load<f32>(at);
    const v = load<f32>(at, 4);
    if (abs(u) <= halfU + EDGE_M && abs(v) <= halfV + EDGE_M) {
      next = offer(next, u, v, load<f32>(at, 8), 1 + <u32>i, gapMax);
    } else outside++;
  }
  if (outside != 0) {
    next = offerCrossings(scratch, halfU, halfV, next, gapMax);
    next = withoutTwins(scratch + 64, offerReferenceCorners(face, halfU, halfV, next, gapMax));
  }
  const first = scratch + 64;
  const count = <u32>((next - first) / CANDIDATE_SIZE);
  if (count > 4) return spread(first, count);
  let features: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    features |= load<u32>(first + <usize>i * CANDIDATE_SIZE, 12) << (i * FEATURE_BITS);
  }
  return features;
}

// @ts-ignore: decorator
@inline
function offer(next: usize, u: f32, v: f32, gap: f32, feature: u32, gapMax: f32): usize {
  if (!(gap <= gapMax)) return next;
  store<f32>(next, u);
  store<f32>(next, v, 4);
  store<f32>(next, gap, 8);
  store<u32>(next, feature, 12);
  return next + CANDIDATE_SIZE;
}

// @ts-ignore: decorator
@inline
function setCorners(face: usize, to: usize): void {
  setCornerParts(face, FACE_U, 0, to, 0);
  setCornerParts(face, FACE_V, 0, to, 4);
  setCornerParts(face, FACE_NORMAL, load<f32>(face + FACE_HEIGHT), to, 8);
}

// @ts-ignore: decorator
@inline
function setCornerParts(face: usize, axisAt: usize, minus: f32, to: usize, offset: usize): void {
  const axis = v128.load(face + axisAt);
  const centre = dot(axis, v128.load(face + FACE_CENTRE)) - minus;
  const edge1 = dot(axis, v128.load(face + FACE_EDGE1));
  const edge2 = dot(axis, v128.load(face + FACE_EDGE2));
  store<f32>(to + offset, centre - edge1 - edge2);
  store<f32>(to + offset, centre + edge1 - edge2, 16);
  store<f32>(to + offset, centre + edge1 + edge2, 32);
  store<f32>(to + offset, centre - edge1 + edge2, 48);
}

/** Incident edges that cross a side of the reference face within the other two sides. */
function offerCrossings(scratch: usize, halfU: f32, halfV: f32, next: usize, gapMax: f32): usize {
  for (let edge: usize = 0; edge < 4; edge++) {
    const from = scratch + (edge << 4);
    const to = scratch + (((edge + 1) & 3) << 4);
    for (let side: usize = 0; side < 4; side++) {
      // Along the crossed axis `p`, along the other one `q`.
      const p = (side & 2) << 1;
      const sign: f32 = (side & 1) != 0 ? -1 : 1;
      const start = sign * load<f32>(from + p);
      const end = sign * load<f32>(to + p);
      const limit = p == 0 ? halfU : halfV;
      if (!(max(start, end) > limit + EDGE_M && min(start, end) < limit)) continue;
      const share = (limit - start) / (end - start);
      const q: usize = 4 - p;
      const other = load<f32>(from + q) + share * (load<f32>(to + q) - load<f32>(from + q));
      if (!(abs(other) <= (p == 0 ? halfV : halfU))) continue;
      const gap = load<f32>(from, 8) + share * (load<f32>(to, 8) - load<f32>(from, 8));
      const feature = FEATURE_CROSSING + <u32>(edge * 4 + side);
      next = p == 0
        ? offer(next, sign * limit, other, gap, feature, gapMax)
        : offer(next, other, sign * limit, gap, feature, gapMax);
    }
  }
  return next;
}

/** Corners of the reference face above which the incident face lies. */
function offerReferenceCorners(face: usize, halfU: f32, halfV: f32, next: usize, gapMax: f32): usize {
  const u = v128.load(face + FACE_U);
  const v = v128.load(face + FACE_V);
  const normal = v128.load(face + FACE_NORMAL);
  const centre = v128.load(face + FACE_CENTRE);
  const edge1 = v128.load(face + FACE_EDGE1);
  const edge2 = v128.load(face + FACE_EDGE2);
  const u1 = dot(u, edge1);
  const u2 = dot(u, edge2);
  const v1 = dot(v, edge1);
  const v2 = dot(v, edge2);
  const uc = dot(u, centre);
  const vc = dot(v, centre);
  const gc = dot(normal, centre) - load<f32>(face + FACE_HEIGHT);
  const g1 = dot(normal, edge1);
  const g2 = dot(normal, edge2);
  const bottom: f32 = <f32>1 / (u1 * v2 - u2 * v1);
  for (let index: u32 = 0; index < 4; index++) {
    const cu = index == 0 || index == 3 ? halfU : -halfU;
    const cv = index < 2 ? halfV : -halfV;
    const p = ((cu - uc) * v2 - (cv - vc) * u2) * bottom;
    const q = ((cv - vc) * u1 - (cu - uc) * v1) * bottom;
    if (abs(p) < INSIDE && abs(q) < INSIDE) {
      next = offer(next, cu, cv, gc + p * g1 + q * g2, FEATURE_CORNER + index, gapMax);
    }
  }
  return next;
}

/** Leaves of candidates in the same place only the first; returns the new end. Thin overlaps have many. */
function withoutTwins(first: usize, end: usize): usize {
  let next = first;
  for (let at = first; at < end; at += CANDIDATE_SIZE) {
    const u = load<f32>(at);
    const v = load<f32>(at, 4);
    let kept = first;
    for (; kept < next; kept += CANDIDATE_SIZE) {
      if (abs(load<f32>(kept) - u) < TWIN_M && abs(load<f32>(kept, 4) - v) < TWIN_M) break;
    }
    if (kept < next) continue;
    v128.store(next, v128.load(at));
    next += CANDIDATE_SIZE;
  }
  return next;
}

/** Four of many: the deepest, the farthest from it, and the two that add most area on either side of that line. */
function spread(first: usize, count: u32): u32 {
  const end = first + <usize>count * CANDIDATE_SIZE;
  let least: f32 = load<f32>(first, 8);
  for (let at = first + CANDIDATE_SIZE; at < end; at += CANDIDATE_SIZE) least = min<f32>(least, load<f32>(at, 8));
  // Of those about as deep as the deepest always the one farthest along one direction: a steady choice.
  let deepest = first;
  let farthestAlong: f32 = -1.0e9;
  for (let at = first; at < end; at += CANDIDATE_SIZE) {
    const along = <f32>0.6 * load<f32>(at) + <f32>0.8 * load<f32>(at, 4);
    if (load<f32>(at, 8) > least + DEPTH_M || along <= farthestAlong) continue;
    farthestAlong = along;
    deepest = at;
  }
  const u = load<f32>(deepest);
  const v = load<f32>(deepest, 4);
  let farthest = deepest;
  let longest: f32 = -1;
  for (let at = first; at < end; at += CANDIDATE_SIZE) {
    const du = load<f32>(at) - u;
    const dv = load<f32>(at, 4) - v;
    const length = du * du + dv * dv;
    if (length > longest && at != deepest) {
      longest = length;
      farthest = at;
    }
  }
  const lu = load<f32>(farthest) - u;
  const lv = load<f32>(farthest, 4) - v;
  let left: usize = 0;
  let right: usize = 0;
  let most: f32 = 0;
  let most2: f32 = 0;
  for (let at = first; at < end; at += CANDIDATE_SIZE) {
    if (at == deepest || at == farthest) continue;
    const area = lu * (load<f32>(at, 4) - v) - lv * (load<f32>(at) - u);
    if (area > most) {
      most = area;
      left = at;
    }
    if (area < most2) {
      most2 = area;
      right = at;
    }
  }
  let features: u32 = 0;
  let shift: u32 = 0;
  for (let at = first; at < end; at += CANDIDATE_SIZE) {
    if (at != deepest && at != farthest && at != left && at != right) continue;
    features |= load<u32>(at, 12) << shift;
    shift += FEATURE_BITS;
  }
  return features;
}

/**
 * A face of one box (the reference) and the face of another box that looks at it (the incident face): the set-up
 * and the points in which their overlap can be named. All vectors are offsets from the reference box's centre.
 */
import { BODY_HALF, BODY_R, BODY_X } from "./bodies";
import { FEATURE_CORNER, FEATURE_CROSSING } from "./layout";
import { add, dot, scale, sub } from "./vec";

/** Outward normal of the reference face. */
export const FACE_NORMAL: usize = 0;
/** Centre of the incident face and its two half edges. */
export const FACE_CENTRE: usize = 16;
export const FACE_EDGE1: usize = 32;
export const FACE_EDGE2: usize = 48;
/** The reference face's in-plane axes. */
export const FACE_U: usize = 64;
export const FACE_V: usize = 80;
/** Half extents of the reference box along U, V and the normal. */
export const FACE_HALF_U: usize = 96;
export const FACE_HALF_V: usize = 100;
export const FACE_HEIGHT: usize = 104;
export const FACE_SIZE: usize = 112;

// @ts-ignore: decorator
@inline
function column(box: usize, k: u32): v128 {
  return v128.load(box + BODY_R + (<usize>k << 4));
}

// @ts-ignore: decorator
@inline
function extent(box: usize, k: u32): f32 {
  return load<f32>(box + (<usize>k << 2), BODY_HALF);
}

// @ts-ignore: decorator
@inline
function after(k: u32): u32 {
  return k == 2 ? 0 : k + 1;
}

/** Sets up `face` for axis `k` of the reference box against the `incident` box. */
export function setFace(reference: usize, incident: usize, k: u32, face: usize): void {
  const offset = sub(v128.load(incident, BODY_X), v128.load(reference, BODY_X));
  const axis = column(reference, k);
  const normal = dot(axis, offset) >= 0 ? axis : f32x4.neg(axis);
  const d0 = dot(normal, column(incident, 0));
  const d1 = dot(normal, column(incident, 1));
  const d2 = dot(normal, column(incident, 2));
  // The incident face is the one that looks most directly against the normal.
  let j: u32 = 0;
  let facing = d0;
  if (abs(d1) > abs(facing)) {
    j = 1;
    facing = d1;
  }
  if (abs(d2) > abs(facing)) {
    j = 2;
    facing = d2;
  }
  const j1 = after(j);
  const j2 = after(j1);
  const reach = extent(incident, j);
  v128.store(face + FACE_NORMAL, normal);
  v128.store(face + FACE_CENTRE, add(offset, scale(column(incident, j), facing > 0 ? -reach : reach)));
  v128.store(face + FACE_EDGE1, scale(column(incident, j1), extent(incident, j1)));
  v128.store(face + FACE_EDGE2, scale(column(incident, j2), extent(incident, j2)));
  const u = after(k);
  const v = after(u);
  v128.store(face + FACE_U, column(reference, u));
  v128.store(face + FACE_V, column(reference, v));
  store<f32>(face + FACE_HALF_U, extent(reference, u));
  store<f32>(face + FACE_HALF_V, extent(reference, v));
  store<f32>(face + FACE_HEIGHT, extent(reference, k));
}

/** Corner 0 … 3 of the incident face, going round: (−,−), (+,−), (+,+), (−,+) along its edges. */
// @ts-ignore: decorator
@inline
function corner(face: usize, index: u32): v128 {
  const centre = v128.load(face + FACE_CENTRE);
  const edge1 = v128.load(face + FACE_EDGE1);
  const edge2 = v128.load(face + FACE_EDGE2);
  const middle = index == 1 || index == 2 ? add(centre, edge1) : sub(centre, edge1);
  return index >= 2 ? add(middle, edge2) : sub(middle, edge2);
}

/** The point that a feature names, on the incident face; the fourth lane is its gap to the reference face. */
export function facePoint(face: usize, feature: u32): v128 {
  let point: v128;
  if (feature < FEATURE_CROSSING) point = corner(face, feature - 1);
  else if (feature < FEATURE_CORNER) point = crossing(face, feature - FEATURE_CROSSING);
  else point = above(face, feature - FEATURE_CORNER);
  const gap = dot(v128.load(face + FACE_NORMAL), point) - load<f32>(face + FACE_HEIGHT);
  return f32x4.replace_lane(point, 3, gap);
}

/** Where incident edge `index / 4` crosses side `index % 4` (+U, −U, +V, −V) of the reference face. */
function crossing(face: usize, index: u32): v128 {
  const edge = index >> 2;
  const from = corner(face, edge);
  const to = corner(face, (edge + 1) & 3);
  const alongV = (index & 2) != 0;
  const axis = v128.load(face + (alongV ? FACE_V : FACE_U));
  const half = load<f32>(face + (alongV ? FACE_HALF_V : FACE_HALF_U));
  const limit = (index & 1) != 0 ? -half : half;
  const start = dot(axis, from);
  const share = (limit - start) / (dot(axis, to) - start);
  return add(from, scale(sub(to, from), share));
}

/** The incident plane above corner `index` of the reference face: (+,+), (−,+), (−,−), (+,−). */
function above(face: usize, index: u32): v128 {
  const centre = v128.load(face + FACE_CENTRE);
  const edge1 = v128.load(face + FACE_EDGE1);
  const edge2 = v128.load(face + FACE_EDGE2);
  const u = v128.load(face + FACE_U);
  const v = v128.load(face + FACE_V);
  const halfU = load<f32>(face + FACE_HALF_U);
  const halfV = load<f32>(face + FACE_HALF_V);
  const u1 = dot(u, edge1);
  const u2 = dot(u, edge2);
  const v1 = dot(v, edge1);
  const v2 = dot(v, edge2);
  const du = (index == 0 || index == 3 ? halfU : -halfU) - dot(u, centre);
  const dv = (index < 2 ? halfV : -halfV) - dot(v, centre);
  const bottom: f32 = <f32>1 / (u1 * v2 - u2 * v1);
  const p = (du * v2 - dv * u2) * bottom;
  const q = (dv * u1 - du * v1) * bottom;
  return add(centre, add(scale(edge1, p), scale(edge2, q)));
}

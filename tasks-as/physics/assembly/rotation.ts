/**
 * Rotation of four bodies at a time: one v128 per quantity, one lane per body, quantities in 16-byte rows.
 *
 * Implicit midpoint rule for Euler's equations in the body's frame and the Cayley map for the orientation: for a
 * free body this pair keeps the angular momentum in space and the kinetic energy (M. Austin, P. Krishnaprasad,
 * L. Wang, "Almost Poisson integration of rigid body systems", 1993).
 */
import { add, mul, splat, sub } from "./vec";

/** The nine entries of the rotation matrices of unit quaternions, row by row. */
// @ts-ignore: decorator
@inline
export function storeRotation(qx: v128, qy: v128, qz: v128, qw: v128, to: usize): void {
  const one = splat(1);
  const x2 = add(qx, qx);
  const y2 = add(qy, qy);
  const z2 = add(qz, qz);
  v128.store(to, sub(one, add(mul(qy, y2), mul(qz, z2))));
  v128.store(to, sub(mul(qx, y2), mul(qw, z2)), 16);
  v128.store(to, add(mul(qx, z2), mul(qw, y2)), 32);
  v128.store(to, add(mul(qx, y2), mul(qw, z2)), 48);
  v128.store(to, sub(one, add(mul(qx, x2), mul(qz, z2))), 64);
  v128.store(to, sub(mul(qy, z2), mul(qw, x2)), 80);
  v128.store(to, sub(mul(qx, z2), mul(qw, y2)), 96);
  v128.store(to, add(mul(qy, z2), mul(qw, x2)), 112);
  v128.store(to, sub(one, add(mul(qx, x2), mul(qy, y2))), 128);
}

/** Component `i` of vectors in space, seen in the bodies' frames. */
// @ts-ignore: decorator
@inline
export function toBody(rotation: usize, i: usize, x: v128, y: v128, z: v128): v128 {
  const at = rotation + i * 16;
  return add(add(mul(v128.load(at), x), mul(v128.load(at, 48), y)), mul(v128.load(at, 96), z));
}

/** Component `i` in space of vectors in the bodies' frames. */
// @ts-ignore: decorator
@inline
export function toSpace(rotation: usize, i: usize, x: v128, y: v128, z: v128): v128 {
  const at = rotation + i * 48;
  return add(add(mul(v128.load(at), x), mul(v128.load(at, 16), y)), mul(v128.load(at, 32), z));
}

/**
 * Angular velocities half-way through a step of free rotation, in the bodies' frames, to three rows at `to`.
 * Solves w = b − (k1 w2 w3, k2 w3 w1, k3 w1 w2), where b at `from` is the velocity at the start and k at `k`
 * holds half a step times the differences of the moments of inertia over themselves. Two steps of Newton.
 */
export function storeMidpoint(from: usize, k: usize, to: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
  v128.store(to, v128.load(from, 32), 32);
  for (let i = 0; i < 2; i++) newton(from, k, to);
}

// @ts-ignore: decorator
@inline
function newton(from: usize, k: usize, w: usize): void {
  const one = splat(1);
  const w1 = v128.load(w);
  const w2 = v128.load(w, 16);
  const w3 = v128.load(w, 32);
  const k1 = v128.load(k);
  const k2 = v128.load(k, 16);
  const k3 = v128.load(k, 32);
  // Jacobian [1 a b; c 1 d; e f 1].
  const a = mul(k1, w3);
  const b = mul(k1, w2);
  const c = mul(k2, w3);
  const d = mul(k2, w1);
  const e = mul(k3, w2);
  const f = mul(k3, w1);
  const f1 = add(sub(w1, v128.load(from)), mul(a, w2));
  const f2 = add(sub(w2, v128.load(from, 16)), mul(c, w1));
  const f3 = add(sub(w3, v128.load(from, 32)), mul(e, w1));
  const m11 = sub(one, mul(d, f));
  const m21 = sub(mul(d, e), c);
  const m31 = sub(mul(c, f), e);
  // At the fastest accepted spin the determinant is above 0.3; the bound only keeps the division sane.
  const det = f32x4.max(add(add(m11, mul(a, m21)), mul(b, m31)), splat(<f32>0.1));
  const inverse = f32x4.div(one, det);
  const s1 = add(add(mul(m11, f1), mul(sub(mul(b, f), a), f2)), mul(sub(mul(a, d), b), f3));
  const s2 = add(add(mul(m21, f1), mul(sub(one, mul(b, e)), f2)), mul(sub(mul(b, c), d), f3));
  const s3 = add(add(mul(m31, f1), mul(sub(mul(a, e), f), f2)), mul(sub(one, mul(a, c)), f3));
  v128.store(w, sub(w1, mul(inverse, s1)));
  v128.store(w, sub(w2, mul(inverse, s2)), 16);
  v128.store(w, sub(w3, mul(inverse, s3)), 32);
}

/** Orientations at `q` turned by the rotation vectors c (half the angle, in the bodies' frames), to rows at `to`. */
// @ts-ignore: decorator
@inline
export function storeTurned(q: usize, c1: v128, c2: v128, c3: v128, to: usize): void {
  const qx = v128.load(q);
  const qy = v128.load(q, 16);
  const qz = v128.load(q, 32);
  const qw = v128.load(q, 48);
  const nx = add(qx, sub(add(mul(qw, c1), mul(qy, c3)), mul(qz, c2)));
  const ny = add(qy, sub(add(mul(qw, c2), mul(qz, c1)), mul(qx, c3)));
  const nz = add(qz, sub(add(mul(qw, c3), mul(qx, c2)), mul(qy, c1)));
  const nw = sub(qw, add(add(mul(qx, c1), mul(qy, c2)), mul(qz, c3)));
  storeUnit(nx, ny, nz, nw, to);
}

/** Quaternions scaled to unit length; a zero one (padding) stays zero. */
// @ts-ignore: decorator
@inline
export function storeUnit(x: v128, y: v128, z: v128, w: v128, to: usize): void {
  const one = splat(1);
  const square = add(add(mul(x, x), mul(y, y)), add(mul(z, z), mul(w, w)));
  const length = v128.bitselect(f32x4.sqrt(square), one, f32x4.gt(square, splat(0)));
  const factor = f32x4.div(one, length);
  v128.store(to, mul(x, factor));
  v128.store(to, mul(y, factor), 16);
  v128.store(to, mul(z, factor), 32);
  v128.store(to, mul(w, factor), 48);
}

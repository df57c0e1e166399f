/**
 * Where a joint is within a step: arms and axes turned with the bodies, errors, effective masses. Joints follow the
 * bodies' turning substep by substep, for then a pendulum keeps its energy: the push before a motion and the
 * relaxing after it see the directions at either end of the motion, as in RATTLE (H. Andersen, 1983).
 */
import {
  JNT_A, JNT_ACROSS1, JNT_ACROSS2, JNT_APART, JNT_APART0, JNT_ARM_A, JNT_ARM_A0, JNT_ARM_B, JNT_ARM_B0, JNT_AXIS,
  JNT_AXIS_A0, JNT_AXIS_B0, JNT_B, JNT_BODY_A, JNT_BODY_B, JNT_ERRORS, JNT_HIGH, JNT_KIND, JNT_LENGTH, JNT_LOW,
  JNT_POINT_MASS, JNT_TURN_MASS, JNT_ZERO_A0, JNT_ZERO_B0,
} from "./joint";
import { BODY_MASS_INVERSE } from "./bodies";
import { KIND_DISTANCE, KIND_LIMITED, KIND_MASK } from "./layout";
import { MOVER_T, MOVER_X, response } from "./mover";
import { add, cross, dot, scale, sub } from "./vec";

const PI: f32 = 3.14159265;
/** Anchors closer than this have no direction between them. */
const NEAR_M: f32 = 1.0e-6;

/** A vector turned by the rotation whose half angle's tangent times its axis is `half` (Cayley map). */
// @ts-ignore: decorator
@inline
export function turnedBy(half: v128, vector: v128): v128 {
  const once = cross(half, vector);
  return add(vector, scale(add(once, cross(half, once)), <f32>2 / (<f32>1 + dot(half, half))));
}

/** Brings a record to where its movers are. */
export function poseJoint(record: usize): void {
  const a = <usize>load<u32>(record, JNT_A);
  const b = <usize>load<u32>(record, JNT_B);
  setPose(
    record, scale(v128.load(a, MOVER_T), 0.5), scale(v128.load(b, MOVER_T), 0.5),
    sub(v128.load(b, MOVER_X), v128.load(a, MOVER_X)),
  );
  setMasses(record, a, b);
}

/** Brings a record to where its bodies are when turned by these halves and moved apart by `moved`. */
// @ts-ignore: decorator
@inline
export function setPose(record: usize, halfA: v128, halfB: v128, moved: v128): void {
  const startA = v128.load(record, JNT_ARM_A0);
  const startB = v128.load(record, JNT_ARM_B0);
  const armA = turnedBy(halfA, startA);
  const armB = turnedBy(halfB, startB);
  const apart = add(v128.load(record, JNT_APART0), add(moved, sub(sub(armB, startB), sub(armA, startA))));
  v128.store(record, armA, JNT_ARM_A);
  v128.store(record, armB, JNT_ARM_B);
  v128.store(record, apart, JNT_APART);
  if ((load<u32>(record, JNT_KIND) & KIND_MASK) == KIND_DISTANCE) {
    const length = sqrt<f32>(dot(apart, apart));
    store<f32>(record, length, JNT_LENGTH);
    v128.store(record, length > NEAR_M ? scale(apart, 1 / length) : f32x4(0, 1, 0, 0), JNT_AXIS);
  } else setHinge(record, halfA, halfB);
}

function setHinge(record: usize, halfA: v128, halfB: v128): void {
  const axis = turnedBy(halfA, v128.load(record, JNT_AXIS_A0));
  const other = turnedBy(halfB, v128.load(record, JNT_AXIS_B0));
  // Directions that turn with the first body: impulses of the step before mean the same in them.
  const across1 = turnedBy(halfA, v128.load(record, JNT_ZERO_A0));
  const across2 = cross(axis, across1);
  const slant = cross(axis, other);
  v128.store(record, axis, JNT_AXIS);
  v128.store(record, across1, JNT_ACROSS1);
  v128.store(record, across2, JNT_ACROSS2);
  let gap: f32 = 0;
  let side: f32 = 0;
  if ((load<u32>(record, JNT_KIND) & KIND_LIMITED) != 0) {
    const zeroB = turnedBy(halfB, v128.load(record, JNT_ZERO_B0));
    const low = load<f32>(record, JNT_LOW);
    const high = load<f32>(record, JNT_HIGH);
    let angle: f32 = Mathf.atan2(dot(across2, zeroB), dot(across1, zeroB)) - <f32>0.5 * (low + high);
    while (angle > PI) angle -= 2 * PI;
    while (angle < -PI) angle += 2 * PI;
    side = angle < 0 ? -1 : 1;
    gap = <f32>0.5 * (high - low) - abs(angle);
  }
  v128.store(record, f32x4(dot(slant, across1), dot(slant, across2), gap, side), JNT_ERRORS);
}

/** Inverse effective masses: a number per lane for a distance (the first), else 3×3 for the anchors, 2×2 and 1. */
// @ts-ignore: decorator
@inline
function setMasses(record: usize, a: usize, b: usize): void {
  const linear = load<f32>(load<u32>(record, JNT_BODY_A), BODY_MASS_INVERSE) +
    load<f32>(load<u32>(record, JNT_BODY_B), BODY_MASS_INVERSE);
  const armA = v128.load(record, JNT_ARM_A);
  const armB = v128.load(record, JNT_ARM_B);
  if ((load<u32>(record, JNT_KIND) & KIND_MASK) == KIND_DISTANCE) {
    const axis = v128.load(record, JNT_AXIS);
    store<f32>(record, linear + dot(axis, yielding(a, b, armA, armB, axis)), JNT_POINT_MASS);
    return;
  }
  const c0 = add(f32x4(linear, 0, 0, 0), yielding(a, b, armA, armB, f32x4(1, 0, 0, 0)));
  const c1 = add(f32x4(0, linear, 0, 0), yielding(a, b, armA, armB, f32x4(0, 1, 0, 0)));
  const c2 = add(f32x4(0, 0, linear, 0), yielding(a, b, armA, armB, f32x4(0, 0, 1, 0)));
  // The inverse of a matrix of columns c0 c1 c2 has the rows c1×c2, c2×c0, c0×c1 over the determinant; symmetric.
  const r0 = cross(c1, c2);
  const bottom: f32 = <f32>1 / dot(c0, r0);
  v128.store(record, scale(r0, bottom), JNT_POINT_MASS);
  v128.store(record, scale(cross(c2, c0), bottom), JNT_POINT_MASS + 16);
  v128.store(record, scale(cross(c0, c1), bottom), JNT_POINT_MASS + 32);
  const across1 = v128.load(record, JNT_ACROSS1);
  const across2 = v128.load(record, JNT_ACROSS2);
  const axis = v128.load(record, JNT_AXIS);
  const turn1 = add(response(a, across1), response(b, across1));
  const turn2 = add(response(a, across2), response(b, across2));
  const k11 = dot(across1, turn1);
  const k12 = dot(across1, turn2);
  const k22 = dot(across2, turn2);
  const under: f32 = <f32>1 / (k11 * k22 - k12 * k12);
  const limit: f32 = <f32>1 / dot(axis, add(response(a, axis), response(b, axis)));
  v128.store(record, f32x4(k22 * under, -k12 * under, k11 * under, limit), JNT_TURN_MASS);
}

/** What turning adds to the velocity of the second anchor against the first under a unit impulse along `along`. */
// @ts-ignore: decorator
@inline
function yielding(a: usize, b: usize, armA: v128, armB: v128, along: v128): v128 {
  return add(
    cross(response(a, cross(armA, along)), armA),
    cross(response(b, cross(armB, along)), armB),
  );
}

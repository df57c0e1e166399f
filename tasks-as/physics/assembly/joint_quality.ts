/**
 * Whether joints are solved about as well as the solver does (quality.ts has the idea): at the end of the step the
 * anchors neither part nor have parted, a hinge bends only about its axis, and what the certificate says a joint gave
 * is what such a joint can give: along a distance, without a moment about the axis of a hinge that has no limits, as
 * much as a spring is strained, and to both bodies from one place.
 */
import { Certificate } from "./certificate";
import {
  JNT_ACROSS1, JNT_ACROSS2, JNT_APART, JNT_APART0, JNT_ARM_A, JNT_ARM_B, JNT_AXIS, JNT_AXIS_A0, JNT_AXIS_B0, JNT_ERRORS,
  JNT_HIGH, JNT_KIND, JNT_LENGTH, JNT_LOW, JNT_SOFT, setJoint,
} from "./joint";
import { setPose } from "./joint_pose";
import { KIND_DISTANCE, KIND_LIMITED, KIND_MASK, STEP_S, SUBSTEPS, SUBSTEP_PER_S } from "./layout";
import { MOT_T, MOT_V, MOT_W, MOT_X, changeOf } from "./motion";
import { State } from "./state";
import { add, cross, dot, scale, sub } from "./vec";
import { loadVector } from "./write_joints";

/** Velocities smaller than this are as good as none, m/s. */
const STILL: f32 = 0.02;

/** How far off a joint is, the most of all demands; `record` is room for a record, the motions are its bodies'. */
export function jointOff(
  next: State, certificate: Certificate, a: usize, b: usize, joint: u32, motionA: usize, motionB: usize, record: usize,
): f32 {
  setJoint(record, next, joint, a, b);
  const start = v128.load(record, JNT_APART0);
  const startSlant = cross(v128.load(record, JNT_AXIS_A0), v128.load(record, JNT_AXIS_B0));
  setPose(
    record, scale(v128.load(motionA, MOT_T), 0.5), scale(v128.load(motionB, MOT_T), 0.5),
    sub(v128.load(motionB, MOT_X), v128.load(motionA, MOT_X)),
  );
  const stride = <usize>next.jointCount << 2;
  const at = certificate.joints + (<usize>joint << 2);
  const impulse = loadVector(at, stride);
  const momentA = loadVector(at + 3 * stride, stride);
  const momentB = loadVector(at + 6 * stride, stride);
  const armA = v128.load(record, JNT_ARM_A);
  const armB = v128.load(record, JNT_ARM_B);
  const change = changeOf(motionA) + changeOf(motionB) + STILL;
  const speed = sub(
    add(v128.load(motionB, MOT_V), cross(v128.load(motionB, MOT_W), armB)),
    add(v128.load(motionA, MOT_V), cross(v128.load(motionA, MOT_W), armA)),
  );
  const reach = sqrt<f32>(dot(armA, armA)) + sqrt<f32>(dot(armB, armB));
  const strength = sqrt<f32>(dot(impulse, impulse));
  // Both bodies are held at one place: their moments differ by the arms only. Arms turn within the step.
  const uneven = sub(sub(momentB, momentA), cross(sub(armB, armA), impulse));
  const given = sqrt<f32>(dot(momentA, momentA)) + sqrt<f32>(dot(momentB, momentB)) + reach * strength;
  const placed = share(sqrt<f32>(dot(uneven, uneven)), given);
  const solved = (load<u32>(record, JNT_KIND) & KIND_MASK) == KIND_DISTANCE
    ? distanceOff(record, start, speed)
    : hingeOff(record, start, startSlant, speed, motionA, motionB, reach);
  return max<f32>(max<f32>(placed, solved / change), bentOff(record, impulse, strength, momentA, armA, given));
}

// @ts-ignore: decorator
@inline
function share(part: f32, whole: f32): f32 {
  return part > 0 ? part / whole : 0;
}

/** m/s: parting lengthwise and having parted. */
function distanceOff(record: usize, start: v128, speed: v128): f32 {
  if (load<f32>(record, JNT_SOFT) > 0) return 0;
  const low = load<f32>(record, JNT_LOW);
  const high = load<f32>(record, JNT_HIGH);
  const before = sqrt<f32>(dot(start, start));
  const now = load<f32>(record, JNT_LENGTH);
  const along = dot(v128.load(record, JNT_AXIS), speed);
  const worse = max<f32>(errorOf(now, low, high) - errorOf(before, low, high), 0) / STEP_S;
  if (low == high) return max<f32>(worse, abs(along));
  const over = now >= high ? along : now <= low ? -along : 0;
  return max<f32>(worse, over);
}

// @ts-ignore: decorator
@inline
function errorOf(length: f32, low: f32, high: f32): f32 {
  return max<f32>(max<f32>(length - high, low - length), 0);
}

/** m/s: anchors parting and having parted, axes bending and having bent, the latter at the anchors' reach. */
function hingeOff(
  record: usize, start: v128, startSlant: v128, speed: v128, motionA: usize, motionB: usize, reach: f32,
): f32 {
  const apart = v128.load(record, JNT_APART);
  const parted = (sqrt<f32>(dot(apart, apart)) - sqrt<f32>(dot(start, start))) / STEP_S;
  const turning = sub(v128.load(motionB, MOT_W), v128.load(motionA, MOT_W));
  const bend1 = dot(v128.load(record, JNT_ACROSS1), turning);
  const bend2 = dot(v128.load(record, JNT_ACROSS2), turning);
  const slant1 = load<f32>(record, JNT_ERRORS);
  const slant2 = load<f32>(record, JNT_ERRORS + 4);
  const slanted = (sqrt<f32>(slant1 * slant1 + slant2 * slant2) - sqrt<f32>(dot(startSlant, startSlant))) / STEP_S;
  const bending = max<f32>(sqrt<f32>(bend1 * bend1 + bend2 * bend2), slanted) * reach;
  return max<f32>(max<f32>(parted, sqrt<f32>(dot(speed, speed))), bending);
}

/** Shares: of an impulse that such a joint cannot give, or that a spring does not give at this length. */
function bentOff(
  record: usize, impulse: v128, strength: f32, momentA: v128, armA: v128, given: f32,
): f32 {
  const axis = v128.load(record, JNT_AXIS);
  const kind = load<u32>(record, JNT_KIND);
  if ((kind & KIND_MASK) != KIND_DISTANCE) {
    if ((kind & KIND_LIMITED) != 0) return 0;
    return share(abs(dot(axis, sub(momentA, cross(armA, impulse)))), given);
  }
  const along = dot(axis, impulse);
  const across = sub(impulse, scale(axis, along));
  const aside = share(sqrt<f32>(dot(across, across)), strength);
  const soft = load<f32>(record, JNT_SOFT);
  if (soft == 0) return aside;
  const low = load<f32>(record, JNT_LOW);
  const high = load<f32>(record, JNT_HIGH);
  const length = load<f32>(record, JNT_LENGTH);
  const strain = length > high ? high - length : length < low ? low - length : 0;
  const expected = strain * SUBSTEP_PER_S / soft * <f32>SUBSTEPS;
  return max<f32>(aside, share(abs(along - expected), strength + abs(expected)));
}

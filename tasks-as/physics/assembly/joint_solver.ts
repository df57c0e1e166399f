/**
 * Solves joints within the substeps of solver.ts: before a motion softly towards where the error is gone, as contacts
 * push overlap out, and after it to where nothing parts (or bends) any further. A distance with compliance is a spring: only the first, with the error that
 * its own force leaves (M. Macklin, M. Müller, N. Chentanez, "XPBD", 2016).
 */
import {
  JNT_A, JNT_ACROSS1, JNT_ACROSS2, JNT_ANGULAR, JNT_APART, JNT_ARM_A, JNT_ARM_B, JNT_AXIS, JNT_B, JNT_BODY_A,
  JNT_BODY_B, JNT_ERRORS, JNT_HIGH, JNT_KIND, JNT_LENGTH, JNT_LINEAR, JNT_LOW, JNT_MEAN, JNT_POINT_MASS, JNT_SIZE,
  JNT_SOFT, JNT_TOTAL, JNT_TURN_MASS, Joints,
} from "./joint";
import { BODY_MASS_INVERSE } from "./bodies";
import { poseJoint } from "./joint_pose";
import { KIND_DISTANCE, KIND_MASK, SUBSTEP_PER_S, SUBSTEP_S } from "./layout";
import { MOVER_V, MOVER_W, response } from "./mover";
import { add, cross, dot, scale, splat, sub, turn, wOf, xOf, yOf, zOf } from "./vec";

/** Stiffness of joints, in hertz, and damping ratio: how soft the pass before the motion is. */
const HERTZ: f32 = 60;
const DAMPING_RATIO: f32 = 2;
const OMEGA: f32 = 2 * 3.14159265 * HERTZ;
const SOFT1: f32 = 2 * DAMPING_RATIO + OMEGA * SUBSTEP_S;
const SOFT2: f32 = SUBSTEP_S * OMEGA * SOFT1;
/** Share of an error that a push undoes per second; shares of the mass and of the impulse. */
const RATE: f32 = OMEGA / SOFT1;
const MASS_SHARE: f32 = SOFT2 / (1 + SOFT2);
const IMPULSE_SHARE: f32 = 1 / (1 + SOFT2);

export function poseJoints(joints: Joints): void {
  for (let record = joints.records; record < joints.end; record += JNT_SIZE) poseJoint(record);
}

/** Applies the impulses that the joints hold. */
export function warmJoints(joints: Joints): void {
  for (let record = joints.records; record < joints.end; record += JNT_SIZE) {
    const linear = v128.load(record, JNT_LINEAR);
    if (isDistance(record)) apply(record, scale(v128.load(record, JNT_AXIS), xOf(linear) + yOf(linear)), splat(0));
    else apply(record, linear, turning(record, v128.load(record, JNT_ANGULAR)));
  }
}

/** The pass before the motion, in order. */
export function pushJoints(joints: Joints): void {
  for (let record = joints.records; record < joints.end; record += JNT_SIZE) solveJoint(record, true);
}

/** The pass after the motion, backwards. */
export function relaxJoints(joints: Joints): void {
  for (let record = joints.end; record > joints.records;) {
    record -= JNT_SIZE;
    solveJoint(record, false);
  }
}

/** What moves the bodies in this substep: all that came before and this. */
export function sumJoints(joints: Joints): void {
  for (let record = joints.records; record < joints.end; record += JNT_SIZE) {
    for (let row: usize = 0; row < 48; row += 16) {
      const at = record + row;
      v128.store(at, add(v128.load(at, JNT_MEAN), v128.load(at, JNT_TOTAL)), JNT_MEAN);
    }
  }
}

// @ts-ignore: decorator
@inline
function isDistance(record: usize): bool {
  return (load<u32>(record, JNT_KIND) & KIND_MASK) == KIND_DISTANCE;
}

// @ts-ignore: decorator
@inline
function solveJoint(record: usize, push: bool): void {
  if (isDistance(record)) solveDistance(record, push);
  else {
    solveTurning(record, push);
    solveAnchors(record, push);
  }
}

/** Turning impulses across and along the axis as a vector. */
// @ts-ignore: decorator
@inline
function turning(record: usize, impulses: v128): v128 {
  return turn(
    v128.load(record, JNT_ACROSS1), v128.load(record, JNT_ACROSS2), v128.load(record, JNT_AXIS), impulses,
  );
}

/** An impulse at the anchors and a turning one, on the second body, and the opposite on the first. */
function apply(record: usize, impulse: v128, twist: v128): void {
  const a = <usize>load<u32>(record, JNT_A);
  const b = <usize>load<u32>(record, JNT_B);
  const momentA = add(cross(v128.load(record, JNT_ARM_A), impulse), twist);
  const momentB = add(cross(v128.load(record, JNT_ARM_B), impulse), twist);
  const massA = load<f32>(load<u32>(record, JNT_BODY_A), BODY_MASS_INVERSE);
  const massB = load<f32>(load<u32>(record, JNT_BODY_B), BODY_MASS_INVERSE);
  v128.store(a, sub(v128.load(a, MOVER_V), scale(impulse, massA)), MOVER_V);
  v128.store(a, sub(v128.load(a, MOVER_W), response(a, momentA)), MOVER_W);
  v128.store(b, add(v128.load(b, MOVER_V), scale(impulse, massB)), MOVER_V);
  v128.store(b, add(v128.load(b, MOVER_W), response(b, momentB)), MOVER_W);
  v128.store(record, add(v128.load(record, JNT_TOTAL), impulse), JNT_TOTAL);
  v128.store(record, add(v128.load(record, JNT_TOTAL + 16), momentA), JNT_TOTAL + 16);
  v128.store(record, add(v128.load(record, JNT_TOTAL + 32), momentB), JNT_TOTAL + 32);
}

/** Velocity of the second anchor against the first. */
// @ts-ignore: decorator
@inline
function parting(record: usize): v128 {
  const a = <usize>load<u32>(record, JNT_A);
  const b = <usize>load<u32>(record, JNT_B);
  return sub(
    add(v128.load(b, MOVER_V), cross(v128.load(b, MOVER_W), v128.load(record, JNT_ARM_B))),
    add(v128.load(a, MOVER_V), cross(v128.load(a, MOVER_W), v128.load(record, JNT_ARM_A))),
  );
}

function solveDistance(record: usize, push: bool): void {
  const soft = load<f32>(record, JNT_SOFT);
  // A spring's impulse is its own: nothing of it is relaxed away.
  if (soft > 0 && !push) return;
  const low = load<f32>(record, JNT_LOW);
  const high = load<f32>(record, JNT_HIGH);
  const length = load<f32>(record, JNT_LENGTH);
  const axis = v128.load(record, JNT_AXIS);
  const old = v128.load(record, JNT_LINEAR);
  const speed = dot(axis, parting(record));
  const yields = load<f32>(record, JNT_POINT_MASS);
  let longest = xOf(old);
  let shortest = yOf(old);
  if (low == high) longest += lengthwise(speed, length - high, false, longest, soft, yields, push);
  else {
    // A rope: pulls at its longest, pushes at its shortest, lets go between.
    const room = high - length;
    const pull = min<f32>(longest + lengthwise(speed, -room, room > 0, longest, soft, yields, push), 0);
    const rest = speed + yields * (pull - longest);
    longest = pull;
    const space = length - low;
    shortest = max<f32>(shortest + lengthwise(rest, space, space > 0, shortest, soft, yields, push), 0);
  }
  v128.store(record, f32x4(longest, shortest, 0, 0), JNT_LINEAR);
  apply(record, scale(axis, longest + shortest - (xOf(old) + yOf(old))), splat(0));
}

/** The change of a lengthwise impulse; `slack`: the error may be reached, but not passed, within the substep. */
// @ts-ignore: decorator
@inline
function lengthwise(speed: f32, error: f32, slack: bool, impulse: f32, soft: f32, yields: f32, push: bool): f32 {
  if (soft > 0) return -(speed + error * SUBSTEP_PER_S + soft * impulse) / (yields + soft);
  if (slack) return -(speed + error * SUBSTEP_PER_S) / yields;
  return push ? -MASS_SHARE * (speed + RATE * error) / yields - IMPULSE_SHARE * impulse : -speed / yields;
}

/** A hinge: no turning across its axis, none beyond its limits. */
function solveTurning(record: usize, push: bool): void {
  const a = <usize>load<u32>(record, JNT_A);
  const b = <usize>load<u32>(record, JNT_B);
  const errors = v128.load(record, JNT_ERRORS);
  const masses = v128.load(record, JNT_TURN_MASS);
  const between = sub(v128.load(b, MOVER_W), v128.load(a, MOVER_W));
  const old = v128.load(record, JNT_ANGULAR);
  const rate: f32 = push ? RATE : 0;
  const share: f32 = push ? MASS_SHARE : 1;
  const keep: f32 = push ? 1 - IMPULSE_SHARE : 1;
  const speed1 = share * (dot(v128.load(record, JNT_ACROSS1), between) + rate * xOf(errors));
  const speed2 = share * (dot(v128.load(record, JNT_ACROSS2), between) + rate * yOf(errors));
  const now1 = keep * xOf(old) - (xOf(masses) * speed1 + yOf(masses) * speed2);
  const now2 = keep * yOf(old) - (yOf(masses) * speed1 + zOf(masses) * speed2);
  const side = wOf(errors);
  let now3: f32 = 0;
  if (side != 0) {
    // Towards the limit counts as positive; the impulse that holds it is negative then.
    const gap = zOf(errors);
    const speed = side * dot(v128.load(record, JNT_AXIS), between);
    const holding = side * zOf(old);
    const locked = load<f32>(record, JNT_LOW) == load<f32>(record, JNT_HIGH);
    const wanted = gap > 0 && !locked
      ? holding - wOf(masses) * (speed - gap * SUBSTEP_PER_S)
      : keep * holding - wOf(masses) * share * (speed - rate * gap);
    now3 = side * (locked ? wanted : min<f32>(wanted, 0));
  }
  const now = f32x4(now1, now2, now3, 0);
  v128.store(record, now, JNT_ANGULAR);
  apply(record, splat(0), turning(record, sub(now, old)));
}

/** A hinge: its anchors stay together. */
function solveAnchors(record: usize, push: bool): void {
  const old = v128.load(record, JNT_LINEAR);
  const speed = push
    ? scale(add(parting(record), scale(v128.load(record, JNT_APART), RATE)), MASS_SHARE)
    : parting(record);
  let change = f32x4.neg(turn(
    v128.load(record, JNT_POINT_MASS), v128.load(record, JNT_POINT_MASS + 16), v128.load(record, JNT_POINT_MASS + 32),
    speed,
  ));
  if (push) change = sub(change, scale(old, IMPULSE_SHARE));
  v128.store(record, add(old, change), JNT_LINEAR);
  apply(record, change, splat(0));
}

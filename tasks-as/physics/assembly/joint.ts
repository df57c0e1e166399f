/** Joint records of a step: their layout, and how they are made from a state. */
import { arenaTake } from "../../lib/arena";
import { BODY_MASS_INVERSE, BODY_R, BODY_X, Bodies, bodyRecord } from "./bodies";
import { tangentOf } from "./impulse";
import {
  ANCHOR_FIRST, ANCHOR_SECOND, AXIS_FIRST, AXIS_SECOND, COMPLIANCE, HIGH, JOINT_IMPULSES, JOINT_KIND, JOINT_PAIR, LOW,
  SUBSTEP_PER_S,
} from "./layout";
import { moverOf } from "./mover";
import { State, jointArray } from "./state";
import { add, splat, sub, turn } from "./vec";

/** At the start of the step, in space: arms from the centres to the anchors, axes, directions of angle zero, */
export const JNT_ARM_A0: usize = 0;
export const JNT_ARM_B0: usize = 16;
export const JNT_AXIS_A0: usize = 32;
export const JNT_AXIS_B0: usize = 48;
export const JNT_ZERO_A0: usize = 64;
export const JNT_ZERO_B0: usize = 80;
/** and from the first anchor to the second. */
export const JNT_APART0: usize = 96;
/** Now: arms; the direction of a distance or the axis of a hinge, and two directions across; anchors apart. */
export const JNT_ARM_A: usize = 112;
export const JNT_ARM_B: usize = 128;
export const JNT_AXIS: usize = 144;
export const JNT_ACROSS1: usize = 160;
export const JNT_ACROSS2: usize = 176;
export const JNT_APART: usize = 192;
/** Now, per lane: slant of a hinge along the directions across, gap of its limit, side of the limit (−1, 0, 1). */
export const JNT_ERRORS: usize = 208;
/** Inverse effective masses: of the anchors (three columns); of the directions across (2×2) and of the limit. */
export const JNT_POINT_MASS: usize = 224;
export const JNT_TURN_MASS: usize = 272;
/** Impulses of the substep: linear (a distance: two lengthwise); turning ones across, across and along the axis. */
export const JNT_LINEAR: usize = 288;
export const JNT_ANGULAR: usize = 304;
/** Sums over the substeps: impulse, moments on the first and the second body; then sums of what each motion saw. */
export const JNT_TOTAL: usize = 320;
export const JNT_MEAN: usize = 368;
/** Addresses of movers and records; the kind; numbers of the joint. */
export const JNT_A: usize = 416;
export const JNT_B: usize = 420;
export const JNT_BODY_A: usize = 424;
export const JNT_BODY_B: usize = 428;
export const JNT_KIND: usize = 432;
export const JNT_INDEX: usize = 436;
export const JNT_LOW: usize = 440;
export const JNT_HIGH: usize = 444;
/** Compliance over the square of a substep. */
export const JNT_SOFT: usize = 448;
export const JNT_LENGTH: usize = 452;
export const JNT_SIZE: usize = 464;

@unmanaged
export class Joints {
  records: usize;
  /** Address behind the last record. */
  end: usize;
}

/** Three arrays of a joint as a vector. */
// @ts-ignore: decorator
@inline
export function jointVector(state: State, array: usize, joint: u32): v128 {
  const stride = <usize>state.jointCount << 2;
  const at = state.joints + stride * array + (<usize>joint << 2);
  return f32x4(load<f32>(at), load<f32>(at + stride), load<f32>(at + 2 * stride), 0);
}

/** A vector of the body's frame in space. */
// @ts-ignore: decorator
@inline
export function inSpace(record: usize, vector: v128): v128 {
  return turn(v128.load(record, BODY_R), v128.load(record, BODY_R + 16), v128.load(record, BODY_R + 32), vector);
}

/** Makes records of the joints of which at least one body moves; `movers` may be 0 where nothing is solved. */
export function prepareJoints(state: State, bodies: Bodies, movers: usize): Joints {
  const joints = changetype<Joints>(arenaTake(offsetof<Joints>(), 8));
  joints.records = arenaTake(<usize>state.jointCount * JNT_SIZE, 16);
  let record = joints.records;
  for (let joint: u32 = 0; joint < state.jointCount; joint++) {
    const pair = load<u32>(jointArray(state, JOINT_PAIR) + (<usize>joint << 2));
    const a = bodyRecord(bodies, pair >> 16);
    const b = bodyRecord(bodies, pair & 0xffff);
    if (load<f32>(a, BODY_MASS_INVERSE) == 0 && load<f32>(b, BODY_MASS_INVERSE) == 0) continue;
    store<u32>(record, <u32>moverOf(movers, bodies, a), JNT_A);
    store<u32>(record, <u32>moverOf(movers, bodies, b), JNT_B);
    setJoint(record, state, joint, a, b);
    record += JNT_SIZE;
  }
  joints.end = record;
  return joints;
}

/** Everything of one record but the movers' addresses. */
export function setJoint(record: usize, state: State, joint: u32, a: usize, b: usize): void {
  const at = <usize>joint << 2;
  const armA = inSpace(a, jointVector(state, ANCHOR_FIRST, joint));
  const armB = inSpace(b, jointVector(state, ANCHOR_SECOND, joint));
  const axisA = jointVector(state, AXIS_FIRST, joint);
  const axisB = jointVector(state, AXIS_SECOND, joint);
  v128.store(record, armA, JNT_ARM_A0);
  v128.store(record, armB, JNT_ARM_B0);
  v128.store(record, inSpace(a, axisA), JNT_AXIS_A0);
  v128.store(record, inSpace(b, axisB), JNT_AXIS_B0);
  v128.store(record, inSpace(a, tangentOf(axisA)), JNT_ZERO_A0);
  v128.store(record, inSpace(b, tangentOf(axisB)), JNT_ZERO_B0);
  v128.store(record, sub(add(v128.load(b, BODY_X), armB), add(v128.load(a, BODY_X), armA)), JNT_APART0);
  v128.store(record, jointVector(state, JOINT_IMPULSES, joint), JNT_LINEAR);
  v128.store(record, jointVector(state, JOINT_IMPULSES + 3, joint), JNT_ANGULAR);
  for (let row: usize = 0; row < 96; row += 16) v128.store(record + row, splat(0), JNT_TOTAL);
  store<u32>(record, <u32>a, JNT_BODY_A);
  store<u32>(record, <u32>b, JNT_BODY_B);
  store<u32>(record, load<u32>(jointArray(state, JOINT_KIND) + at), JNT_KIND);
  store<u32>(record, joint, JNT_INDEX);
  store<f32>(record, load<f32>(jointArray(state, LOW) + at), JNT_LOW);
  store<f32>(record, load<f32>(jointArray(state, HIGH) + at), JNT_HIGH);
  const perSquare = SUBSTEP_PER_S * SUBSTEP_PER_S;
  store<f32>(record, load<f32>(jointArray(state, COMPLIANCE) + at) * perSquare, JNT_SOFT);
}

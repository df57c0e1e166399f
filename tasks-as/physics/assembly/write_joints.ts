/** The joints of the next state and their part of the certificate. */
import { BODY_SUMS } from "./bodies";
import { Certificate } from "./certificate";
import {
  JNT_ANGULAR, JNT_BODY_A, JNT_BODY_B, JNT_INDEX, JNT_LINEAR, JNT_MEAN, JNT_SIZE, JNT_TOTAL, Joints,
} from "./joint";
import { JOINT_ARRAYS, JOINT_IMPULSES, JOINT_SUMS, SUBSTEPS } from "./layout";
import { rounded, storable } from "./rounding";
import { State, jointArray } from "./state";
import { add, scale, splat, sub } from "./vec";

const MEAN_SHARE: f32 = 1 / <f32>SUBSTEPS;

/**
 * Writes what joints are as it was, their impulses of the last substep, and to the certificate what they gave to
 * their bodies in the step and as a mean; the written numbers are added to the bodies' sums. Joints of which no body
 * moves keep their impulses and give nothing; a joint whose impulses are beyond what can be stored has and gives none.
 */
export function writeJoints(joints: Joints, state: State, next: State, certificate: Certificate): void {
  const stride = <usize>state.jointCount << 2;
  memory.copy(next.joints, state.joints, stride * JOINT_ARRAYS);
  memory.fill(certificate.joints, 0, 2 * stride * JOINT_SUMS);
  for (let record = joints.records; record < joints.end; record += JNT_SIZE) {
    const at = <usize>load<u32>(record, JNT_INDEX) << 2;
    const impulses = jointArray(next, JOINT_IMPULSES) + at;
    if (!isStorable(record)) {
      storeVector(splat(0), impulses, stride);
      storeVector(splat(0), impulses + 3 * stride, stride);
      continue;
    }
    storeVector(rounded(v128.load(record, JNT_LINEAR)), impulses, stride);
    storeVector(rounded(v128.load(record, JNT_ANGULAR)), impulses + 3 * stride, stride);
    for (let row: usize = 0; row < 3; row++) {
      const total = rounded(v128.load(record + (row << 4), JNT_TOTAL));
      const mean = rounded(scale(v128.load(record + (row << 4), JNT_MEAN), MEAN_SHARE));
      storeVector(total, certificate.joints + at + 3 * row * stride, stride);
      storeVector(mean, certificate.joints + at + (JOINT_SUMS + 3 * row) * stride, stride);
    }
    addJoint(certificate.joints + at, stride, load<u32>(record, JNT_BODY_A), load<u32>(record, JNT_BODY_B));
  }
}

/** Whether all that is written of a record can be stored. */
function isStorable(record: usize): bool {
  let all = v128.and(storable(v128.load(record, JNT_LINEAR)), storable(v128.load(record, JNT_ANGULAR)));
  for (let row: usize = 0; row < 48; row += 16) {
    const mean = scale(v128.load(record + row, JNT_MEAN), MEAN_SHARE);
    all = v128.and(all, v128.and(storable(v128.load(record + row, JNT_TOTAL)), storable(mean)));
  }
  return i32x4.all_true(all);
}

/** Adds what the certificate at `at` says of a joint to the sums of its bodies. */
export function addJoint(at: usize, stride: usize, a: usize, b: usize): void {
  for (let half: usize = 0; half < 2; half++) {
    const from = at + half * JOINT_SUMS * stride;
    const sumsA = a + BODY_SUMS + half * 32;
    const sumsB = b + BODY_SUMS + half * 32;
    const impulse = loadVector(from, stride);
    v128.store(sumsA, sub(v128.load(sumsA), impulse));
    v128.store(sumsA, sub(v128.load(sumsA, 16), loadVector(from + 3 * stride, stride)), 16);
    v128.store(sumsB, add(v128.load(sumsB), impulse));
    v128.store(sumsB, add(v128.load(sumsB, 16), loadVector(from + 6 * stride, stride)), 16);
  }
}

/** Three components in arrays `stride` apart. */
// @ts-ignore: decorator
@inline
export function loadVector(at: usize, stride: usize): v128 {
  return f32x4(load<f32>(at), load<f32>(at + stride), load<f32>(at + 2 * stride), 0);
}

// @ts-ignore: decorator
@inline
function storeVector(value: v128, to: usize, stride: usize): void {
  v128.store_lane<f32>(to, value, 0);
  v128.store_lane<f32>(to + stride, value, 1);
  v128.store_lane<f32>(to + 2 * stride, value, 2);
}

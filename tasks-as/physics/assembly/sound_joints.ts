/** What the joints of a state must be: in order, between two bodies of which one moves, in range. */
import { Sentence, say, sayInteger, sentenceStart } from "../../lib/abi";
import {
  ANCHOR_FIRST, ANCHOR_MAX, ANCHOR_SECOND, ANGLE_MAX, AXIS_FIRST, AXIS_SECOND, COMPLIANCE, COMPLIANCE_MAX,
  DISTANCE_MAX, HIGH, IMPULSE_MAX, JOINT_ARRAYS, JOINT_IMPULSES, JOINT_KIND, JOINT_PAIR, KIND_COLLIDES,
  KIND_DISTANCE, KIND_HINGE, KIND_LIMITED, KIND_MASK, LOW, MASS,
} from "./layout";
import { impulsesSound } from "./sound_contacts";
import { State, bodyArray, jointArray } from "./state";

/** The sentence that says what is wrong with a joint, or null. */
export function jointFault(state: State): Sentence | null {
  let last: u32 = 0;
  for (let joint: u32 = 0; joint < state.jointCount; joint++) {
    const pair = load<u32>(jointArray(state, JOINT_PAIR) + (<usize>joint << 2));
    const what = pair < last ? ": joints do not ascend" : faultOfJoint(state, joint, pair);
    last = pair;
    if (what != null) {
      const sentence = sentenceStart();
      say(sentence, "Cannot step: joint ");
      sayInteger(sentence, joint);
      say(sentence, what as string);
      return sentence;
    }
  }
  return null;
}

function faultOfJoint(state: State, joint: u32, pair: u32): string | null {
  const a = pair >> 16;
  const b = pair & 0xffff;
  if (a >= b || b >= state.bodyCount) return ": joins no two bodies";
  const mass = bodyArray(state, MASS);
  if (load<f32>(mass + (<usize>a << 2)) == 0 && load<f32>(mass + (<usize>b << 2)) == 0) {
    return ": joins two bodies that never move";
  }
  const at = state.joints + (<usize>joint << 2);
  const stride = <usize>state.jointCount << 2;
  const word = load<u32>(at + stride * JOINT_KIND);
  const kind = word & KIND_MASK;
  if (kind != KIND_DISTANCE && kind != KIND_HINGE) return ": has no such kind";
  const extra = KIND_COLLIDES | (kind == KIND_HINGE ? KIND_LIMITED : 0);
  if ((word & ~(KIND_MASK | extra)) != 0) return ": has no such kind";
  for (let i: usize = 0; i < 3; i++) {
    const first = abs(load<f32>(at + stride * (ANCHOR_FIRST + i)));
    const second = abs(load<f32>(at + stride * (ANCHOR_SECOND + i)));
    if (!(first <= ANCHOR_MAX && second <= ANCHOR_MAX)) return ": an anchor is beyond 2,000 m";
  }
  const unit: f32 = kind == KIND_HINGE ? 1 : 0;
  if (!axisSound(at + stride * AXIS_FIRST, stride, unit) || !axisSound(at + stride * AXIS_SECOND, stride, unit)) {
    return ": an axis is no unit vector";
  }
  const low = load<f32>(at + stride * LOW);
  const high = load<f32>(at + stride * HIGH);
  const compliance = load<f32>(at + stride * COMPLIANCE);
  if (!(compliance >= 0 && compliance <= COMPLIANCE_MAX)) return ": compliance is not 0 ... 1,000 m/N";
  if (kind == KIND_HINGE) {
    if (compliance != 0) return ": a hinge has no compliance";
    const limited = (word & KIND_LIMITED) != 0;
    const sane = limited ? low >= -ANGLE_MAX && low <= high && high <= ANGLE_MAX : low == 0 && high == 0;
    if (!sane) return ": limits are not a range within a turn";
  } else if (!(low >= 0 && low <= high && high <= DISTANCE_MAX)) return ": distances are not a range within 40,000 m";
  for (let i = JOINT_IMPULSES; i < JOINT_ARRAYS; i++) {
    if (!impulsesSound(at + stride * i, 1, -IMPULSE_MAX)) return ": an impulse is not finite or out of range";
  }
  return null;
}

/** Whether three components are those of a vector of length `unit`, 1 or 0. */
function axisSound(at: usize, stride: usize, unit: f32): bool {
  const x = load<f32>(at);
  const y = load<f32>(at + stride);
  const z = load<f32>(at + 2 * stride);
  return abs(x * x + y * y + z * z - unit) <= unit * <f32>0.002;
}

/** What joints gave to their bodies: it counts in the bodies' sums; joints at rest gave nothing. */
import { Sentence } from "../../lib/abi";
import { BODY_MASS_INVERSE, Bodies, bodyRecord } from "./bodies";
import { Certificate } from "./certificate";
import { faultAt } from "./fault";
import { JOINT_ARRAYS, JOINT_IMPULSES, JOINT_PAIR, JOINT_SUMS } from "./layout";
import { State, jointArray } from "./state";
import { addJoint } from "./write_joints";

/** Adds what the joints gave to the bodies' sums; the sentence that says which joint at rest did not rest, or null. */
export function faultOfJoints(state: State, bodies: Bodies, next: State, certificate: Certificate): Sentence | null {
  const stride = <usize>state.jointCount << 2;
  for (let joint: u32 = 0; joint < state.jointCount; joint++) {
    const at = <usize>joint << 2;
    const pair = load<u32>(jointArray(state, JOINT_PAIR) + at);
    const a = bodyRecord(bodies, pair >> 16);
    const b = bodyRecord(bodies, pair & 0xffff);
    if (load<f32>(a, BODY_MASS_INVERSE) != 0 || load<f32>(b, BODY_MASS_INVERSE) != 0) {
      addJoint(certificate.joints + at, stride, a, b);
      continue;
    }
    let same = true;
    for (let array = JOINT_IMPULSES; array < JOINT_ARRAYS; array++) {
      if (load<u32>(jointArray(state, array) + at) != load<u32>(jointArray(next, array) + at)) same = false;
    }
    for (let array: usize = 0; array < 2 * JOINT_SUMS; array++) {
      if (load<u32>(certificate.joints + stride * array + at) != 0) same = false;
    }
    if (!same) return faultAt("joint ", joint, " between sleepers changed");
  }
  return null;
}

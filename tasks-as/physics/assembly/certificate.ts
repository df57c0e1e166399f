/** The certificate behind the state in an output: what ties the next state to the contacts. */
import { arenaTake } from "../../lib/arena";
import { IMPULSE_MAX, JOINT_SUMS } from "./layout";
import { impulsesSound } from "./sound_contacts";
import { State, stateSize } from "./state";

/**
 * Rest: what the impulses of the whole step exceed those of its last substep by (the latter are in the state).
 * Mean: what moved the bodies, averaged over the substeps. Both: tangential 1, tangential 2 and twist, one array
 * each, then the normal impulses per point. Behind both, of all joints: impulse, moment on the first and on the
 * second body over the step, three arrays each; then their means.
 */
@unmanaged
export class Certificate {
  restRubs: usize;
  restNormals: usize;
  meanRubs: usize;
  meanNormals: usize;
  joints: usize;
  end: usize;
}

export function outputSize(bodyCount: u32, contactCount: u32, pointCount: u32, jointCount: u32): usize {
  return stateSize(bodyCount, contactCount, pointCount, jointCount) +
    2 * (<usize>contactCount * 12 + <usize>pointCount * 4 + <usize>jointCount * 4 * JOINT_SUMS);
}

/** The certificate that stands behind a state. */
export function certificateOver(state: State): Certificate {
  const certificate = changetype<Certificate>(arenaTake(offsetof<Certificate>(), 8));
  const rubs = <usize>state.contactCount * 12;
  const normals = <usize>state.pointCount * 4;
  certificate.restRubs = state.end;
  certificate.restNormals = certificate.restRubs + rubs;
  certificate.meanRubs = certificate.restNormals + normals;
  certificate.meanNormals = certificate.meanRubs + rubs;
  certificate.joints = certificate.meanNormals + normals;
  certificate.end = certificate.joints + 2 * <usize>state.jointCount * 4 * JOINT_SUMS;
  return certificate;
}

/** Whether the certificate's impulses are finite, in range and canonical. */
export function certificateSound(state: State): bool {
  const certificate = certificateOver(state);
  return impulsesSound(certificate.restRubs, (certificate.end - certificate.restRubs) >> 2, -IMPULSE_MAX);
}

/** A state's bytes: where its parts lie. The header is checked here, the values in sound.ts. */
import { arenaTake } from "../../lib/arena";
import {
  AXIS_BITS, BODIES_MAX, BODY_ARRAYS, CONTACTS_MAX, CONTACT_ARRAYS, FEATURE_BITS, FLAG_SLEEP, HEADER_SIZE, JOINTS_MAX,
  JOINT_ARRAYS, MAGIC, POINTS_MAX,
} from "./layout";

/** Where the parts of a state lie. */
@unmanaged
export class State {
  start: usize;
  bodyCount: u32;
  /** Bytes of one body array. */
  stride: usize;
  contactCount: u32;
  pointCount: u32;
  /** Address of the contact section. */
  contacts: usize;
  /** Address of the normal impulses. */
  normals: usize;
  jointCount: u32;
  /** Address of the joint section. */
  joints: usize;
  /** Address behind the state. */
  end: usize;
}

export function stateSize(bodyCount: u32, contactCount: u32, pointCount: u32, jointCount: u32): usize {
  const stride = <usize>((bodyCount + 3) & ~3) * 4;
  return HEADER_SIZE + stride * BODY_ARRAYS + <usize>contactCount * 4 * CONTACT_ARRAYS + <usize>pointCount * 4 +
    <usize>jointCount * 4 * JOINT_ARRAYS;
}

/** A view without any check. */
export function stateOver(
  start: usize, bodyCount: u32, contactCount: u32, pointCount: u32, jointCount: u32,
): State {
  const state = changetype<State>(arenaTake(offsetof<State>(), 8));
  state.start = start;
  state.bodyCount = bodyCount;
  state.stride = <usize>((bodyCount + 3) & ~3) * 4;
  state.contactCount = contactCount;
  state.pointCount = pointCount;
  state.contacts = start + HEADER_SIZE + state.stride * BODY_ARRAYS;
  state.normals = state.contacts + <usize>contactCount * 4 * CONTACT_ARRAYS;
  state.jointCount = jointCount;
  state.joints = state.normals + <usize>pointCount * 4;
  state.end = state.joints + <usize>jointCount * 4 * JOINT_ARRAYS;
  return state;
}

// @ts-ignore: decorator
@inline
export function bodyArray(state: State, array: usize): usize {
  return state.start + HEADER_SIZE + state.stride * array;
}

// @ts-ignore: decorator
@inline
export function contactArray(state: State, array: usize): usize {
  return state.contacts + <usize>state.contactCount * 4 * array;
}

// @ts-ignore: decorator
@inline
export function jointArray(state: State, array: usize): usize {
  return state.joints + <usize>state.jointCount * 4 * array;
}

/** Whether bodies of this state may fall asleep. */
// @ts-ignore: decorator
@inline
export function maySleep(state: State): bool {
  return (load<u32>(state.start, 40) & FLAG_SLEEP) != 0;
}

/** Number of points in a contact's code: one per started five bits behind the axis. */
// @ts-ignore: decorator
@inline
export function pointsOf(code: u32): u32 {
  return (36 - AXIS_BITS - clz<u32>(code)) / FEATURE_BITS;
}

/** Reads the header; null when it is none or promises more bytes than there are. `size` may exceed the state. */
export function readHeader(start: usize, size: usize): State | null {
  if (size < HEADER_SIZE || load<u32>(start) != MAGIC) return null;
  const bodyCount = load<u32>(start, 4);
  const contactCount = load<u32>(start, 8);
  const pointCount = load<u32>(start, 12);
  const jointCount = load<u32>(start, 36);
  if (bodyCount > BODIES_MAX || contactCount > CONTACTS_MAX) return null;
  if (pointCount > POINTS_MAX || jointCount > JOINTS_MAX) return null;
  if (stateSize(bodyCount, contactCount, pointCount, jointCount) > size) return null;
  if (load<u32>(start, 40) > FLAG_SLEEP || load<u32>(start, 44) != 0) return null;
  return stateOver(start, bodyCount, contactCount, pointCount, jointCount);
}

/** A state's bytes: where its parts lie. The header is checked here, the values in sound.ts. */
import { arenaTake } from "../../lib/arena";
import {
  AXIS_BITS, BODIES_MAX, BODY_ARRAYS, CONTACTS_MAX, CONTACT_ARRAYS, FEATURE_BITS, HEADER_SIZE, MAGIC, POINTS_MAX,
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
  /** Address behind the state. */
  end: usize;
}

export function stateSize(bodyCount: u32, contactCount: u32, pointCount: u32): usize {
  const stride = <usize>((bodyCount + 3) & ~3) * 4;
  return HEADER_SIZE + stride * BODY_ARRAYS + <usize>contactCount * 4 * CONTACT_ARRAYS + <usize>pointCount * 4;
}

/** A view without any check. */
export function stateOver(start: usize, bodyCount: u32, contactCount: u32, pointCount: u32): State {
  const state = changetype<State>(arenaTake(offsetof<State>(), 8));
  state.start = start;
  state.bodyCount = bodyCount;
  state.stride = <usize>((bodyCount + 3) & ~3) * 4;
  state.contactCount = contactCount;
  state.pointCount = pointCount;
  state.contacts = start + HEADER_SIZE + state.stride * BODY_ARRAYS;
  state.normals = state.contacts + <usize>contactCount * 4 * CONTACT_ARRAYS;
  state.end = state.normals + <usize>pointCount * 4;
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
  if (bodyCount > BODIES_MAX || contactCount > CONTACTS_MAX || pointCount > POINTS_MAX) return null;
  if (stateSize(bodyCount, contactCount, pointCount) > size) return null;
  if ((load<u32>(start, 36) | load<u32>(start, 40) | load<u32>(start, 44)) != 0) return null;
  return stateOver(start, bodyCount, contactCount, pointCount);
}

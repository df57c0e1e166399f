/** Contacts between bodies that stayed at rest: an output must carry them exactly as the state did. */
import { Certificate } from "./certificate";
import { CODE, CONTACT_ARRAYS, PAIR } from "./layout";
import { bothStill } from "./sleep";
import { State, contactArray, pointsOf } from "./state";

/** Where a walk over the state's contacts at rest stands: offsets in bytes into contacts and points. */
@unmanaged
export class StillWalk {
  at: usize;
  point: usize;
}

/** The offset of no contact. */
export const NONE_STILL: usize = usize.MAX_VALUE;

/** The offset of the next contact at rest, the walk standing on it, or NONE_STILL. */
export function nextStill(state: State, masses: usize, held: usize, walk: StillWalk): usize {
  const pairs = contactArray(state, PAIR);
  const end = <usize>state.contactCount << 2;
  while (walk.at < end && !bothStill(masses, held, load<u32>(pairs + walk.at))) step(state, walk);
  return walk.at < end ? walk.at : NONE_STILL;
}

// @ts-ignore: decorator
@inline
function step(state: State, walk: StillWalk): void {
  walk.point += <usize>pointsOf(load<u32>(contactArray(state, CODE) + walk.at)) << 2;
  walk.at += 4;
}

/** Whether the output's contact at `at`, with points at `point`, is the next at rest, unchanged and without impulse. */
export function sameStill(
  state: State, masses: usize, held: usize, walk: StillWalk, next: State, certificate: Certificate, at: usize,
  point: usize,
): bool {
  const from = nextStill(state, masses, held, walk);
  if (from == NONE_STILL) return false;
  for (let array: usize = 0; array < CONTACT_ARRAYS; array++) {
    if (load<u32>(contactArray(state, array) + from) != load<u32>(contactArray(next, array) + at)) return false;
  }
  const count = <usize>pointsOf(load<u32>(contactArray(state, CODE) + from)) << 2;
  const stride = <usize>next.contactCount << 2;
  let given: u32 = 0;
  for (let array: usize = 0; array < 3; array++) {
    given |= load<u32>(certificate.restRubs + stride * array + at) | load<u32>(certificate.meanRubs + stride * array + at);
  }
  for (let i: usize = 0; i < count; i += 4) {
    if (load<u32>(state.normals + walk.point + i) != load<u32>(next.normals + point + i)) return false;
    given |= load<u32>(certificate.restNormals + point + i) | load<u32>(certificate.meanNormals + point + i);
  }
  step(state, walk);
  return given == 0;
}

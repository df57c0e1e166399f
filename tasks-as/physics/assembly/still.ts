/** Contacts between bodies that stayed at rest: an output must carry them exactly as the state did. */
import { Certificate } from "./certificate";
import { STILL } from "./drawn";
import { CODE, CONTACT_ARRAYS, PAIR } from "./layout";
import { State, contactArray, pointsOf } from "./state";

/** Where a walk over the state's contacts at rest stands: offsets in bytes into contacts and points. */
@unmanaged
export class StillWalk {
  at: usize;
  point: usize;
}

/** The offset of no contact. */
export const NONE_STILL: usize = usize.MAX_VALUE;

/** The offset of the next contact at rest, the walk standing on it, or NONE_STILL; `marks`: a byte per body, drawn.ts. */
export function nextStill(state: State, marks: usize, walk: StillWalk): usize {
  const pairs = contactArray(state, PAIR);
  const codes = contactArray(state, CODE);
  const end = <usize>state.contactCount << 2;
  let at = walk.at;
  let point = walk.point;
  for (; at < end; at += 4) {
    const pair = load<u32>(pairs + at);
    if ((<u32>load<u8>(marks + (pair >> 16)) & <u32>load<u8>(marks + (pair & 0xffff)) & STILL) != 0) break;
    point += <usize>pointsOf(load<u32>(codes + at)) << 2;
  }
  walk.at = at;
  walk.point = point;
  return at < end ? at : NONE_STILL;
}

/** Whether the output's contact at `at`, with points at `point`, is the next at rest, unchanged and without impulse. */
export function sameStill(
  state: State, marks: usize, walk: StillWalk, next: State, certificate: Certificate, at: usize, point: usize,
): bool {
  const from = nextStill(state, marks, walk);
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
  walk.at += 4;
  walk.point += count;
  return given == 0;
}

/** Whether an output in which no body is awake carries all contacts exactly as the state did, and none gave anything. */
export function allStill(state: State, next: State, certificate: Certificate): bool {
  if (next.contactCount != state.contactCount || next.pointCount != state.pointCount) return false;
  return sameWords(state.contacts, next.contacts, next.joints - next.contacts) &&
    zeroWords(certificate.restRubs, certificate.joints - certificate.restRubs);
}

/** Whether two runs of words are the same. */
export function sameWords(a: usize, b: usize, size: usize): bool {
  let different = i32x4.splat(0);
  let i: usize = 0;
  for (; i + 16 <= size; i += 16) different = v128.or(different, v128.xor(v128.load(a + i), v128.load(b + i)));
  let rest: u32 = 0;
  for (; i < size; i += 4) rest |= load<u32>(a + i) ^ load<u32>(b + i);
  return !v128.any_true(different) && rest == 0;
}

/** Whether a run of words has only zeros. */
function zeroWords(at: usize, size: usize): bool {
  let given = i32x4.splat(0);
  let i: usize = 0;
  for (; i + 16 <= size; i += 16) given = v128.or(given, v128.load(at + i));
  let rest: u32 = 0;
  for (; i < size; i += 4) rest |= load<u32>(at + i);
  return !v128.any_true(given) && rest == 0;
}

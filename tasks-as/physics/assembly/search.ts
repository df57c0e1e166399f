/** Whether a list of contacts is complete: contacts that went away, and all those of drawn bodies, are searched. */
import { Sentence } from "../../lib/abi";
import { arenaTake } from "../../lib/arena";
import { Random, randomBelow } from "../../lib/random";
import { BODY_MASS_INVERSE, Bodies, bodyRecord } from "./bodies";
import { SWEPT_SIZE, gravityOf, setSwept, sweptOverlap } from "./broad";
import { NO_CONTACT, collide } from "./collide";
import { FACE_SIZE } from "./face";
import { faultAt } from "./fault";
import { GEO_SIZE } from "./geometry";
import { isJoinedApart } from "./joined";
import { CODE, HALF, HEADER_SIZE, MARGIN_M, MASS, PAIR, POSITION, SPIN, STEP_S, VELOCITY } from "./layout";
import { OVERLAP_SIZE } from "./overlap";
import { bothStill } from "./sleep";
import { State, bodyArray, contactArray } from "./state";
import { add, mul, splat, sub, xOf, yOf, zOf } from "./vec";

/** Bodies whose contacts are searched anew: one, and one more per so many. */
const BODIES_PER_DRAW: u32 = 256;

/** Room for one search for a contact. */
@unmanaged
class Search {
  geometry: usize;
  face: usize;
  candidates: usize;
  swept: usize;
}

/** What is wrong with the list of contacts of `next`, or null. */
export function faultOfSearch(
  state: State, next: State, bodies: Bodies, held: usize, random: Random,
): Sentence | null {
  const search = changetype<Search>(arenaTake(offsetof<Search>(), 8));
  search.geometry = arenaTake(GEO_SIZE, 16);
  search.face = arenaTake(FACE_SIZE, 16);
  search.candidates = arenaTake(OVERLAP_SIZE, 16);
  search.swept = arenaTake(2 * SWEPT_SIZE, 16);
  const gone = faultOfGone(state, next, bodies, search);
  return gone != null ? gone : faultOfDraws(state, next, bodies, held, search, random);
}

/** Contacts of the state before that the list no longer has must be gone. In a pile at rest there are few. */
function faultOfGone(state: State, next: State, bodies: Bodies, search: Search): Sentence | null {
  const before = contactArray(state, PAIR);
  const pairs = contactArray(next, PAIR);
  const count = next.contactCount;
  let i: u32 = 0;
  for (let k: u32 = 0; k < state.contactCount; k++) {
    // Four at a time where the lists are the same.
    while (k + 4 <= state.contactCount && i + 4 <= count) {
      const different = i32x4.ne(v128.load(before + (<usize>k << 2)), v128.load(pairs + (<usize>i << 2)));
      if (v128.any_true(different)) break;
      k += 4;
      i += 4;
    }
    if (k == state.contactCount) break;
    const pair = load<u32>(before + (<usize>k << 2));
    while (i < count && load<u32>(pairs + (<usize>i << 2)) < pair) i++;
    if (i < count && load<u32>(pairs + (<usize>i << 2)) == pair) continue;
    if (searchPair(state, bodies, pair, search) != NO_CONTACT) {
      return faultAt("body ", pair >> 16, " lost a contact that is still there");
    }
  }
  return null;
}

/** The code that a search finds for a pair, the same way as `run`: swept boxes first. */
// @ts-ignore: decorator
@inline
function searchPair(state: State, bodies: Bodies, pair: u32, search: Search): u32 {
  setSwept(bodyRecord(bodies, pair >> 16), state, search.swept);
  return searchSwept(state, bodies, pair, pair & 0xffff, search);
}

/** The same where the swept box of the pair's body that is not `other` is there already. */
// @ts-ignore: decorator
@inline
function searchSwept(state: State, bodies: Bodies, pair: u32, other: u32, search: Search): u32 {
  setSwept(bodyRecord(bodies, other), state, search.swept + SWEPT_SIZE);
  if (!sweptOverlap(search.swept, search.swept + SWEPT_SIZE)) return NO_CONTACT;
  if (state.jointCount != 0 && isJoinedApart(state, pair)) return NO_CONTACT;
  const a = bodyRecord(bodies, pair >> 16);
  const b = bodyRecord(bodies, pair & 0xffff);
  return collide(a, b, search.geometry, search.face, search.candidates);
}

/** For drawn bodies: the listed contacts are those that a search finds, no more and no fewer. */
function faultOfDraws(
  state: State, next: State, bodies: Bodies, held: usize, search: Search, random: Random,
): Sentence | null {
  const count = state.bodyCount;
  if (count == 0) return null;
  for (let draw: u32 = 0, draws: u32 = 1 + count / BODIES_PER_DRAW; draw < draws; draw++) {
    const body = randomBelow(random, count);
    if (!sameContacts(body, state, next, bodies, held, search)) return faultAt("body ", body, " has other contacts");
  }
  return null;
}

function sameContacts(
  body: u32, state: State, next: State, bodies: Bodies, held: usize, search: Search,
): bool {
  const pairs = contactArray(next, PAIR);
  const codes = contactArray(next, CODE);
  const masses = bodyArray(state, MASS);
  const record = bodyRecord(bodies, body);
  const fixed = load<f32>(record, BODY_MASS_INVERSE) == 0;
  setSwept(record, state, search.swept);
  const reaches = reachesOf(state);
  const reach = splat(load<f32>(reaches + (<usize>body << 2)));
  const at = bodyArray(state, POSITION);
  const x = v128.load32_splat(at + (<usize>body << 2));
  const y = v128.load32_splat(at + state.stride + (<usize>body << 2));
  const z = v128.load32_splat(at + 2 * state.stride + (<usize>body << 2));
  let found: u32 = 0;
  for (let lane: usize = 0; lane < state.stride; lane += 16) {
    const dx = sub(v128.load(at + lane), x);
    const dy = sub(v128.load(at + state.stride + lane), y);
    const dz = sub(v128.load(at + 2 * state.stride + lane), z);
    const far = add(reach, v128.load(reaches + lane));
    const close = f32x4.le(add(add(mul(dx, dx), mul(dy, dy)), mul(dz, dz)), mul(far, far));
    for (let mask = i32x4.bitmask(close); mask != 0; mask &= mask - 1) {
      const other = <u32>(lane >> 2) + ctz<u32>(mask);
      if (other == body || other >= state.bodyCount) continue;
      if (fixed && load<f32>(bodyRecord(bodies, other), BODY_MASS_INVERSE) == 0) continue;
      const pair = (min(body, other) << 16) | max(body, other);
      const code = searchSwept(state, bodies, pair, other, search);
      if (code == NO_CONTACT) continue;
      const place = placeOf(pairs, next.contactCount, pair);
      if (place < 0 || load<u32>(codes + (<usize>place << 2)) != code) return false;
      found++;
    }
  }
  let listed: u32 = 0;
  const end = pairs + (<usize>next.contactCount << 2);
  const wanted = i32x4.splat(body);
  for (let place = pairs; place < end; place += 4) {
    if (place + 16 <= end) {
      const four = v128.load(place);
      const first = i32x4.eq(i32x4.shr_u(four, 16), wanted);
      if (!v128.any_true(v128.or(first, i32x4.eq(v128.and(four, i32x4.splat(0xffff)), wanted)))) {
        place += 12;
        continue;
      }
    }
    const pair = load<u32>(place);
    if ((pair >> 16 == body || (pair & 0xffff) == body) && !bothStill(masses, held, pair)) listed++;
  }
  return listed == found;
}

/**
 * An f32 per body, generous: two bodies farther from each other than the sum have no contact, for then their swept boxes
 * do not overlap. The diagonal of a box around a turned body is no longer than its three half extents together.
 */
function reachesOf(state: State): usize {
  const stride = state.stride;
  const reaches = arenaTake(stride, 16);
  const gravity = f32x4.abs(gravityOf(state));
  const fall = STEP_S * STEP_S * (xOf(gravity) + yOf(gravity) + zOf(gravity));
  const step = splat(STEP_S);
  for (let lane: usize = 0; lane < stride; lane += 16) {
    const at = state.start + HEADER_SIZE + lane;
    const sides = add(v128.load(at + stride * HALF), v128.load(at + stride * (HALF + 1)));
    const size = add(sides, v128.load(at + stride * (HALF + 2)));
    const turning = mul(mul(splat(2), size), sumAbs(at + stride * SPIN, stride));
    const moving = add(turning, sumAbs(at + stride * VELOCITY, stride));
    v128.store(reaches + lane, add(add(size, splat(2 * MARGIN_M + fall)), mul(step, moving)));
  }
  return reaches;
}

// @ts-ignore: decorator
@inline
function sumAbs(at: usize, stride: usize): v128 {
  const x = f32x4.abs(v128.load(at));
  const y = f32x4.abs(v128.load(at + stride));
  return add(add(x, y), f32x4.abs(v128.load(at + 2 * stride)));
}

// @ts-ignore: decorator
@inline
function placeOf(pairs: usize, count: u32, pair: u32): i32 {
  let low: u32 = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<u32>(pairs + (<usize>middle << 2)) < pair) low = middle + 1;
    else high = middle;
  }
  return low < count && load<u32>(pairs + (<usize>low << 2)) == pair ? <i32>low : -1;
}

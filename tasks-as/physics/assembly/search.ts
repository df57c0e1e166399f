/** Whether a list of contacts is complete: contacts that went away, and all those of drawn bodies, are searched. */
import { Sentence } from "../../lib/abi";
import { arenaTake } from "../../lib/arena";
import { Random, randomBelow } from "../../lib/random";
import { BODY_HALF, BODY_MASS_INVERSE, BODY_RIM, BODY_V, BODY_X, Bodies, bodyRecord } from "./bodies";
import { SWEPT_SIZE, gravityOf, setSwept, sweptOverlap } from "./broad";
import { NO_CONTACT, collide } from "./collide";
import { FACE_SIZE } from "./face";
import { faultAt } from "./fault";
import { GEO_SIZE } from "./geometry";
import { isJoinedApart } from "./joined";
import { CODE, MARGIN_M, MASS, PAIR, STEP_S } from "./layout";
import { OVERLAP_SIZE } from "./overlap";
import { bothStill } from "./sleep";
import { State, bodyArray, contactArray } from "./state";
import { dot, sub, xOf, yOf, zOf } from "./vec";

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
  if (state.jointCount != 0 && isJoinedApart(state, pair)) return NO_CONTACT;
  const a = bodyRecord(bodies, pair >> 16);
  const b = bodyRecord(bodies, pair & 0xffff);
  setSwept(a, state, search.swept);
  setSwept(b, state, search.swept + SWEPT_SIZE);
  if (!sweptOverlap(search.swept, search.swept + SWEPT_SIZE)) return NO_CONTACT;
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
  const gravity = f32x4.abs(gravityOf(state));
  const fall = STEP_S * STEP_S * (xOf(gravity) + yOf(gravity) + zOf(gravity));
  const fixed = load<f32>(record, BODY_MASS_INVERSE) == 0;
  const reach = reachOf(record, fall);
  const x = v128.load(record, BODY_X);
  let found: u32 = 0;
  for (let other: u32 = 0; other < state.bodyCount; other++) {
    const at = bodyRecord(bodies, other);
    if (other == body || (fixed && load<f32>(at, BODY_MASS_INVERSE) == 0)) continue;
    const offset = sub(v128.load(at, BODY_X), x);
    const far = reach + reachOf(at, fall);
    if (dot(offset, offset) > far * far) continue;
    const pair = (min(body, other) << 16) | max(body, other);
    const code = searchPair(state, bodies, pair, search);
    if (code == NO_CONTACT) continue;
    const place = placeOf(pairs, next.contactCount, pair);
    if (place < 0 || load<u32>(codes + (<usize>place << 2)) != code) return false;
    found++;
  }
  let listed: u32 = 0;
  for (let i: u32 = 0; i < next.contactCount; i++) {
    const pair = load<u32>(pairs + (<usize>i << 2));
    if ((pair >> 16 == body || (pair & 0xffff) == body) && !bothStill(masses, held, pair)) listed++;
  }
  return listed == found;
}

/** No part of the body gets farther from its centre's start within the step; generous, without roots. */
// @ts-ignore: decorator
@inline
function reachOf(record: usize, fall: f32): f32 {
  const size = v128.load(record, BODY_HALF);
  const speed = f32x4.abs(v128.load(record, BODY_V));
  return xOf(size) + yOf(size) + zOf(size) + 2 * MARGIN_M + fall +
    STEP_S * (2 * load<f32>(record, BODY_RIM) + xOf(speed) + yOf(speed) + zOf(speed));
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

/**
 * The certificate's judgement. For every body: its next state follows in every bit from the stored impulses. For
 * every contact: the geometry that its code names exists and touches, impulses push and stay in the friction
 * cone. And none is missing that was there before, or at bodies drawn by the seed (search.ts).
 */
import { Sentence } from "../../lib/abi";
import { arenaTake } from "../../lib/arena";
import { BODY_FRICTION, Bodies, bodyRecord, prepareBodies, sleepersOf } from "./bodies";
import { Certificate, certificateOver } from "./certificate";
import { FACE_SIZE } from "./face";
import { fault, faultAt } from "./fault";
import { finishBodies } from "./finish";
import { GEO_NORMAL, GEO_SIZE, setGeometry, touching } from "./geometry";
import { IMPULSES_MEAN, IMPULSES_SIZE, addImpulses, middleOf, tangentOf, twistArmSquare } from "./impulse";
import { faultOfJoints } from "./joint_laws";
import { isJoinedApart } from "./joined";
import {
  ASLEEP, BODY_ARRAYS, CODE, IMPULSE_MAX, JOINT_FIXED_ARRAYS, JOINT_IMPULSES, MASS, MOVING_ARRAYS, PAIR, QUIET,
  TANGENT1,
} from "./layout";
import { faultOfSearch } from "./search";
import { anyHeld, bothStill, wake } from "./sleep";
import { bodiesSound } from "./sound";
import { contactsSound, impulsesSound } from "./sound_contacts";
import { State, bodyArray, contactArray, jointArray, pointsOf } from "./state";
import { NONE_STILL, StillWalk, nextStill, sameStill } from "./still";
import { cross, splat } from "./vec";

/** Room for rounding in the friction cone: share of the squared impulse, and (Ns)². */
const CONE_SLACK: f32 = 0.001;
const CONE_LEAST: f32 = 1.0e-30;

/** The sentence that says what is wrong with `output`, whose state and certificate exactly fill it, or null. */
export function faultOfOutput(state: State, next: State, seed: u64): Sentence | null {
  const scene = differentScene(state, next);
  if (scene != null) return scene;
  const certificate = certificateOver(next);
  if (!contactsSound(next) || !allImpulsesSound(next, certificate)) return fault("its contacts are not well formed");
  const held = heldBetween(state, next);
  if (held == 0) return fault("other bodies sleep");
  const bodies = prepareBodies(state, held);
  const geometry = arenaTake(GEO_SIZE, 16);
  const face = arenaTake(FACE_SIZE, 16);
  const contact = faultOfContacts(state, bodies, held, next, certificate, geometry, face);
  if (contact != null) return contact;
  const joint = faultOfJoints(state, bodies, next, certificate);
  if (joint != null) return joint;
  const body = faultOfBodies(state, next, bodies);
  if (body != null) return body;
  return faultOfSearch(state, next, bodies, held, seed);
}

/** Header but for the counts, shapes, materials and joints must come back as they went in. */
function differentScene(state: State, next: State): Sentence | null {
  if (next.bodyCount != state.bodyCount) return fault("the number of bodies changed");
  if (next.jointCount != state.jointCount) return fault("the number of joints changed");
  const same = equalBytes(state.start + 16, next.start + 16, 32) &&
    equalBytes(bodyArray(state, 0), bodyArray(next, 0), state.stride * MOVING_ARRAYS);
  if (!same) return fault("gravity, damping or a body's shape changed");
  const size = (<usize>state.jointCount << 2) * JOINT_FIXED_ARRAYS;
  for (let i: usize = 0; i < size; i += 4) {
    if (load<u32>(state.joints + i) != load<u32>(next.joints + i)) return fault("a joint changed");
  }
  return null;
}

/** All impulses stand behind each other: those of the contacts, of the joints, and the certificate's. */
function allImpulsesSound(next: State, certificate: Certificate): bool {
  const rubs = contactArray(next, TANGENT1);
  const joints = jointArray(next, JOINT_IMPULSES);
  return impulsesSound(rubs, (next.joints - rubs) >> 2, -IMPULSE_MAX) &&
    impulsesSound(joints, (certificate.end - joints) >> 2, -IMPULSE_MAX);
}

/**
 * A word per body, all ones for those that slept on through the step: sleepers that do not hang together with a body
 * awake. 0 when the output says otherwise.
 */
function heldBetween(state: State, next: State): usize {
  const held = sleepersOf(state);
  if (!anyHeld(state, held)) return held;
  wake(state, held, 0, 0);
  while (wake(state, held, contactArray(next, PAIR), next.contactCount));
  const before = bodyArray(state, QUIET);
  const after = bodyArray(next, QUIET);
  for (let i: usize = 0; i < state.stride; i += 16) {
    const asleep = f32x4.eq(v128.load(before + i), splat(ASLEEP));
    const sleeps = v128.and(asleep, f32x4.eq(v128.load(after + i), splat(ASLEEP)));
    if (v128.any_true(v128.xor(sleeps, v128.load(held + i)))) return 0;
  }
  return held;
}

/** Whether two runs of bytes, a multiple of 16, are the same. */
function equalBytes(a: usize, b: usize, size: usize): bool {
  let different = i32x4.splat(0);
  for (let i: usize = 0; i < size; i += 16) {
    different = v128.or(different, v128.xor(v128.load(a + i), v128.load(b + i)));
  }
  return !v128.any_true(different);
}

/** Walks all contacts, judges each and adds its impulses to the sums of its bodies. */
function faultOfContacts(
  state: State, bodies: Bodies, held: usize, next: State, certificate: Certificate, geometry: usize, face: usize,
): Sentence | null {
  const pairs = contactArray(next, PAIR);
  const codes = contactArray(next, CODE);
  const masses = bodyArray(state, MASS);
  const scratch = arenaTake(IMPULSES_SIZE, 16);
  const still = changetype<StillWalk>(arenaTake(offsetof<StillWalk>(), 4));
  still.at = 0;
  still.point = 0;
  const someHeld = anyHeld(state, held);
  let point: usize = 0;
  for (let i: u32 = 0; i < next.contactCount; i++) {
    const at = <usize>i << 2;
    const pair = load<u32>(pairs + at);
    const code = load<u32>(codes + at);
    const count = pointsOf(code);
    if (someHeld && bothStill(masses, held, pair)) {
      if (!sameStill(state, masses, held, still, next, certificate, at, point)) {
        return faultAt("contact ", i, " between sleepers changed");
      }
      point += <usize>count << 2;
      continue;
    }
    if (state.jointCount != 0 && isJoinedApart(state, pair)) return faultAt("contact ", i, " is between joined bodies");
    const a = bodyRecord(bodies, pair >> 16);
    const b = bodyRecord(bodies, pair & 0xffff);
    if (!setGeometry(a, b, code, geometry, face) || popcnt(touching(a, b, count, geometry)) != count) {
      return faultAt("contact ", i, " does not touch");
    }
    if (!addContact(a, b, count, at, point, next, certificate, geometry, scratch)) {
      return faultAt("contact ", i, " pulls, or rubs more than its friction allows");
    }
    point += <usize>count << 2;
  }
  const complete = !someHeld || nextStill(state, masses, held, still) == NONE_STILL;
  return complete ? null : fault("a contact between sleepers is missing");
}

/** Adds one contact's impulses; false when they break the law of contact. `at`, `point`: offsets in its arrays. */
// @ts-ignore: decorator
@inline
function addContact(
  a: usize, b: usize, count: u32, at: usize, point: usize, next: State, certificate: Certificate, geometry: usize,
  scratch: usize,
): bool {
  const normal = v128.load(geometry + GEO_NORMAL);
  const tangent1 = tangentOf(normal);
  const tangent2 = cross(normal, tangent1);
  const middle = middleOf(geometry, count);
  const friction = load<f32>(a, BODY_FRICTION) * load<f32>(b, BODY_FRICTION) * (1 + CONE_SLACK);
  const step = <usize>next.contactCount << 2;
  const rubs = contactArray(next, TANGENT1) + at;
  const restRubs = certificate.restRubs + at;
  const meanRubs = certificate.meanRubs + at;
  let last: f32 = 0;
  let total: f32 = 0;
  let mean: f32 = 0;
  let least: f32 = 0;
  for (let i: usize = 0; i < <usize>count; i++) {
    const here = point + (i << 2);
    const lastHere = load<f32>(next.normals + here);
    const totalHere = lastHere + load<f32>(certificate.restNormals + here);
    const meanHere = load<f32>(certificate.meanNormals + here);
    store<f32>(scratch + (i << 2), totalHere);
    store<f32>(scratch + (i << 2), meanHere, IMPULSES_MEAN);
    last += lastHere;
    total += totalHere;
    mean += meanHere;
    least = min<f32>(least, min<f32>(lastHere, min<f32>(totalHere, meanHere)));
  }
  const last1 = load<f32>(rubs);
  const last2 = load<f32>(rubs + step);
  const lastTwist = load<f32>(rubs + 2 * step);
  const total1 = last1 + load<f32>(restRubs);
  const total2 = last2 + load<f32>(restRubs + step);
  const totalTwist = lastTwist + load<f32>(restRubs + 2 * step);
  const mean1 = load<f32>(meanRubs);
  const mean2 = load<f32>(meanRubs + step);
  const meanTwist = load<f32>(meanRubs + 2 * step);
  const twists = max<f32>(abs(lastTwist), max<f32>(abs(totalTwist), abs(meanTwist)));
  const arm = twists == 0 ? <f32>0 : twistArmSquare(geometry, count, middle);
  const lawful = least >= 0 && inCone(last1, last2, lastTwist, friction * last * last, arm) &&
    inCone(total1, total2, totalTwist, friction * total * total, arm) &&
    inCone(mean1, mean2, meanTwist, friction * mean * mean, arm);
  if (!lawful) return false;
  v128.store(scratch, f32x4(total1, total2, totalTwist, 0), 16);
  v128.store(scratch, f32x4(mean1, mean2, meanTwist, 0), IMPULSES_MEAN + 16);
  addImpulses(a, b, geometry, count, tangent1, tangent2, middle, scratch);
  return true;
}

// @ts-ignore: decorator
@inline
function inCone(along1: f32, along2: f32, twist: f32, normalSquare: f32, armSquare: f32): bool {
  const limitSquare = normalSquare + CONE_LEAST;
  const sliding = along1 * along1 + along2 * along2;
  return twist == 0 ? sliding <= limitSquare : sliding * armSquare + twist * twist <= limitSquare * armSquare;
}

/** The moving arrays must be, bit for bit, what the summed impulses make of the state. */
function faultOfBodies(state: State, next: State, bodies: Bodies): Sentence | null {
  const size = state.stride * (BODY_ARRAYS - MOVING_ARRAYS);
  const expected = arenaTake(size, 16);
  finishBodies(state, bodies, next, expected);
  const given = bodyArray(next, MOVING_ARRAYS);
  if (equalBytes(expected, given, size)) {
    // Absurd impulses may bring a body beyond what a state can hold; `run` refuses such a step.
    return bodiesSound(next) ? null : fault("a body is out of range");
  }
  let at: usize = 0;
  while (load<u32>(expected + at) == load<u32>(given + at)) at += 4;
  return faultAt("body ", <u32>((at % state.stride) >> 2), " is not where its impulses bring it");
}

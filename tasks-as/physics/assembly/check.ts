/**
 * The certificate's judgement. For every body: its next state follows in every bit from the stored impulses. For
 * every contact: the geometry that its code names exists and touches, and impulses push. None is missing that was
 * there before, or at bodies drawn by the seed (search.ts). At contacts and joints drawn by the seed: friction stays
 * in its cone, and the step is solved as well as the solver does; where that is in doubt it is computed (quality.ts).
 */
import { Sentence } from "../../lib/abi";
import { arenaTake } from "../../lib/arena";
import { randomFrom } from "../../lib/random";
import { Bodies, bodyRecord, prepareBodies, sleepersOf } from "./bodies";
import { Certificate, certificateOver } from "./certificate";
import { FACE_SIZE } from "./face";
import { fault, faultAt } from "./fault";
import { finishBodies } from "./finish";
import { GEO_NORMAL, GEO_SIZE, setGeometry, touching } from "./geometry";
import { IMPULSES_MEAN, IMPULSES_SIZE, addImpulses, middleOf, tangentOf } from "./impulse";
import { faultOfJoints } from "./joint_laws";
import { isJoinedApart } from "./joined";
import {
  ASLEEP, BODY_ARRAYS, CODE, IMPULSE_MAX, JOINT_FIXED_ARRAYS, JOINT_IMPULSES, MASS, MOVING_ARRAYS, PAIR, QUIET,
  TANGENT1,
} from "./layout";
import { NONE_LAWLESS, isDoubtful, qualityOf } from "./quality";
import { faultOfSearch } from "./search";
import { anyHeld, bothStill, wake } from "./sleep";
import { bodiesSound } from "./sound";
import { contactsSound, impulsesSound, sumsPush } from "./sound_contacts";
import { State, bodyArray, contactArray, jointArray, pointsOf } from "./state";
import { STEP_OK, step } from "./step";
import { NONE_STILL, StillWalk, nextStill, sameStill } from "./still";
import { cross, splat } from "./vec";

/** The sentence that says what is wrong with `output`, whose state and certificate exactly fill it, or null. */
export function faultOfOutput(state: State, next: State, seed: u64): Sentence | null {
  const scene = differentScene(state, next);
  if (scene != null) return scene;
  const certificate = certificateOver(next);
  if (!contactsSound(next) || !allImpulsesSound(next, certificate)) return fault("its contacts are not well formed");
  if (!allPush(next, certificate)) return fault("a contact pulls");
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
  const random = randomFrom(seed);
  const search = faultOfSearch(state, next, bodies, held, random);
  if (search != null) return search;
  const quality = qualityOf(state, next, certificate, bodies, random);
  if (quality.lawless != NONE_LAWLESS) return faultAt("contact ", quality.lawless, " rubs more than its friction allows");
  return isDoubtful(quality) ? faultAgainstRun(state, next, certificate) : null;
}

/** Computes the step and compares. */
function faultAgainstRun(state: State, next: State, certificate: Certificate): Sentence | null {
  const expected = step(state);
  const size = certificate.end - next.start;
  if (expected.fault != STEP_OK || expected.size != size || memory.compare(expected.output, next.start, size) != 0) {
    return fault("a step computed anew is another");
  }
  return null;
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

/** Whether contacts only push: in the last substep, in sum and in the mean. */
function allPush(next: State, certificate: Certificate): bool {
  const count = <usize>next.pointCount;
  return impulsesSound(next.normals, count, 0) && impulsesSound(certificate.meanNormals, count, 0) &&
    sumsPush(next.normals, certificate.restNormals, count);
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
    addContact(a, b, count, at, point, next, certificate, geometry, scratch);
    point += <usize>count << 2;
  }
  const complete = !someHeld || nextStill(state, masses, held, still) == NONE_STILL;
  return complete ? null : fault("a contact between sleepers is missing");
}

/** Adds one contact's impulses to the sums of its bodies. `at`, `point`: offsets in its arrays. */
// @ts-ignore: decorator
@inline
function addContact(
  a: usize, b: usize, count: u32, at: usize, point: usize, next: State, certificate: Certificate, geometry: usize,
  scratch: usize,
): void {
  const normal = v128.load(geometry + GEO_NORMAL);
  const tangent1 = tangentOf(normal);
  const step = <usize>next.contactCount << 2;
  const rubs = contactArray(next, TANGENT1) + at;
  const restRubs = certificate.restRubs + at;
  const meanRubs = certificate.meanRubs + at;
  for (let i: usize = 0; i < <usize>count; i++) {
    const here = point + (i << 2);
    const total = load<f32>(next.normals + here) + load<f32>(certificate.restNormals + here);
    store<f32>(scratch + (i << 2), total);
    store<f32>(scratch + (i << 2), load<f32>(certificate.meanNormals + here), IMPULSES_MEAN);
  }
  for (let i: usize = 0; i < 3; i++) {
    const total = load<f32>(rubs + i * step) + load<f32>(restRubs + i * step);
    store<f32>(scratch + (i << 2), total, 16);
    store<f32>(scratch + (i << 2), load<f32>(meanRubs + i * step), IMPULSES_MEAN + 16);
  }
  addImpulses(
    a, b, geometry, count, tangent1, cross(normal, tangent1), middleOf(geometry, count), scratch,
  );
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

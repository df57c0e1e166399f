/**
 * The certificate's judgement. For all bodies that stand out and some that the seed draws (drawn.ts): their next state
 * follows in every bit from the stored impulses, and the geometry that their contacts' codes name exists and touches.
 * All impulses push. No contact is missing that was there before, or at drawn bodies (search.ts). At drawn contacts and
 * joints friction stays in its cone, and the step is solved as well as the solver does (quality.ts). Where that is in
 * doubt everything is looked at, and where it still is, the step is computed.
 */
import { Sentence } from "../../lib/abi";
import { arenaMark, arenaRelease, arenaTake } from "../../lib/arena";
import { Random, randomBelow, randomFrom } from "../../lib/random";
import { Bodies, bodyRecord, prepareBodies, sleepersOf } from "./bodies";
import { Certificate, certificateOver } from "./certificate";
import { FACE_SIZE } from "./face";
import { DRAWN, Drawn, FIXED, LEFT_OUT, STILL, drawAll, drawGroups } from "./drawn";
import { fault, faultAt } from "./fault";
import { finishMarked } from "./finish";
import { GEO_SIZE, setGeometry, touching } from "./geometry";
import { IMPULSES_MEAN, IMPULSES_SIZE, addImpulses } from "./impulse";
import { faultOfJoints } from "./joint_laws";
import { isJoinedApart } from "./joined";
import {
  ASLEEP, BODY_ARRAYS, CODE, IMPULSE_MAX, JOINT_FIXED_ARRAYS, JOINT_IMPULSES, MOVING_ARRAYS, PAIR, QUIET, TANGENT1,
} from "./layout";
import { Motions, motionOf, readMotions } from "./motion";
import {
  NONE_LAWLESS, Quality, VIEW_MIDDLE, VIEW_SIZE, VIEW_TANGENT1, VIEW_TANGENT2, View, isDoubtful, look, lookAtJoints,
  newQuality, setAxes,
} from "./quality";
import { faultOfSearch } from "./search";
import { anyHeld, settle, wake } from "./sleep";
import { allPush, contactsSound, impulsesSound, pointsAddUp } from "./sound_contacts";
import { State, bodyArray, contactArray, jointArray, pointsOf } from "./state";
import { STEP_OK, step } from "./step";
import { NONE_STILL, StillWalk, allStill, nextStill, sameStill, sameWords } from "./still";
import { add, splat } from "./vec";
import { loadVector } from "./write_joints";

/** One in so many contacts with what never moves is looked at. */
const FIXED_STRIDE: u32 = 10;
/** One time in so many it is asked whether more should have fallen asleep. */
const AWAKE_STRIDE: u32 = 4;

/** The sentence that says what is wrong with `output`, whose state and certificate exactly fill it, or null. */
export function faultOfOutput(state: State, next: State, seed: u64): Sentence | null {
  const scene = differentScene(state, next);
  if (scene != null) return scene;
  const certificate = certificateOver(next);
  if (!contactsSound(next) || !allImpulsesSound(next, certificate)) return fault("its contacts are not well formed");
  const points = <usize>next.pointCount;
  if (!allPush(next.normals, certificate.restNormals, certificate.meanNormals, points)) return fault("a contact pulls");
  const held = heldBetween(state, next);
  if (held == 0) return fault("other bodies sleep");
  const motions = readMotions(state, next, held);
  if (!motions.sound) return fault("a body is out of range, or moved in its sleep");
  const random = randomFrom(seed);
  const drawn = drawGroups(next, held, motions.shocks, random);
  const mark = arenaMark();
  const bodies = prepareBodies(state, held, drawn.marks);
  const sample = newQuality();
  const drawnFault = faultOfMarked(state, next, certificate, held, bodies, motions, drawn, random, sample);
  if (drawnFault != null) return drawnFault;
  const search = faultOfSearch(state, next, bodies, held, random);
  if (search != null) return search;
  if (!isDoubtful(sample, !drawn.complete)) return null;
  if (!drawn.complete) {
    arenaRelease(mark);
    const whole = newQuality();
    drawAll(drawn, next, held);
    const wholeFault = faultOfMarked(
      state, next, certificate, held, prepareBodies(state, held, 0), motions, drawn, random, whole,
    );
    if (wholeFault != null || !isDoubtful(whole, false)) return wholeFault;
  }
  arenaRelease(mark);
  return faultAgainstRun(state, next, certificate);
}

/** What is wrong with contacts, joints and bodies of marked groups, or null; `quality`: how well all is solved. */
function faultOfMarked(
  state: State, next: State, certificate: Certificate, held: usize, bodies: Bodies, motions: Motions, drawn: Drawn,
  random: Random, quality: Quality,
): Sentence | null {
  const shaken = newQuality();
  const contact = faultOfContacts(state, bodies, held, next, certificate, drawn, motions, random, quality, shaken);
  if (contact != null) return contact;
  const joint = faultOfJoints(state, bodies, next, certificate);
  if (joint != null) return joint;
  const body = faultOfBodies(state, next, bodies, drawn, random);
  if (body != null) return body;
  lookAtJoints(next, certificate, bodies, motions, random, quality);
  const lawless = min<u32>(quality.lawless, shaken.lawless);
  if (lawless != NONE_LAWLESS) return faultAt("contact ", lawless, " rubs more than its friction allows");
  quality.shakenOff = shaken.off;
  return null;
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
  const same = sameWords(state.start + 16, next.start + 16, 32) &&
    sameWords(bodyArray(state, 0), bodyArray(next, 0), state.stride * MOVING_ARRAYS);
  if (!same) return fault("gravity, damping or a body's shape changed");
  const size = (<usize>state.jointCount << 2) * JOINT_FIXED_ARRAYS;
  return sameWords(state.joints, next.joints, size) ? null : fault("a joint changed");
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
  // Those of sleepers are walked.
  if (!pointsAddUp(state)) return 0;
  wake(state, held, contactArray(next, PAIR), next.contactCount);
  const before = bodyArray(state, QUIET);
  const after = bodyArray(next, QUIET);
  for (let i: usize = 0; i < state.stride; i += 16) {
    const asleep = f32x4.eq(v128.load(before + i), splat(ASLEEP));
    const sleeps = v128.and(asleep, f32x4.eq(v128.load(after + i), splat(ASLEEP)));
    if (v128.any_true(v128.xor(sleeps, v128.load(held + i)))) return 0;
  }
  return held;
}

/**
 * Walks all contacts. Those between sleepers stay; those of marked groups are judged, and their impulses added to the
 * sums of their bodies. At those of groups that the seed drew, and at some of those with what never moves, it is asked
 * how well they are solved: all that falls through the ground together is off nowhere else.
 */
function faultOfContacts(
  state: State, bodies: Bodies, held: usize, next: State, certificate: Certificate, drawn: Drawn, motions: Motions,
  random: Random, quality: Quality, shaken: Quality,
): Sentence | null {
  if (!motions.awake) {
    return allStill(state, next, certificate) ? null : fault("a contact between sleepers changed");
  }
  const pairs = contactArray(next, PAIR);
  const codes = contactArray(next, CODE);
  const scratch = arenaTake(IMPULSES_SIZE, 16);
  const geometry = arenaTake(GEO_SIZE, 16);
  const face = arenaTake(FACE_SIZE, 16);
  const view = changetype<View>(arenaTake(VIEW_SIZE, 16));
  view.geometry = geometry;
  const still = changetype<StillWalk>(arenaTake(offsetof<StillWalk>(), 4));
  still.at = 0;
  still.point = 0;
  const marks = drawn.bodies;
  const joined = state.jointCount != 0;
  let passed = randomBelow(random, FIXED_STRIDE);
  let point: usize = 0;
  let count: u32 = 0;
  for (let at: usize = 0, end = <usize>next.contactCount << 2; at < end; at += 4, point += <usize>count << 2) {
    const pair = load<u32>(pairs + at);
    const code = load<u32>(codes + at);
    count = pointsOf(code);
    const markA = <u32>load<u8>(marks + (pair >> 16));
    const markB = <u32>load<u8>(marks + (pair & 0xffff));
    if ((markA & markB & STILL) != 0) {
      if (sameStill(state, marks, still, next, certificate, at, point)) continue;
      return faultAt("contact ", <u32>(at >> 2), " between sleepers changed");
    }
    if (joined && isJoinedApart(state, pair)) return faultAt("contact ", <u32>(at >> 2), " is between joined bodies");
    const mark = (markA | markB) & ~STILL;
    // Of contacts with what never moves, and which no mark reaches, one in so many is looked at.
    if (mark == LEFT_OUT || (mark == FIXED && ++passed % FIXED_STRIDE != 0)) continue;
    const a = bodyRecord(bodies, pair >> 16);
    const b = bodyRecord(bodies, pair & 0xffff);
    if (!setGeometry(a, b, code, geometry, face) || popcnt(touching(a, b, count, geometry)) != count) {
      return faultAt("contact ", <u32>(at >> 2), " does not touch");
    }
    setAxes(view, count);
    if (mark != FIXED) addContact(a, b, count, at, point, next, certificate, view, scratch);
    view.at = at;
    view.point = point;
    view.a = a;
    view.b = b;
    view.motionA = motionOf(motions, pair >> 16);
    view.motionB = motionOf(motions, pair & 0xffff);
    look(next, certificate, view, mark == FIXED || mark >= DRAWN ? quality : shaken);
  }
  const complete = !anyHeld(state, held) || nextStill(state, marks, still) == NONE_STILL;
  return complete ? null : fault("a contact between sleepers is missing");
}

/** Adds one contact's impulses to the sums of its bodies. `at`, `point`: offsets in its arrays. */
// @ts-ignore: decorator
@inline
function addContact(
  a: usize, b: usize, count: u32, at: usize, point: usize, next: State, certificate: Certificate, view: View,
  scratch: usize,
): void {
  const step = <usize>next.contactCount << 2;
  // Lanes behind the last point are those of other contacts, or of what follows, and count for nothing.
  v128.store(scratch, add(v128.load(next.normals + point), v128.load(certificate.restNormals + point)));
  v128.store(scratch, v128.load(certificate.meanNormals + point), IMPULSES_MEAN);
  const last = loadVector(contactArray(next, TANGENT1) + at, step);
  v128.store(scratch, add(last, loadVector(certificate.restRubs + at, step)), 16);
  v128.store(scratch, loadVector(certificate.meanRubs + at, step), IMPULSES_MEAN + 16);
  const axes = changetype<usize>(view);
  addImpulses(
    a, b, view.geometry, count, v128.load(axes + VIEW_TANGENT1), v128.load(axes + VIEW_TANGENT2),
    v128.load(axes + VIEW_MIDDLE), scratch,
  );
}

/**
 * Of computed bodies the moving arrays must be, bit for bit, what the summed impulses make of the state; how long each
 * body was quiet, and who sleeps, must follow for all.
 */
function faultOfBodies(
  state: State, next: State, bodies: Bodies, drawn: Drawn, random: Random,
): Sentence | null {
  const marks = drawn.marks;
  const stride = state.stride;
  const rows = BODY_ARRAYS - MOVING_ARRAYS;
  const expected = arenaTake(stride * rows, 16);
  finishMarked(state, bodies, next, drawn, expected);
  const given = bodyArray(next, MOVING_ARRAYS);
  const quiet = stride * (QUIET - MOVING_ARRAYS);
  // Where nobody fell asleep, whether somebody should have is asked now and then: to stay awake moves nothing.
  const asked = randomBelow(random, AWAKE_STRIDE) == 0;
  if (asked || !sameWords(expected + quiet, given + quiet, stride)) settle(next, expected);
  for (let group: u32 = 0; group < bodies.groups; group++) {
    const lane = <usize>group << 4;
    if (load<u8>(marks + group) != LEFT_OUT) {
      let different = i32x4.splat(0);
      for (let row: usize = 0; row < quiet; row += stride) {
        different = v128.or(different, v128.xor(v128.load(expected + row + lane), v128.load(given + row + lane)));
      }
      const wrong = i32x4.bitmask(i32x4.ne(different, i32x4.splat(0)));
      if (wrong != 0) return faultAt("body ", (group << 2) + ctz<u32>(wrong), " is not where its impulses bring it");
    }
    const same = i32x4.eq(v128.load(expected + quiet + lane), v128.load(given + quiet + lane));
    if (i32x4.all_true(same)) continue;
    return faultAt("body ", (group << 2) + ctz<u32>(~i32x4.bitmask(same)), " sleeps or wakes");
  }
  return null;
}

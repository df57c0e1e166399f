/**
 * Whether the impulses of an output solve the contacts about as well as the solver does. A body's motion may follow
 * from impulses that obey every law and yet be another one: bodies that hardly push, do not rub, or bounce though
 * they are dead. So at drawn contacts the velocities and gaps at the end of the step are held against what contacts
 * demand: nothing that touches comes closer, nothing is pushed away, nothing that holds slides, and what slides is
 * rubbed against its motion. The solver is not exact either, most of all where bodies hit each other; how far off it
 * is, as a share of what the impulses changed, was measured (README.md), and an output that is off more often than
 * its kind ever is, is doubted. Doubt is no verdict: the check then looks at everything, and where doubt remains
 * computes the step and compares.
 */
import { arenaTake } from "../../lib/arena";
import { Random, randomBelow } from "../../lib/random";
import { BODY_FRICTION, BODY_MASS_INVERSE, BODY_RESTITUTION, BODY_X, Bodies, bodyRecord } from "./bodies";
import { Certificate } from "./certificate";
import { GEO_GAPS, GEO_NORMAL, GEO_POINTS } from "./geometry";
import { middleOf, tangentOf, twistArmSquare } from "./impulse";
import { JNT_SIZE } from "./joint";
import { jointOff } from "./joint_quality";
import { JOINT_PAIR, STEP_S, SUBSTEP_PER_S, TANGENT1 } from "./layout";
import { MOT_T, MOT_V, MOT_W, MOT_X, Motions, changeOf, motionOf } from "./motion";
import { State, contactArray, jointArray } from "./state";
import { add, cross, dot, splat, sub, xOf, yOf, zOf } from "./vec";
import { loadVector } from "./write_joints";

/** One joint in so many is looked at, but no fewer than so many. */
const STRIDE: u32 = 6;
const LOOKED_AT_MIN: u32 = 48;
/** Velocities smaller than this are as good as none, m/s. */
const STILL: f32 = 0.02;
/** A contact is calm when impulses changed its bodies' velocities by less, m/s. */
const CALM: f32 = 0.4;
/** Of so few demands none may be much off where all but this share of contacts is calm; of so few joints none. */
const FEW_DEMANDS: u32 = 24;
const ROUGH_FEW: f32 = 0.05;
const FEW_JOINTS: u32 = 4;
/** How far off a demand counts, as a share of that change: a little and much. */
const OFF_CALM: f32 = 0.25;
const OFF: f32 = 0.7;
/**
 * What share of the demands may be a little or much off where every contact is calm; how much more per share of
 * contacts that are not; and what at most.
 */
const OFF_CALM_LEAST: f32 = 0.005;
const OFF_CALM_SLOPE: f32 = 0.5;
const OFF_CALM_MOST: f32 = 0.15;
const OFF_LEAST: f32 = 0.002;
const OFF_SLOPE: f32 = 0.2;
const OFF_MOST: f32 = 0.06;
/** Where everything was looked at, so many demands more. */
const EXTRA: f32 = 2;
/** The same for joints. */
const JOINT_OFF: f32 = 0.5;
const JOINTS_OFF_MAX: u32 = 1;
const JOINTS_OFF_SHARE_MAX: f32 = 0.2;

/** Room for rounding in the friction cone: share of the squared impulse, and (Ns)²; and for a lever that is none, m². */
const CONE_SLACK: f32 = 1.002;
const CONE_LEAST: f32 = 1.0e-30;
const LEVER_MIN: f32 = 1.0e-12;
/** Square of the share of its cone below which friction holds. */
const HOLDS: f32 = 0.96;

@unmanaged
export class Quality {
  /** Of the demands looked at: all, off by the one measure, off by the other. */
  demands: u32;
  offCalm: u32;
  off: u32;
  contacts: u32;
  calm: u32;
  joints: u32;
  jointsOff: u32;
  /** A contact with more friction than its law allows, or NONE_LAWLESS. */
  lawless: u32;
}

export const NONE_LAWLESS: u32 = u32.MAX_VALUE;

/** Nothing looked at yet. */
export function newQuality(): Quality {
  const quality = changetype<Quality>(arenaTake(offsetof<Quality>(), 4));
  memory.fill(changetype<usize>(quality), 0, offsetof<Quality>());
  quality.lawless = NONE_LAWLESS;
  return quality;
}

/**
 * Whether contacts or joints are solved worse than the solver would. A `sample` says so sooner: what it doubts is
 * looked at as a whole.
 */
export function isDoubtful(quality: Quality, sample: bool): bool {
  const jointsMax: u32 = quality.joints > FEW_JOINTS ? JOINTS_OFF_MAX : 0;
  if (quality.jointsOff > jointsMax && <f32>quality.jointsOff > JOINTS_OFF_SHARE_MAX * <f32>quality.joints) return true;
  const rough: f32 = <f32>1 - <f32>quality.calm / max<f32>(<f32>quality.contacts, 1);
  const demands = <f32>quality.demands;
  if (!sample && quality.demands <= FEW_DEMANDS) return rough <= ROUGH_FEW && quality.off > 0;
  const extra: f32 = sample ? 0 : EXTRA;
  return <f32>quality.offCalm > demands * min<f32>(OFF_CALM_LEAST + OFF_CALM_SLOPE * rough, OFF_CALM_MOST) + extra ||
    <f32>quality.off > demands * min<f32>(OFF_LEAST + OFF_SLOPE * rough, OFF_MOST) + extra;
}

/** Looks at drawn joints. */
export function lookAtJoints(
  next: State, certificate: Certificate, bodies: Bodies, motions: Motions, random: Random, quality: Quality,
): void {
  const stride = max<u32>(min<u32>(STRIDE, next.jointCount / LOOKED_AT_MIN), 1);
  const record = arenaTake(JNT_SIZE, 16);
  for (let joint = randomBelow(random, stride); joint < next.jointCount; joint += stride) {
    const pair = load<u32>(jointArray(next, JOINT_PAIR) + (<usize>joint << 2));
    const a = bodyRecord(bodies, pair >> 16);
    const b = bodyRecord(bodies, pair & 0xffff);
    if (load<f32>(a, BODY_MASS_INVERSE) == 0 && load<f32>(b, BODY_MASS_INVERSE) == 0) continue;
    quality.joints++;
    const motionA = motionOf(motions, pair >> 16);
    const motionB = motionOf(motions, pair & 0xffff);
    if (jointOff(next, certificate, a, b, joint, motionA, motionB, record) > JOINT_OFF) quality.jointsOff++;
  }
}

/** What is looked at: a contact's number, its place in the arrays, bodies, motions and geometry. */
@unmanaged
export class View {
  index: u32;
  count: u32;
  /** Offset in bytes of its first point. */
  point: usize;
  a: usize;
  b: usize;
  motionA: usize;
  motionB: usize;
  geometry: usize;
}

/** Velocity of the second body's point against the first's, from rows of motion at `linear` and `angular`. */
// @ts-ignore: decorator
@inline
function parting(view: View, linear: usize, angular: usize, armA: v128, armB: v128): v128 {
  const a = view.motionA;
  const b = view.motionB;
  return sub(
    add(v128.load(b + linear), cross(v128.load(b + angular), armB)),
    add(v128.load(a + linear), cross(v128.load(a + angular), armA)),
  );
}

/** Looks at one contact. */
export function look(next: State, certificate: Certificate, view: View, quality: Quality): void {
  const a = view.a;
  const b = view.b;
  const geometry = view.geometry;
  const point = view.point;
  const change = changeOf(view.motionA) + changeOf(view.motionB);
  const scale: f32 = <f32>1 / (change + STILL);
  quality.contacts++;
  if (change < CALM) quality.calm++;
  const offset = sub(v128.load(a, BODY_X), v128.load(b, BODY_X));
  const normal = v128.load(geometry, GEO_NORMAL);
  const dead = max<f32>(load<f32>(a, BODY_RESTITUTION), load<f32>(b, BODY_RESTITUTION)) == 0;
  const count = <usize>view.count;
  // Pushes of the last substep, of the step, of the mean.
  let pushes = splat(0);
  for (let i: usize = 0; i < count; i++) {
    const here = point + (i << 2);
    const arm = v128.load(geometry + (i << 4), GEO_POINTS);
    const armB = add(arm, offset);
    const speed = dot(normal, parting(view, MOT_V, MOT_W, arm, armB));
    const start = load<f32>(geometry + (i << 2), GEO_GAPS);
    const gap = start + dot(normal, parting(view, MOT_X, MOT_T, arm, armB));
    const last = load<f32>(next.normals + here);
    const rest = load<f32>(certificate.restNormals + here);
    pushes = add(pushes, f32x4(last, last + rest, load<f32>(certificate.meanNormals + here), 0));
    // Beyond what would close the gap within a substep.
    const excess = speed + max<f32>(gap, 0) * SUBSTEP_PER_S;
    let off = max<f32>(-excess, (min<f32>(start, 0) - gap) / STEP_S);
    if (dead) {
      if (last > 0) off = max<f32>(off, excess);
      else if (rest > 0) off = max<f32>(off, speed);
    }
    judge(off * scale, quality);
  }
  judgeRubbing(
    next, certificate, pushes, normal, middleOf(geometry, view.count), offset, scale, view, quality,
  );
}

// @ts-ignore: decorator
@inline
function judge(off: f32, quality: Quality): void {
  quality.demands++;
  if (off > OFF_CALM) quality.offCalm++;
  if (off > OFF) quality.off++;
}

/** What holds must not slide, in velocity or motion; what slides must be rubbed against its motion, by the law. */
// @ts-ignore: decorator
@inline
function judgeRubbing(
  next: State, certificate: Certificate, pushes: v128, normal: v128, middle: v128, offset: v128, scale: f32, view: View,
  quality: Quality,
): void {
  const frictions = load<f32>(view.a, BODY_FRICTION) * load<f32>(view.b, BODY_FRICTION);
  const at = <usize>view.index << 2;
  const step = <usize>next.contactCount << 2;
  const rubs = contactArray(next, TANGENT1) + at;
  const last = loadVector(rubs, step);
  const total = add(last, loadVector(certificate.restRubs + at, step));
  const mean = loadVector(certificate.meanRubs + at, step);
  const levers = f32x4(1, 1, 1 / max<f32>(twistArmSquare(view.geometry, view.count, middle), LEVER_MIN), 0);
  const square = dot(last, f32x4.mul(levers, last));
  const limit = frictions * xOf(pushes) * xOf(pushes);
  const lawful = square <= limit * CONE_SLACK + CONE_LEAST &&
    dot(total, f32x4.mul(levers, total)) <= frictions * yOf(pushes) * yOf(pushes) * CONE_SLACK + CONE_LEAST &&
    dot(mean, f32x4.mul(levers, mean)) <= frictions * zOf(pushes) * zOf(pushes) * CONE_SLACK + CONE_LEAST;
  if (!lawful) {
    quality.lawless = view.index;
    return;
  }
  if (limit == 0) return;
  const tangent1 = tangentOf(normal);
  const tangent2 = cross(normal, tangent1);
  const armB = add(middle, offset);
  const speed = parting(view, MOT_V, MOT_W, middle, armB);
  const speed1 = dot(tangent1, speed);
  const speed2 = dot(tangent2, speed);
  if (square < limit * HOLDS) {
    const moved = parting(view, MOT_X, MOT_T, middle, armB);
    const moved1 = dot(tangent1, moved) / STEP_S;
    const moved2 = dot(tangent2, moved) / STEP_S;
    const fastest = max<f32>(speed1 * speed1 + speed2 * speed2, moved1 * moved1 + moved2 * moved2);
    judge(sqrt<f32>(fastest) * scale, quality);
    return;
  }
  const sliding = xOf(last) * xOf(last) + yOf(last) * yOf(last);
  judge(sliding == 0 ? 0 : (speed1 * xOf(last) + speed2 * yOf(last)) / sqrt<f32>(sliding) * scale, quality);
}

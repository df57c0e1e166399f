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
import { JOINT_PAIR, STEP_PER_S, SUBSTEP_PER_S, TANGENT1 } from "./layout";
import { MOT_T, MOT_V, MOT_W, MOT_X, Motions, changeOf, motionOf } from "./motion";
import { State, contactArray, jointArray } from "./state";
import { add, cross, dot, mul, splat, sub, xOf, yOf, zOf } from "./vec";
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
/** No more than this share of contacts that are not calm is as good as none. */
const ROUGH_NONE: f32 = 0.02;
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
/** Where everything was looked at, or more than this share of contacts is not calm, so many demands more. */
const EXTRA: f32 = 2;
const ROUGH_MUCH: f32 = 0.3;
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
  /** Of the demands at contacts of those shaken most: off by the other measure. */
  shakenOff: u32;
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
  // Where everything is calm, so are those shaken most.
  if (sample && rough <= ROUGH_NONE && quality.shakenOff > 0) return true;
  const demands = <f32>quality.demands;
  if (!sample && quality.demands <= FEW_DEMANDS) return rough <= ROUGH_FEW && quality.off > 0;
  const extra: f32 = sample && rough <= ROUGH_MUCH ? 0 : EXTRA;
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

/** What is looked at: a contact's place in the arrays, bodies, motions and geometry. */
@unmanaged
export class View {
  /** Offset in bytes in the arrays of contacts. */
  at: usize;
  count: u32;
  /** Offset in bytes of its first point. */
  point: usize;
  a: usize;
  b: usize;
  motionA: usize;
  motionB: usize;
  geometry: usize;
}

/** Behind a view: where friction acts, and its two directions. */
export const VIEW_MIDDLE: usize = 32;
export const VIEW_TANGENT1: usize = 48;
export const VIEW_TANGENT2: usize = 64;
export const VIEW_SIZE: usize = 80;

/** Sets the number of points, the middle and the directions of friction from the view's geometry. */
// @ts-ignore: decorator
@inline
export function setAxes(view: View, count: u32): void {
  const geometry = view.geometry;
  const normal = v128.load(geometry, GEO_NORMAL);
  const tangent1 = tangentOf(normal);
  const at = changetype<usize>(view);
  view.count = count;
  v128.store(at + VIEW_MIDDLE, middleOf(geometry, count));
  v128.store(at + VIEW_TANGENT1, tangent1);
  v128.store(at + VIEW_TANGENT2, cross(normal, tangent1));
}

/** Looks at one contact: its points in four lanes, of which the first `count` count. */
export function look(next: State, certificate: Certificate, view: View, quality: Quality): void {
  const a = view.a;
  const b = view.b;
  const motionA = view.motionA;
  const motionB = view.motionB;
  const geometry = view.geometry;
  const point = view.point;
  const count = view.count;
  const change = changeOf(motionA) + changeOf(motionB);
  const share: f32 = <f32>1 / (change + STILL);
  quality.contacts++;
  if (change < CALM) quality.calm++;
  const offset = sub(v128.load(a, BODY_X), v128.load(b, BODY_X));
  const normal = v128.load(geometry, GEO_NORMAL);
  // The second body's point at `arm` parts from the first's with parting + turning × arm, in velocity and in motion.
  const turning = sub(v128.load(motionB, MOT_W), v128.load(motionA, MOT_W));
  const turned = sub(v128.load(motionB, MOT_T), v128.load(motionA, MOT_T));
  const parting = add(
    sub(v128.load(motionB, MOT_V), v128.load(motionA, MOT_V)), cross(v128.load(motionB, MOT_W), offset),
  );
  const parted = add(
    sub(v128.load(motionB, MOT_X), v128.load(motionA, MOT_X)), cross(v128.load(motionB, MOT_T), offset),
  );
  const p0 = v128.load(geometry, GEO_POINTS);
  const p1 = v128.load(geometry, GEO_POINTS + 16);
  const p2 = v128.load(geometry, GEO_POINTS + 32);
  const p3 = v128.load(geometry, GEO_POINTS + 48);
  const low01 = v128.shuffle<f32>(p0, p1, 0, 4, 1, 5);
  const low23 = v128.shuffle<f32>(p2, p3, 0, 4, 1, 5);
  const x = v128.shuffle<f32>(low01, low23, 0, 1, 4, 5);
  const y = v128.shuffle<f32>(low01, low23, 2, 3, 6, 7);
  const z = v128.shuffle<f32>(v128.shuffle<f32>(p0, p1, 2, 6, 3, 7), v128.shuffle<f32>(p2, p3, 2, 6, 3, 7), 0, 1, 4, 5);
  const speed = add(splat(dot(normal, parting)), lanesDot(cross(normal, turning), x, y, z));
  const start = v128.load(geometry, GEO_GAPS);
  const gap = add(start, add(splat(dot(normal, parted)), lanesDot(cross(normal, turned), x, y, z)));
  const zero = splat(0);
  const last = v128.load(next.normals + point);
  const rest = v128.load(certificate.restNormals + point);
  // Beyond what would close the gap within a substep.
  const excess = add(speed, mul(f32x4.pmax(gap, zero), splat(SUBSTEP_PER_S)));
  const deeper = mul(sub(f32x4.pmin(start, zero), gap), splat(STEP_PER_S));
  let off = f32x4.pmax(f32x4.neg(excess), deeper);
  if (max<f32>(load<f32>(a, BODY_RESTITUTION), load<f32>(b, BODY_RESTITUTION)) == 0) {
    const away = v128.bitselect(excess, v128.and(speed, f32x4.gt(rest, zero)), f32x4.gt(last, zero));
    off = f32x4.pmax(off, away);
  }
  const lanes = i32x4.gt_u(i32x4.splat(count), i32x4(0, 1, 2, 3));
  const shares = v128.and(lanes, mul(off, splat(share)));
  quality.demands += count;
  quality.offCalm += popcnt<u32>(i32x4.bitmask(f32x4.gt(shares, splat(OFF_CALM))));
  quality.off += popcnt<u32>(i32x4.bitmask(f32x4.gt(shares, splat(OFF))));
  const mean = v128.load(certificate.meanNormals + point);
  const pushes = sumsOf(v128.and(lanes, last), v128.and(lanes, add(last, rest)), v128.and(lanes, mean));
  judgeRubbing(next, certificate, view, quality, pushes, share, parting, turning, parted, turned);
}

// @ts-ignore: decorator
@inline
function lanesDot(v: v128, x: v128, y: v128, z: v128): v128 {
  return add(add(mul(splat(xOf(v)), x), mul(splat(yOf(v)), y)), mul(splat(zOf(v)), z));
}

/** The sums of the lanes of three vectors, in the first three lanes. */
// @ts-ignore: decorator
@inline
function sumsOf(a: v128, b: v128, c: v128): v128 {
  const ab = add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cc = add(v128.shuffle<f32>(c, c, 0, 0, 1, 1), v128.shuffle<f32>(c, c, 2, 2, 3, 3));
  return add(v128.shuffle<f32>(ab, cc, 0, 1, 4, 5), v128.shuffle<f32>(ab, cc, 2, 3, 6, 7));
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
  next: State, certificate: Certificate, view: View, quality: Quality, pushes: v128, share: f32, parting: v128,
  turning: v128, parted: v128, turned: v128,
): void {
  const at = view.at;
  const axes = changetype<usize>(view);
  const middle = v128.load(axes + VIEW_MIDDLE);
  const step = <usize>next.contactCount << 2;
  const last = loadVector(contactArray(next, TANGENT1) + at, step);
  const total = add(last, loadVector(certificate.restRubs + at, step));
  const mean = loadVector(certificate.meanRubs + at, step);
  const armSquare: f32 = view.count == 1 ? 0 : twistArmSquare(view.geometry, view.count, middle);
  const levers = f32x4(1, 1, 1 / max<f32>(armSquare, LEVER_MIN), 0);
  const squares = sumsOf(
    mul(levers, mul(last, last)), mul(levers, mul(total, total)), mul(levers, mul(mean, mean)),
  );
  const frictions = load<f32>(view.a, BODY_FRICTION) * load<f32>(view.b, BODY_FRICTION);
  const limits = mul(splat(frictions), mul(pushes, pushes));
  const lawful = f32x4.le(squares, add(mul(limits, splat(CONE_SLACK)), splat(CONE_LEAST)));
  if ((i32x4.bitmask(lawful) & 7) != 7) {
    quality.lawless = <u32>(at >> 2);
    return;
  }
  const limit = xOf(limits);
  if (limit == 0) return;
  const speed = add(parting, cross(turning, middle));
  const tangent1 = v128.load(axes + VIEW_TANGENT1);
  const tangent2 = v128.load(axes + VIEW_TANGENT2);
  const speed1 = dot(tangent1, speed);
  const speed2 = dot(tangent2, speed);
  if (xOf(squares) < limit * HOLDS) {
    const moved = add(parted, cross(turned, middle));
    const moved1 = dot(tangent1, moved) * STEP_PER_S;
    const moved2 = dot(tangent2, moved) * STEP_PER_S;
    const fastest = max<f32>(speed1 * speed1 + speed2 * speed2, moved1 * moved1 + moved2 * moved2);
    judge(sqrt<f32>(fastest) * share, quality);
    return;
  }
  const sliding = xOf(last) * xOf(last) + yOf(last) * yOf(last);
  judge(sliding == 0 ? 0 : (speed1 * xOf(last) + speed2 * yOf(last)) / sqrt<f32>(sliding) * share, quality);
}

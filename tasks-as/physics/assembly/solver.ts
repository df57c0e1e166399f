/**
 * Soft contacts in small steps: per substep velocities gain gravity and the last substep's impulses (warm start),
 * one pass solves all contacts and pushes overlap out softly, bodies move, a second pass without the push takes
 * its velocity out again ("relax"); restitution comes once at the end. After E. Catto, "Solver2D" (2024, there
 * "TGS Soft") and "Soft constraints" (GDC 2011), and M. Macklin et al., "Small steps in physics simulation"
 * (2019). The points of a contact are solved together, by rounds over their small coupling matrix. Friction acts
 * once per contact, at the middle of its points and as a twist about the normal, within one cone for both.
 *
 * Within a step normals, arms and inertia stay as they were at its start; gaps follow the bodies' small motions.
 * So a body's motion is linear in the impulses, and their sums say where it ends (finish.ts).
 */
import { Bodies } from "./bodies";
import {
  CON_A, CON_APPROACH, CON_ARMS, CON_B, CON_BOUNCE, CON_COUNT, CON_COUPLING, CON_FALL, CON_FRICTION,
  CON_IMPULSE_SHARE, CON_MASS_A, CON_MASS_B, CON_MASS_SHARE, CON_MEAN, CON_NORMALS, CON_NORMAL_MASS, CON_RATE,
  CON_RESPONSES, CON_RESTITUTION, CON_ROW1, CON_ROW2, CON_RUBS, CON_RUB_MASS, CON_SIZE, CON_TANGENT1, CON_TANGENT2,
  CON_TOTAL, CON_TWIST_A, CON_TWIST_ARM, CON_TWIST_B, Contacts,
} from "./contact";
import { GEO_GAPS, GEO_NORMAL } from "./geometry";
import { Joints, prepareJoints } from "./joint";
import { poseJoints, pushJoints, relaxJoints, sumJoints, warmJoints } from "./joint_solver";
import { SUBSTEPS, SUBSTEP_PER_S } from "./layout";
import { MOVER_T, MOVER_V, MOVER_W, MOVER_X, fallAll, moveAll, prepareMovers } from "./mover";
import { alongArms, prepareRows } from "./rows";
import { State } from "./state";
import { add, dot, mul, scale, splat, sub, sum3, wOf, xOf, yOf, zOf } from "./vec";

/** Rounds over the points of one contact in one pass. */
const POINT_ROUNDS: i32 = 2;
/** Overlap is pushed out no faster than this, m/s. */
const PUSH_MAX: f32 = 3;
/** Slower impacts do not bounce, m/s. */
const BOUNCE_MIN: f32 = 0.5;
const BOUNCE_PASSES: i32 = 4;

/** Solves a step: leaves the impulses in the contacts' and the returned joints' records. */
export function solve(bodies: Bodies, state: State, contacts: Contacts): Joints {
  const movers = prepareMovers(bodies, state);
  const bouncy = prepareRows(contacts, bodies, movers, state);
  const joints = prepareJoints(state, bodies, movers);
  const first = contacts.records;
  const end = contacts.end;
  poseJoints(joints);
  for (let substep = 0; substep < SUBSTEPS; substep++) {
    fallAll(movers, state.bodyCount);
    warmJoints(joints);
    for (let record = first; record < end; record += CON_SIZE) warmStart(record);
    pushJoints(joints);
    for (let record = first; record < end; record += CON_SIZE) {
      solveNormals(record, true);
      solveFriction(record);
      sumUp(record, true);
    }
    sumJoints(joints);
    moveAll(movers, state.bodyCount);
    poseJoints(joints);
    // Backwards: what the first pass did last is corrected first.
    for (let record = end; record > first;) {
      record -= CON_SIZE;
      solveNormals(record, false);
      solveFriction(record);
      sumUp(record, false);
    }
    relaxJoints(joints);
  }
  for (let pass = 0; bouncy && pass < BOUNCE_PASSES; pass++) {
    for (let record = first; record < end; record += CON_SIZE) bounce(record);
  }
  return joints;
}

/** Applies the impulses that the contact holds. Notes how fast the points close before they first touch. */
function warmStart(record: usize): void {
  const a = <usize>load<u32>(record, CON_A);
  const b = <usize>load<u32>(record, CON_B);
  if (load<f32>(record, CON_RESTITUTION) > 0) noteApproach(record, a, b);
  const row1 = record + CON_ROW1;
  const row2 = record + CON_ROW2;
  const rubs = v128.load(record, CON_RUBS);
  const along1 = v128.shuffle<f32>(rubs, rubs, 0, 0, 0, 0);
  const along2 = v128.shuffle<f32>(rubs, rubs, 1, 1, 1, 1);
  const twist = v128.shuffle<f32>(rubs, rubs, 2, 2, 2, 2);
  const rub = add(mul(v128.load(record, CON_TANGENT1), along1), mul(v128.load(record, CON_TANGENT2), along2));
  applyLinear(record, a, b, add(scale(v128.load(record, GEO_NORMAL), sum4(v128.load(record, CON_NORMALS))), rub));
  const turnA = add(
    add(mul(v128.load(row1, 32), along1), mul(v128.load(row2, 32), along2)), mul(v128.load(record, CON_TWIST_A), twist),
  );
  const turnB = add(
    add(mul(v128.load(row1, 48), along1), mul(v128.load(row2, 48), along2)), mul(v128.load(record, CON_TWIST_B), twist),
  );
  applyAngular(record, a, b, v128.load(record, CON_NORMALS), turnA, turnB);
}

/** An impulse on the second body, and the opposite on the first. */
// @ts-ignore: decorator
@inline
function applyLinear(record: usize, a: usize, b: usize, impulse: v128): void {
  v128.store(a, sub(v128.load(a, MOVER_V), mul(impulse, v128.load32_splat(record, CON_MASS_A))), MOVER_V);
  v128.store(b, add(v128.load(b, MOVER_V), mul(impulse, v128.load32_splat(record, CON_MASS_B))), MOVER_V);
}

/** The turning that normal impulses at the points cause, on top of `turnA` and `turnB`. */
// @ts-ignore: decorator
@inline
function applyAngular(record: usize, a: usize, b: usize, normals: v128, turnA: v128, turnB: v128): void {
  const rows = record + CON_RESPONSES;
  const count = load<u32>(record, CON_COUNT);
  const n0 = v128.shuffle<f32>(normals, normals, 0, 0, 0, 0);
  turnA = add(turnA, mul(v128.load(rows), n0));
  turnB = add(turnB, mul(v128.load(rows, 16), n0));
  if (count > 1) {
    const n1 = v128.shuffle<f32>(normals, normals, 1, 1, 1, 1);
    turnA = add(turnA, mul(v128.load(rows, 32), n1));
    turnB = add(turnB, mul(v128.load(rows, 48), n1));
  }
  if (count > 2) {
    const n2 = v128.shuffle<f32>(normals, normals, 2, 2, 2, 2);
    turnA = add(turnA, mul(v128.load(rows, 64), n2));
    turnB = add(turnB, mul(v128.load(rows, 80), n2));
  }
  if (count > 3) {
    const n3 = v128.shuffle<f32>(normals, normals, 3, 3, 3, 3);
    turnA = add(turnA, mul(v128.load(rows, 96), n3));
    turnB = add(turnB, mul(v128.load(rows, 112), n3));
  }
  v128.store(a, sub(v128.load(a, MOVER_W), turnA), MOVER_W);
  v128.store(b, add(v128.load(b, MOVER_W), turnB), MOVER_W);
}

// @ts-ignore: decorator
@inline
function sum4(a: v128): f32 {
  return xOf(a) + yOf(a) + (zOf(a) + wOf(a));
}

/** Per point: how much farther along the normal the second body goes than the first, by moving and turning. */
// @ts-ignore: decorator
@inline
function parting(record: usize, a: usize, b: usize, linear: usize, angular: usize): v128 {
  const between = sub(v128.load(b + linear), v128.load(a + linear));
  const arms = record + CON_ARMS;
  return add(
    splat(dot(v128.load(record, GEO_NORMAL), between)),
    sub(alongArms(arms + 48, v128.load(b + angular)), alongArms(arms, v128.load(a + angular))),
  );
}

/** For points that have not touched in this step: their normal velocity before gravity's latest share. */
function noteApproach(record: usize, a: usize, b: usize): void {
  const speed = sub(parting(record, a, b, MOVER_V, MOVER_W), v128.load32_splat(record, CON_FALL));
  const fresh = f32x4.eq(v128.load(record, CON_TOTAL), splat(0));
  v128.store(record, v128.bitselect(speed, v128.load(record, CON_APPROACH), fresh), CON_APPROACH);
}

/** Normal impulses of a contact's points. With `push` overlap is pushed out; a gap may close either way. */
// @ts-ignore: decorator
@inline
function solveNormals(record: usize, push: bool): void {
  const a = <usize>load<u32>(record, CON_A);
  const b = <usize>load<u32>(record, CON_B);
  const count = load<u32>(record, CON_COUNT);
  const gap = add(v128.load(record, GEO_GAPS), parting(record, a, b, MOVER_X, MOVER_T));
  const apart = f32x4.gt(gap, splat(0));
  let bias = v128.and(apart, mul(gap, splat(SUBSTEP_PER_S)));
  let mass = v128.load(record, CON_NORMAL_MASS);
  let forget = splat(0);
  if (push) {
    const soft = f32x4.max(mul(v128.load32_splat(record, CON_RATE), gap), splat(-PUSH_MAX));
    bias = v128.bitselect(bias, soft, apart);
    mass = v128.bitselect(mass, mul(mass, v128.load32_splat(record, CON_MASS_SHARE)), apart);
    forget = v128.andnot(v128.load32_splat(record, CON_IMPULSE_SHARE), apart);
  }
  let speed = add(bias, parting(record, a, b, MOVER_V, MOVER_W));
  const before = v128.load(record, CON_NORMALS);
  let now = before;
  for (let round = 0; round < POINT_ROUNDS; round++) {
    let change = v128.and(relief(now, speed, mass, forget), i32x4(-1, 0, 0, 0));
    now = add(now, change);
    // One point: the first round is exact.
    if (count == 1) break;
    speed = add(speed, mul(v128.load(record, CON_COUPLING), v128.shuffle<f32>(change, change, 0, 0, 0, 0)));
    change = v128.and(relief(now, speed, mass, forget), i32x4(0, -1, 0, 0));
    now = add(now, change);
    speed = add(speed, mul(v128.load(record, CON_COUPLING + 16), v128.shuffle<f32>(change, change, 1, 1, 1, 1)));
    if (count > 2) {
      change = v128.and(relief(now, speed, mass, forget), i32x4(0, 0, -1, 0));
      now = add(now, change);
      speed = add(speed, mul(v128.load(record, CON_COUPLING + 32), v128.shuffle<f32>(change, change, 2, 2, 2, 2)));
    }
    if (count > 3) {
      change = v128.and(relief(now, speed, mass, forget), i32x4(0, 0, 0, -1));
      now = add(now, change);
      speed = add(speed, mul(v128.load(record, CON_COUPLING + 48), v128.shuffle<f32>(change, change, 3, 3, 3, 3)));
    }
  }
  v128.store(record, now, CON_NORMALS);
  const changes = sub(now, before);
  applyLinear(record, a, b, scale(v128.load(record, GEO_NORMAL), sum4(changes)));
  applyAngular(record, a, b, changes, splat(0), splat(0));
}

/** Per point, were it alone: the change of impulse that stops it, less what a soft one forgets; never to a pull. */
// @ts-ignore: decorator
@inline
function relief(now: v128, speed: v128, mass: v128, forget: v128): v128 {
  return sub(f32x4.max(sub(sub(now, mul(mass, speed)), mul(forget, now)), splat(0)), now);
}

/**
 * Friction at the middle of the points and as a twist, bounded together: sliding and twisting share what the normal
 * impulses allow, on an ellipsoid (R. Howe, M. Cutkosky, "Practical force-motion models for sliding", 1996).
 */
// @ts-ignore: decorator
@inline
function solveFriction(record: usize): void {
  const a = <usize>load<u32>(record, CON_A);
  const b = <usize>load<u32>(record, CON_B);
  const wa = v128.load(a, MOVER_W);
  const wb = v128.load(b, MOVER_W);
  const normal = v128.load(record, GEO_NORMAL);
  const tangent1 = v128.load(record, CON_TANGENT1);
  const tangent2 = v128.load(record, CON_TANGENT2);
  const row1 = record + CON_ROW1;
  const row2 = record + CON_ROW2;
  const between = sub(v128.load(b, MOVER_V), v128.load(a, MOVER_V));
  const speed1 = sum3(add(mul(tangent1, between), sub(mul(v128.load(row1, 16), wb), mul(v128.load(row1), wa))));
  const speed2 = sum3(add(mul(tangent2, between), sub(mul(v128.load(row2, 16), wb), mul(v128.load(row2), wa))));
  const masses = v128.load(record, CON_RUB_MASS);
  const old = v128.load(record, CON_RUBS);
  const wanted1 = xOf(old) - (xOf(masses) * speed1 + yOf(masses) * speed2);
  const wanted2 = yOf(old) - (yOf(masses) * speed1 + zOf(masses) * speed2);
  // One point: no arm, no twist.
  const arm = load<f32>(record, CON_TWIST_ARM);
  const wantedTwist: f32 = arm > 0 ? zOf(old) - wOf(masses) * dot(normal, sub(wb, wa)) : 0;
  const lever: f32 = arm > 0 ? wantedTwist / arm : 0;
  const limit = sum4(v128.load(record, CON_NORMALS)) * load<f32>(record, CON_FRICTION);
  const length = sqrt<f32>(wanted1 * wanted1 + wanted2 * wanted2 + lever * lever);
  const share: f32 = length > limit ? limit / length : 1;
  const now = mul(f32x4(wanted1, wanted2, wantedTwist, 0), splat(share));
  v128.store(record, now, CON_RUBS);
  const changes = sub(now, old);
  const change1 = v128.shuffle<f32>(changes, changes, 0, 0, 0, 0);
  const change2 = v128.shuffle<f32>(changes, changes, 1, 1, 1, 1);
  const change3 = v128.shuffle<f32>(changes, changes, 2, 2, 2, 2);
  applyLinear(record, a, b, add(mul(tangent1, change1), mul(tangent2, change2)));
  const turnA = add(mul(v128.load(row1, 32), change1), mul(v128.load(row2, 32), change2));
  const turnB = add(mul(v128.load(row1, 48), change1), mul(v128.load(row2, 48), change2));
  v128.store(a, sub(wa, add(turnA, mul(v128.load(record, CON_TWIST_A), change3))), MOVER_W);
  v128.store(b, add(wb, add(turnB, mul(v128.load(record, CON_TWIST_B), change3))), MOVER_W);
}

/** Before the move: what moves the bodies, all that came before and this. After: all that came before. */
// @ts-ignore: decorator
@inline
function sumUp(record: usize, push: bool): void {
  const normals = add(v128.load(record, CON_TOTAL), v128.load(record, CON_NORMALS));
  const rubs = add(v128.load(record, CON_TOTAL + 16), v128.load(record, CON_RUBS));
  if (push) {
    v128.store(record, add(v128.load(record, CON_MEAN), normals), CON_MEAN);
    v128.store(record, add(v128.load(record, CON_MEAN + 16), rubs), CON_MEAN + 16);
  } else {
    v128.store(record, normals, CON_TOTAL);
    v128.store(record, rubs, CON_TOTAL + 16);
  }
}

/** Restitution: points that touched and came fast enough leave at their share of that speed. */
function bounce(record: usize): void {
  const restitution = load<f32>(record, CON_RESTITUTION);
  if (restitution == 0) return;
  const a = <usize>load<u32>(record, CON_A);
  const b = <usize>load<u32>(record, CON_B);
  const approach = v128.load(record, CON_APPROACH);
  const hit = v128.and(
    f32x4.lt(approach, splat(-BOUNCE_MIN)),
    f32x4.gt(v128.load(record, CON_TOTAL), splat(0)),
  );
  if (!v128.any_true(hit)) return;
  const wanted = mul(approach, splat(restitution));
  const before = v128.load(record, CON_BOUNCE);
  let speed = add(parting(record, a, b, MOVER_V, MOVER_W), wanted);
  let now = before;
  const mass = v128.and(v128.load(record, CON_NORMAL_MASS), hit);
  for (let i: usize = 0; i < <usize>load<u32>(record, CON_COUNT); i++) {
    const changes = relief(now, speed, mass, splat(0));
    v128.store(record, changes, CON_BOUNCE);
    const change = splat(load<f32>(record + (i << 2), CON_BOUNCE));
    now = add(now, v128.and(change, i32x4.eq(i32x4(0, 1, 2, 3), i32x4.splat(<i32>i))));
    speed = add(speed, mul(v128.load(record + (i << 4), CON_COUPLING), change));
  }
  v128.store(record, now, CON_BOUNCE);
  const total = sub(now, before);
  applyLinear(record, a, b, scale(v128.load(record, GEO_NORMAL), sum4(total)));
  applyAngular(record, a, b, total, splat(0), splat(0));
}

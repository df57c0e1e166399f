/** Bodies from the arrays of a state to the records that contacts work on, four bodies at a time. */
import { arenaTake } from "../../lib/arena";
import {
  ASLEEP, FRICTION, HALF, HEADER_SIZE, MASS, ORIENTATION, POSITION, QUIET, RESTITUTION, SPIN, STEP_S, VELOCITY,
} from "./layout";
import { storeMidpoint, storeRotation, storeUnit, toBody, toSpace } from "./rotation";
import { State, bodyArray, maySleep } from "./state";
import { add, mul, splat, storeTransposed, sub } from "./vec";

/** Record of a body; vectors are 16 bytes with a zero fourth lane unless said otherwise. */
export const BODY_X: usize = 0;
/** Columns of the rotation matrix. */
export const BODY_R: usize = 16;
/** Half extents; of a ball all three are its radius, of a capsule the second is half its axis, the others its radius. */
export const BODY_HALF: usize = 64;
/** The fourth lane: one of the shapes. */
export const BODY_SHAPE: usize = 76;
export const SHAPE_BALL: f32 = 0;
export const SHAPE_CAPSULE: f32 = 1;
export const SHAPE_BOX: f32 = 2;
/** Velocity at the start of the step. */
export const BODY_V: usize = 80;
/** Angular velocity half-way through the step, were the body free. */
export const BODY_W: usize = 96;
export const BODY_FRICTION: usize = 112;
export const BODY_RESTITUTION: usize = 116;
export const BODY_MASS_INVERSE: usize = 120;
/** How fast its turning moves its surface at most, m/s; 0 for balls. */
export const BODY_RIM: usize = 124;
/** Sums over the body's contacts: impulse and its moment, then the means of both over the substeps. */
export const BODY_SUMS: usize = 128;
export const BODY_SIZE: usize = 192;

/** What is kept per group of four for `finishBodies`, in 16-byte rows. */
export const KEEP_Q: usize = 0;
/** Angular velocity half-way through the step and angular momentum at the start, in the bodies' frames. */
export const KEEP_W: usize = 64;
export const KEEP_L: usize = 112;
/** Inverse mass and inverse moments of inertia, 0 for bodies that do not move or are held. */
export const KEEP_MASS_INVERSE: usize = 160;
export const KEEP_INERTIA_INVERSE: usize = 176;
export const KEEP_ROTATION: usize = 224;
export const KEEP_SIZE: usize = 368;

/** Bodies of one state: records, kept rows and room for intermediate rows, in the arena. */
@unmanaged
export class Bodies {
  records: usize;
  kept: usize;
  scratch: usize;
  groups: u32;
}

const SCRATCH_SIZE: usize = 320;

// @ts-ignore: decorator
@inline
export function bodyRecord(bodies: Bodies, body: u32): usize {
  return bodies.records + <usize>body * BODY_SIZE;
}

/** A word per body, all ones for those that sleep and so are held where they are. */
export function sleepersOf(state: State): usize {
  const held = arenaTake(state.stride, 16);
  const quiet = bodyArray(state, QUIET);
  const mask = i32x4.splat(maySleep(state) ? -1 : 0);
  for (let i: usize = 0; i < state.stride; i += 16) {
    v128.store(held + i, v128.and(mask, f32x4.eq(v128.load(quiet + i), splat(ASLEEP))));
  }
  return held;
}

/**
 * Builds the records of all bodies of a sound state; those that `held` marks do not move. The sums start at zero.
 * `marks`: how bodies turn is prepared only for groups whose byte there is not 0; where it is 0 itself, for all.
 */
export function prepareBodies(state: State, held: usize, marks: usize): Bodies {
  const bodies = changetype<Bodies>(arenaTake(offsetof<Bodies>(), 8));
  const groups = (state.bodyCount + 3) >> 2;
  bodies.groups = groups;
  bodies.records = arenaTake(<usize>groups * 4 * BODY_SIZE, 16);
  bodies.kept = arenaTake(<usize>groups * KEEP_SIZE, 16);
  bodies.scratch = arenaTake(SCRATCH_SIZE, 16);
  for (let group: u32 = 0; group < groups; group++) {
    const at = state.start + HEADER_SIZE + (<usize>group << 4);
    const record = bodies.records + <usize>group * 4 * BODY_SIZE;
    const keep = bodies.kept + <usize>group * KEEP_SIZE;
    prepareVectors(at, state.stride, record);
    prepareShape(at, state.stride, v128.load(held + (<usize>group << 4)), record, keep);
    preparePose(at, state.stride, record, keep);
    if (marks != 0 && load<u8>(marks + group) == 0) continue;
    prepareMoments(at, state.stride, keep, bodies.scratch);
    prepareTurning(at, state.stride, record, keep, bodies.scratch);
  }
  return bodies;
}

// @ts-ignore: decorator
@inline
function row(at: usize, stride: usize, array: usize): v128 {
  return v128.load(at + stride * array);
}

/** Positions and velocities as they are; sums cleared. */
// @ts-ignore: decorator
@inline
function prepareVectors(at: usize, stride: usize, record: usize): void {
  const zero = splat(0);
  storeTransposed(
    row(at, stride, POSITION), row(at, stride, POSITION + 1), row(at, stride, POSITION + 2), zero,
    record + BODY_X, BODY_SIZE,
  );
  storeTransposed(
    row(at, stride, VELOCITY), row(at, stride, VELOCITY + 1), row(at, stride, VELOCITY + 2), zero,
    record + BODY_V, BODY_SIZE,
  );
  for (let i: usize = 0; i < 4; i++) {
    const sums = record + i * BODY_SIZE + BODY_SUMS;
    v128.store(sums, zero);
    v128.store(sums, zero, 16);
    v128.store(sums, zero, 32);
    v128.store(sums, zero, 48);
  }
}

/** Extents, inverse mass, material, and how fast surfaces turn. */
// @ts-ignore: decorator
@inline
function prepareShape(at: usize, stride: usize, held: v128, record: usize, keep: usize): void {
  const zero = splat(0);
  const mass = row(at, stride, MASS);
  const moves = v128.andnot(f32x4.ne(mass, zero), held);
  const massInverse = v128.and(moves, f32x4.div(splat(1), mass));
  v128.store(keep + KEEP_MASS_INVERSE, massInverse);
  const hx = row(at, stride, HALF);
  const given = row(at, stride, HALF + 1);
  const box = f32x4.ne(row(at, stride, HALF + 2), zero);
  const capsule = v128.andnot(f32x4.ne(given, zero), box);
  const hy = v128.bitselect(given, hx, v128.or(box, capsule));
  const hz = v128.bitselect(row(at, stride, HALF + 2), hx, box);
  const shape = v128.or(v128.and(box, splat(SHAPE_BOX)), v128.and(capsule, splat(SHAPE_CAPSULE)));
  storeTransposed(hx, hy, hz, shape, record + BODY_HALF, BODY_SIZE);
  const yy = mul(hy, hy);
  const rimSquare = v128.bitselect(yy, add(add(mul(hx, hx), yy), mul(hz, hz)), capsule);
  const wx = row(at, stride, SPIN);
  const wy = row(at, stride, SPIN + 1);
  const wz = row(at, stride, SPIN + 2);
  const turning = add(add(mul(wx, wx), mul(wy, wy)), mul(wz, wz));
  const rim = v128.and(v128.or(box, capsule), f32x4.sqrt(mul(turning, rimSquare)));
  storeTransposed(
    row(at, stride, FRICTION), row(at, stride, RESTITUTION), massInverse, rim, record + BODY_FRICTION, BODY_SIZE,
  );
}

/** Moments of inertia about the centre, to the first rows of `scratch`, and their inverses. */
// @ts-ignore: decorator
@inline
function prepareMoments(at: usize, stride: usize, keep: usize, scratch: usize): void {
  const zero = splat(0);
  const mass = row(at, stride, MASS);
  const moves = f32x4.ne(v128.load(keep + KEEP_MASS_INVERSE), zero);
  const hx = row(at, stride, HALF);
  const given = row(at, stride, HALF + 1);
  const box = f32x4.ne(row(at, stride, HALF + 2), zero);
  const capsule = v128.andnot(f32x4.ne(given, zero), box);
  const hy = v128.bitselect(given, hx, v128.or(box, capsule));
  const hz = v128.bitselect(row(at, stride, HALF + 2), hx, box);
  // Of a box m (b² + c²) / 3 with half extents, of a ball 2 m r² / 5.
  const factor = mul(mass, v128.bitselect(splat(<f32>(1.0 / 3.0)), splat(<f32>0.2), box));
  const xx = mul(hx, hx);
  const yy = mul(hy, hy);
  const zz = mul(hz, hz);
  let m1 = mul(factor, add(yy, zz));
  let m2 = mul(factor, add(zz, xx));
  let m3 = mul(factor, add(xx, yy));
  if (v128.any_true(capsule)) {
    // A cylinder and the two halves of a ball at its ends, by their shares of the volume.
    const ends = f32x4.div(mul(mass, hx), add(hx, mul(hy, splat(1.5))));
    const middle = sub(mass, ends);
    const across = add(
      mul(middle, add(mul(yy, splat(<f32>(1.0 / 3.0))), mul(xx, splat(0.25)))),
      mul(ends, add(add(mul(xx, splat(<f32>0.4)), yy), mul(mul(hx, hy), splat(0.75)))),
    );
    m1 = v128.bitselect(across, m1, capsule);
    m2 = v128.bitselect(mul(xx, add(mul(middle, splat(0.5)), mul(ends, splat(<f32>0.4)))), m2, capsule);
    m3 = v128.bitselect(across, m3, capsule);
  }
  storeMoment(m1, moves, 0, keep, scratch);
  storeMoment(m2, moves, 16, keep, scratch);
  storeMoment(m3, moves, 32, keep, scratch);
}

// @ts-ignore: decorator
@inline
function storeMoment(moment: v128, moves: v128, offset: usize, keep: usize, scratch: usize): void {
  v128.store(scratch + offset, moment);
  v128.store(keep + KEEP_INERTIA_INVERSE + offset, v128.and(moves, f32x4.div(splat(1), moment)));
}

/** Rotation matrices. */
// @ts-ignore: decorator
@inline
function preparePose(at: usize, stride: usize, record: usize, keep: usize): void {
  storeUnit(
    row(at, stride, ORIENTATION), row(at, stride, ORIENTATION + 1), row(at, stride, ORIENTATION + 2),
    row(at, stride, ORIENTATION + 3), keep + KEEP_Q,
  );
  const r = keep + KEEP_ROTATION;
  const q = keep + KEEP_Q;
  storeRotation(v128.load(q), v128.load(q, 16), v128.load(q, 32), v128.load(q, 48), r);
  const zero = splat(0);
  for (let i: usize = 0; i < 3; i++) {
    const column = r + i * 16;
    storeTransposed(
      v128.load(column), v128.load(column, 48), v128.load(column, 96), zero, record + BODY_R + i * 16, BODY_SIZE,
    );
  }
}

/** Angular momenta, and the angular velocities half-way through a free step. */
// @ts-ignore: decorator
@inline
function prepareTurning(at: usize, stride: usize, record: usize, keep: usize, scratch: usize): void {
  const r = keep + KEEP_ROTATION;
  const zero = splat(0);
  const i1 = v128.load(scratch);
  const i2 = v128.load(scratch, 16);
  const i3 = v128.load(scratch, 32);
  const wx = row(at, stride, SPIN);
  const wy = row(at, stride, SPIN + 1);
  const wz = row(at, stride, SPIN + 2);
  for (let i: usize = 0; i < 3; i++) {
    const w = toBody(r, i, wx, wy, wz);
    v128.store(scratch + 48 + i * 16, w);
    v128.store(keep + KEEP_L + i * 16, mul(v128.load(scratch + i * 16), w));
  }
  const half = splat(STEP_S * <f32>0.5);
  const inverse = keep + KEEP_INERTIA_INVERSE;
  v128.store(scratch + 96, mul(half, mul(sub(i3, i2), v128.load(inverse))));
  v128.store(scratch + 112, mul(half, mul(sub(i1, i3), v128.load(inverse, 16))));
  v128.store(scratch + 128, mul(half, mul(sub(i2, i1), v128.load(inverse, 32))));
  const w = keep + KEEP_W;
  storeMidpoint(scratch + 48, scratch + 96, w);
  const w1 = v128.load(w);
  const w2 = v128.load(w, 16);
  const w3 = v128.load(w, 32);
  storeTransposed(
    toSpace(r, 0, w1, w2, w3), toSpace(r, 1, w1, w2, w3), toSpace(r, 2, w1, w2, w3), zero,
    record + BODY_W, BODY_SIZE,
  );
}

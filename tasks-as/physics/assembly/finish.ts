/**
 * The end of a step: from what the contacts gave a body to its next state. `run` and `check` share this code, so
 * a body's next state follows from the stored impulses in every bit.
 */
import {
  BODY_SIZE, BODY_SUMS, Bodies, KEEP_INERTIA_INVERSE, KEEP_L, KEEP_MASS_INVERSE, KEEP_Q, KEEP_ROTATION, KEEP_SIZE,
  KEEP_W,
} from "./bodies";
import { Drawn, LEFT_OUT, computedLanes } from "./drawn";
import {
  ASLEEP, HALF, HEADER_SIZE, MASS, MOVING_ARRAYS, ORIENTATION, POSITION, POSITION_MAX, QUIET, QUIET_SPEED,
  QUIET_STEPS, SPEED_MAX, SPIN, SPIN_MAX, STEP_S, SUBSTEPS, SUBSTEP_S, VELOCITY,
} from "./layout";
import { storeRotation, storeTurned, toBody, toSpace } from "./rotation";
import { settle } from "./sleep";
import { State, bodyArray, maySleep } from "./state";
import { add, mul, splat, storeTransposed } from "./vec";

/** Rows of `bodies.scratch`: impulse, moment, their means (three rows and one of padding each). */
const SUMS: usize = 0;
const SUMS_STRIDE: usize = 64;
/** Behind them: four rows of the new orientation, then nine of its matrix overlay the sums, which are used up. */
const TURNED: usize = 256;
/** Half a step's turn is held below this, rad; no body that a solver still holds comes near it. */
const TURN_MAX: f32 = 1.0e9;

/** Writes the moving arrays of the next state to `to`; of `next` only contacts, joints and shapes are read. */
export function finishBodies(state: State, bodies: Bodies, next: State, to: usize): void {
  const sleeps = maySleep(state);
  for (let group: u32 = 0; group < bodies.groups; group++) {
    finishGroup(state, bodies, group, to + (<usize>group << 4));
    finishQuiet(state, bodies, group, sleeps, to + (<usize>group << 4), to + (<usize>group << 4));
  }
  settle(next, to);
}

/**
 * The same for `check`, but position, orientation and velocities only of computed bodies, beside which stand those that
 * `next` gives: how long each body was quiet follows for all from their velocities. Nobody has fallen asleep yet.
 */
export function finishMarked(state: State, bodies: Bodies, next: State, drawn: Drawn, to: usize): void {
  const sleeps = maySleep(state);
  const given = bodyArray(next, MOVING_ARRAYS);
  for (let group: u32 = 0; group < bodies.groups; group++) {
    const lane = <usize>group << 4;
    if (load<u8>(drawn.marks + group) == LEFT_OUT) {
      finishQuiet(state, bodies, group, sleeps, given + lane, to + lane);
      continue;
    }
    finishGroup(state, bodies, group, to + lane);
    const computed = computedLanes(drawn, group);
    if (!i32x4.all_true(computed)) keepOthers(computed, given + lane, state.stride, to + lane);
    finishQuiet(state, bodies, group, sleeps, to + lane, to + lane);
  }
}

/** Puts what is given in the place of what was not computed. */
function keepOthers(computed: v128, given: usize, stride: usize, to: usize): void {
  for (let row: usize = 0, end = stride * (QUIET - MOVING_ARRAYS); row < end; row += stride) {
    v128.store(to + row, v128.bitselect(v128.load(to + row), v128.load(given + row), computed));
  }
}

/** Position, orientation and velocities of four bodies from their sums. */
// @ts-ignore: decorator
@inline
function finishGroup(state: State, bodies: Bodies, group: u32, to: usize): void {
  const at = state.start + HEADER_SIZE + (<usize>group << 4);
  const record = bodies.records + <usize>group * 4 * BODY_SIZE;
  const keep = bodies.kept + <usize>group * KEEP_SIZE;
  for (let i: usize = 0; i < 4; i++) {
    const sums = record + BODY_SUMS + i * 16;
    storeTransposed(
      v128.load(sums), v128.load(sums + BODY_SIZE), v128.load(sums + 2 * BODY_SIZE),
      v128.load(sums + 3 * BODY_SIZE), bodies.scratch + SUMS + i * SUMS_STRIDE, 16,
    );
  }
  finishLinear(at, state.stride, state.start + 16, keep, bodies.scratch, to);
  finishAngular(at, state.stride, state.start + 16, keep, bodies.scratch, to);
}

/** Counts how many steps in a row a body was slow, by the velocities at `from`; those that are held sleep on. */
// @ts-ignore: decorator
@inline
function finishQuiet(state: State, bodies: Bodies, group: u32, sleeps: bool, from: usize, to: usize): void {
  const at = state.start + HEADER_SIZE + (<usize>group << 4);
  const keep = bodies.kept + <usize>group * KEEP_SIZE;
  const stride = state.stride;
  const zero = splat(0);
  const quietTo = to + stride * (QUIET - MOVING_ARRAYS);
  if (!sleeps) {
    v128.store(quietTo, zero);
    return;
  }
  const moves = f32x4.ne(v128.load(at + stride * MASS), zero);
  const held = f32x4.eq(v128.load(keep + KEEP_MASS_INVERSE), zero);
  const hx = v128.load(at + stride * HALF);
  const hy = v128.load(at + stride * (HALF + 1));
  const hz = v128.load(at + stride * (HALF + 2));
  const extent = add(add(mul(hx, hx), mul(hy, hy)), mul(hz, hz));
  const turning = mul(extent, squareOf(from + stride * (SPIN - MOVING_ARRAYS), stride));
  const moving = squareOf(from + stride * (VELOCITY - MOVING_ARRAYS), stride);
  const slow = f32x4.lt(f32x4.max(moving, turning), splat(QUIET_SPEED * QUIET_SPEED));
  const before = v128.load(at + stride * QUIET);
  const counted = v128.and(before, f32x4.lt(before, splat(ASLEEP)));
  const more = v128.and(slow, f32x4.min(add(counted, splat(1)), splat(QUIET_STEPS)));
  v128.store(quietTo, v128.and(moves, v128.bitselect(splat(ASLEEP), more, held)));
}

// @ts-ignore: decorator
@inline
function squareOf(at: usize, stride: usize): v128 {
  const x = v128.load(at);
  const y = v128.load(at + stride);
  const z = v128.load(at + 2 * stride);
  return add(add(mul(x, x), mul(y, y)), mul(z, z));
}

/** v' = (v + g t + J / m) damped; x' = x + t (mean of v over the substeps). `scene`: gravity, then dampings. */
// @ts-ignore: decorator
@inline
function finishLinear(at: usize, stride: usize, scene: usize, keep: usize, scratch: usize, to: usize): void {
  const massInverse = v128.load(keep + KEEP_MASS_INVERSE);
  const fixed = f32x4.eq(massInverse, splat(0));
  const step = splat(STEP_S);
  // Substep k moves with the velocity after k shares of gravity: their mean.
  const fall = splat(SUBSTEP_S * <f32>(SUBSTEPS + 1) * <f32>0.5);
  const keepShare = splat(1 / (1 + STEP_S * load<f32>(scene, 12)));
  const limit = splat(POSITION_MAX);
  for (let i: usize = 0; i < 3; i++) {
    const gravity = v128.load32_splat(scene + i * 4);
    const velocityAt = at + stride * (VELOCITY + i);
    const velocity = v128.load(velocityAt);
    const impulse = v128.load(scratch + SUMS + i * 16);
    const mean = v128.load(scratch + SUMS + 2 * SUMS_STRIDE + i * 16);
    const moving = add(add(velocity, mul(gravity, fall)), mul(mean, massInverse));
    const before = v128.load(at + stride * (POSITION + i));
    const after = f32x4.max(f32x4.min(add(before, mul(moving, step)), limit), f32x4.neg(limit));
    v128.store(to + stride * (POSITION - MOVING_ARRAYS + i), v128.bitselect(before, after, fixed));
    const next = mul(keepShare, add(add(velocity, mul(gravity, step)), mul(impulse, massInverse)));
    v128.store(scratch + SUMS + i * 16, v128.andnot(next, fixed));
  }
  storeLimited(scratch + SUMS, SPEED_MAX, to + stride * (VELOCITY - MOVING_ARRAYS), stride);
}

/** Orientation by the Cayley map of the mean angular velocity; the angular momentum stays put in space meanwhile. */
// @ts-ignore: decorator
@inline
function finishAngular(at: usize, stride: usize, scene: usize, keep: usize, scratch: usize, to: usize): void {
  const fixed = f32x4.eq(v128.load(keep + KEEP_MASS_INVERSE), splat(0));
  const half = splat(STEP_S * <f32>0.5);
  const inverse = keep + KEEP_INERTIA_INVERSE;
  let r = keep + KEEP_ROTATION;
  const moment = scratch + SUMS + SUMS_STRIDE;
  const mean = scratch + SUMS + 3 * SUMS_STRIDE;
  const x = v128.load(moment);
  const y = v128.load(moment, 16);
  const z = v128.load(moment, 32);
  const mx = v128.load(mean);
  const my = v128.load(mean, 16);
  const mz = v128.load(mean, 32);
  for (let i: usize = 0; i < 3; i++) {
    const turning = add(
      v128.load(keep + KEEP_W + i * 16),
      mul(v128.load(inverse + i * 16), toBody(r, i, mx, my, mz)),
    );
    v128.store(mean + i * 16, mul(half, turning));
    v128.store(moment + i * 16, add(v128.load(keep + KEEP_L + i * 16), toBody(r, i, x, y, z)));
  }
  // Absurd impulses far from a grain's centre turn it by more than an orientation's squares have room for.
  storeLimited(mean, TURN_MAX, mean, 16);
  const turned = scratch + TURNED;
  storeTurned(keep + KEEP_Q, v128.load(mean), v128.load(mean, 16), v128.load(mean, 32), turned);
  for (let i: usize = 0; i < 4; i++) {
    const before = v128.load(at + stride * (ORIENTATION + i));
    const after = v128.bitselect(before, v128.load(turned + i * 16), fixed);
    v128.store(to + stride * (ORIENTATION - MOVING_ARRAYS + i), after);
  }
  const l1 = v128.load(moment);
  const l2 = v128.load(moment, 16);
  const l3 = v128.load(moment, 32);
  const lx = toSpace(r, 0, l1, l2, l3);
  const ly = toSpace(r, 1, l1, l2, l3);
  const lz = toSpace(r, 2, l1, l2, l3);
  r = scratch + SUMS;
  storeRotation(v128.load(turned), v128.load(turned, 16), v128.load(turned, 32), v128.load(turned, 48), r);
  const w1 = mul(v128.load(inverse), toBody(r, 0, lx, ly, lz));
  const w2 = mul(v128.load(inverse, 16), toBody(r, 1, lx, ly, lz));
  const w3 = mul(v128.load(inverse, 32), toBody(r, 2, lx, ly, lz));
  const keepShare = splat(1 / (1 + STEP_S * load<f32>(scene, 16)));
  const spin = scratch + SUMS + 3 * SUMS_STRIDE;
  for (let i: usize = 0; i < 3; i++) {
    v128.store(spin + i * 16, mul(keepShare, v128.andnot(toSpace(r, i, w1, w2, w3), fixed)));
  }
  storeLimited(spin, SPIN_MAX, to + stride * (SPIN - MOVING_ARRAYS), stride);
}

/** Three rows of vectors, scaled down where they are longer than `limit`. */
// @ts-ignore: decorator
@inline
function storeLimited(from: usize, limit: f32, to: usize, stride: usize): void {
  const x = v128.load(from);
  const y = v128.load(from, 16);
  const z = v128.load(from, 32);
  const length = f32x4.sqrt(add(add(mul(x, x), mul(y, y)), mul(z, z)));
  const factor = f32x4.div(splat(limit), f32x4.max(length, splat(limit)));
  v128.store(to, mul(x, factor));
  v128.store(to + stride, mul(y, factor));
  v128.store(to + 2 * stride, mul(z, factor));
}

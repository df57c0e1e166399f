/**
 * How bodies moved through a step, read off the states before and after, four at a time: what quality.ts holds
 * contacts and joints against; whether every body that moves is in range, and every other is where it was; and how much
 * each body was shaken, by which drawn.ts chooses the bodies that are computed.
 */
import { arenaTake } from "../../lib/arena";
import {
  ASLEEP, HALF, HEADER_SIZE, MASS, ORIENTATION, POSITION, POSITION_MAX, QUIET, SPEED_MAX, SPIN, SPIN_MAX, STEP_PER_S,
  STEP_S, VELOCITY,
} from "./layout";
import { shorter } from "./sound";
import { State } from "./state";
import { add, mul, splat, storeTransposed, sub, within } from "./vec";

/** A record: velocity and angular velocity at the end of the step before damping, motion and turn over it. */
export const MOT_V: usize = 0;
/** The fourth lane of the velocity: the square of the change of velocity that impulses made, (m/s)². */
export const MOT_CHANGE_SQUARE: usize = 12;
export const MOT_W: usize = 16;
export const MOT_X: usize = 32;
export const MOT_T: usize = 48;
export const MOT_SIZE: usize = 64;

/** A turn by more than half a circle is read as one of half a circle: the least cosine of its half. */
const COSINE_MIN: f32 = 1.0e-3;
/** A step gives orientations of unit length but for rounding, which is 20 times finer. */
const UNIT_SLACK: f32 = 1.0e-5;

@unmanaged
export class Motions {
  /** A record per body. */
  records: usize;
  /** An f32 per body: how much it was shaken, (m/s)²; negative where it is not awake. */
  shocks: usize;
  /** Whether what moves is in range, and what does not is where it was. */
  sound: bool;
  /** Whether any body is awake. */
  awake: bool;
}

// @ts-ignore: decorator
@inline
export function motionOf(motions: Motions, body: u32): usize {
  return motions.records + <usize>body * MOT_SIZE;
}

/** The change of velocity that impulses made, m/s. */
// @ts-ignore: decorator
@inline
export function changeOf(motion: usize): f32 {
  return sqrt<f32>(load<f32>(motion, MOT_CHANGE_SQUARE));
}

/** Reads the motions of all bodies off two states of the same bodies. */
export function readMotions(state: State, next: State, held: usize): Motions {
  const motions = changetype<Motions>(arenaTake(offsetof<Motions>(), 4));
  const stride = state.stride;
  motions.records = arenaTake((stride >> 2) * MOT_SIZE, 16);
  // And a row behind them for who seeks the greatest.
  motions.shocks = arenaTake(stride + 16, 16);
  let sound = i32x4.splat(-1);
  motions.awake = false;
  for (let lane: usize = 0; lane < stride; lane += 16) {
    const at = state.start + HEADER_SIZE + lane;
    const to = next.start + HEADER_SIZE + lane;
    const record = motions.records + (lane >> 2) * MOT_SIZE;
    const awake = v128.andnot(f32x4.ne(v128.load(at + stride * MASS), splat(0)), v128.load(held + lane));
    if (!v128.any_true(awake)) {
      memory.fill(record, 0, 4 * MOT_SIZE);
      v128.store(motions.shocks + lane, splat(-1));
      sound = v128.and(sound, sameRows(at, to, stride));
      continue;
    }
    motions.awake = true;
    const moved = readLinear(at, to, stride, state.start + 16, awake, record);
    const turned = readAngular(at, to, stride, state.start + 16, record);
    const size = squareOf(
      v128.load(at + stride * HALF), v128.load(at + stride * (HALF + 1)), v128.load(at + stride * (HALF + 2)),
    );
    v128.store(motions.shocks + lane, v128.bitselect(f32x4.pmax(moved, mul(turned, size)), splat(-1), awake));
    sound = v128.and(sound, v128.or(inRange(to, stride), v128.not(awake)));
    if (!i32x4.all_true(awake)) sound = v128.and(sound, v128.or(sameRows(at, to, stride), awake));
  }
  motions.sound = i32x4.all_true(sound);
  return motions;
}

/** Velocity, motion and change; returns what of either the other does not explain, or impulses made, squared. */
// @ts-ignore: decorator
@inline
function readLinear(at: usize, to: usize, stride: usize, scene: usize, awake: v128, record: usize): v128 {
  const undamped = splat(1 + STEP_S * load<f32>(scene, 12));
  const zero = splat(0);
  const vx = v128.load(at + stride * VELOCITY);
  const vy = v128.load(at + stride * (VELOCITY + 1));
  const vz = v128.load(at + stride * (VELOCITY + 2));
  const wx = mul(undamped, v128.load(to + stride * VELOCITY));
  const wy = mul(undamped, v128.load(to + stride * (VELOCITY + 1)));
  const wz = mul(undamped, v128.load(to + stride * (VELOCITY + 2)));
  const mx = sub(v128.load(to + stride * POSITION), v128.load(at + stride * POSITION));
  const my = sub(v128.load(to + stride * (POSITION + 1)), v128.load(at + stride * (POSITION + 1)));
  const mz = sub(v128.load(to + stride * (POSITION + 2)), v128.load(at + stride * (POSITION + 2)));
  storeTransposed(mx, my, mz, zero, record + MOT_X, MOT_SIZE);
  const step = splat(STEP_S);
  const dx = sub(wx, vx);
  const dy = sub(wy, vy);
  const dz = sub(wz, vz);
  const change = v128.and(awake, squareOf(
    sub(dx, mul(step, v128.load32_splat(scene))), sub(dy, mul(step, v128.load32_splat(scene, 4))),
    sub(dz, mul(step, v128.load32_splat(scene, 8))),
  ));
  storeTransposed(wx, wy, wz, change, record + MOT_V, MOT_SIZE);
  const faster = squareOf(dx, dy, dz);
  // Neither what rests nor what falls freely is shaken.
  return f32x4.pmax(f32x4.pmin(faster, change), aside(mx, my, mz, vx, vy, vz, wx, wy, wz, faster));
}

/** Angular velocity and turn; returns what of either the other does not explain, or anything made, squared. */
// @ts-ignore: decorator
@inline
function readAngular(at: usize, to: usize, stride: usize, scene: usize, record: usize): v128 {
  const undamped = splat(1 + STEP_S * load<f32>(scene, 16));
  const zero = splat(0);
  const vx = v128.load(at + stride * SPIN);
  const vy = v128.load(at + stride * (SPIN + 1));
  const vz = v128.load(at + stride * (SPIN + 2));
  const wx = mul(undamped, v128.load(to + stride * SPIN));
  const wy = mul(undamped, v128.load(to + stride * (SPIN + 1)));
  const wz = mul(undamped, v128.load(to + stride * (SPIN + 2)));
  storeTransposed(wx, wy, wz, zero, record + MOT_W, MOT_SIZE);
  // The turn between two orientations, as twice the tangent of half the angle.
  const qx = v128.load(at + stride * ORIENTATION);
  const qy = v128.load(at + stride * (ORIENTATION + 1));
  const qz = v128.load(at + stride * (ORIENTATION + 2));
  const qw = v128.load(at + stride * (ORIENTATION + 3));
  const px = v128.load(to + stride * ORIENTATION);
  const py = v128.load(to + stride * (ORIENTATION + 1));
  const pz = v128.load(to + stride * (ORIENTATION + 2));
  const pw = v128.load(to + stride * (ORIENTATION + 3));
  const cosine = add(add(mul(pw, qw), mul(px, qx)), add(mul(py, qy), mul(pz, qz)));
  const twice = f32x4.div(splat(2), f32x4.pmax(cosine, splat(COSINE_MIN)));
  const tx = mul(twice, sub(sub(mul(qw, px), mul(pw, qx)), sub(mul(py, qz), mul(pz, qy))));
  const ty = mul(twice, sub(sub(mul(qw, py), mul(pw, qy)), sub(mul(pz, qx), mul(px, qz))));
  const tz = mul(twice, sub(sub(mul(qw, pz), mul(pw, qz)), sub(mul(px, qy), mul(py, qx))));
  storeTransposed(tx, ty, tz, zero, record + MOT_T, MOT_SIZE);
  const faster = squareOf(sub(wx, vx), sub(wy, vy), sub(wz, vz));
  return f32x4.pmax(faster, aside(tx, ty, tz, vx, vy, vz, wx, wy, wz, faster));
}

/**
 * How far a motion lies outside of the ball that spans from the velocity before to that after, by squares: (m/s)² or
 * (rad/s)². `faster`: the square of the ball's width.
 */
// @ts-ignore: decorator
@inline
function aside(
  mx: v128, my: v128, mz: v128, vx: v128, vy: v128, vz: v128, wx: v128, wy: v128, wz: v128, faster: v128,
): v128 {
  const rate = splat(STEP_PER_S);
  const half = splat(0.5);
  const away = squareOf(
    sub(mul(rate, mx), mul(half, add(vx, wx))), sub(mul(rate, my), mul(half, add(vy, wy))),
    sub(mul(rate, mz), mul(half, add(vz, wz))),
  );
  return sub(away, mul(splat(0.25), faster));
}

// @ts-ignore: decorator
@inline
function squareOf(x: v128, y: v128, z: v128): v128 {
  return add(add(mul(x, x), mul(y, y)), mul(z, z));
}

/** What a step changes of four bodies: within what a state may hold. */
// @ts-ignore: decorator
@inline
function inRange(to: usize, stride: usize): v128 {
  let ok = within(v128.load(to + stride * POSITION), -POSITION_MAX, POSITION_MAX);
  ok = v128.and(ok, within(v128.load(to + stride * (POSITION + 1)), -POSITION_MAX, POSITION_MAX));
  ok = v128.and(ok, within(v128.load(to + stride * (POSITION + 2)), -POSITION_MAX, POSITION_MAX));
  const qw = v128.load(to + stride * (ORIENTATION + 3));
  const unit = add(rowsSquare(to + stride * ORIENTATION, stride), mul(qw, qw));
  ok = v128.and(ok, within(unit, 1 - UNIT_SLACK, 1 + UNIT_SLACK));
  // Who fell asleep has no velocity.
  const moves = f32x4.lt(v128.load(to + stride * QUIET), splat(ASLEEP));
  ok = v128.and(ok, shorter(rowsSquare(to + stride * VELOCITY, stride), SPEED_MAX, moves));
  return v128.and(ok, shorter(rowsSquare(to + stride * SPIN, stride), SPIN_MAX, moves));
}

/** Whether four bodies are, bit for bit, where they were, and without velocities. */
// @ts-ignore: decorator
@inline
function sameRows(at: usize, to: usize, stride: usize): v128 {
  let different = i32x4.splat(0);
  for (let array = POSITION; array < VELOCITY; array++) {
    different = v128.or(different, v128.xor(v128.load(at + stride * array), v128.load(to + stride * array)));
  }
  for (let array = VELOCITY; array < QUIET; array++) different = v128.or(different, v128.load(to + stride * array));
  return i32x4.eq(different, i32x4.splat(0));
}

// @ts-ignore: decorator
@inline
function rowsSquare(at: usize, stride: usize): v128 {
  return squareOf(v128.load(at), v128.load(at + stride), v128.load(at + 2 * stride));
}

/** How a body moves through a step and at its end, from the summed impulses, as the solver sees it. */
import {
  BODY_MASS_INVERSE, BODY_R, BODY_SIZE, BODY_SUMS, BODY_V, BODY_W, Bodies, KEEP_INERTIA_INVERSE, KEEP_SIZE,
} from "./bodies";
import { STEP_S, SUBSTEPS, SUBSTEP_S } from "./layout";
import { add, dot, mul, scale, splat, turn } from "./vec";

/** A record: velocity and angular velocity at the end of the step, motion and turn over it, */
export const MOT_V: usize = 0;
export const MOT_W: usize = 16;
export const MOT_X: usize = 32;
export const MOT_T: usize = 48;
/** and the length of the change of velocity that impulses made, m/s. */
export const MOT_CHANGE: usize = 64;
export const MOT_SIZE: usize = 80;

export function setMotion(bodies: Bodies, record: usize, gravity: v128, to: usize): void {
  const massInverse = load<f32>(record, BODY_MASS_INVERSE);
  if (massInverse == 0) {
    for (let row: usize = 0; row < MOT_SIZE; row += 16) v128.store(to + row, splat(0));
    return;
  }
  const body = (record - bodies.records) / BODY_SIZE;
  const kept = bodies.kept + (body >> 2) * KEEP_SIZE + ((body & 3) << 2);
  const velocity = v128.load(record, BODY_V);
  const spin = v128.load(record, BODY_W);
  const impulse = scale(v128.load(record, BODY_SUMS), massInverse);
  const fall = SUBSTEP_S * <f32>(SUBSTEPS + 1) * <f32>0.5;
  const moving = add(add(velocity, scale(gravity, fall)), scale(v128.load(record, BODY_SUMS + 32), massInverse));
  v128.store(to, add(add(velocity, scale(gravity, STEP_S)), impulse), MOT_V);
  v128.store(to, add(spin, turned(record, kept, v128.load(record, BODY_SUMS + 16))), MOT_W);
  v128.store(to, scale(moving, STEP_S), MOT_X);
  v128.store(to, scale(add(spin, turned(record, kept, v128.load(record, BODY_SUMS + 48))), STEP_S), MOT_T);
  store<f32>(to, sqrt<f32>(dot(impulse, impulse)), MOT_CHANGE);
}

/** The change of angular velocity that a moment makes. */
// @ts-ignore: decorator
@inline
function turned(record: usize, kept: usize, moment: v128): v128 {
  const r0 = v128.load(record, BODY_R);
  const r1 = v128.load(record, BODY_R + 16);
  const r2 = v128.load(record, BODY_R + 32);
  return turn(r0, r1, r2, f32x4(
    dot(r0, moment) * load<f32>(kept, KEEP_INERTIA_INVERSE), dot(r1, moment) * load<f32>(kept, KEEP_INERTIA_INVERSE + 16),
    dot(r2, moment) * load<f32>(kept, KEEP_INERTIA_INVERSE + 32), 0,
  ));
}

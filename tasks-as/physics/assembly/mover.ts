/** What the solver changes of a body, and how it responds to impulses. */
import { arenaTake } from "../../lib/arena";
import {
  BODY_MASS_INVERSE, BODY_R, BODY_SIZE, BODY_V, BODY_W, Bodies, KEEP_INERTIA_INVERSE, KEEP_SIZE,
} from "./bodies";
import { gravityOf } from "./broad";
import { SUBSTEP_S } from "./layout";
import { State } from "./state";
import { add, mul, scale, splat, turn, xOf, yOf, zOf } from "./vec";

/** Velocity and angular velocity; motion and turn (a small rotation vector) since the start of the step. */
export const MOVER_V: usize = 0;
export const MOVER_W: usize = 16;
export const MOVER_X: usize = 32;
export const MOVER_T: usize = 48;
/** Gravity's share per substep: zero for bodies that do not move. */
const MOVER_FALL: usize = 64;
/** Columns of the inverse inertia in space. */
const MOVER_INERTIA: usize = 80;
const MOVER_SIZE: usize = 128;

/** Movers of all bodies. A body starts with its velocity and the turning of free rotation half-way. */
export function prepareMovers(bodies: Bodies, state: State): usize {
  const movers = arenaTake(<usize>(state.bodyCount + 1) * MOVER_SIZE, 16);
  const fall = scale(gravityOf(state), SUBSTEP_S);
  const zero = splat(0);
  for (let body: usize = 0; body < <usize>state.bodyCount; body++) {
    const record = bodies.records + body * BODY_SIZE;
    const mover = movers + body * MOVER_SIZE;
    v128.store(mover, v128.load(record, BODY_V), MOVER_V);
    v128.store(mover, v128.load(record, BODY_W), MOVER_W);
    v128.store(mover, zero, MOVER_X);
    v128.store(mover, zero, MOVER_T);
    v128.store(mover, load<f32>(record, BODY_MASS_INVERSE) != 0 ? fall : zero, MOVER_FALL);
    setInertia(record, bodies.kept + (body >> 2) * KEEP_SIZE + ((body & 3) << 2), mover);
  }
  return movers;
}

/** R diag(inverse moments) Rᵀ, column by column. */
// @ts-ignore: decorator
@inline
function setInertia(record: usize, kept: usize, mover: usize): void {
  const r0 = v128.load(record, BODY_R);
  const r1 = v128.load(record, BODY_R + 16);
  const r2 = v128.load(record, BODY_R + 32);
  const s0 = scale(r0, load<f32>(kept, KEEP_INERTIA_INVERSE));
  const s1 = scale(r1, load<f32>(kept, KEEP_INERTIA_INVERSE + 16));
  const s2 = scale(r2, load<f32>(kept, KEEP_INERTIA_INVERSE + 32));
  v128.store(mover, turn(s0, s1, s2, f32x4(xOf(r0), xOf(r1), xOf(r2), 0)), MOVER_INERTIA);
  v128.store(mover, turn(s0, s1, s2, f32x4(yOf(r0), yOf(r1), yOf(r2), 0)), MOVER_INERTIA + 16);
  v128.store(mover, turn(s0, s1, s2, f32x4(zOf(r0), zOf(r1), zOf(r2), 0)), MOVER_INERTIA + 32);
}

/** The mover of the body whose record is given. */
// @ts-ignore: decorator
@inline
export function moverOf(movers: usize, bodies: Bodies, record: usize): usize {
  return movers + (record - bodies.records) / BODY_SIZE * MOVER_SIZE;
}

/** The change of angular velocity that a unit impulse with moment `arm` makes. */
// @ts-ignore: decorator
@inline
export function response(mover: usize, arm: v128): v128 {
  return turn(
    v128.load(mover, MOVER_INERTIA), v128.load(mover, MOVER_INERTIA + 16), v128.load(mover, MOVER_INERTIA + 32), arm,
  );
}

/** Gravity for a substep. */
// @ts-ignore: decorator
@inline
export function fallAll(movers: usize, count: u32): void {
  const end = movers + <usize>count * MOVER_SIZE;
  for (let mover = movers; mover < end; mover += MOVER_SIZE) {
    v128.store(mover, add(v128.load(mover, MOVER_V), v128.load(mover, MOVER_FALL)), MOVER_V);
  }
}

/** Motion for a substep. */
// @ts-ignore: decorator
@inline
export function moveAll(movers: usize, count: u32): void {
  const h = splat(SUBSTEP_S);
  const end = movers + <usize>count * MOVER_SIZE;
  for (let mover = movers; mover < end; mover += MOVER_SIZE) {
    v128.store(mover, add(v128.load(mover, MOVER_X), mul(h, v128.load(mover, MOVER_V))), MOVER_X);
    v128.store(mover, add(v128.load(mover, MOVER_T), mul(h, v128.load(mover, MOVER_W))), MOVER_T);
  }
}

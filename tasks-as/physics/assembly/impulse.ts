/**
 * What the impulses of one contact are to its two bodies. The same operations in `run` and `check`: the next
 * state is defined by these sums, not by the velocities that the solver carried along.
 */
import { BODY_SUMS, BODY_X } from "./bodies";
import { GEO_NORMAL, GEO_POINTS } from "./geometry";
import { add, cross, mul, scale, splat, sub, xOf, yOf, zOf } from "./vec";

/** First direction of friction: across the normal and a fixed axis, so that it turns no faster than the normal. */
// @ts-ignore: decorator
@inline
export function tangentOf(normal: v128): v128 {
  const x = xOf(normal);
  const y = yOf(normal);
  const z = zOf(normal);
  // Upright normals: normal × x axis; others: normal × y axis. One component of either is zero.
  const upright = abs(y) > 0.7;
  const other = upright ? y : x;
  const shrink: f32 = <f32>1 / sqrt<f32>(other * other + z * z);
  return upright ? f32x4(0, z * shrink, -y * shrink, 0) : f32x4(-z * shrink, 0, x * shrink, 0);
}

/** Where friction acts: the middle of the points. */
// @ts-ignore: decorator
@inline
export function middleOf(geo: usize, count: u32): v128 {
  let total = v128.load(geo, GEO_POINTS);
  if (count == 1) return total;
  total = add(total, v128.load(geo, GEO_POINTS + 16));
  if (count == 2) return mul(total, splat(0.5));
  total = add(total, v128.load(geo, GEO_POINTS + 32));
  if (count == 3) return mul(total, splat(<f32>(1.0 / 3.0)));
  return mul(add(total, v128.load(geo, GEO_POINTS + 48)), splat(0.25));
}

/** Square of the lever arm of twisting friction: the mean square of the points' distances from their middle. */
// @ts-ignore: decorator
@inline
export function twistArmSquare(geo: usize, count: u32, middle: v128): f32 {
  let total = splat(0);
  for (let i: usize = 0; i < <usize>count; i++) {
    const arm = sub(v128.load(geo + (i << 4), GEO_POINTS), middle);
    total = add(total, mul(arm, arm));
  }
  return (xOf(total) + yOf(total) + zOf(total)) / <f32>count;
}

/** Rows that `addImpulses` takes: normal impulses of up to four points, then tangential 1 and 2, twist and a zero. */
export const IMPULSES_STEP: usize = 0;
export const IMPULSES_MEAN: usize = 32;
export const IMPULSES_SIZE: usize = 64;

/** Adds the impulses of the step and their mean over the substeps (rows at `rows`) to the bodies' sums. */
// @ts-ignore: decorator
@inline
export function addImpulses(
  a: usize, b: usize, geo: usize, count: u32, tangent1: v128, tangent2: v128, middle: v128, rows: usize,
): void {
  const offset = sub(v128.load(a, BODY_X), v128.load(b, BODY_X));
  const normal = v128.load(geo, GEO_NORMAL);
  const step = rows + IMPULSES_STEP;
  const mean = rows + IMPULSES_MEAN;
  if (count == 1) {
    addSingle(a + BODY_SUMS, b + BODY_SUMS, normal, offset, middle, tangent1, tangent2, step);
    addSingle(a + BODY_SUMS + 32, b + BODY_SUMS + 32, normal, offset, middle, tangent1, tangent2, mean);
  } else {
    addSeveral(a + BODY_SUMS, b + BODY_SUMS, normal, offset, middle, tangent1, tangent2, step, geo, count);
    addSeveral(a + BODY_SUMS + 32, b + BODY_SUMS + 32, normal, offset, middle, tangent1, tangent2, mean, geo, count);
  }
}

// @ts-ignore: decorator
@inline
function rubOf(tangent1: v128, tangent2: v128, row: usize): v128 {
  return add(mul(tangent1, v128.load32_splat(row, 16)), mul(tangent2, v128.load32_splat(row, 20)));
}

/** One point: everything acts there, and nothing twists. */
// @ts-ignore: decorator
@inline
function addSingle(
  sumsA: usize, sumsB: usize, normal: v128, offset: v128, point: v128, tangent1: v128, tangent2: v128, row: usize,
): void {
  const impulse = add(mul(normal, v128.load32_splat(row)), rubOf(tangent1, tangent2, row));
  addPair(sumsA, sumsB, offset, impulse, cross(point, impulse));
}

// @ts-ignore: decorator
@inline
function addSeveral(
  sumsA: usize, sumsB: usize, normal: v128, offset: v128, middle: v128, tangent1: v128, tangent2: v128, row: usize,
  geo: usize, count: u32,
): void {
  let push = load<f32>(row);
  let lever = scale(v128.load(geo, GEO_POINTS), push);
  for (let i: usize = 1; i < <usize>count; i++) {
    const here = load<f32>(row + (i << 2));
    push += here;
    lever = add(lever, scale(v128.load(geo + (i << 4), GEO_POINTS), here));
  }
  const rub = rubOf(tangent1, tangent2, row);
  const twist = mul(normal, v128.load32_splat(row, 24));
  const moment = add(add(cross(lever, normal), cross(middle, rub)), twist);
  addPair(sumsA, sumsB, offset, add(scale(normal, push), rub), moment);
}

/** The second body gets the impulse, the first its opposite; moments are about the bodies' own centres. */
// @ts-ignore: decorator
@inline
function addPair(sumsA: usize, sumsB: usize, offset: v128, impulse: v128, moment: v128): void {
  v128.store(sumsA, sub(v128.load(sumsA), impulse));
  v128.store(sumsA, sub(v128.load(sumsA, 16), moment), 16);
  v128.store(sumsB, add(v128.load(sumsB), impulse));
  v128.store(sumsB, add(v128.load(sumsB, 16), add(moment, cross(offset, impulse))), 16);
}

/** Quantities of mechanics, in 64-bit floats and from their definitions: what steps are judged by. */
import type { Body, PhysicsInput, Quaternion, Vector } from "../codec.ts";

/** Rows of the rotation matrix of a quaternion. */
export function matrixOf([x, y, z, w]: Quaternion): readonly [Vector, Vector, Vector] {
  return [
    [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
    [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
    [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
  ];
}

export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function add(a: Vector, b: Vector, factor = 1): Vector {
  return [a[0] + factor * b[0], a[1] + factor * b[1], a[2] + factor * b[2]];
}

export function length(a: Vector): number {
  return Math.hypot(...a);
}

/** Component k of each row: column k of a matrix. */
function column(matrix: readonly [Vector, Vector, Vector], k: 0 | 1 | 2): Vector {
  return [matrix[0][k], matrix[1][k], matrix[2][k]];
}

const AXES = [0, 1, 2] as const;

/** The box axes in space. */
export function axesOf(body: Body): readonly [Vector, Vector, Vector] {
  const matrix = matrixOf(body.orientation);
  return [column(matrix, 0), column(matrix, 1), column(matrix, 2)];
}

/** Principal moments of inertia, kg m². */
export function momentsOf({ shape, massKg }: Body): Vector {
  if (shape.type === "sphere") {
    const moment = 0.4 * massKg * shape.radiusM ** 2;
    return [moment, moment, moment];
  }
  if (shape.type === "capsule") return capsuleMoments(massKg, shape.radiusM, 2 * shape.halfLengthM);
  const [x, y, z] = shape.halfExtentsM;
  const third = massKg / 3;
  return [third * (y * y + z * z), third * (z * z + x * x), third * (x * x + y * y)];
}

/** A cylinder and two half balls (parallel axes; the centre of a half ball lies 3/8 of its radius above its face). */
function capsuleMoments(massKg: number, radius: number, length: number): Vector {
  const cylinder = massKg * length / (length + 4 / 3 * radius);
  const ball = massKg - cylinder;
  const along = cylinder * radius ** 2 / 2 + ball * 2 / 5 * radius ** 2;
  const offset = length / 2 + 3 / 8 * radius;
  const ownBall = ball * (2 / 5 - 9 / 64) * radius ** 2;
  const across = cylinder * (length ** 2 / 12 + radius ** 2 / 4) + ownBall + ball * offset ** 2;
  return [across, along, across];
}

/** Kinetic and potential energy of all bodies that move, J; potential zero at the origin. */
export function energyOf({ bodies, gravityMps2 }: PhysicsInput): number {
  let total = 0;
  for (const body of bodies) {
    if (body.massKg === 0) continue;
    total += body.massKg * (0.5 * dot(body.velocityMps, body.velocityMps) - dot(gravityMps2, body.positionM));
    const axes = axesOf(body);
    const moments = momentsOf(body);
    for (const k of AXES) total += 0.5 * moments[k] * dot(axes[k], body.spinRadps) ** 2;
  }
  return total;
}

/** Total momentum, kg m/s. */
export function momentumOf({ bodies }: PhysicsInput): Vector {
  return bodies.reduce<Vector>((sum, body) => add(sum, body.velocityMps, body.massKg), [0, 0, 0]);
}

/** Total angular momentum about the origin, kg m²/s. */
export function angularMomentumOf({ bodies }: PhysicsInput): Vector {
  let total: Vector = [0, 0, 0];
  for (const body of bodies) {
    if (body.massKg === 0) continue;
    total = add(total, cross(body.positionM, body.velocityMps), body.massKg);
    const axes = axesOf(body);
    const moments = momentsOf(body);
    for (const k of AXES) total = add(total, axes[k], moments[k] * dot(axes[k], body.spinRadps));
  }
  return total;
}

/** How deep two bodies overlap, m; negative when they are apart (then a lower bound of the distance, negated). */
export function overlapOf(a: Body, b: Body): number {
  if (a.shape.type === "box" && b.shape.type === "box") {
    return boxOverlap(a, a.shape.halfExtentsM, b, b.shape.halfExtentsM);
  }
  if (a.shape.type === "box") return overlapOf(b, a);
  if (b.shape.type === "box") {
    const half = b.shape.halfExtentsM;
    return a.shape.radiusM - leastOver(coreOf(a), (point) => boxDistance(point, b, half));
  }
  const radii = a.shape.radiusM + b.shape.radiusM;
  const core = coreOf(b);
  return radii - leastOver(coreOf(a), (point) => leastOver(core, (other) => length(add(other, point, -1))));
}

/** The two ends of the segment that a capsule is around; of a ball both are its centre. */
function coreOf(body: Body): readonly [Vector, Vector] {
  const half = body.shape.type === "capsule" ? body.shape.halfLengthM : 0;
  const along = axesOf(body)[1];
  return [add(body.positionM, along, -half), add(body.positionM, along, half)];
}

/** The least of a convex function along a segment, by golden sections. */
function leastOver([from, to]: readonly [Vector, Vector], of: (point: Vector) => number): number {
  const at = (share: number): number => of(add(from, add(to, from, -1), share));
  if (length(add(to, from, -1)) === 0) return at(0);
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [0, 1];
  for (let i = 0; i < 40; i++) {
    const [left, right] = [high - golden * (high - low), low + golden * (high - low)];
    if (at(left) < at(right)) high = right;
    else low = left;
  }
  return Math.min(at(0), at(1), at((low + high) / 2));
}

/** Distance of a point from a box; negative inside. */
function boxDistance(point: Vector, crate: Body, half: Vector): number {
  const offset = add(point, crate.positionM, -1);
  const local = axesOf(crate).map((axis) => dot(axis, offset));
  const outside = Math.hypot(...local.map((x, k) => Math.max(Math.abs(x) - (half[k] as number), 0)));
  return outside > 0 ? outside : -Math.min(...local.map((x, k) => (half[k] as number) - Math.abs(x)));
}

/** The least overlap over the fifteen axes that can separate two boxes. */
function boxOverlap(a: Body, halfA: Vector, b: Body, halfB: Vector): number {
  const axesA = axesOf(a);
  const axesB = axesOf(b);
  const candidates = [...axesA, ...axesB];
  for (const u of axesA) {
    for (const v of axesB) {
      const both = cross(u, v);
      if (length(both) > 1e-3) candidates.push(add([0, 0, 0], both, 1 / length(both)));
    }
  }
  const offset = add(b.positionM, a.positionM, -1);
  const reach = (axes: readonly Vector[], half: Vector, along: Vector): number =>
    axes.reduce((sum, axis, k) => sum + (half[k] as number) * Math.abs(dot(axis, along)), 0);
  return Math.min(
    ...candidates.map((axis) =>
      reach(axesA, halfA, axis) + reach(axesB, halfB, axis) - Math.abs(dot(axis, offset))
    ),
  );
}

/** The deepest overlap among all pairs of which one moves, m; at least 0. */
export function deepestOverlap({ bodies }: PhysicsInput): number {
  let deepest = 0;
  bodies.forEach((a, i) => {
    for (const b of bodies.slice(i + 1)) {
      if (a.massKg !== 0 || b.massKg !== 0) deepest = Math.max(deepest, overlapOf(a, b));
    }
  });
  return deepest;
}

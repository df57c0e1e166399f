/**
 * A second, plain implementation of the same published method, in 64-bit floats and written from its description:
 * small steps with soft contacts and a relaxing pass (E. Catto, "Solver2D", 2024), friction at every point, for
 * balls, and boxes on a flat ground at y = 0. It shares nothing with the kernel but the meaning of a scene; its
 * runs, stored in vectors/, are what the kernel is compared with.
 */
import type { Body, PhysicsInput, Quaternion, Vector } from "../codec.ts";
import { add, axesOf, cross, dot, length, momentsOf } from "./mechanics.ts";

const STEP_S = 1 / 60;
const SUBSTEPS = 8;
const H = STEP_S / SUBSTEPS;
const DAMPING_RATIO = 10;
const PUSH_MAX_MPS = 3;
const BOUNCE_MIN_MPS = 0.5;

interface Rigid {
  readonly body: Body;
  position: Vector;
  orientation: Quaternion;
  velocity: Vector;
  spin: Vector;
}

/** A touching point of `a` with `b`, or with the ground when there is no `b`. */
interface Touch {
  readonly a: Rigid;
  readonly b: Rigid | undefined;
  /** Away from b, or up from the ground. */
  readonly normal: Vector;
  readonly armA: Vector;
  readonly armB: Vector;
  readonly gap: number;
  readonly friction: number;
  readonly restitution: number;
  readonly hertz: number;
  push: number;
  rub: Vector;
  approach: number;
  peak: number;
}

/** The states after each of `steps` steps. Bodies without mass are taken as the one flat ground at y = 0. */
export function oracleStates(start: PhysicsInput, steps: number): PhysicsInput[] {
  const rigids = start.bodies.filter((body) => body.massKg > 0).map((body): Rigid => ({
    body,
    position: body.positionM,
    orientation: body.orientation,
    velocity: body.velocityMps,
    spin: body.spinRadps,
  }));
  const groundBody = start.bodies.find((body) => body.massKg === 0);
  let touches: Touch[] = [];
  return Array.from({ length: steps }, () => {
    touches = warmed(touchesOf(rigids, groundBody), touches);
    step(start, rigids, touches);
    let next = 0;
    const bodies = start.bodies.map((body) => body.massKg === 0 ? body : snapshot(rigids[next++] as Rigid));
    return { ...start, bodies };
  });
}

function snapshot(rigid: Rigid): Body {
  return {
    ...rigid.body,
    positionM: rigid.position,
    orientation: rigid.orientation,
    velocityMps: rigid.velocity,
    spinRadps: rigid.spin,
  };
}

function step(scene: PhysicsInput, rigids: readonly Rigid[], touches: readonly Touch[]): void {
  const starts = new Map(rigids.map((rigid) => [rigid, rigid.position]));
  const turns = new Map(rigids.map((rigid): [Rigid, Vector] => [rigid, [0, 0, 0]]));
  const gapNow = (touch: Touch): number => {
    const moved = (rigid: Rigid, arm: Vector): number =>
      dot(
        touch.normal,
        add(add(rigid.position, starts.get(rigid) as Vector, -1), cross(turns.get(rigid) as Vector, arm)),
      );
    return touch.gap + moved(touch.a, touch.armA) - (touch.b ? moved(touch.b, touch.armB) : 0);
  };
  for (let substep = 0; substep < SUBSTEPS; substep++) {
    for (const touch of touches) if (touch.peak === 0) touch.approach = dot(touch.normal, slip(touch));
    for (const rigid of rigids) {
      rigid.velocity = add(rigid.velocity, scene.gravityMps2, H);
      rigid.spin = add(rigid.spin, gyration(rigid), H);
    }
    for (const touch of touches) apply(touch, add(touch.rub, touch.normal, touch.push));
    for (const touch of touches) relieve(touch, gapNow(touch), true);
    for (const rigid of rigids) {
      rigid.position = add(rigid.position, rigid.velocity, H);
      turns.set(rigid, add(turns.get(rigid) as Vector, rigid.spin, H));
      rigid.orientation = turnedBy(rigid.orientation, rigid.spin, H);
    }
    for (const touch of touches) relieve(touch, gapNow(touch), false);
  }
  for (const touch of touches) bounce(touch);
  for (const rigid of rigids) {
    rigid.velocity = add([0, 0, 0], rigid.velocity, 1 / (1 + STEP_S * scene.linearDampingPerS));
    rigid.spin = add([0, 0, 0], rigid.spin, 1 / (1 + STEP_S * scene.angularDampingPerS));
  }
}

function touchesOf(rigids: readonly Rigid[], groundBody: Body | undefined): Touch[] {
  const found: Touch[] = [];
  rigids.forEach((a, i) => {
    const reach = 0.02 + length(a.velocity) * STEP_S;
    if (groundBody !== undefined) {
      for (const corner of lowPoints(a)) {
        const gap = a.position[1] + corner[1];
        if (gap < reach) found.push(touchOf(a, groundBody, undefined, [0, 1, 0], corner, gap));
      }
    }
    for (const b of rigids.slice(i + 1)) {
      const offset = add(a.position, b.position, -1);
      const gap = length(offset) - radiusOf(a) - radiusOf(b);
      if (gap > reach + length(b.velocity) * STEP_S) continue;
      const normal = add([0, 0, 0], offset, 1 / length(offset));
      found.push(touchOf(a, b.body, b, normal, add([0, 0, 0], normal, -radiusOf(a) - gap / 2), gap));
    }
  });
  return found;
}

function touchOf(
  a: Rigid,
  other: Body,
  b: Rigid | undefined,
  normal: Vector,
  armA: Vector,
  gap: number,
): Touch {
  return {
    a,
    b,
    normal,
    armA,
    armB: b === undefined ? [0, 0, 0] : add(armA, add(a.position, b.position, -1)),
    gap,
    friction: Math.sqrt(a.body.friction * other.friction),
    restitution: Math.max(a.body.restitution, other.restitution),
    hertz: b === undefined ? 120 : 60,
    push: 0,
    rub: [0, 0, 0],
    approach: 0,
    peak: 0,
  };
}

function radiusOf({ body: { shape } }: Rigid): number {
  if (shape.type === "sphere") return shape.radiusM;
  throw new RangeError("the oracle lets boxes touch only the ground");
}

/** Offsets of the points that may touch the ground: a ball's lowest, a box's eight corners. */
function lowPoints(rigid: Rigid): Vector[] {
  const { shape } = rigid.body;
  if (shape.type === "sphere") return [[0, -shape.radiusM, 0]];
  if (shape.type === "capsule") throw new RangeError("the oracle knows balls and boxes");
  const [u, v, w] = axesOf(snapshot(rigid));
  const [x, y, z] = shape.halfExtentsM;
  const signs = [-1, 1];
  return signs.flatMap((i) =>
    signs.flatMap((j) => signs.map((k): Vector => add(add(add([0, 0, 0], u, i * x), v, j * y), w, k * z)))
  );
}

/** Takes impulses over from the touches of the step before: same bodies, nearest arm. */
function warmed(touches: Touch[], before: readonly Touch[]): Touch[] {
  for (const touch of touches) {
    for (const old of before) {
      const same = old.a === touch.a && old.b === touch.b && length(add(old.armA, touch.armA, -1)) < 0.05;
      if (!same) continue;
      touch.push = old.push;
      touch.rub = add(old.rub, touch.normal, -dot(old.rub, touch.normal));
    }
  }
  return touches;
}

/** Velocity of a's point against b's. */
function slip({ a, b, armA, armB }: Touch): Vector {
  const own = add(a.velocity, cross(a.spin, armA));
  return b === undefined ? own : add(own, add(b.velocity, cross(b.spin, armB)), -1);
}

function apply({ a, b, armA, armB }: Touch, impulse: Vector): void {
  a.velocity = add(a.velocity, impulse, 1 / a.body.massKg);
  a.spin = add(a.spin, spun(a, cross(armA, impulse)));
  if (b === undefined) return;
  b.velocity = add(b.velocity, impulse, -1 / b.body.massKg);
  b.spin = add(b.spin, spun(b, cross(armB, impulse)), -1);
}

/** Inverse inertia in space times a moment. */
function spun(rigid: Rigid, moment: Vector): Vector {
  const moments = momentsOf(rigid.body);
  return axesOf(snapshot(rigid)).reduce<Vector>(
    (sum, axis, k) => add(sum, axis, dot(axis, moment) / (moments[k] as number)),
    [0, 0, 0],
  );
}

/** The effective mass along a direction. */
function massAlong({ a, b, armA, armB }: Touch, along: Vector): number {
  const share = (rigid: Rigid, arm: Vector): number => {
    const moment = cross(arm, along);
    return 1 / rigid.body.massKg + dot(moment, spun(rigid, moment));
  };
  return 1 / (share(a, armA) + (b === undefined ? 0 : share(b, armB)));
}

/** One touch in one pass. `soft`: the pass before the move, which pushes overlap out. */
function relieve(touch: Touch, gap: number, soft: boolean): void {
  const omega = 2 * Math.PI * touch.hertz;
  const a1 = 2 * DAMPING_RATIO + H * omega;
  const a2 = H * omega * a1;
  let bias = 0;
  let massShare = 1;
  let impulseShare = 0;
  if (gap > 0) bias = gap / H;
  else if (soft) {
    bias = Math.max(omega / a1 * gap, -PUSH_MAX_MPS);
    massShare = a2 / (1 + a2);
    impulseShare = 1 / (1 + a2);
  }
  const speed = dot(touch.normal, slip(touch));
  const change = -massAlong(touch, touch.normal) * massShare * (speed + bias) - impulseShare * touch.push;
  const push = Math.max(touch.push + change, 0);
  apply(touch, add([0, 0, 0], touch.normal, push - touch.push));
  touch.push = push;
  touch.peak = Math.max(touch.peak, push);

  const full = slip(touch);
  const sideways = add(full, touch.normal, -dot(full, touch.normal));
  const rate = length(sideways);
  let rub = touch.rub;
  if (rate > 0) {
    const along = add([0, 0, 0], sideways, 1 / rate);
    rub = add(rub, along, -massAlong(touch, along) * rate);
  }
  const limit = touch.friction * push;
  if (length(rub) > limit) rub = add([0, 0, 0], rub, limit / length(rub));
  apply(touch, add(rub, touch.rub, -1));
  touch.rub = rub;
}

function bounce(touch: Touch): void {
  if (touch.restitution === 0 || touch.peak === 0 || touch.approach > -BOUNCE_MIN_MPS) return;
  const speed = dot(touch.normal, slip(touch));
  const change = -massAlong(touch, touch.normal) * (speed + touch.restitution * touch.approach);
  apply(touch, add([0, 0, 0], touch.normal, Math.max(change, 0)));
}

/** What free rotation does to the angular velocity: I⁻¹ (I w × w). */
function gyration(rigid: Rigid): Vector {
  const axes = axesOf(snapshot(rigid));
  const moments = momentsOf(rigid.body);
  const momentum = axes.reduce<Vector>(
    (sum, axis, k) => add(sum, axis, dot(axis, rigid.spin) * (moments[k] as number)),
    [0, 0, 0],
  );
  return spun(rigid, cross(momentum, rigid.spin));
}

/** An orientation after turning with an angular velocity for a while, exactly. */
export function turnedBy([x, y, z, w]: Quaternion, spin: Vector, timeS: number): Quaternion {
  const rate = length(spin);
  if (rate === 0) return [x, y, z, w];
  const half = rate * timeS / 2;
  const [a, b, c] = add([0, 0, 0], spin, Math.sin(half) / rate);
  const d = Math.cos(half);
  return [
    d * x + a * w + b * z - c * y,
    d * y + b * w + c * x - a * z,
    d * z + c * w + a * y - b * x,
    d * w - a * x - b * y - c * z,
  ];
}

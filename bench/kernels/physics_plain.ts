// The kernel's method for balls among axis-parallel walls, in plain TypeScript as one would write it for speed: sort
// and sweep, soft contacts in eight substeps with a relaxing pass, warm start, friction in a cone (E. Catto,
// "Solver2D", 2024). No boxes that turn, no joints, no certificate: less work than the kernel does.
import type { PhysicsInput } from "../../tasks-as/physics/codec.ts";

const STEP_S = 1 / 60;
const SUBSTEPS = 8;
const H = STEP_S / SUBSTEPS;
const MARGIN_M = 0.02;
const DAMPING_RATIO = 10;
const PUSH_MAX_MPS = 3;

/** A ball, or where `mass` is infinite a wall by its half extents. */
class Rigid {
  vx = 0;
  vy = 0;
  vz = 0;
  wx = 0;
  wy = 0;
  wz = 0;
  /** Motion since the start of the step. */
  dx = 0;
  dy = 0;
  dz = 0;
  constructor(
    readonly index: number,
    public x: number,
    public y: number,
    public z: number,
    readonly radius: number,
    readonly half: readonly [number, number, number] | undefined,
    readonly massInverse: number,
    readonly inertiaInverse: number,
    readonly friction: number,
  ) {}
}

/** A touching point. The first body is always a ball; moment arms are along the normal. */
class Touch {
  push = 0;
  rub1 = 0;
  rub2 = 0;
  nx = 0;
  ny = 0;
  nz = 0;
  ux = 0;
  uy = 0;
  uz = 0;
  ox = 0;
  oy = 0;
  oz = 0;
  armA = 0;
  armB = 0;
  gap = 0;
  normalMass = 0;
  rubMass = 0;
  friction = 0;
  rate = 0;
  massShare = 0;
  impulseShare = 0;
  constructor(readonly a: Rigid, readonly b: Rigid) {}
}

/** A world of balls. */
export class PlainWorld {
  readonly rigids: readonly Rigid[];
  readonly #gravity: readonly [number, number, number];
  #touches: Touch[] = [];

  /** @throws {RangeError} for boxes that move. */
  constructor({ bodies, gravityMps2 }: PhysicsInput) {
    this.#gravity = gravityMps2;
    this.rigids = bodies.map(({ shape, massKg, positionM: [x, y, z], friction }, i) => {
      if (shape.type === "box" && massKg === 0) {
        return new Rigid(i, x, y, z, 0, shape.halfExtentsM, 0, 0, friction);
      }
      if (shape.type !== "sphere") throw new RangeError("Cannot step: only balls move here");
      return new Rigid(
        i,
        x,
        y,
        z,
        shape.radiusM,
        undefined,
        1 / massKg,
        2.5 / (massKg * shape.radiusM ** 2),
        friction,
      );
    });
  }

  /** One step of 1/60 s. */
  step(): void {
    const touches = this.#findTouches();
    const [gx, gy, gz] = this.#gravity;
    for (const rigid of this.rigids) rigid.dx = rigid.dy = rigid.dz = 0;
    for (let substep = 0; substep < SUBSTEPS; substep++) {
      for (const rigid of this.rigids) {
        if (rigid.massInverse === 0) continue;
        rigid.vx += gx * H;
        rigid.vy += gy * H;
        rigid.vz += gz * H;
      }
      for (const touch of touches) warm(touch);
      for (const touch of touches) solve(touch, true);
      for (const rigid of this.rigids) {
        rigid.dx += rigid.vx * H;
        rigid.dy += rigid.vy * H;
        rigid.dz += rigid.vz * H;
      }
      for (let i = touches.length - 1; i >= 0; i--) solve(touches[i] as Touch, false);
    }
    for (const rigid of this.rigids) {
      rigid.x += rigid.dx;
      rigid.y += rigid.dy;
      rigid.z += rigid.dz;
    }
    this.#touches = touches;
  }

  #findTouches(): Touch[] {
    const before = new Map(this.#touches.map((touch) => [touch.a.index * 512 + touch.b.index, touch]));
    const reach = (rigid: Rigid): number => rigid.half?.[0] ?? rigid.radius;
    const sorted = [...this.rigids].sort((a, b) => a.x - reach(a) - (b.x - reach(b)));
    const touches: Touch[] = [];
    for (let i = 0; i < sorted.length; i++) {
      const one = sorted[i] as Rigid;
      const until = one.x + reach(one) + MARGIN_M;
      for (let j = i + 1; j < sorted.length; j++) {
        const other = sorted[j] as Rigid;
        if (other.x - reach(other) > until) break;
        if (one.half !== undefined && other.half !== undefined) continue;
        const [a, b] = one.half === undefined && (other.half !== undefined || one.index < other.index)
          ? [one, other]
          : [other, one];
        const touch = new Touch(a, b);
        if (!place(touch)) continue;
        const old = before.get(a.index * 512 + b.index);
        if (old !== undefined) {
          touch.push = old.push;
          touch.rub1 = old.rub1;
          touch.rub2 = old.rub2;
        }
        touches.push(touch);
      }
    }
    return touches.sort((s, t) => s.a.index * 512 + s.b.index - (t.a.index * 512 + t.b.index));
  }
}

/** Fills in the geometry; false when the bodies do not come near each other. */
function place(touch: Touch): boolean {
  const { a, b } = touch;
  let x = b.x - a.x;
  let y = b.y - a.y;
  let z = b.z - a.z;
  if (b.half !== undefined) {
    const [hx, hy, hz] = b.half;
    x += Math.min(Math.max(-x, -hx), hx);
    y += Math.min(Math.max(-y, -hy), hy);
    z += Math.min(Math.max(-z, -hz), hz);
  }
  const length = Math.sqrt(x * x + y * y + z * z);
  const gap = length - a.radius - b.radius;
  const speed = Math.abs(b.vx - a.vx) + Math.abs(b.vy - a.vy) + Math.abs(b.vz - a.vz);
  if (gap > MARGIN_M + STEP_S * speed || length === 0) return false;
  touch.gap = gap;
  touch.nx = x / length;
  touch.ny = y / length;
  touch.nz = z / length;
  touch.armA = a.radius + gap / 2;
  touch.armB = b.half === undefined ? b.radius + gap / 2 : 0;
  setTangents(touch);
  setMasses(touch);
  return true;
}

function setTangents(touch: Touch): void {
  const { nx, ny, nz } = touch;
  if (Math.abs(ny) > 0.7) {
    const length = Math.sqrt(ny * ny + nz * nz);
    [touch.ux, touch.uy, touch.uz] = [0, nz / length, -ny / length];
  } else {
    const length = Math.sqrt(nx * nx + nz * nz);
    [touch.ux, touch.uy, touch.uz] = [-nz / length, 0, nx / length];
  }
  touch.ox = ny * touch.uz - nz * touch.uy;
  touch.oy = nz * touch.ux - nx * touch.uz;
  touch.oz = nx * touch.uy - ny * touch.ux;
}

function setMasses(touch: Touch): void {
  const { a, b } = touch;
  const linear = a.massInverse + b.massInverse;
  touch.normalMass = 1 / linear;
  touch.rubMass = 1 / (linear + touch.armA ** 2 * a.inertiaInverse + touch.armB ** 2 * b.inertiaInverse);
  touch.friction = Math.sqrt(a.friction * b.friction);
  const omega = 2 * Math.PI * (b.massInverse === 0 ? 120 : 60);
  const a1 = 2 * DAMPING_RATIO + H * omega;
  const a2 = H * omega * a1;
  touch.rate = omega / a1;
  touch.massShare = a2 / (1 + a2);
  touch.impulseShare = 1 / (1 + a2);
}

/** An impulse along the normal and the two tangents, on the second body and the opposite on the first. */
function apply(touch: Touch, push: number, rub1: number, rub2: number): void {
  const { a, b, armA, armB, nx, ny, nz } = touch;
  const tx = touch.ux * rub1 + touch.ox * rub2;
  const ty = touch.uy * rub1 + touch.oy * rub2;
  const tz = touch.uz * rub1 + touch.oz * rub2;
  const x = nx * push + tx;
  const y = ny * push + ty;
  const z = nz * push + tz;
  a.vx -= x * a.massInverse;
  a.vy -= y * a.massInverse;
  a.vz -= z * a.massInverse;
  b.vx += x * b.massInverse;
  b.vy += y * b.massInverse;
  b.vz += z * b.massInverse;
  const turnA = armA * a.inertiaInverse;
  const turnB = armB * b.inertiaInverse;
  const mx = ny * tz - nz * ty;
  const my = nz * tx - nx * tz;
  const mz = nx * ty - ny * tx;
  a.wx -= mx * turnA;
  a.wy -= my * turnA;
  a.wz -= mz * turnA;
  b.wx -= mx * turnB;
  b.wy -= my * turnB;
  b.wz -= mz * turnB;
}

function warm(touch: Touch): void {
  apply(touch, touch.push, touch.rub1, touch.rub2);
}

function solve(touch: Touch, soft: boolean): void {
  const { a, b, nx, ny, nz, armA, armB } = touch;
  const gap = touch.gap + nx * (b.dx - a.dx) + ny * (b.dy - a.dy) + nz * (b.dz - a.dz);
  let x = b.vx - a.vx;
  let y = b.vy - a.vy;
  let z = b.vz - a.vz;
  const speed = nx * x + ny * y + nz * z;
  let push: number;
  if (gap > 0) push = touch.push - touch.normalMass * (speed + gap / H);
  else if (soft) {
    const bias = Math.max(touch.rate * gap, -PUSH_MAX_MPS);
    push = touch.push - touch.normalMass * touch.massShare * (speed + bias) - touch.impulseShare * touch.push;
  } else push = touch.push - touch.normalMass * speed;
  push = Math.max(push, 0);
  apply(touch, push - touch.push, 0, 0);
  touch.push = push;
  const wx = armA * a.wx + armB * b.wx;
  const wy = armA * a.wy + armB * b.wy;
  const wz = armA * a.wz + armB * b.wz;
  x = b.vx - a.vx - (wy * nz - wz * ny);
  y = b.vy - a.vy - (wz * nx - wx * nz);
  z = b.vz - a.vz - (wx * ny - wy * nx);
  let rub1 = touch.rub1 - touch.rubMass * (touch.ux * x + touch.uy * y + touch.uz * z);
  let rub2 = touch.rub2 - touch.rubMass * (touch.ox * x + touch.oy * y + touch.oz * z);
  const limit = touch.friction * push;
  const length = Math.sqrt(rub1 * rub1 + rub2 * rub2);
  if (length > limit) {
    rub1 *= limit / length;
    rub2 *= limit / length;
  }
  apply(touch, 0, rub1 - touch.rub1, rub2 - touch.rub2);
  touch.rub1 = rub1;
  touch.rub2 = rub2;
}

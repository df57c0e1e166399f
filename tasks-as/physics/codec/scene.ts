/**
 * What a physics world is made of: types and their makers. Pure, like the codec that writes them. Past 300 lines:
 * half of it are documented types.
 */

/** A vector x, y, z. */
export type Vector = readonly [number, number, number];
/** A unit quaternion x, y, z, w; [0, 0, 0, 1] is no rotation. */
export type Quaternion = readonly [number, number, number, number];

/**
 * A ball of `radiusM`; a capsule, which is a ball swept by `halfLengthM` either way along the body's own y axis; or a
 * box by half its edges. Each 0.01 … 1,000 m.
 */
export type Shape =
  | { readonly type: "sphere"; readonly radiusM: number }
  | { readonly type: "capsule"; readonly radiusM: number; readonly halfLengthM: number }
  | { readonly type: "box"; readonly halfExtentsM: Vector };

/** A rigid body. All numbers are kept as 32-bit floats. */
export interface Body {
  /** What it looks like; its mass is spread evenly. */
  readonly shape: Shape;
  /** 0.001 … 1,000,000 kg, or 0 for a body that never moves (ground, walls). */
  readonly massKg: number;
  /** 0 … 4; two bodies rub with the geometric mean. */
  readonly friction: number;
  /** 0 (dead) … 1 (elastic); two bodies bounce with the larger. */
  readonly restitution: number;
  /** Centre, each coordinate within ±10,000 m. */
  readonly positionM: Vector;
  /** How it is turned from its own axes to those of space; a unit quaternion. */
  readonly orientation: Quaternion;
  /** At most 200 m/s. */
  readonly velocityMps: Vector;
  /** Angular velocity in space, at most 100 rad/s. */
  readonly spinRadps: Vector;
  /**
   * For how many steps in a row it was slow, 0 … 30; 31 when it sleeps. To move or push a sleeper, set this to 0 as
   * well: it wakes, and so does what hangs together with it.
   */
  readonly quietSteps: number;
}

/** Two bodies that touch or are about to, with the impulses of the last substep. Made by the kernel only. */
export interface Contact {
  /** Index of the first body. */
  readonly first: number;
  /** Index of the second body, above the first. */
  readonly second: number;
  /** What touches: axis in bits 0 … 4, then up to four features of five bits each. */
  readonly code: number;
  /** Impulses along the two tangents and about the normal: Ns, Ns, Nms. */
  readonly rubs: Vector;
  /** Impulses along the normal, one per point: 1 … 4 of them, Ns. */
  readonly normals: readonly number[];
}

/** What all joints have. */
export interface Joined {
  /** Index of the first body. */
  readonly first: number;
  /** Index of the second body, above the first. */
  readonly second: number;
  /** Where it holds the bodies, each in the body's own frame, within 2,000 m. */
  readonly anchorsM: readonly [Vector, Vector];
  /** Whether the two bodies also collide. */
  readonly collides: boolean;
  /** Impulse of the last substep: of a hinge in space, of a distance lengthwise (at its longest, at its shortest), Ns. */
  readonly linearNs: Vector;
  /** Turning impulses of the last substep of a hinge: about direction zero, across it and about the axis, Nms. */
  readonly angularNms: Vector;
}

/** Keeps two points apart by a distance: a rod where the two lengths are equal, else a rope or telescope. */
export interface DistanceJoint extends Joined {
  /** What kind of joint. */
  readonly type: "distance";
  /** Shortest and longest distance, 0 … 40,000 m. */
  readonly lengthM: readonly [number, number];
  /** 0 is rigid; the inverse of a spring's stiffness, up to 1,000 m/N. */
  readonly complianceMPerN: number;
}

/** Holds two bodies together at a point, free to turn about one axis. */
export interface HingeJoint extends Joined {
  /** What kind of joint. */
  readonly type: "hinge";
  /** The axis in the frame of each body; unit vectors. */
  readonly axes: readonly [Vector, Vector];
  /** Lowest and highest angle of the second body against the first as the kernel counts it, or no limits. */
  readonly limitsRad: readonly [number, number] | null;
}

/** A joint between two bodies of which at least one moves. */
export type Joint = DistanceJoint | HingeJoint;

/** The state of a world: what one step takes and gives. */
export interface PhysicsInput {
  /** m/s², each component within ±100. */
  readonly gravityMps2: Vector;
  /** How fast motion dies down by itself, 0 … 100 per second. */
  readonly linearDampingPerS: number;
  /** The same for turning. */
  readonly angularDampingPerS: number;
  /** Whether bodies that lie still for half a second fall asleep. */
  readonly sleeps: boolean;
  /** At most 512 bodies, moving and fixed ones. */
  readonly bodies: readonly Body[];
  /** Ascending by first, then second body; at most 6,144. A new scene has none. */
  readonly contacts: readonly Contact[];
  /** Ascending by first, then second body; at most 512, several between two bodies if need be. */
  readonly joints: readonly Joint[];
}

/** Impulses of one contact in the certificate. */
export interface Impulses {
  /** Along the two tangents and about the normal: Ns, Ns, Nms. */
  readonly rubs: Vector;
  /** Along the normal, one per point, Ns. */
  readonly normals: readonly number[];
}

/** What a joint gave to its bodies. */
export interface JointSums {
  /** Impulse on the second body (the first got its opposite), Ns. */
  readonly impulse: Vector;
  /** Moment about the first body's centre, which got its opposite, Nms. */
  readonly momentFirst: Vector;
  /** Moment about the second body's centre, Nms. */
  readonly momentSecond: Vector;
}

/** What a step gives: the next state, and what proves that it follows. */
export interface PhysicsOutput {
  /** The next state. */
  readonly state: PhysicsInput;
  /** Per contact: what the whole step's impulses exceed those of the last substep by. */
  readonly rest: readonly Impulses[];
  /** Per contact: the impulses that moved the bodies, as a mean over the substeps. */
  readonly mean: readonly Impulses[];
  /** Per joint: what it gave in the whole step. */
  readonly jointTotals: readonly JointSums[];
  /** Per joint: what moved the bodies, as a mean over the substeps. */
  readonly jointMeans: readonly JointSums[];
}

/** What a new body may leave out: mass from `densityKgPerM3` (default 1,000), no motion, friction 0.6, no bounce. */
export type BodyOptions =
  & { readonly positionM: Vector; readonly densityKgPerM3?: number }
  & Partial<Omit<Body, "shape" | "positionM">>;

/** A ball. */
export function sphere(radiusM: number, options: BodyOptions): Body {
  return body({ type: "sphere", radiusM }, 4 / 3 * Math.PI * radiusM ** 3, options);
}

/** A capsule along its own y axis: a cylinder of `2 × halfLengthM` with half a ball at either end. */
export function capsule(radiusM: number, halfLengthM: number, options: BodyOptions): Body {
  const volume = Math.PI * radiusM ** 2 * (2 * halfLengthM + 4 / 3 * radiusM);
  return body({ type: "capsule", radiusM, halfLengthM }, volume, options);
}

/** A box by half its edges. */
export function box(halfExtentsM: Vector, options: BodyOptions): Body {
  const [x, y, z] = halfExtentsM;
  return body({ type: "box", halfExtentsM }, 8 * x * y * z, options);
}

/** A box that never moves: ground, walls. */
export function fixedBox(halfExtentsM: Vector, options: BodyOptions): Body {
  return box(halfExtentsM, { ...options, massKg: 0 });
}

function body(shape: Shape, volumeM3: number, options: BodyOptions): Body {
  const { densityKgPerM3 = 1000, ...given } = options;
  return {
    massKg: densityKgPerM3 * volumeM3,
    friction: 0.6,
    restitution: 0,
    orientation: [0, 0, 0, 1],
    velocityMps: [0, 0, 0],
    spinRadps: [0, 0, 0],
    quietSteps: 0,
    ...given,
    shape,
  };
}

/** A scene at its start: Earth's gravity along −y, a little angular damping, nothing touches yet. */
export function scene(bodies: readonly Body[], options: Partial<PhysicsInput> = {}): PhysicsInput {
  const { joints = [] } = options;
  return {
    gravityMps2: [0, -9.81, 0],
    linearDampingPerS: 0,
    angularDampingPerS: 0.1,
    sleeps: true,
    contacts: [],
    ...options,
    bodies,
    joints: joints.toSorted((a, b) => a.first - b.first || a.second - b.second),
  };
}

/**
 * A hinge between two bodies as they stand.
 *
 * @param pair indices of the two bodies in `bodies`, in any order
 * @param at.pointM where they hang together, in space
 * @param at.axis the axis they turn about, in space, of any length but zero
 * @param at.limitsRad how far the second of `pair` may turn against the first from where it stands, −π … π
 * @throws {RangeError} when a body is missing or the axis has no direction.
 */
export function hinge(
  bodies: readonly Body[],
  pair: readonly [number, number],
  at: {
    readonly pointM: Vector;
    readonly axis: Vector;
    readonly limitsRad?: readonly [number, number];
    readonly collides?: boolean;
  },
): HingeJoint {
  const [first, second, swapped] = ordered(pair);
  const [a, b] = [bodyAt(bodies, first), bodyAt(bodies, second)];
  const length = Math.hypot(...at.axis);
  if (!(length > 0)) throw new RangeError("Cannot make a hinge: its axis has no direction");
  const axis = scaled(at.axis, 1 / length);
  const axes = [intoBody(a.orientation, axis), intoBody(b.orientation, axis)] as const;
  return {
    ...joined(first, second, [local(a, at.pointM), local(b, at.pointM)], at.collides),
    type: "hinge",
    axes,
    limitsRad: at.limitsRad === undefined
      ? null
      : countedFrom(angleNow(a, b, axes, axis), at.limitsRad, swapped),
  };
}

/**
 * A rod, rope or spring between two bodies as they stand.
 *
 * @param pair indices of the two bodies in `bodies`, in any order
 * @param how.pointsM where it is fastened to each of `pair`, in space; their centres when left out
 * @param how.lengthM its length, or [shortest, longest]; as they stand when left out
 * @param how.complianceMPerN 0 when left out: rigid
 * @throws {RangeError} when a body is missing.
 */
export function distance(
  bodies: readonly Body[],
  pair: readonly [number, number],
  how: {
    readonly pointsM?: readonly [Vector, Vector];
    readonly lengthM?: number | readonly [number, number];
    readonly complianceMPerN?: number;
    readonly collides?: boolean;
  } = {},
): DistanceJoint {
  const [first, second, swapped] = ordered(pair);
  const [a, b] = [bodyAt(bodies, first), bodyAt(bodies, second)];
  const [one, other] = how.pointsM ?? [bodyAt(bodies, pair[0]).positionM, bodyAt(bodies, pair[1]).positionM];
  const [pointA, pointB] = swapped ? [other, one] : [one, other];
  const { lengthM = Math.hypot(...minus(pointB, pointA)) } = how;
  return {
    ...joined(first, second, [local(a, pointA), local(b, pointB)], how.collides),
    type: "distance",
    lengthM: typeof lengthM === "number" ? [lengthM, lengthM] : lengthM,
    complianceMPerN: how.complianceMPerN ?? 0,
  };
}

/**
 * The state without one of its bodies: its contacts and joints go with it, later bodies move up, and what touched or
 * was joined with it wakes.
 *
 * @throws {RangeError} when there is no such body.
 */
export function withoutBody(state: PhysicsInput, index: number): PhysicsInput {
  bodyAt(state.bodies, index);
  const touches = ({ first, second }: { first: number; second: number }) =>
    first === index || second === index;
  const woken = new Set(
    [...state.contacts, ...state.joints].filter(touches).flatMap((one) => [one.first, one.second]),
  );
  const renamed = <T extends Contact | Joint>(one: T): T => ({
    ...one,
    first: one.first - (one.first > index ? 1 : 0),
    second: one.second - (one.second > index ? 1 : 0),
  });
  return {
    ...state,
    bodies: state.bodies
      .map((body, i) => woken.has(i) ? { ...body, quietSteps: 0 } : body)
      .filter((_, i) => i !== index),
    contacts: state.contacts.filter((one) => !touches(one)).map(renamed),
    joints: state.joints.filter((one) => !touches(one)).map(renamed),
  };
}

function joined(
  first: number,
  second: number,
  anchorsM: readonly [Vector, Vector],
  collides = false,
): Joined {
  return { first, second, anchorsM, collides, linearNs: [0, 0, 0], angularNms: [0, 0, 0] };
}

function ordered([first, second]: readonly [number, number]): [number, number, boolean] {
  return first <= second ? [first, second, false] : [second, first, true];
}

function bodyAt(bodies: readonly Body[], index: number): Body {
  const body = bodies[index];
  if (body === undefined) {
    throw new RangeError(`Cannot find body ${index}: there are ${bodies.length}`);
  }
  return body;
}

/** Limits from where the bodies stand, as angles of the first body's view of the second. */
function countedFrom(
  now: number,
  [low, high]: readonly [number, number],
  swapped: boolean,
): readonly [number, number] {
  return swapped ? [now - high, now - low] : [now + low, now + high];
}

/** The angle of a hinge as the kernel counts it. */
function angleNow(a: Body, b: Body, [axisA, axisB]: readonly [Vector, Vector], axis: Vector): number {
  const zeroA = outOfBody(a.orientation, zeroOf(axisA));
  const zeroB = outOfBody(b.orientation, zeroOf(axisB));
  return Math.atan2(dot(crossed(zeroA, zeroB), axis), dot(zeroA, zeroB));
}

/** The direction of angle zero, across an axis: chosen as the kernel does, from the axis as it is stored. */
function zeroOf(axis: Vector): Vector {
  const [x, y, z] = [Math.fround(axis[0]), Math.fround(axis[1]), Math.fround(axis[2])];
  return Math.abs(y) > Math.fround(0.7)
    ? scaled([0, z, -y], 1 / Math.hypot(y, z))
    : scaled([-z, 0, x], 1 / Math.hypot(x, z));
}

function local({ orientation, positionM }: Body, pointM: Vector): Vector {
  return intoBody(orientation, minus(pointM, positionM));
}

function intoBody([x, y, z, w]: Quaternion, vector: Vector): Vector {
  return outOfBody([-x, -y, -z, w], vector);
}

/** A vector of the body's frame in space. */
function outOfBody([x, y, z, w]: Quaternion, vector: Vector): Vector {
  const along: Vector = [x, y, z];
  const twice = scaled(crossed(along, vector), 2);
  const more = crossed(along, twice);
  return [
    vector[0] + w * twice[0] + more[0],
    vector[1] + w * twice[1] + more[1],
    vector[2] + w * twice[2] + more[2],
  ];
}

function minus(a: Vector, b: Vector): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function scaled(a: Vector, factor: number): Vector {
  return [a[0] * factor, a[1] * factor, a[2] * factor];
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function crossed(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

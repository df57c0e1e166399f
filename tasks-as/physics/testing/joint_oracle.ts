/**
 * Joints by another method: positions first, velocities from them, in many tiny substeps (M. Müller, M. Macklin, N.
 * Chentanez, S. Jeschke, T. Kim, "Detailed rigid body simulation with extended position based dynamics", 2020), in
 * 64-bit floats and written from the paper. No contacts. Its runs, stored in vectors/, are what the kernel's joints are
 * compared with; it shares nothing with the kernel but the meaning of a scene.
 */
import type { Body, Joint, PhysicsInput, Quaternion, Vector } from "../codec.ts";
import { add, axesOf, cross, dot, length, matrixOf, momentsOf } from "./mechanics.ts";
import { turnedBy } from "./oracle.ts";

const STEP_S = 1 / 60;
/** So many that the method's own error, which shrinks with them, is far below what is compared. */
const SUBSTEPS = 100;
const H = STEP_S / SUBSTEPS;

interface Rigid {
  readonly body: Body;
  readonly massInverse: number;
  position: Vector;
  orientation: Quaternion;
  velocity: Vector;
  spin: Vector;
}

/** The states after each of `steps` steps, without any contact. */
export function jointOracleStates(start: PhysicsInput, steps: number): PhysicsInput[] {
  const rigids = start.bodies.map((body): Rigid => ({
    body,
    massInverse: body.massKg === 0 ? 0 : 1 / body.massKg,
    position: body.positionM,
    orientation: body.orientation,
    velocity: body.velocityMps,
    spin: body.spinRadps,
  }));
  return Array.from({ length: steps }, () => {
    for (let substep = 0; substep < SUBSTEPS; substep++) advance(start, rigids);
    const bodies = rigids.map(({ body, position, orientation, velocity, spin }) => ({
      ...body,
      positionM: position,
      orientation,
      velocityMps: velocity,
      spinRadps: spin,
    }));
    return { ...start, bodies };
  });
}

function advance(scene: PhysicsInput, rigids: readonly Rigid[]): void {
  const before = rigids.map(({ position, orientation }) => ({ position, orientation }));
  for (const rigid of rigids) {
    if (rigid.massInverse === 0) continue;
    rigid.velocity = add(rigid.velocity, scene.gravityMps2, H);
    rigid.position = add(rigid.position, rigid.velocity, H);
    rigid.spin = add(rigid.spin, yielding(rigid, cross(momentumOf(rigid), rigid.spin)), H);
    rigid.orientation = turnedBy(rigid.orientation, rigid.spin, H);
  }
  for (const joint of scene.joints) solve(joint, rigids);
  rigids.forEach((rigid, i) => {
    if (rigid.massInverse === 0) return;
    const { position, orientation } = before[i] as (typeof before)[number];
    rigid.velocity = add([0, 0, 0], add(rigid.position, position, -1), 1 / H);
    rigid.spin = turnBetween(orientation, rigid.orientation);
  });
}

function solve(joint: Joint, rigids: readonly Rigid[]): void {
  const [a, b] = [rigids[joint.first] as Rigid, rigids[joint.second] as Rigid];
  if (joint.type === "hinge") {
    const [axisA, axisB] = [inSpace(a, joint.axes[0]), inSpace(b, joint.axes[1])];
    turnTogether(a, b, cross(axisA, axisB));
    pullTogether(a, b, joint, 0, 0);
    return;
  }
  const [shortest, longest] = joint.lengthM;
  if (shortest === longest) pullTogether(a, b, joint, longest, joint.complianceMPerN);
  else throw new RangeError("the oracle knows rods, springs and hinges without limits");
}

/** Moves the anchors to a distance from each other; all of one substep's work at once, so no multiplier is kept. */
function pullTogether(a: Rigid, b: Rigid, joint: Joint, distance: number, compliance: number): void {
  const [armA, armB] = [inSpace(a, joint.anchorsM[0]), inSpace(b, joint.anchorsM[1])];
  const apart = add(add(b.position, armB), add(a.position, armA), -1);
  const now = length(apart);
  if (now === 0) return;
  const along = add([0, 0, 0], apart, 1 / now);
  const weight = (rigid: Rigid, arm: Vector): number => {
    const moment = cross(arm, along);
    return rigid.massInverse + dot(moment, yielding(rigid, moment));
  };
  const size = (now - distance) / (weight(a, armA) + weight(b, armB) + compliance / H ** 2);
  shift(a, armA, add([0, 0, 0], along, size));
  shift(b, armB, add([0, 0, 0], along, -size));
}

function shift(rigid: Rigid, arm: Vector, impulse: Vector): void {
  rigid.position = add(rigid.position, impulse, rigid.massInverse);
  rigid.orientation = turnedBy(rigid.orientation, yielding(rigid, cross(arm, impulse)), 1);
}

/** Turns both so that `slant`, what their axes differ by, goes away. */
function turnTogether(a: Rigid, b: Rigid, slant: Vector): void {
  const angle = length(slant);
  if (angle === 0) return;
  const about = add([0, 0, 0], slant, 1 / angle);
  const size = angle / (dot(about, yielding(a, about)) + dot(about, yielding(b, about)));
  a.orientation = turnedBy(a.orientation, yielding(a, add([0, 0, 0], about, size)), 1);
  b.orientation = turnedBy(b.orientation, yielding(b, add([0, 0, 0], about, -size)), 1);
}

function posed({ body, orientation }: Rigid): Body {
  return { ...body, orientation };
}

function inSpace({ orientation }: Rigid, vector: Vector): Vector {
  const [x, y, z] = matrixOf(orientation);
  return [dot(x, vector), dot(y, vector), dot(z, vector)];
}

/** Inverse inertia in space times a moment. */
function yielding(rigid: Rigid, moment: Vector): Vector {
  if (rigid.massInverse === 0) return [0, 0, 0];
  const moments = momentsOf(rigid.body);
  return axesOf(posed(rigid)).reduce<Vector>(
    (sum, axis, k) => add(sum, axis, dot(axis, moment) / (moments[k] as number)),
    [0, 0, 0],
  );
}

/** Angular momentum. */
function momentumOf(rigid: Rigid): Vector {
  const moments = momentsOf(rigid.body);
  return axesOf(posed(rigid)).reduce<Vector>(
    (sum, axis, k) => add(sum, axis, dot(axis, rigid.spin) * (moments[k] as number)),
    [0, 0, 0],
  );
}

/** The angular velocity that turns one orientation into another within a substep. */
function turnBetween([x, y, z, w]: Quaternion, [a, b, c, d]: Quaternion): Vector {
  const cosine = d * w + a * x + b * y + c * z;
  const sine: Vector = [
    a * w - d * x - b * z + c * y,
    b * w - d * y - c * x + a * z,
    c * w - d * z - a * y + b * x,
  ];
  const size = length(sine);
  if (size === 0) return [0, 0, 0];
  const angle = 2 * Math.atan2(size, Math.abs(cosine));
  return add([0, 0, 0], sine, Math.sign(cosine) * angle / size / H);
}

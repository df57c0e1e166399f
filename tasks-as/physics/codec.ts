/**
 * States and outputs of the physics kernel as bytes; the layout stands in README.md. Past 300 lines: reading and
 * writing of a layout stand together, so that they are changed together.
 */
import type {
  Body,
  Contact,
  Impulses,
  Joint,
  JointSums,
  PhysicsInput,
  PhysicsOutput,
  Shape,
  Vector,
} from "./codec/scene.ts";

export * from "./codec/scene.ts";

const MAGIC = 0x32594850;
const HEADER_SIZE = 48;
const BODIES_MAX = 512;
const CONTACTS_MAX = 6144;
const POINTS_MAX = 16_384;
const JOINTS_MAX = 512;
const BODY_ARRAYS = 20;
const JOINT_ARRAYS = 23;
const JOINT_IMPULSES = 17;
const JOINT_SUMS = 9;
const KIND_DISTANCE = 1;
const KIND_HINGE = 2;
const KIND_COLLIDES = 0x100;
const KIND_LIMITED = 0x200;
const FLAG_SLEEP = 1;

/** The number of points in a contact's code. */
export function pointCountOf(code: number): number {
  let count = 0;
  for (let features = code >>> 5; features !== 0; features >>>= 5) count++;
  return count;
}

/** The kernel's name, version and the bytes of its inputs and outputs. */
export const physics = {
  id: "physics",
  version: "2.2.1",

  /** @throws {RangeError} when there are too many bodies or contacts or a number is not finite. */
  encodeInput(input: PhysicsInput): Uint8Array<ArrayBuffer> {
    const layout = layoutFor(input);
    const bytes = new Uint8Array(layout.stateSize);
    writeState(new DataView(bytes.buffer), input, layout);
    return bytes;
  },

  /** @throws {RangeError} when the bytes are not exactly a state. */
  decodeInput(bytes: Uint8Array): PhysicsInput {
    const view = viewOf(bytes);
    const layout = readLayout(view);
    if (layout.stateSize !== bytes.length) {
      throw new RangeError(
        `Cannot decode: the state has ${layout.stateSize} bytes, ${bytes.length} were given`,
      );
    }
    return readState(view, layout);
  },

  /** @throws {RangeError} when contacts and impulses do not match, and as `encodeInput`. */
  encodeOutput(output: PhysicsOutput): Uint8Array<ArrayBuffer> {
    const { state, rest, mean, jointTotals, jointMeans } = output;
    const layout = layoutFor(state);
    const bytes = new Uint8Array(layout.outputSize);
    const view = new DataView(bytes.buffer);
    writeState(view, state, layout);
    const codes = state.contacts.map((contact) => contact.code);
    writeImpulses(view, layout.stateSize, codes, rest);
    writeImpulses(view, layout.stateSize + layout.impulsesSize, codes, mean);
    const at = layout.stateSize + 2 * layout.impulsesSize;
    writeSums(view, at, layout.jointCount, jointTotals);
    writeSums(view, at + layout.jointCount * 4 * JOINT_SUMS, layout.jointCount, jointMeans);
    return bytes;
  },

  /** @throws {RangeError} when the bytes are not exactly a state and its certificate. */
  decodeOutput(bytes: Uint8Array): PhysicsOutput {
    const view = viewOf(bytes);
    const layout = readLayout(view);
    if (layout.outputSize !== bytes.length) {
      throw new RangeError(
        `Cannot decode: the output has ${layout.outputSize} bytes, ${bytes.length} were given`,
      );
    }
    const state = readState(view, layout);
    const codes = state.contacts.map((contact) => contact.code);
    const at = layout.stateSize + 2 * layout.impulsesSize;
    return {
      state,
      rest: readImpulses(view, layout.stateSize, codes),
      mean: readImpulses(view, layout.stateSize + layout.impulsesSize, codes),
      jointTotals: readSums(view, at, layout.jointCount),
      jointMeans: readSums(view, at + layout.jointCount * 4 * JOINT_SUMS, layout.jointCount),
    };
  },

  /**
   * The input of the next step: the state in front of an output, without the certificate. A copy.
   *
   * @throws {RangeError} when the bytes do not begin with a state.
   */
  nextInput(output: Uint8Array): Uint8Array<ArrayBuffer> {
    return output.slice(0, readLayout(viewOf(output)).stateSize);
  },
} as const;

interface Layout {
  readonly bodyCount: number;
  readonly contactCount: number;
  readonly pointCount: number;
  readonly jointCount: number;
  /** Bytes of one body array. */
  readonly stride: number;
  /** Where the joints stand. */
  readonly joints: number;
  readonly stateSize: number;
  /** Bytes of one of the certificate's two halves. */
  readonly impulsesSize: number;
  readonly outputSize: number;
}

function layoutFor({ bodies, contacts, joints }: PhysicsInput): Layout {
  const points = contacts.reduce((sum, contact) => sum + pointCountOf(contact.code), 0);
  return layoutOf(bodies.length, contacts.length, points, joints.length);
}

function layoutOf(bodyCount: number, contactCount: number, pointCount: number, jointCount: number): Layout {
  const few = bodyCount <= BODIES_MAX && contactCount <= CONTACTS_MAX && pointCount <= POINTS_MAX &&
    jointCount <= JOINTS_MAX;
  if (!few) {
    throw new RangeError(
      `Cannot lay out ${bodyCount} bodies, ${contactCount} contacts, ${pointCount} points, ${jointCount} joints: ` +
        `at most ${BODIES_MAX}, ${CONTACTS_MAX}, ${POINTS_MAX}, ${JOINTS_MAX}`,
    );
  }
  const stride = Math.ceil(bodyCount / 4) * 16;
  const joints = HEADER_SIZE + stride * BODY_ARRAYS + contactCount * 20 + pointCount * 4;
  const stateSize = joints + jointCount * 4 * JOINT_ARRAYS;
  const impulsesSize = contactCount * 12 + pointCount * 4;
  const outputSize = stateSize + 2 * (impulsesSize + jointCount * 4 * JOINT_SUMS);
  return {
    bodyCount,
    contactCount,
    pointCount,
    jointCount,
    stride,
    joints,
    stateSize,
    impulsesSize,
    outputSize,
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readLayout(view: DataView): Layout {
  if (view.byteLength < HEADER_SIZE || view.getUint32(0, true) !== MAGIC) {
    throw new RangeError("Cannot decode: the bytes do not begin with a physics state");
  }
  const word = (at: number): number => view.getUint32(at, true);
  const layout = layoutOf(word(4), word(8), word(12), word(36));
  if (layout.stateSize > view.byteLength) {
    throw new RangeError(
      `Cannot decode: the state has ${layout.stateSize} bytes, ${view.byteLength} were given`,
    );
  }
  return layout;
}

function setFloat(view: DataView, at: number, value: number): void {
  if (!Number.isFinite(value)) throw new RangeError(`Cannot encode: ${value} is not a finite number`);
  view.setFloat32(at, value, true);
}

/** One body in the order of the arrays. */
function rowOf(body: Body): number[] {
  return [
    body.massKg,
    body.friction,
    body.restitution,
    ...extentsOf(body.shape),
    ...body.positionM,
    ...body.orientation,
    ...body.velocityMps,
    ...body.spinRadps,
    body.quietSteps,
  ];
}

function extentsOf(shape: Shape): Vector {
  if (shape.type === "box") return shape.halfExtentsM;
  return [shape.radiusM, shape.type === "capsule" ? shape.halfLengthM : 0, 0];
}

function shapeOf([x, y, z]: Vector): Shape {
  if (z !== 0) return { type: "box", halfExtentsM: [x, y, z] };
  return y === 0 ? { type: "sphere", radiusM: x } : { type: "capsule", radiusM: x, halfLengthM: y };
}

function writeState(view: DataView, state: PhysicsInput, layout: Layout): void {
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, layout.bodyCount, true);
  view.setUint32(8, layout.contactCount, true);
  view.setUint32(12, layout.pointCount, true);
  const { gravityMps2, linearDampingPerS, angularDampingPerS } = state;
  [...gravityMps2, linearDampingPerS, angularDampingPerS].forEach((value, i) =>
    setFloat(view, 16 + i * 4, value)
  );
  view.setUint32(36, layout.jointCount, true);
  view.setUint32(40, state.sleeps ? FLAG_SLEEP : 0, true);
  state.bodies.forEach((body, i) => {
    rowOf(body).forEach((value, array) => setFloat(view, HEADER_SIZE + array * layout.stride + i * 4, value));
  });
  const at = HEADER_SIZE + layout.stride * BODY_ARRAYS;
  state.contacts.forEach((contact, i) => {
    view.setUint32(at + i * 4, contact.first * 65_536 + contact.second, true);
    view.setUint32(at + (layout.contactCount + i) * 4, contact.code, true);
  });
  writeImpulses(
    view,
    at + layout.contactCount * 8,
    state.contacts.map((contact) => contact.code),
    state.contacts,
  );
  writeJoints(view, layout, state.joints);
}

function writeJoints(view: DataView, { joints: at, jointCount }: Layout, joints: readonly Joint[]): void {
  joints.forEach((joint, i) => {
    const kind = joint.type === "distance" ? KIND_DISTANCE : KIND_HINGE;
    const limits = joint.type === "distance" ? joint.lengthM : joint.limitsRad;
    const limited = joint.type === "hinge" && limits !== null ? KIND_LIMITED : 0;
    const axes = joint.type === "distance" ? [0, 0, 0, 0, 0, 0] : joint.axes.flat();
    view.setUint32(at + i * 4, joint.first * 65_536 + joint.second, true);
    view.setUint32(at + (jointCount + i) * 4, kind | limited | (joint.collides ? KIND_COLLIDES : 0), true);
    const row = [
      ...joint.anchorsM.flat(),
      ...axes,
      ...limits ?? [0, 0],
      joint.type === "distance" ? joint.complianceMPerN : 0,
      ...joint.linearNs,
      ...joint.angularNms,
    ];
    row.forEach((value, array) => setFloat(view, at + ((array + 2) * jointCount + i) * 4, value));
  });
}

/** Three vectors per joint, component by component. */
function writeSums(view: DataView, at: number, jointCount: number, sums: readonly JointSums[]): void {
  if (sums.length !== jointCount) {
    throw new RangeError(`Cannot encode: ${sums.length} sums for ${jointCount} joints`);
  }
  sums.forEach(({ impulse, momentFirst, momentSecond }, i) => {
    [...impulse, ...momentFirst, ...momentSecond].forEach((value, array) =>
      setFloat(view, at + (array * jointCount + i) * 4, value)
    );
  });
}

/** Three arrays of one number per contact, then the normal impulses of all points. */
function writeImpulses(
  view: DataView,
  at: number,
  codes: readonly number[],
  impulses: readonly Impulses[],
): void {
  if (impulses.length !== codes.length) {
    throw new RangeError(`Cannot encode: ${impulses.length} impulses for ${codes.length} contacts`);
  }
  let point = at + codes.length * 12;
  impulses.forEach(({ rubs, normals }, i) => {
    if (normals.length !== pointCountOf(codes[i] as number)) {
      throw new RangeError(
        `Cannot encode: contact ${i} has ${normals.length} normal impulses, its code says otherwise`,
      );
    }
    rubs.forEach((value, array) => setFloat(view, at + (array * codes.length + i) * 4, value));
    for (const value of normals) {
      setFloat(view, point, value);
      point += 4;
    }
  });
}

function readState(view: DataView, layout: Layout): PhysicsInput {
  const float = (at: number): number => view.getFloat32(at, true);
  const bodies = Array.from({ length: layout.bodyCount }, (_, i): Body => {
    const value = (array: number): number => float(HEADER_SIZE + array * layout.stride + i * 4);
    const vector = (array: number): Vector => [value(array), value(array + 1), value(array + 2)];
    return {
      shape: shapeOf(vector(3)),
      massKg: value(0),
      friction: value(1),
      restitution: value(2),
      positionM: vector(6),
      orientation: [...vector(9), value(12)],
      velocityMps: vector(13),
      spinRadps: vector(16),
      quietSteps: value(19),
    };
  });
  const at = HEADER_SIZE + layout.stride * BODY_ARRAYS;
  const word = (index: number): number => view.getUint32(at + index * 4, true);
  const codes = Array.from({ length: layout.contactCount }, (_, i) => word(layout.contactCount + i));
  if (codes.reduce((sum, code) => sum + pointCountOf(code), 0) !== layout.pointCount) {
    throw new RangeError("Cannot decode: the contacts' codes do not add up to the number of points");
  }
  const impulses = readImpulses(view, at + layout.contactCount * 8, codes);
  const contacts = impulses.map((one, i): Contact => ({
    first: word(i) >>> 16,
    second: word(i) & 0xffff,
    code: codes[i] as number,
    ...one,
  }));
  return {
    gravityMps2: [float(16), float(20), float(24)],
    linearDampingPerS: float(28),
    angularDampingPerS: float(32),
    sleeps: view.getUint32(40, true) === FLAG_SLEEP,
    bodies,
    contacts,
    joints: readJoints(view, layout),
  };
}

function readJoints(view: DataView, { joints: at, jointCount }: Layout): Joint[] {
  return Array.from({ length: jointCount }, (_, i): Joint => {
    const word = (array: number): number => view.getUint32(at + (array * jointCount + i) * 4, true);
    const float = (array: number): number => view.getFloat32(at + (array * jointCount + i) * 4, true);
    const vector = (array: number): Vector => [float(array), float(array + 1), float(array + 2)];
    const joined = {
      first: word(0) >>> 16,
      second: word(0) & 0xffff,
      anchorsM: [vector(2), vector(5)],
      collides: (word(1) & KIND_COLLIDES) !== 0,
      linearNs: vector(JOINT_IMPULSES),
      angularNms: vector(JOINT_IMPULSES + 3),
    } as const;
    const limits = [float(14), float(15)] as const;
    return (word(1) & 0xff) === KIND_HINGE
      ? {
        ...joined,
        type: "hinge",
        axes: [vector(8), vector(11)],
        limitsRad: (word(1) & KIND_LIMITED) === 0 ? null : limits,
      }
      : { ...joined, type: "distance", lengthM: limits, complianceMPerN: float(16) };
  });
}

function readSums(view: DataView, at: number, jointCount: number): JointSums[] {
  return Array.from({ length: jointCount }, (_, i): JointSums => {
    const float = (array: number): number => view.getFloat32(at + (array * jointCount + i) * 4, true);
    const vector = (array: number): Vector => [float(array), float(array + 1), float(array + 2)];
    return { impulse: vector(0), momentFirst: vector(3), momentSecond: vector(6) };
  });
}

function readImpulses(view: DataView, at: number, codes: readonly number[]): Impulses[] {
  const count = codes.length;
  let point = at + count * 12;
  return codes.map((code, i) => {
    const rub = (array: number): number => view.getFloat32(at + (array * count + i) * 4, true);
    const normals = Array.from(
      { length: pointCountOf(code) },
      (_, k) => view.getFloat32(point + k * 4, true),
    );
    point += normals.length * 4;
    return { rubs: [rub(0), rub(1), rub(2)], normals };
  });
}

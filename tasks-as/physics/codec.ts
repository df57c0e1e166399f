/**
 * Scenes and states of the physics kernel, and their bytes; the layout stands in README.md. Past 300 lines: a codec
 * imports nothing, so that game backends can bundle it, and a third of it are documented types.
 */

/** A vector x, y, z. */
export type Vector = readonly [number, number, number];
/** A unit quaternion x, y, z, w; [0, 0, 0, 1] is no rotation. */
export type Quaternion = readonly [number, number, number, number];

/** A ball of `radiusM` (0.01 … 1,000 m), or a box by half its edges (each 0.01 … 1,000 m). */
export type Shape =
  | { readonly type: "sphere"; readonly radiusM: number }
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

/** The state of a world: what one step takes and gives. */
export interface PhysicsInput {
  /** m/s², each component within ±100. */
  readonly gravityMps2: Vector;
  /** How fast motion dies down by itself, 0 … 100 per second. */
  readonly linearDampingPerS: number;
  /** The same for turning. */
  readonly angularDampingPerS: number;
  /** At most 512 bodies, moving and fixed ones. */
  readonly bodies: readonly Body[];
  /** Ascending by first, then second body; at most 6,144. A new scene has none. */
  readonly contacts: readonly Contact[];
}

/** Impulses of one contact in the certificate. */
export interface Impulses {
  /** Along the two tangents and about the normal: Ns, Ns, Nms. */
  readonly rubs: Vector;
  /** Along the normal, one per point, Ns. */
  readonly normals: readonly number[];
}

/** What a step gives: the next state, and what proves that it follows. */
export interface PhysicsOutput {
  /** The next state. */
  readonly state: PhysicsInput;
  /** Per contact: what the whole step's impulses exceed those of the last substep by. */
  readonly rest: readonly Impulses[];
  /** Per contact: the impulses that moved the bodies, as a mean over the substeps. */
  readonly mean: readonly Impulses[];
}

/** What a new body may leave out: mass from `densityKgPerM3` (default 1,000), no motion, friction 0.6, no bounce. */
export type BodyOptions =
  & { readonly positionM: Vector; readonly densityKgPerM3?: number }
  & Partial<Omit<Body, "shape" | "positionM">>;

const MAGIC = 0x31594850;
const HEADER_SIZE = 48;
const BODIES_MAX = 512;
const CONTACTS_MAX = 6144;
const POINTS_MAX = 16_384;
const BODY_ARRAYS = 19;

/** A ball. */
export function sphere(radiusM: number, options: BodyOptions): Body {
  return body({ type: "sphere", radiusM }, 4 / 3 * Math.PI * radiusM ** 3, options);
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

/** A scene at its start: Earth's gravity along −y, a little angular damping, nothing touches yet. */
export function scene(bodies: readonly Body[], options: Partial<PhysicsInput> = {}): PhysicsInput {
  return {
    gravityMps2: [0, -9.81, 0],
    linearDampingPerS: 0,
    angularDampingPerS: 0.1,
    contacts: [],
    ...options,
    bodies,
  };
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
    ...given,
    shape,
  };
}

/** The number of points in a contact's code. */
export function pointCountOf(code: number): number {
  let count = 0;
  for (let features = code >>> 5; features !== 0; features >>>= 5) count++;
  return count;
}

/** The kernel's name, version and the bytes of its inputs and outputs. */
export const physics = {
  id: "physics",
  version: "1.0.0",

  /** @throws {RangeError} when there are too many bodies or contacts or a number is not finite. */
  encodeInput(input: PhysicsInput): Uint8Array<ArrayBuffer> {
    const layout = layoutOf(input.bodies.length, input.contacts.length, pointsIn(input.contacts));
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
    const { state, rest, mean } = output;
    const layout = layoutOf(state.bodies.length, state.contacts.length, pointsIn(state.contacts));
    const bytes = new Uint8Array(layout.outputSize);
    const view = new DataView(bytes.buffer);
    writeState(view, state, layout);
    const codes = state.contacts.map((contact) => contact.code);
    writeImpulses(view, layout.stateSize, codes, rest);
    writeImpulses(view, layout.stateSize + layout.impulsesSize, codes, mean);
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
    return {
      state,
      rest: readImpulses(view, layout.stateSize, codes),
      mean: readImpulses(view, layout.stateSize + layout.impulsesSize, codes),
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
  /** Bytes of one body array. */
  readonly stride: number;
  readonly stateSize: number;
  /** Bytes of one of the certificate's two halves. */
  readonly impulsesSize: number;
  readonly outputSize: number;
}

function layoutOf(bodyCount: number, contactCount: number, pointCount: number): Layout {
  if (bodyCount > BODIES_MAX || contactCount > CONTACTS_MAX || pointCount > POINTS_MAX) {
    throw new RangeError(
      `Cannot lay out ${bodyCount} bodies, ${contactCount} contacts, ${pointCount} points: at most ${BODIES_MAX}, ` +
        `${CONTACTS_MAX}, ${POINTS_MAX}`,
    );
  }
  const stride = Math.ceil(bodyCount / 4) * 16;
  const stateSize = HEADER_SIZE + stride * BODY_ARRAYS + contactCount * 20 + pointCount * 4;
  const impulsesSize = contactCount * 12 + pointCount * 4;
  const outputSize = stateSize + 2 * impulsesSize;
  return { bodyCount, contactCount, pointCount, stride, stateSize, impulsesSize, outputSize };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readLayout(view: DataView): Layout {
  if (view.byteLength < HEADER_SIZE || view.getUint32(0, true) !== MAGIC) {
    throw new RangeError("Cannot decode: the bytes do not begin with a physics state");
  }
  const layout = layoutOf(view.getUint32(4, true), view.getUint32(8, true), view.getUint32(12, true));
  if (layout.stateSize > view.byteLength) {
    throw new RangeError(
      `Cannot decode: the state has ${layout.stateSize} bytes, ${view.byteLength} were given`,
    );
  }
  return layout;
}

function pointsIn(contacts: readonly Contact[]): number {
  return contacts.reduce((sum, contact) => sum + pointCountOf(contact.code), 0);
}

function setFloat(view: DataView, at: number, value: number): void {
  if (!Number.isFinite(value)) throw new RangeError(`Cannot encode: ${value} is not a finite number`);
  view.setFloat32(at, value, true);
}

/** One body in the order of the arrays. */
function rowOf(body: Body): number[] {
  const { shape } = body;
  const extents = shape.type === "sphere" ? [shape.radiusM, 0, 0] : shape.halfExtentsM;
  return [
    body.massKg,
    body.friction,
    body.restitution,
    ...extents,
    ...body.positionM,
    ...body.orientation,
    ...body.velocityMps,
    ...body.spinRadps,
  ];
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
    const isSphere = value(4) === 0 && value(5) === 0;
    return {
      shape: isSphere ? { type: "sphere", radiusM: value(3) } : { type: "box", halfExtentsM: vector(3) },
      massKg: value(0),
      friction: value(1),
      restitution: value(2),
      positionM: vector(6),
      orientation: [...vector(9), value(12)],
      velocityMps: vector(13),
      spinRadps: vector(16),
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
    bodies,
    contacts,
  };
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

import { assert, fc } from "../../tests/deps.ts";
import {
  type Body,
  box,
  capsule,
  type Contact,
  distance,
  type DistanceJoint,
  fixedBox,
  hinge,
  type HingeJoint,
  type Joint,
  physics,
  type PhysicsInput,
  type PhysicsOutput,
  pointCountOf,
  scene,
  sphere,
  withoutBody,
} from "./codec.ts";

/** Records as object literals make them. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record<T>(model, { noNullPrototype: true });
}

const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const positive = fc.float({ min: Math.fround(0.01), max: 1000, noNaN: true });
const vector = fc.tuple(float, float, float);
const quaternion = fc.tuple(float, float, float, float);

const bodies: fc.Arbitrary<Body> = record({
  shape: fc.oneof(
    record({ type: fc.constant("sphere" as const), radiusM: positive }),
    record({ type: fc.constant("capsule" as const), radiusM: positive, halfLengthM: positive }),
    record({ type: fc.constant("box" as const), halfExtentsM: fc.tuple(positive, positive, positive) }),
  ),
  massKg: float,
  friction: float,
  restitution: float,
  positionM: vector,
  orientation: quaternion,
  velocityMps: vector,
  spinRadps: vector,
  quietSteps: float,
});

const place = {
  first: fc.integer({ min: 0, max: 511 }),
  second: fc.integer({ min: 0, max: 511 }),
  anchorsM: fc.tuple(vector, vector),
  collides: fc.boolean(),
  linearNs: vector,
  angularNms: vector,
};

const joints: fc.Arbitrary<Joint> = fc.oneof(
  record<DistanceJoint>({
    ...place,
    type: fc.constant("distance"),
    lengthM: fc.tuple(float, float),
    complianceMPerN: float,
  }),
  record<HingeJoint>({
    ...place,
    type: fc.constant("hinge"),
    axes: fc.tuple(vector, vector),
    limitsRad: fc.option(fc.tuple(float, float)),
  }),
);

/** Contacts with one to four points. */
const contacts: fc.Arbitrary<Contact> = fc.integer({ min: 1, max: 4 }).chain((points) =>
  record({
    first: fc.integer({ min: 0, max: 511 }),
    second: fc.integer({ min: 0, max: 511 }),
    code: fc.integer({ min: 0, max: 31 }).map((axis) => {
      let code = axis;
      for (let i = 0; i < points; i++) code += (i + 1) * 32 ** (i + 1);
      return code;
    }),
    rubs: vector,
    normals: fc.array(float, { minLength: points, maxLength: points }),
  })
);

const states: fc.Arbitrary<PhysicsInput> = record({
  gravityMps2: vector,
  linearDampingPerS: float,
  angularDampingPerS: float,
  bodies: fc.array(bodies, { maxLength: 9 }),
  sleeps: fc.boolean(),
  contacts: fc.array(contacts, { maxLength: 7 }),
  joints: fc.array(joints, { maxLength: 5 }),
});

const outputs: fc.Arbitrary<PhysicsOutput> = states.map((state) => ({
  state,
  rest: state.contacts.map(({ rubs, normals }) => ({ rubs, normals })),
  mean: state.contacts.map(({ normals }) => ({ rubs: [1, 2, 3] as const, normals })),
  jointTotals: state.joints.map(({ linearNs, angularNms }) => ({
    impulse: linearNs,
    momentFirst: angularNms,
    momentSecond: [1, 2, 3] as const,
  })),
  jointMeans: state.joints.map(({ linearNs }) => ({
    impulse: [4, 5, 6] as const,
    momentFirst: linearNs,
    momentSecond: [7, 8, 9] as const,
  })),
}));

/** The same bytes at an odd address. */
function unaligned(bytes: Uint8Array): Uint8Array {
  const room = new Uint8Array(bytes.length + 1);
  room.set(bytes, 1);
  return room.subarray(1);
}

Deno.test("decodeInput() gives back what encodeInput() was given, from any address", () => {
  fc.assert(fc.property(states, (state) => {
    assert.deepEqual(physics.decodeInput(unaligned(physics.encodeInput(state))), state);
  }));
});

Deno.test("decodeOutput() gives back what encodeOutput() was given, and nextInput() its state", () => {
  fc.assert(fc.property(outputs, (output) => {
    const bytes = unaligned(physics.encodeOutput(output));
    assert.deepEqual(physics.decodeOutput(bytes), output);
    assert.deepEqual(physics.nextInput(bytes), physics.encodeInput(output.state));
  }));
});

Deno.test("decodeInput() and decodeOutput() throw a RangeError or decode, whatever the bytes", () => {
  const broken = fc.tuple(outputs, fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }))), fc.nat());
  fc.assert(fc.property(broken, ([output, changes, cut]) => {
    const bytes = physics.encodeOutput(output);
    for (const [at, value] of changes) bytes[at % Math.min(bytes.length, 64)] = value;
    const given = bytes.subarray(0, bytes.length - cut % 9);
    for (const decode of [physics.decodeInput, physics.decodeOutput, physics.nextInput]) {
      try {
        decode(given);
      } catch (error) {
        assert.ok(error instanceof RangeError);
        assert.match(error.message, /^Cannot (decode|lay out)/);
      }
    }
  }));
});

Deno.test("decodeInput() refuses bytes too few, too many and foreign ones", () => {
  const bytes = physics.encodeInput(scene([sphere(1, { positionM: [0, 0, 0] })]));
  for (
    const wrong of [
      bytes.subarray(1),
      bytes.subarray(0, bytes.length - 4),
      new Uint8Array(bytes.length + 4),
      new Uint8Array(0),
    ]
  ) {
    assert.throws(() => physics.decodeInput(wrong), RangeError);
    assert.throws(() => physics.decodeOutput(wrong), RangeError);
  }
});

Deno.test("encodeInput() refuses numbers that are not finite and crowds", () => {
  const ball = sphere(1, { positionM: [0, 0, 0] });
  assert.throws(() => physics.encodeInput(scene([{ ...ball, massKg: NaN }])), /NaN is not a finite number/);
  assert.throws(() => physics.encodeInput(scene([{ ...ball, positionM: [0, Infinity, 0] }])), RangeError);
  assert.throws(() => physics.encodeInput(scene(Array.from({ length: 513 }, () => ball))), RangeError);
});

Deno.test("encodeOutput() refuses impulses that do not belong to its contacts", () => {
  const contact: Contact = { first: 0, second: 1, code: 32, rubs: [0, 0, 0], normals: [1] };
  const state = { ...scene([]), contacts: [contact] };
  const noJoints = { jointTotals: [], jointMeans: [] };
  assert.throws(() => physics.encodeOutput({ state, rest: [], mean: [contact], ...noJoints }), RangeError);
  const twoPoints = { rubs: [0, 0, 0], normals: [1, 2] } as const;
  assert.throws(
    () => physics.encodeOutput({ state, rest: [twoPoints], mean: [contact], ...noJoints }),
    RangeError,
  );
  const sums = { impulse: [0, 0, 0], momentFirst: [0, 0, 0], momentSecond: [0, 0, 0] } as const;
  assert.throws(
    () =>
      physics.encodeOutput({ state: scene([]), rest: [], mean: [], jointTotals: [sums], jointMeans: [sums] }),
    RangeError,
  );
});

Deno.test("sphere(), box() and fixedBox() derive masses and fill in what is left out", () => {
  const ball = sphere(0.5, { positionM: [1, 2, 3], densityKgPerM3: 2000 });
  assert.ok(Math.abs(ball.massKg - 2000 * Math.PI / 6) < 1e-9);
  assert.equal(box([0.5, 1, 2], { positionM: [0, 0, 0] }).massKg, 8000);
  assert.equal(box([1, 1, 1], { positionM: [0, 0, 0], massKg: 7 }).massKg, 7);
  assert.equal(fixedBox([1, 1, 1], { positionM: [0, 0, 0] }).massKg, 0);
  assert.deepEqual(ball.orientation, [0, 0, 0, 1]);
  assert.deepEqual(scene([ball], { gravityMps2: [0, 0, 0] }).gravityMps2, [0, 0, 0]);
});

Deno.test("capsule() weighs a cylinder and a ball", () => {
  const { massKg } = capsule(0.5, 1, { positionM: [0, 0, 0] });
  assert.ok(Math.abs(massKg - 1000 * (Math.PI * 0.25 * 2 + Math.PI / 6)) < 1e-9);
});

Deno.test("hinge() and distance() find their anchors, whatever the order of the two bodies", () => {
  const quarter = Math.SQRT1_2;
  const bodies = [
    box([1, 1, 1], { positionM: [1, 0, 0] }),
    box([1, 1, 1], { positionM: [4, 0, 0], orientation: [0, 0, quarter, quarter] }),
  ];
  const at = { pointM: [2, 1, 0], axis: [0, 0, 3], limitsRad: [-0.5, 1] } as const;
  const door = hinge(bodies, [0, 1], at);
  const near = (actual: readonly number[], expected: readonly number[]): void =>
    actual.forEach((value, i) => assert.ok(Math.abs(value - (expected[i] as number)) < 1e-12));
  near(door.anchorsM[0], [1, 1, 0]);
  near(door.anchorsM[1], [1, 2, 0]);
  near(door.axes[0], [0, 0, 1]);
  const turned = hinge(bodies, [1, 0], at);
  assert.deepEqual([turned.first, turned.second], [0, 1]);
  // Counted from the other body the range lies the other way around: −1 … 0.5.
  near(turned.limitsRad ?? [], (door.limitsRad ?? []).map((angle) => angle - 0.5));
  assert.deepEqual(hinge(bodies, [0, 1], { pointM: [0, 0, 0], axis: [1, 0, 0] }).limitsRad, null);

  const rod = distance(bodies, [0, 1]);
  assert.deepEqual(rod.lengthM, [3, 3]);
  const rope = distance(bodies, [1, 0], {
    pointsM: [[4, 1, 0], [1, 1, 0]],
    lengthM: [0, 5],
    complianceMPerN: 0.01,
  });
  near(rope.anchorsM[0], [0, 1, 0]);
  near(rope.anchorsM[1], [1, 0, 0]);
  assert.deepEqual(rope.lengthM, [0, 5]);
  assert.throws(() => distance(bodies, [0, 2]), RangeError);
  assert.throws(() => hinge(bodies, [0, 1], { pointM: [0, 0, 0], axis: [0, 0, 0] }), RangeError);
});

Deno.test("withoutBody() takes contacts and joints along, and wakes what was held", () => {
  const sleeper = { ...sphere(1, { positionM: [0, 0, 0] }), quietSteps: 31 };
  const bodies = [sleeper, sleeper, sleeper, sleeper];
  const touch = (first: number, second: number): Contact => ({
    first,
    second,
    code: 32,
    rubs: [0, 0, 0],
    normals: [1],
  });
  const state = scene(bodies, {
    contacts: [touch(0, 1), touch(2, 3)],
    joints: [distance(bodies, [1, 2]), distance(bodies, [2, 3])],
  });
  const after = withoutBody(state, 1);
  assert.deepEqual(after.bodies.map((body) => body.quietSteps), [0, 0, 31]);
  assert.deepEqual(after.contacts.map(({ first, second }) => [first, second]), [[1, 2]]);
  assert.deepEqual(after.joints.map(({ first, second }) => [first, second]), [[1, 2]]);
  assert.throws(() => withoutBody(state, 4), RangeError);
});

Deno.test("pointCountOf() counts the features behind the axis", () => {
  assert.deepEqual([0, 31, 32, 32 + 32 ** 2 * 5, 1 + 32 + 32 ** 2 + 32 ** 3 + 32 ** 4].map(pointCountOf), [
    0,
    0,
    1,
    2,
    4,
  ]);
});

import { assert, fc } from "../../tests/deps.ts";
import {
  type Body,
  box,
  type Contact,
  fixedBox,
  physics,
  type PhysicsInput,
  type PhysicsOutput,
  pointCountOf,
  scene,
  sphere,
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
    record({ type: fc.constant("box" as const), halfExtentsM: fc.tuple(positive, positive, positive) }),
  ),
  massKg: float,
  friction: float,
  restitution: float,
  positionM: vector,
  orientation: quaternion,
  velocityMps: vector,
  spinRadps: vector,
});

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
  contacts: fc.array(contacts, { maxLength: 7 }),
});

const outputs: fc.Arbitrary<PhysicsOutput> = states.map((state) => ({
  state,
  rest: state.contacts.map(({ rubs, normals }) => ({ rubs, normals })),
  mean: state.contacts.map(({ normals }) => ({ rubs: [1, 2, 3] as const, normals })),
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
  assert.throws(() => physics.encodeOutput({ state, rest: [], mean: [contact] }), RangeError);
  const twoPoints = { rubs: [0, 0, 0], normals: [1, 2] } as const;
  assert.throws(() => physics.encodeOutput({ state, rest: [twoPoints], mean: [contact] }), RangeError);
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

Deno.test("pointCountOf() counts the features behind the axis", () => {
  assert.deepEqual([0, 31, 32, 32 + 32 ** 2 * 5, 1 + 32 + 32 ** 2 + 32 ** 3 + 32 ** 4].map(pointCountOf), [
    0,
    0,
    1,
    2,
    4,
  ]);
});

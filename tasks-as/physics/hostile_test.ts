/** Inputs nobody has vouched for: an answer or a sentence, never a trap. */
import { assert } from "../../tests/deps.ts";
import { campaignSizes } from "../testing/trials.ts";
import {
  type Body,
  type BodyOptions,
  box,
  distance,
  hinge,
  type Joint,
  physics,
  scene,
  sphere,
} from "./codec.ts";
import { sectionsOf } from "./testing/lies.ts";
import { bridge, chain, drawsFrom, ground, pile, tangle, turmoil } from "./testing/scenes.ts";
import { core, type Task, tasksOf } from "./testing/world.ts";

const NASTY = [
  0x7f800000,
  0xff800000,
  0x7fc00000,
  0x7f800001,
  0xffffffff,
  0x80000000,
  0x00000001,
  0x007fffff,
  0x7f7fffff,
  0xff7fffff,
  0,
  1,
  0x3f800000,
  0x4b189680,
  0x0000ffff,
  0x00010000,
];

/** Changes a few words or bytes of a copy, or its length. */
function mutated(bytes: Uint8Array<ArrayBuffer>, draw: () => number): Uint8Array<ArrayBuffer> {
  const below = (bound: number): number => Math.floor(draw() * bound);
  const kind = draw();
  if (kind < 0.05) return bytes.slice(0, below(bytes.length));
  const copy = kind < 0.1 ? new Uint8Array(bytes.length + 1 + below(64)) : bytes.slice();
  copy.set(bytes);
  const words = new DataView(copy.buffer);
  for (let i = 0, changes = 1 + below(3); i < changes; i++) {
    const at = draw() < 0.2 ? below(12) : below(copy.length >> 2);
    if (draw() < 0.7) words.setUint32(at * 4, NASTY[below(NASTY.length)] as number, true);
    else copy[at * 4 + below(4)] = below(256);
  }
  return copy;
}

/** How many of each: 6,000, or 100,000 in the long campaign. */
const mutations = Math.max(6000, campaignSizes().mutations);

const tasks = [
  ...[bridge(6, 3), chain(4), tangle(3), tangle(8)].map((start) => tasksOf(start, 30).at(-1) as Task),
  ...tasksOf(pile(40, 1), 120).filter((_, i) => i % 30 === 29),
  ...[1, 2, 3, 4].map((seed) => tasksOf(turmoil(seed), 20).at(-1) as Task),
];

Deno.test("run() answers thousands of broken inputs with a sentence or a state", () => {
  const draw = drawsFrom(11);
  let refused = 0;
  for (let i = 0; i < mutations; i++) {
    const { input } = tasks[i % tasks.length] as Task;
    const result = core.run(mutated(input, draw), []);
    if (result.type === "err") {
      refused++;
      assert.match(result.message, /^Cannot step: [ -~]+$/);
    } else assert.equal(core.run(physics.nextInput(result.output), []).type, "ok", "an output is an input");
  }
  assert.ok(refused > mutations / 2);
});

Deno.test("check() answers thousands of broken outputs and inputs with a verdict", () => {
  const draw = drawsFrom(12);
  let refused = 0;
  for (let i = 0; i < mutations; i++) {
    const { input, output } = tasks[i % tasks.length] as Task;
    const brokenInput = draw() < 0.3;
    const verdict = brokenInput
      ? core.check(mutated(input, draw), [], output, BigInt(i))
      : core.check(input, [], mutated(output, draw), BigInt(i));
    if (verdict.type === "ok") continue;
    refused++;
    assert.match(verdict.message, /^Cannot (accept|step): [ -~]+$/);
  }
  assert.ok(refused > mutations * 0.8);
});

Deno.test("check() survives outputs whose every contact code or impulse is random", () => {
  const draw = drawsFrom(13);
  for (let i = 0; i < 600; i++) {
    const { input, output } = tasks[i % tasks.length] as Task;
    const copy = output.slice();
    const words = new DataView(copy.buffer);
    for (const { name, from, to } of sectionsOf(output)) {
      if (!name.includes("codes") && !name.includes("impulses")) continue;
      for (let at = name.includes("codes") ? (from + to) / 2 : from; at < to; at++) {
        if (draw() < 0.5) continue;
        // Well-formed codes of faces, canonical impulses of any size: they get as far as the geometry.
        const code = 1 + Math.floor(draw() * 6) | (1 + Math.floor(draw() * 24)) << 5;
        words.setUint32(at * 4, name.includes("codes") ? code : draw() * 2 ** 32 & 0x7fffffc0, true);
      }
    }
    if (copy.every((byte, at) => byte === output[at])) continue;
    assert.equal(core.check(input, [], copy, BigInt(i)).type, "err");
  }
});

Deno.test("run() names the body and what is wrong with it", () => {
  const fine = sphere(0.5, { positionM: [0, 0, 0] });
  const cases: [Partial<Body>, RegExp][] = [
    [{ massKg: -1 }, /body 1: mass/],
    [{ massKg: 1e9 }, /body 1: mass/],
    [{ friction: -0.1 }, /body 1: friction/],
    [{ restitution: 1.5 }, /body 1: restitution/],
    [{ shape: { type: "sphere", radiusM: 0 } }, /body 1: extents/],
    [{ shape: { type: "sphere", radiusM: 5000 } }, /body 1: extents/],
    [{ shape: { type: "box", halfExtentsM: [1, -1, 1] } }, /body 1: extents/],
    [{ shape: { type: "box", halfExtentsM: [0.01, 5, 5] } }, /body 1: extents/],
    [{ positionM: [0, 2e4, 0] }, /body 1: position/],
    [{ orientation: [0, 0, 0, 0] }, /body 1: orientation/],
    [{ orientation: [0, 0, 0, 2] }, /body 1: orientation/],
    [{ velocityMps: [300, 0, 0] }, /body 1: velocity/],
    [{ spinRadps: [0, 200, 0] }, /body 1: angular velocity/],
    [{ massKg: 0, velocityMps: [1, 0, 0] }, /body 1: has no mass/],
    [{ shape: { type: "capsule", radiusM: 0.01, halfLengthM: 5 } }, /body 1: extents/],
    [{ shape: { type: "capsule", radiusM: 0.5, halfLengthM: 0.001 } }, /body 1: extents/],
    [{ quietSteps: 32 }, /body 1: quiet steps/],
    [{ quietSteps: 1.5 }, /body 1: quiet steps/],
    [{ quietSteps: 31, velocityMps: [1, 0, 0] }, /body 1: sleeps/],
    [{ massKg: 0, quietSteps: 3 }, /body 1: has no mass/],
  ];
  for (const [fault, message] of cases) {
    const result = core.run(physics.encodeInput(scene([fine, { ...fine, ...fault }])), []);
    assert.ok(result.type === "err");
    assert.match(result.message, message);
  }
  const still = physics.encodeInput(scene([fine]));
  assert.equal(core.run(still, []).type, "ok");
  assert.equal(core.run(still, [new Uint8Array(1)]).type, "err");
});

Deno.test("run() names the joint and what is wrong with it", () => {
  const bodies = [0, 1, 2].map((i) => sphere(0.5, { positionM: [2 * i, 0, 0] }));
  const rod = distance(bodies, [0, 1]);
  const door = hinge(bodies, [0, 1], { pointM: [1, 0, 0], axis: [0, 0, 1] });
  const fixed = bodies.map((one) => ({ ...one, massKg: 0 }));
  const cases: [Joint[], readonly Body[], RegExp][] = [
    [[{ ...rod, second: 7 }], bodies, /joint 0: joins no two bodies/],
    [[{ ...rod, second: 0 }], bodies, /joint 0: joins no two bodies/],
    [[rod], fixed, /joint 0: joins two bodies that never move/],
    [[{ ...rod, first: 1, second: 2 }, rod], bodies, /joint 1: joints do not ascend/],
    [[{ ...rod, anchorsM: [[0, 3000, 0], [0, 0, 0]] }], bodies, /joint 0: an anchor/],
    [[{ ...rod, lengthM: [2, 1] }], bodies, /joint 0: distances/],
    [[{ ...rod, lengthM: [-1, 1] }], bodies, /joint 0: distances/],
    [[{ ...rod, complianceMPerN: 2000 }], bodies, /joint 0: compliance/],
    [[{ ...door, axes: [[0, 0, 2], [0, 0, 1]] }], bodies, /joint 0: an axis/],
    [[{ ...door, limitsRad: [1, -1] }], bodies, /joint 0: limits/],
    [[{ ...door, limitsRad: [-7, 1] }], bodies, /joint 0: limits/],
    [[{ ...door, linearNs: [1e-7, 0, 0] }], bodies, /joint 0: an impulse/],
  ];
  for (const [joints, some, message] of cases) {
    const result = core.run(physics.encodeInput({ ...scene(some), joints }), []);
    assert.ok(result.type === "err");
    assert.match(result.message, message);
  }
  assert.equal(core.run(physics.encodeInput(scene(bodies, { joints: [rod, door] })), []).type, "ok");
  const tooMany = Array.from({ length: 513 }, () => rod);
  assert.throws(() => physics.encodeInput(scene(bodies, { joints: tooMany })), RangeError);
  assert.equal(core.run(physics.encodeInput(scene(bodies, { joints: tooMany.slice(1) })), []).type, "ok");
});

Deno.test("run() takes the densest crowds and refuses what is beyond its limits", () => {
  /** 8 × 8 × 8 bodies, 0.3 m apart. */
  const grid = (make: (options: BodyOptions) => Body): Uint8Array =>
    physics.encodeInput(
      scene(Array.from({ length: 512 }, (_, i) =>
        make({ positionM: [i % 8 * 0.3, Math.floor(i / 64) * 0.3, Math.floor(i / 8) % 8 * 0.3] }))),
    );
  // Boxes that fill space touch their neighbours at faces, edges and corners.
  const filled = grid((options) => box([0.15, 0.15, 0.15], options));
  const full = core.run(filled, []);
  assert.ok(full.type === "ok");
  const { state } = physics.decodeOutput(full.output);
  assert.ok(state.contacts.length > 5000);
  assert.equal(core.check(filled, [], full.output, 1n).type, "ok");
  assert.equal(core.run(physics.nextInput(full.output), []).type, "ok");

  const draw = drawsFrom(15);
  const cloud = Array.from(
    { length: 512 },
    () => sphere(0.3, { positionM: [draw() * 2.4, draw() * 2.4, draw() * 2.4] }),
  );
  const contacts = core.run(physics.encodeInput(scene(cloud)), []);
  assert.ok(contacts.type === "err");
  assert.match(contacts.message, /6,144 contacts/);
  const crammed = Array.from({ length: 512 }, () => box([1, 1, 1], { positionM: [0, 0, 0] }));
  const pairs = core.run(physics.encodeInput(scene(crammed)), []);
  assert.ok(pairs.type === "err");
  assert.match(pairs.message, /16,384 pairs/);
  assert.throws(() => physics.encodeInput(scene([...crammed, ground()])), RangeError);
});

/** States that are accepted and absurd: every step of them is answered, and what it gives is stepped again. */
import { assert } from "../../tests/deps.ts";
import {
  type Body,
  type BodyOptions,
  box,
  capsule,
  distance,
  hinge,
  type Joint,
  physics,
  type PhysicsInput,
  scene,
  sphere,
  type Vector,
} from "./codec.ts";
import { drawsFrom, ground, tangle } from "./testing/scenes.ts";
import { core, type Task, tasksOf } from "./testing/world.ts";

type Draw = () => number;

/** −size … size. */
function any(draw: Draw, size: number): number {
  return (draw() - 0.5) * 2 * size;
}

function anywhere(draw: Draw, size: number): Vector {
  return [any(draw, size), any(draw, size), any(draw, size)];
}

/** As fast, as large, as heavy or light as a state may have it. */
function absurdBody(draw: Draw, spreadM: number): Body {
  const options: BodyOptions = {
    positionM: anywhere(draw, spreadM),
    velocityMps: anywhere(draw, 115),
    spinRadps: anywhere(draw, 57),
    massKg: 10 ** (draw() * 9 - 3),
    friction: draw() * 4,
    restitution: draw(),
  };
  const size = 10 ** (draw() * 3 - 2);
  const long = () => size * (1 + draw() * 90);
  if (draw() < 0.4) return sphere(size, options);
  return draw() < 0.5 ? capsule(size, long(), options) : box([size, long(), long()], options);
}

/** Arms of any length, anchors that are nowhere near each other, impulses that no step gave. */
function absurdJoint(draw: Draw, bodies: readonly Body[], impulseNs: number): Joint {
  const first = Math.floor(draw() * (bodies.length - 1));
  const second = first + 1 + Math.floor(draw() * (bodies.length - 1 - first));
  const reach = 10 ** (draw() * 3.3);
  const anchorsM = [anywhere(draw, reach), anywhere(draw, reach)] as const;
  const highest = draw() * 100;
  if (draw() < 0.5) {
    const rod = distance(bodies, [first, second]);
    const lengthM = [draw() < 0.5 ? highest : 0, highest] as const;
    return { ...rod, anchorsM, lengthM, complianceMPerN: draw() < 0.5 ? 0 : 10 ** (draw() * 6 - 5) };
  }
  const bend = hinge(bodies, [first, second], { pointM: [0, 0, 0], axis: [draw(), draw(), 1] });
  const limitsRad = draw() < 0.5 ? null : [-draw(), draw()] as const;
  return {
    ...bend,
    anchorsM,
    limitsRad,
    linearNs: canonical(draw, impulseNs),
    angularNms: canonical(draw, impulseNs),
  };
}

/** Impulses as a state stores them: the six lowest bits of each are 0. */
function canonical(draw: Draw, sizeNs: number): Vector {
  const words = new Uint32Array(Float32Array.from(anywhere(draw, sizeNs)).buffer).map((word) => word & ~63);
  return [...new Float32Array(words.buffer)] as unknown as Vector;
}

function absurdScene(draw: Draw): PhysicsInput {
  const count = 2 + Math.floor(draw() * 12);
  const spreadM = 10 ** (draw() * 4 - 1);
  const bodies = [ground(), ...Array.from({ length: count }, () => absurdBody(draw, spreadM))];
  const impulseNs = 2 ** (draw() * 36);
  const joints = Array.from({ length: count }, () => absurdJoint(draw, bodies, impulseNs))
    .sort((a, b) => a.first - b.first || a.second - b.second);
  return scene(bodies, { joints, gravityMps2: anywhere(draw, 100) });
}

/** Steps a state, and what becomes of it, `steps` times; `check` accepts every answer. */
function stepOn(start: Uint8Array, steps: number, seed: number): void {
  let input = start;
  for (let step = 0; step < steps; step++) {
    const result = core.run(input, []);
    assert.ok(
      result.type === "ok",
      `scene ${seed}, step ${step}: ${result.type === "err" ? result.message : ""}`,
    );
    const verdict = core.check(input, [], result.output, BigInt(seed * steps + step) << 40n);
    assert.deepEqual(verdict, { type: "ok" }, `scene ${seed}, step ${step}`);
    input = physics.nextInput(result.output);
  }
}

Deno.test("run() takes its own answers, from absurd but accepted states on", () => {
  const draw = drawsFrom(21);
  for (let seed = 0; seed < 250; seed++) stepOn(physics.encodeInput(absurdScene(draw)), 20, seed);
});

Deno.test("run() takes its own answer where a damaged anchor tears at a chain", () => {
  const { input } = tasksOf(tangle(3), 30).at(-1) as Task;
  const damaged = input.slice();
  const state = physics.decodeInput(input);
  // The third joint's second anchor, far outside its body: found by the long campaign.
  const words = new DataView(damaged.buffer);
  assert.equal(words.getFloat32(366 * 4, true), Math.fround(0.3));
  words.setFloat32(366 * 4, -76.80000305175781, true);
  assert.notDeepEqual(physics.decodeInput(damaged).joints, state.joints);
  stepOn(damaged, 30, 0);
});

Deno.test("run() lets contacts and joints be whose impulses no state can hold", () => {
  // A hinge of arms of two kilometres between grains, pulled apart by all that a state can say.
  const grains = [0, 1].map((i) => sphere(0.01, { massKg: 0.001, positionM: [3 * i, 0, 0], friction: 1 }));
  const most = 2 ** 36;
  const bend = hinge(grains, [0, 1], { pointM: [0, 0, 0], axis: [0, 0, 1] });
  const torn: Joint = {
    ...bend,
    anchorsM: [[2000, 2000, 2000], [-2000, 2000, -2000]],
    linearNs: [most, -most, most],
    angularNms: [most, most, 0],
  };
  const start = physics.encodeInput(scene([...grains, ground()], { joints: [torn] }));
  const result = core.run(start, []);
  assert.ok(result.type === "ok");
  const { state, jointTotals } = physics.decodeOutput(result.output);
  assert.deepEqual(state.joints[0]?.linearNs, [0, 0, 0]);
  assert.deepEqual(jointTotals[0]?.impulse, [0, 0, 0]);
  stepOn(start, 60, 0);
});

Deno.test("run() takes its own answers, from crowds of which all overlap on", () => {
  const draw = drawsFrom(14);
  for (let seed = 0; seed < 300; seed++) {
    const bodies = Array.from({ length: 20 }, () => absurdBody(draw, 1));
    stepOn(physics.encodeInput(scene([ground(), ...bodies], { gravityMps2: anywhere(draw, 100) })), 5, seed);
  }
});

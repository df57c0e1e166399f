/** What the built kernel must do with bodies, judged by mechanics alone. */
import { assert } from "../../tests/deps.ts";
import { box, physics, type PhysicsInput, scene, sphere, type Vector } from "./codec.ts";
import { add, angularMomentumOf, deepestOverlap, energyOf, length, momentumOf } from "./testing/mechanics.ts";
import { drawsFrom, ground, pile, stack, turmoil, turned } from "./testing/scenes.ts";
import { simulate } from "./testing/world.ts";

const STEPS_PER_S = 60;

function at<T>(list: readonly T[], index: number): T {
  const value = list.at(index);
  assert.ok(value !== undefined);
  return value;
}

function assertNear(actual: number, expected: number, tolerance: number, what: string): void {
  assert.ok(
    Math.abs(actual - expected) <= tolerance,
    `${what}: ${actual}, expected ${expected} ± ${tolerance}`,
  );
}

/** Simulates and asserts that the energy, above that of everything lying at y = 0, never exceeds its start by 1 %. */
function assertNoEnergyGain(start: PhysicsInput, steps: number, everySteps: number): PhysicsInput {
  const allowed = energyOf(start) * 1.01;
  assert.ok(allowed > 0);
  return simulate(start, steps, (state, step) => {
    if (step % everySteps !== 0) return;
    const energy = energyOf(state);
    assert.ok(energy <= allowed, `step ${step}: ${energy} J, ${allowed} J allowed`);
  });
}

Deno.test("run() keeps ten stacked boxes standing for ten seconds", () => {
  for (const halfM of [0.5, 0.1]) {
    const start = stack(10, halfM);
    const end = assertNoEnergyGain(start, 10 * STEPS_PER_S, 1);
    end.bodies.forEach((body, i) => {
      const before = at(start.bodies, i).positionM;
      const drift = length(add(body.positionM, before, -1));
      assert.ok(drift < 0.01, `box ${i} moved ${drift} m`);
      assert.ok(length(body.velocityMps) < 1e-3, `box ${i} still moves`);
    });
  }
});

Deno.test("run() keeps stacks standing whose boxes lie askew", () => {
  for (const seed of [1, 2, 3]) {
    const start = stack(10, 0.5, drawsFrom(seed));
    const end = assertNoEnergyGain(start, 10 * STEPS_PER_S, 5);
    end.bodies.forEach((body, i) => {
      const drift = length(add(body.positionM, at(start.bodies, i).positionM, -1));
      assert.ok(drift < 0.02, `seed ${seed}: box ${i} moved ${drift} m`);
      assert.ok(length(body.velocityMps) < 1e-3, `seed ${seed}: box ${i} still moves`);
    });
  }
});

Deno.test("run() carries a heavy box on light ones", () => {
  const light = [0, 1, 2].map((i) => box([0.25, 0.25, 0.25], { positionM: [0, 0.25 + 0.5 * i, 0] }));
  const heavy = box([0.5, 0.5, 0.5], { positionM: [0, 2, 0], densityKgPerM3: 5000 });
  const end = simulate(scene([ground(), ...light, heavy]), 5 * STEPS_PER_S);
  assertNear(at(end.bodies, 4).positionM[1], 2, 0.03, "height of the heavy box");
  assert.ok(deepestOverlap(end) < 0.012);
});

Deno.test("run() lets a pile of 200 bodies fall and come to rest in ten seconds", () => {
  const start = pile(200, 1);
  let deepest = 0;
  const allowed = energyOf(start) * 1.01;
  const end = simulate(start, 10 * STEPS_PER_S, (state, step) => {
    assert.ok(energyOf(state) <= allowed, `step ${step} gained energy`);
    if (step % 40 === 0) deepest = Math.max(deepest, deepestOverlap(state));
  });
  const speeds = end.bodies.map((body) => length(body.velocityMps)).sort((a, b) => a - b);
  assert.ok(at(speeds, Math.floor(speeds.length * 0.95)) < 0.02, "95 % of the bodies lie still");
  assert.ok(at(speeds, -1) < 0.5, "none is fast");
  assert.ok(deepest < 0.06, `deepest overlap on the way ${deepest} m`);
  assert.ok(deepestOverlap(end) < 0.02, `deepest overlap at rest ${deepestOverlap(end)} m`);
  // Five bodies are the pit; the others lie in it, and fill it like a heap: not in one layer, not in a tower.
  const heights = end.bodies.slice(5).map((body) => body.positionM[1]);
  assert.ok(Math.min(...heights) > 0.1 && Math.max(...heights) > 2 && Math.max(...heights) < 6);
  for (const { positionM: [x, , z] } of end.bodies.slice(5)) {
    assert.ok(Math.max(Math.abs(x), Math.abs(z)) < 2.2);
  }
});

Deno.test("run() never gains energy from turmoil, bounces and spins", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const start = turmoil(seed);
    const [gx, gy, gz] = start.gravityMps2;
    // Heights count from far below, so that the energy is positive; potential energy alone must not hide a gain.
    const kineticStart = energyOf({ ...start, gravityMps2: [0, 0, 0] });
    let low = Infinity;
    let worst = -Infinity;
    const potential = (state: PhysicsInput): number =>
      energyOf(state) - energyOf({ ...state, gravityMps2: [0, 0, 0] });
    const potentialStart = potential(start);
    simulate(start, 120, (state) => {
      const now = potential(state);
      low = Math.min(low, now);
      const gain = energyOf({ ...state, gravityMps2: [0, 0, 0] }) + now - kineticStart - potentialStart;
      worst = Math.max(worst, gain);
    });
    const scale = kineticStart + (potentialStart - low);
    assert.ok(
      worst <= 0.01 * scale,
      `seed ${seed} (gravity ${[gx, gy, gz]}): ${worst} J of ${scale} J gained`,
    );
  }
});

Deno.test("run() keeps momentum and angular momentum when bodies only meet each other", () => {
  const draw = drawsFrom(7);
  const bodies = Array.from({ length: 40 }, () => {
    const options = {
      positionM: [draw() * 2 - 1, draw() * 2 - 1, draw() * 2 - 1] as Vector,
      velocityMps: [draw() * 6 - 3, draw() * 6 - 3, draw() * 6 - 3] as Vector,
      spinRadps: [draw() * 6 - 3, draw() * 6 - 3, draw() * 6 - 3] as Vector,
      orientation: turned(draw),
      restitution: draw(),
    };
    return draw() < 0.5 ? sphere(0.3, options) : box([0.2, 0.3, 0.4], options);
  });
  const start = scene(bodies, { gravityMps2: [0, 0, 0], angularDampingPerS: 0 });
  let met = 0;
  const end = simulate(start, 120, (state) => met += state.contacts.length);
  assert.ok(met > 30, "they met");
  const scaleP = bodies.reduce((sum, body) => sum + body.massKg * length(body.velocityMps), 0);
  assert.ok(length(add(momentumOf(end), momentumOf(start), -1)) < 1e-4 * scaleP);
  // Within a step arms and turning are taken from its start, so a little is lost at every hit.
  const spun = length(add(angularMomentumOf(end), angularMomentumOf(start), -1));
  assert.ok(spun < 0.02 * scaleP, `angular momentum changed by ${spun} of ${scaleP}`);
});

Deno.test("run() stops a body of 100 m/s at a thin wall", () => {
  const wall = box([0.05, 5, 5], { positionM: [0, 0, 0], massKg: 0 });
  const ball = sphere(0.1, { positionM: [-3, 0, 0], velocityMps: [100, 0, 0] });
  const crate = box([0.1, 0.1, 0.1], {
    positionM: [-3, 2, 0],
    velocityMps: [100, 5, 3],
    spinRadps: [1, 20, 3],
  });
  const end = simulate(scene([wall, ball, crate], { gravityMps2: [0, 0, 0] }), 20);
  for (const body of end.bodies.slice(1)) assert.ok(body.positionM[0] < -0.1, `at ${body.positionM[0]} m`);
});

Deno.test("run() holds runaway bodies at the limits, so that every output is an input", () => {
  const far = sphere(1, { positionM: [9_999, -9_999, 0], velocityMps: [150, -130, 0] });
  const end = simulate(scene([far]), 300);
  assert.deepEqual(at(end.bodies, 0).positionM, [10_000, -10_000, 0]);
  assert.ok(length(at(end.bodies, 0).velocityMps) <= 200.001);
});

Deno.test("run() takes an empty scene and a lonely body", () => {
  assert.equal(simulate(scene([]), 3).bodies.length, 0);
  assert.equal(physics.encodeInput(scene([])).length, 48);
  const end = simulate(scene([sphere(1, { positionM: [0, 0, 0] })]), 1);
  assertNear(at(end.bodies, 0).velocityMps[1], -9.81 / 60, 1e-6, "fall");
});

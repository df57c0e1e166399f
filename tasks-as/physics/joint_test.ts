/** What joints must do, judged by closed forms and by mechanics alone. */
import { assert } from "../../tests/deps.ts";
import {
  type Body,
  box,
  capsule,
  distance,
  fixedBox,
  hinge,
  type PhysicsInput,
  scene,
  sphere,
  type Vector,
} from "./codec.ts";
import {
  add,
  angularMomentumOf,
  cross,
  dot,
  energyOf,
  length,
  matrixOf,
  momentumOf,
} from "./testing/mechanics.ts";
import { bridge, chain, tangle } from "./testing/scenes.ts";
import { simulate } from "./testing/world.ts";

const G = 9.81;
const FREE = { angularDampingPerS: 0, sleeps: false } as const;
const hook = fixedBox([0.1, 0.1, 0.1], { positionM: [0, 0, 0] });

function bodyOf(state: PhysicsInput, index: number): Body {
  const body = state.bodies[index];
  assert.ok(body !== undefined);
  return body;
}

/** Steps between passages of body 1 through x = 0 towards −x, in seconds, interpolated. */
function periodsOf(start: PhysicsInput, steps: number): number[] {
  const times: number[] = [];
  let before = bodyOf(start, 1).positionM[0];
  simulate(start, steps, (state, step) => {
    const now = bodyOf(state, 1).positionM[0];
    if (before > 0 && now <= 0) times.push((step - 1 + before / (before - now)) / 60);
    before = now;
  });
  return times.slice(1).map((time, i) => time - (times[i] as number));
}

/** The most and the least energy on the way, less that at the start. */
function energyRange(start: PhysicsInput, steps: number): readonly [number, number] {
  const energy = energyOf(start);
  let [least, most] = [0, 0];
  simulate(start, steps, (state) => {
    least = Math.min(least, energyOf(state) - energy);
    most = Math.max(most, energyOf(state) - energy);
  });
  return [least, most];
}

/** Where an anchor stands in space. */
function anchorOf({ positionM, orientation }: Body, anchorM: Vector): Vector {
  const rows = matrixOf(orientation);
  return [0, 1, 2].map((k) =>
    (positionM[k] as number) + dot(rows[k] as Vector, anchorM)
  ) as unknown as Vector;
}

/** How far the anchors of all hinges are apart at most, and how far all rigid distances are off. */
function worstError({ bodies, joints }: PhysicsInput): number {
  return Math.max(
    ...joints.map((joint) => {
      const [a, b] = [bodies[joint.first] as Body, bodies[joint.second] as Body];
      const apart = length(add(anchorOf(b, joint.anchorsM[1]), anchorOf(a, joint.anchorsM[0]), -1));
      if (joint.type === "hinge") return apart;
      return joint.complianceMPerN > 0 ? 0 : Math.max(apart - joint.lengthM[1], joint.lengthM[0] - apart);
    }),
  );
}

Deno.test("run() swings a ball on a rod with a pendulum's period and keeps its energy", () => {
  const [rod, angle] = [2, 0.5];
  const ball = sphere(0.05, { positionM: [rod * Math.sin(angle), -rod * Math.cos(angle), 0] });
  const bodies = [hook, ball];
  const start = scene(bodies, { ...FREE, joints: [distance(bodies, [0, 1])] });
  // The first terms of the elliptic integral.
  const period = 2 * Math.PI * Math.sqrt(rod / G) * (1 + angle ** 2 / 16 + 11 * angle ** 4 / 3072);
  for (const measured of periodsOf(start, 900)) {
    assert.ok(Math.abs(measured / period - 1) < 0.005, `${measured} s`);
  }
  const [least, most] = energyRange(start, 900);
  const scale = ball.massKg * G * rod * (1 - Math.cos(angle));
  assert.ok(most < 0.02 * scale && least > -0.03 * scale, `${least / scale} … ${most / scale}`);
});

Deno.test("run() swings a plate on a hinge with a compound pendulum's period and keeps its energy", () => {
  const plate = box([0.5, 0.05, 0.2], {
    positionM: [0.1, -Math.sqrt(0.24), 0],
    orientation: turnedAboutZ(-Math.acos(0.2)),
  });
  const bodies = [hook, plate];
  const start = scene(bodies, {
    ...FREE,
    joints: [hinge(bodies, [0, 1], { pointM: [0, 0, 0], axis: [0, 0, 1] })],
  });
  const arm = length(plate.positionM);
  const moment = (0.5 ** 2 + 0.05 ** 2) / 3 + arm ** 2;
  const angle = Math.asin(0.1 / arm);
  const period = 2 * Math.PI * Math.sqrt(moment / (G * arm)) * (1 + angle ** 2 / 16);
  for (const measured of periodsOf(start, 900)) {
    assert.ok(Math.abs(measured / period - 1) < 0.01, `${measured} s of ${period}`);
  }
  const [least, most] = energyRange(start, 900);
  const scale = plate.massKg * G * arm * (1 - Math.cos(angle));
  assert.ok(most < 0.05 * scale && least > -0.05 * scale, `${least / scale} … ${most / scale}`);
});

function turnedAboutZ(angle: number): readonly [number, number, number, number] {
  return [0, 0, Math.sin(angle / 2), Math.cos(angle / 2)];
}

Deno.test("run() bounces a ball on a spring with the period of its stiffness, and lets it hang where it holds it", () => {
  const ball = sphere(0.1, { positionM: [0, -1, 0], massKg: 2 });
  const bodies = [hook, ball];
  const stiffness = 200;
  const spring = distance(bodies, [0, 1], { lengthM: 1, complianceMPerN: 1 / stiffness });
  const heights: number[] = [];
  simulate(
    scene(bodies, { ...FREE, joints: [spring] }),
    600,
    (state) => heights.push(bodyOf(state, 1).positionM[1]),
  );
  const middle = -1 - 2 * G / stiffness;
  const passages = heights.flatMap((y, i) =>
    i > 0 && (heights[i - 1] as number) > middle && y <= middle ? [i] : []
  );
  const period = ((passages.at(-1) as number) - (passages[0] as number)) / (passages.length - 1) / 60;
  assert.ok(Math.abs(period / (2 * Math.PI * Math.sqrt(2 / stiffness)) - 1) < 0.02, `${period} s`);
  assert.ok(Math.min(...heights) > -1 - 2.02 * 2 * G / stiffness, "it falls no deeper than twice its rest");
  const end = simulate(scene(bodies, { ...FREE, linearDampingPerS: 3, joints: [spring] }), 600);
  assert.ok(Math.abs(bodyOf(end, 1).positionM[1] - middle) < 1e-3);
});

Deno.test("run() lets a rope hang slack and holds it at its longest", () => {
  const ball = sphere(0.1, { positionM: [0, -0.5, 0] });
  const bodies = [hook, ball];
  const rope = distance(bodies, [0, 1], { lengthM: [0, 1] });
  let longest = 0;
  simulate(scene(bodies, { ...FREE, joints: [rope] }), 300, (state, step) => {
    const { positionM: [, y], velocityMps: [, speed] } = bodyOf(state, 1);
    longest = Math.max(longest, -y);
    // Free fall for √(2 · 0.5 m / g) = 0.32 s: the rope does not pull before.
    if (step === 18) assert.ok(Math.abs(speed + G * 18 / 60) < 1e-3);
  });
  assert.ok(longest < 1.01 && longest > 0.999, `${longest} m`);
});

Deno.test("run() holds a hinge within its limits, and locked where both are zero", () => {
  const flap = box([0.5, 0.05, 0.2], { positionM: [0.5, 0, 0] });
  const bodies = [hook, flap];
  const at = { pointM: [0, 0, 0], axis: [0, 0, 1] } as const;
  const angleOf = (state: PhysicsInput): number => {
    const { orientation: [, , z, w] } = bodyOf(state, 1);
    return 2 * Math.atan2(z, w);
  };
  let lowest = 0;
  const end = simulate(
    scene(bodies, { ...FREE, joints: [hinge(bodies, [0, 1], { ...at, limitsRad: [-0.6, 0.2] })] }),
    240,
    (state) => lowest = Math.min(lowest, angleOf(state)),
  );
  assert.ok(lowest > -0.63, `${lowest} rad`);
  assert.ok(Math.abs(angleOf(end) + 0.6) < 0.005, `${angleOf(end)} rad`);
  const locked = simulate(
    scene(bodies, { ...FREE, joints: [hinge(bodies, [0, 1], { ...at, limitsRad: [0, 0] })] }),
    240,
  );
  assert.ok(Math.abs(angleOf(locked)) < 0.005, `${angleOf(locked)} rad`);
});

Deno.test("run() turns hinged bodies only about their axis", () => {
  const bodies = [
    capsule(0.1, 0.3, { positionM: [0, 0, 0], spinRadps: [2, 1, 3] }),
    box([0.2, 0.1, 0.3], { positionM: [0.6, 0, 0], spinRadps: [-1, 2, 0], velocityMps: [0, 1, 1] }),
  ];
  const axis: Vector = [0.6, 0, 0.8];
  const joint = hinge(bodies, [0, 1], { pointM: [0.3, 0, 0], axis });
  const start = scene(bodies, { ...FREE, gravityMps2: [0, 0, 0], joints: [joint] });
  const momentum = momentumOf(start);
  const turning = angularMomentumOf(start);
  let energy = 0;
  simulate(start, 600, (state, step) => {
    const rows = state.bodies.map((body) => matrixOf(body.orientation));
    const [a, b] = rows.map((matrix, i) =>
      matrix.map((row) => dot(row, joint.axes[i] as Vector)) as unknown as Vector
    );
    assert.ok(length(cross(a as Vector, b as Vector)) < 0.01, "the axes agree");
    assert.ok(worstError(state) < 0.003);
    assert.ok(length(add(momentumOf(state), momentum, -1)) < 1e-3 * length(momentum));
    assert.ok(length(add(angularMomentumOf(state), turning, -1)) < 0.02 * length(turning));
    if (step === 1) energy = energyOf(state);
    assert.ok(Math.abs(energyOf(state) / energy - 1) < 0.01, "it keeps its energy");
  });
});

Deno.test("run() carries loads on a bridge and swings a chain without tearing them", () => {
  for (const start of [bridge(16, 6), chain(10)]) {
    const allowed = energyOf(start) + 0.01 * Math.abs(energyOf(start));
    simulate(start, 480, (state, step) => {
      assert.ok(energyOf(state) <= allowed, `step ${step} gained energy`);
      assert.ok(worstError(state) < 0.02, `step ${step}: ${worstError(state)} m`);
    });
  }
});

Deno.test("run() never gains energy from tangles of hinges, rods, ropes and springs", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const start = tangle(seed);
    const kinetic = (state: PhysicsInput): number => energyOf({ ...state, gravityMps2: [0, 0, 0] });
    const [moving, lifted] = [kinetic(start), energyOf(start) - kinetic(start)];
    let low = Infinity;
    let gain = -Infinity;
    simulate(start, 150, (state) => {
      low = Math.min(low, energyOf(state) - kinetic(state));
      gain = Math.max(gain, energyOf(state) - moving - lifted);
    });
    assert.ok(gain <= 0.01 * (moving + lifted - low), `seed ${seed}: ${gain} J`);
  }
});

Deno.test("run() lets joined bodies pass through each other unless their joint says that they collide", () => {
  const bodies = [
    box([0.5, 0.5, 0.5], { positionM: [0, 0, 0] }),
    box([0.5, 0.5, 0.5], { positionM: [0.9, 0, 0] }),
  ];
  const touching = (collides: boolean): number =>
    simulate(
      scene(bodies, {
        gravityMps2: [0, 0, 0],
        joints: [distance(bodies, [0, 1], { lengthM: [0, 9], collides })],
      }),
      1,
    )
      .contacts.length;
  assert.equal(touching(false), 0);
  assert.equal(touching(true), 1);
});

/**
 * The test vectors: scenes with what must hold after some steps, from closed forms of mechanics or from the
 * oracles (testing/oracle.ts, testing/joint_oracle.ts). Nothing here knows the kernel. `deno run -A
 * tasks-as/physics/vectors/generate.ts` stores them. Past 300 lines: it is a list.
 */
import {
  type Body,
  box,
  capsule,
  distance,
  hinge,
  type PhysicsInput,
  scene,
  sphere,
  type Vector,
} from "../codec.ts";
import { jointOracleStates } from "../testing/joint_oracle.ts";
import { add, momentsOf } from "../testing/mechanics.ts";
import { oracleStates, turnedBy } from "../testing/oracle.ts";
import { ground } from "../testing/scenes.ts";

/** One quantity of one body after a number of steps. */
export interface Expectation {
  readonly step: number;
  readonly body: number;
  readonly quantity: "positionM" | "velocityMps" | "spinRadps" | "orientation";
  /** Components that are compared; null ones are not. */
  readonly value: readonly (number | null)[];
  /** Largest distance over the compared components. */
  readonly tolerance: number;
}

export interface Case {
  readonly name: string;
  readonly source: "closed form" | "oracle";
  readonly scene: PhysicsInput;
  readonly expected: readonly Expectation[];
}

const G = 9.81;
const FREE = { linearDampingPerS: 0, angularDampingPerS: 0 };
const WEIGHTLESS = { ...FREE, gravityMps2: [0, 0, 0] } as const;

/** All cases, computed. */
export function allCases(): Case[] {
  return [
    thrownBall(),
    spinningBox(),
    restingBall(),
    elasticMeeting(),
    deadMeeting(),
    ...[2, 5, 8].map(slidingBox),
    rollingBall(),
    ...[1, 0.8, 0.5].map(bouncingBall),
    ...oracleCases(),
    ...jointCases(),
  ];
}

function thrownBall(): Case {
  const ball = sphere(0.5, { positionM: [0, 100, 0], velocityMps: [3, 4, -5] });
  const t = 2;
  return {
    name: "a thrown ball flies a parabola",
    source: "closed form",
    scene: scene([ball], FREE),
    expected: [
      {
        step: 120,
        body: 0,
        quantity: "positionM",
        value: [3 * t, 100 + 4 * t - G * t * t / 2, -5 * t],
        tolerance: 0.03,
      },
      { step: 120, body: 0, quantity: "velocityMps", value: [3, 4 - G * t, -5], tolerance: 1e-4 },
    ],
  };
}

/** Euler's equations by Runge and Kutta with 100,000 steps a second: the motion itself, not a method for games. */
function spinningBox(): Case {
  const crate = box([0.1, 0.3, 0.5], { positionM: [0, 0, 0], spinRadps: [0.5, 6, 0.3] });
  const [i1, i2, i3] = momentsOf(crate);
  const rate = ([a, b, c]: Vector): Vector => [
    (i2 - i3) / i1 * b * c,
    (i3 - i1) / i2 * c * a,
    (i1 - i2) / i3 * a * b,
  ];
  const h = 1e-5;
  let spin = crate.spinRadps;
  let orientation = crate.orientation;
  for (let i = 0; i < 100_000; i++) {
    const k1 = rate(spin);
    const k2 = rate(add(spin, k1, h / 2));
    const k3 = rate(add(spin, k2, h / 2));
    const k4 = rate(add(spin, k3, h));
    const middle = add(spin, k2, h / 2);
    // The body turns about axes of its own: conjugate, turn about space's axes, conjugate.
    const [x, y, z, w] = orientation;
    const [a, b, c, d] = turnedBy([-x, -y, -z, w], add([0, 0, 0], middle, -1), h);
    orientation = [-a, -b, -c, d];
    spin = add(spin, add(add(k1, k2, 2), add(k4, k3, 2)), h / 6);
  }
  return {
    name: "a free box tumbles as Euler says",
    source: "closed form",
    scene: scene([crate], WEIGHTLESS),
    expected: [{ step: 60, body: 0, quantity: "orientation", value: orientation, tolerance: 0.02 }],
  };
}

function restingBall(): Case {
  return {
    name: "a ball rests on the ground",
    source: "closed form",
    scene: scene([ground(), sphere(0.4, { positionM: [1, 0.4, 2] })]),
    expected: [
      { step: 300, body: 1, quantity: "positionM", value: [1, 0.4, 2], tolerance: 0.001 },
      { step: 300, body: 1, quantity: "velocityMps", value: [0, 0, 0], tolerance: 1e-4 },
    ],
  };
}

function meeting(restitution: number): readonly [Body, Body] {
  return [
    sphere(0.5, { positionM: [-1.5, 0, 0], velocityMps: [3, 0, 0], restitution, friction: 0 }),
    sphere(0.4, {
      positionM: [1.5, 0, 0],
      velocityMps: [-1, 0, 0],
      restitution,
      friction: 0,
      densityKgPerM3: 3000,
    }),
  ];
}

/** Velocities after a head-on meeting with restitution e, from momentum and Newton's rule. */
function meetingCase(name: string, e: number): Case {
  const [a, b] = meeting(e);
  const [va, vb] = [a.velocityMps[0], b.velocityMps[0]];
  const centre = (a.massKg * va + b.massKg * vb) / (a.massKg + b.massKg);
  const afterA = centre - e * b.massKg * (va - vb) / (a.massKg + b.massKg);
  const afterB = centre + e * a.massKg * (va - vb) / (a.massKg + b.massKg);
  return {
    name,
    source: "closed form",
    scene: scene([a, b], WEIGHTLESS),
    expected: [
      { step: 60, body: 0, quantity: "velocityMps", value: [afterA, 0, 0], tolerance: 1e-3 },
      { step: 60, body: 1, quantity: "velocityMps", value: [afterB, 0, 0], tolerance: 1e-3 },
    ],
  };
}

function elasticMeeting(): Case {
  return meetingCase("two balls part elastically", 1);
}

function deadMeeting(): Case {
  return meetingCase("two balls go on together", 0);
}

function slidingBox(speed: number): Case {
  const friction = 0.4;
  const crate = box([0.5, 0.25, 0.5], { positionM: [0, 0.25, 0], velocityMps: [0, 0, speed], friction });
  const distance = speed ** 2 / (2 * friction * G);
  return {
    name: `a box at ${speed} m/s slides v²/(2µg)`,
    source: "closed form",
    scene: scene([ground({ friction }), crate], FREE),
    expected: [
      {
        step: 240,
        body: 1,
        quantity: "positionM",
        value: [0, null, distance],
        tolerance: 0.01 + 0.005 * distance,
      },
      { step: 240, body: 1, quantity: "velocityMps", value: [0, 0, 0], tolerance: 1e-3 },
    ],
  };
}

function rollingBall(): Case {
  const ball = sphere(0.3, { positionM: [0, 0.3, 0], velocityMps: [7, 0, 0], friction: 0.5 });
  return {
    name: "a sliding ball ends rolling at 5/7 of its speed",
    source: "closed form",
    scene: scene([ground({ friction: 0.5 }), ball], FREE),
    expected: [
      { step: 120, body: 1, quantity: "velocityMps", value: [5, 0, 0], tolerance: 0.01 },
      { step: 120, body: 1, quantity: "spinRadps", value: [0, 0, -5 / 0.3], tolerance: 0.05 },
    ],
  };
}

/** At the top of its first bounce a ball has e² of the height it fell. */
function bouncingBall(e: number): Case {
  const height = 2;
  const ball = sphere(0.25, { positionM: [0, 0.25 + height, 0], restitution: e });
  const rise = e * Math.sqrt(2 * G * height) / G;
  const step = Math.round((Math.sqrt(2 * height / G) + rise) * 60);
  return {
    name: `a ball of restitution ${e} rises to e² of its height`,
    source: "closed form",
    scene: scene([ground({ restitution: e }), ball], FREE),
    expected: [
      {
        step,
        body: 1,
        quantity: "positionM",
        value: [0, 0.25 + height * e * e, 0],
        tolerance: 0.03 * height,
      },
    ],
  };
}

function oracleCases(): Case[] {
  const tilted = Math.sin(0.2);
  const scenes: [string, PhysicsInput, readonly number[], number][] = [
    [
      "a tilted box falls on its edge and settles",
      scene([
        ground(),
        box([0.3, 0.2, 0.4], {
          positionM: [0, 0.8, 0],
          orientation: [0, 0, tilted, Math.cos(0.2)],
          velocityMps: [1, 0, 0],
        }),
      ]),
      [15, 30, 90],
      0.03,
    ],
    [
      "a box slides, spins and stops",
      scene([
        ground(),
        box([0.4, 0.2, 0.4], { positionM: [0, 0.2, 0], velocityMps: [3, 0, 1], spinRadps: [0, 4, 0] }),
      ]),
      [15, 60],
      // The kernel's friction acts at the middle of the face and as a twist, the oracle's at the corners.
      0.08,
    ],
    [
      "a rolling ball hits three in a row",
      scene([
        ground(),
        sphere(0.25, { positionM: [-1, 0.25, 0], velocityMps: [4, 0, 0], restitution: 0.5 }),
        ...[0, 1, 2].map((i) => sphere(0.25, { positionM: [0.8 * i, 0.25, 0.05 * i], restitution: 0.5 })),
      ]),
      [20, 45],
      0.05,
    ],
    [
      "a ball drops on three that touch",
      scene([
        ground(),
        ...[0, 1, 2].map((i) =>
          sphere(0.25, {
            positionM: [0.29 * Math.cos(i * 2 * Math.PI / 3), 0.25, 0.29 * Math.sin(i * 2 * Math.PI / 3)],
          })
        ),
        sphere(0.2, { positionM: [0, 0.9, 0] }),
      ]),
      [15, 45],
      0.03,
    ],
  ];
  return scenes.map(([name, start, steps, tolerance]) => {
    const states = oracleStates(start, Math.max(...steps));
    const expected = steps.flatMap((step) =>
      start.bodies.flatMap(({ massKg }, body): Expectation[] => {
        const value = states[step - 1]?.bodies[body]?.positionM;
        return massKg === 0 || value === undefined
          ? []
          : [{ step, body, quantity: "positionM", value, tolerance }];
      })
    );
    return { name, source: "oracle", scene: start, expected };
  });
}

/** Joints against the other method: where all bodies are after a quarter, a half and a whole second. */
function jointCases(): Case[] {
  const hook = box([0.1, 0.1, 0.1], { positionM: [0, 0, 0], massKg: 0 });
  const balls = [hook, sphere(0.1, { positionM: [1, 0, 0] }), sphere(0.1, { positionM: [1.8, 0.3, 0.2] })];
  const flaps = [
    hook,
    box([0.3, 0.05, 0.1], { positionM: [0.3, 0, 0] }),
    box([0.3, 0.05, 0.1], { positionM: [0.9, 0, 0] }),
  ];
  const thrown = [
    capsule(0.1, 0.3, { positionM: [0, 0, 0], spinRadps: [2, 1, 3] }),
    box([0.2, 0.1, 0.3], { positionM: [0.6, 0, 0] }),
  ];
  const sprung = [
    hook,
    sphere(0.1, { positionM: [0.8, 0, 0] }),
    box([0.2, 0.2, 0.2], { positionM: [1.2, -0.5, 0], massKg: 3 }),
  ];
  const still = { ...FREE, sleeps: false } as const;
  const scenes: [string, PhysicsInput, number][] = [
    [
      "a double pendulum on rods",
      scene(balls, { ...still, joints: [distance(balls, [0, 1]), distance(balls, [1, 2])] }),
      0.015,
    ],
    [
      "two flaps on hinges across each other",
      scene(flaps, {
        ...still,
        joints: [
          hinge(flaps, [0, 1], { pointM: [0, 0, 0], axis: [0, 0, 1] }),
          hinge(flaps, [1, 2], { pointM: [0.6, 0, 0], axis: [0, 0.6, 0.8] }),
        ],
      }),
      0.01,
    ],
    [
      "a capsule and a box on a hinge, thrown",
      scene(thrown, {
        ...WEIGHTLESS,
        sleeps: false,
        joints: [hinge(thrown, [0, 1], { pointM: [0.3, 0, 0], axis: [0.6, 0, 0.8] })],
      }),
      0.002,
    ],
    [
      "a ball and a box on springs",
      scene(sprung, {
        ...still,
        joints: [
          distance(sprung, [0, 1], { complianceMPerN: 0.002 }),
          distance(sprung, [1, 2], { complianceMPerN: 0.01 }),
        ],
      }),
      0.03,
    ],
  ];
  return scenes.map(([name, start, tolerance]) => {
    const states = jointOracleStates(start, 60);
    const expected = [15, 30, 60].flatMap((step) =>
      start.bodies.flatMap(({ massKg }, body): Expectation[] => {
        const value = states[step - 1]?.bodies[body]?.positionM;
        return massKg === 0 || value === undefined
          ? []
          : [{ step, body, quantity: "positionM", value, tolerance }];
      })
    );
    return { name, source: "oracle", scene: start, expected };
  });
}

/** Distance of a quantity from what is expected; an orientation also counts negated. */
export function distanceFrom(actual: readonly number[], expected: readonly (number | null)[]): number {
  const differences = (sign: number): number =>
    Math.hypot(...expected.map((value, k) => value === null ? 0 : sign * (actual[k] as number) - value));
  return expected.length === 4 ? Math.min(differences(1), differences(-1)) : differences(1);
}

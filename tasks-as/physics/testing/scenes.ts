/** Scenes for tests and benchmarks, made from a seed. */
import {
  type Body,
  box,
  capsule,
  distance,
  fixedBox,
  hinge,
  type Joint,
  type PhysicsInput,
  type Quaternion,
  scene,
  sphere,
  type Vector,
} from "../codec.ts";

/** A seeded generator of numbers 0 ≤ x < 1 (mulberry32). */
export function drawsFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A random rotation. */
export function turned(draw: () => number): Quaternion {
  const raw = [draw() - 0.5, draw() - 0.5, draw() - 0.5, draw() - 0.5] as const;
  const length = Math.hypot(...raw);
  return [raw[0] / length, raw[1] / length, raw[2] / length, raw[3] / length];
}

/** Flat ground whose top is at y = 0. */
export function ground(options: Partial<Body> = {}): Body {
  return fixedBox([50, 1, 50], { positionM: [0, -1, 0], ...options });
}

/** Ground and four walls around a square pit of the given half width. */
export function pit(halfM: number): Body[] {
  const wall = (x: number, z: number): Body =>
    fixedBox(x === 0 ? [halfM + 1, 4, 0.5] : [0.5, 4, halfM + 1], {
      positionM: [x * (halfM + 0.5), 4, z * (halfM + 0.5)],
    });
  return [ground(), wall(1, 0), wall(-1, 0), wall(0, 1), wall(0, -1)];
}

/** Balls and boxes that fall into a pit; `boxShare` of them are boxes. No two overlap at the start. */
export function pile(count: number, seed: number, boxShare = 0.5): PhysicsInput {
  const draw = drawsFrom(seed);
  const bodies = pit(2.2);
  for (let i = 0; i < count; i++) {
    const place = i % 16;
    const options = {
      positionM: [
        (place % 4 - 1.5) * 1.1 + (draw() - 0.5) * 0.1,
        0.6 + Math.floor(i / 16) * 1.15 + (draw() - 0.5) * 0.1,
        (Math.floor(place / 4) - 1.5) * 1.1 + (draw() - 0.5) * 0.1,
      ],
      orientation: turned(draw),
    } as const;
    bodies.push(
      draw() < boxShare
        ? box([0.15 + 0.14 * draw(), 0.15 + 0.14 * draw(), 0.15 + 0.14 * draw()], options)
        : sphere(0.2 + 0.2 * draw(), options),
    );
  }
  return scene(bodies);
}

/** Equal cubes on top of each other, exactly or a little askew. */
export function stack(count: number, halfM = 0.5, draw?: () => number): PhysicsInput {
  const bodies = [ground()];
  for (let i = 0; i < count; i++) {
    const angle = draw === undefined ? 0 : (draw() - 0.5) * 0.3;
    bodies.push(box([halfM, halfM, halfM], {
      positionM: [
        draw === undefined ? 0 : (draw() - 0.5) * 0.1 * halfM,
        halfM + 2 * halfM * i,
        draw === undefined ? 0 : (draw() - 0.5) * 0.1 * halfM,
      ],
      orientation: [0, Math.sin(angle), 0, Math.cos(angle)],
    }));
  }
  return scene(bodies);
}

/** Bodies of all kinds thrown about: other sizes, masses, spins, materials and gravity with every seed. */
export function turmoil(seed: number): PhysicsInput {
  const draw = drawsFrom(seed);
  const between = (low: number, high: number): number => low + (high - low) * draw();
  const vector = (size: number): [number, number, number] => [
    between(-size, size),
    between(-size, size),
    between(-size, size),
  ];
  const bodies: Body[] = draw() < 0.8 ? pit(between(2, 6)) : [];
  const speed = draw() < 0.3 ? 60 : 5;
  const count = Math.floor(between(1, 60));
  for (let i = 0; i < count; i++) {
    const [x, y, z] = vector(2);
    const options = {
      positionM: [x, y + 2.5, z],
      orientation: turned(draw),
      velocityMps: vector(speed),
      spinRadps: vector(draw() < 0.2 ? 40 : 4),
      densityKgPerM3: 10 ** between(1.5, 4),
      friction: draw() < 0.2 ? 0 : between(0, 1.2),
      restitution: draw() < 0.5 ? 0 : draw(),
    } as const;
    const size = (): number => between(0.05, 0.5);
    const kind = draw();
    if (kind < 0.4) bodies.push(sphere(size(), options));
    else if (kind < 0.6) bodies.push(capsule(size(), size(), options));
    else bodies.push(box([size(), size(), size()], options));
  }
  return scene(bodies, {
    gravityMps2: draw() < 0.8 ? [0, -9.81, 0] : vector(12),
    sleeps: draw() < 0.5,
  });
}

/** Chains of boxes and capsules, each link held to the one before by a hinge, rod, rope or spring, thrown into a pit. */
export function tangle(seed: number): PhysicsInput {
  const draw = drawsFrom(seed);
  const between = (low: number, high: number): number => low + (high - low) * draw();
  const bodies: Body[] = pit(3);
  const joints: Joint[] = [];
  for (let chain = 0, chains = 1 + Math.floor(4 * draw()); chain < chains; chain++) {
    const z = (chain - (chains - 1) / 2) * 1.2;
    const hangs = draw() < 0.3;
    for (let link = 0, links = 2 + Math.floor(5 * draw()); link < links; link++) {
      const options = {
        positionM: [0.6 * link - 1.5, 2 + draw(), z] as Vector,
        velocityMps: [between(-3, 3), between(-3, 3), between(-3, 3)] as Vector,
        spinRadps: [between(-3, 3), between(-3, 3), between(-3, 3)] as Vector,
        densityKgPerM3: between(300, 2000),
      };
      const index = bodies.length;
      bodies.push(draw() < 0.5 ? box([0.2, 0.15, 0.2], options) : capsule(0.12, 0.15, options));
      if (link > 0) joints.push(anyJoint(bodies, index - 1, index, draw));
      else if (hangs) joints.push(anyJoint(bodies, 0, index, draw));
    }
  }
  return scene(bodies, { joints, sleeps: draw() < 0.5 });
}

/** A joint between two bodies as they stand, held half-way between them or at the body that moves. */
function anyJoint(bodies: readonly Body[], first: number, second: number, draw: () => number): Joint {
  const [a, b] = [bodies[first] as Body, bodies[second] as Body];
  const middle = (k: 0 | 1 | 2): number =>
    a.massKg === 0 ? b.positionM[k] + 0.2 : (a.positionM[k] + b.positionM[k]) / 2;
  const pointM: Vector = [middle(0), middle(1), middle(2)];
  const collides = draw() < 0.5;
  const kind = draw();
  if (kind < 0.5) {
    const axis: Vector = [draw() - 0.5, draw() - 0.5, draw() + 0.1];
    const limits = draw() < 0.5 ? {} : { limitsRad: [-draw(), draw()] as const };
    return hinge(bodies, [first, second], { pointM, axis, collides, ...limits });
  }
  const fastened = { pointsM: [a.massKg === 0 ? pointM : a.positionM, b.positionM] as const, collides };
  if (kind < 0.7) return distance(bodies, [first, second], fastened);
  if (kind < 0.85) return distance(bodies, [first, second], { ...fastened, lengthM: [0.2, 1.5] });
  return distance(bodies, [first, second], { ...fastened, complianceMPerN: 0.001 });
}

/** A chain of capsules hung by hinges from a beam, its lowest link pushed. */
export function chain(links: number): PhysicsInput {
  const bodies: Body[] = [fixedBox([0.5, 0.1, 0.5], { positionM: [0, 0.1, 0] })];
  const joints: Joint[] = [];
  for (let i = 0; i < links; i++) {
    bodies.push(capsule(0.05, 0.15, {
      positionM: [0, -0.25 - 0.5 * i, 0],
      velocityMps: [i === links - 1 ? 3 : 0, 0, 0],
    }));
    joints.push(hinge(bodies, [i, i + 1], { pointM: [0, -0.5 * i, 0], axis: [0, 0, 1] }));
  }
  return scene(bodies, { joints });
}

/** A hanging bridge of planks, hinged to each other and to two banks, under boxes and capsules that fall on it. */
export function bridge(planks: number, loads: number): PhysicsInput {
  const half = 0.25;
  // The planks are the sides of a polygon on an arc of this half angle, whose ends are at y = 0.
  const sag = 0.5;
  const side = 2 * sag / planks;
  const radius = half / Math.sin(side / 2);
  const corner = (i: number): Vector => {
    const angle = -sag + side * i;
    return [radius * Math.sin(angle), radius * (Math.cos(sag) - Math.cos(angle)), 0];
  };
  const [edge] = corner(planks);
  const bank = (x: number): Body => fixedBox([1, 1, 1], { positionM: [x * (edge + 1), -1, 0] });
  const bodies: Body[] = [bank(-1), bank(1)];
  const joints: Joint[] = [];
  for (let i = 0; i < planks; i++) {
    const [from, to] = [corner(i), corner(i + 1)];
    const tilt = (-sag + side * (i + 0.5)) / 2;
    bodies.push(box([half - 0.01, 0.05, 0.8], {
      positionM: [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2, 0],
      orientation: [0, 0, Math.sin(tilt), Math.cos(tilt)],
      densityKgPerM3: 600,
    }));
    joints.push(hinge(bodies, [i === 0 ? 0 : i + 1, i + 2], { pointM: from, axis: [0, 0, 1] }));
  }
  joints.push(hinge(bodies, [planks + 1, 1], { pointM: corner(planks), axis: [0, 0, 1] }));
  for (let i = 0; i < loads; i++) {
    const positionM = [(i - (loads - 1) / 2) * 0.7, 0.3 + 0.3 * i, 0] as const;
    bodies.push(
      i % 2 === 0 ? box([0.2, 0.2, 0.2], { positionM, densityKgPerM3: 300 }) : capsule(0.15, 0.2, {
        positionM,
        orientation: [Math.SQRT1_2, 0, 0, Math.SQRT1_2],
        densityKgPerM3: 300,
      }),
    );
  }
  return scene(bodies, { joints });
}

/** A tower of boxes, two crosswise in every layer, and a heavy ball on its way into it. */
export function tower(layers: number): PhysicsInput {
  const bodies = [ground()];
  for (let layer = 0; layer < layers; layer++) {
    const along = layer % 2 === 0;
    for (const side of [-1, 1]) {
      bodies.push(box(along ? [0.5, 0.15, 0.15] : [0.15, 0.15, 0.5], {
        positionM: [along ? 0 : side * 0.35, 0.15 + 0.3 * layer, along ? side * 0.35 : 0],
      }));
    }
  }
  bodies.push(
    sphere(0.35, {
      positionM: [-6, 0.6 * layers * 0.3 + 0.35, 0.1],
      velocityMps: [14, 1.5, 0],
      densityKgPerM3: 3000,
    }),
  );
  return scene(bodies);
}

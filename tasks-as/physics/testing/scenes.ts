/** Scenes for tests and benchmarks, made from a seed. */
import { type Body, box, fixedBox, type PhysicsInput, type Quaternion, scene, sphere } from "../codec.ts";

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
    bodies.push(draw() < 0.5 ? sphere(size(), options) : box([size(), size(), size()], options));
  }
  return scene(bodies, { gravityMps2: draw() < 0.8 ? [0, -9.81, 0] : vector(12) });
}

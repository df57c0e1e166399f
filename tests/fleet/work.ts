// Real game work from a seed: paths through caves, and piles that fall.
import { pathfind } from "../../tasks-as/pathfind/codec.ts";
import { physics } from "../../tasks-as/physics/codec.ts";
import { terrain } from "../../tasks-as/terrain/codec.ts";
import { temperateWorld } from "../../tasks-as/terrain/testing/worlds.ts";
import { pile } from "../../tasks-as/physics/testing/scenes.ts";
import { caves, freeCell, largestPart, type Random, seeded } from "../../tools/demo/maps.ts";
import type { KernelName } from "./real_kernels.ts";

/** Endless tasks of one kernel, no two alike. */
export interface Work<Kernel extends string = KernelName> {
  readonly kernel: Kernel;
  /** What all tasks read: the map of paths. */
  readonly asset: Uint8Array<ArrayBuffer> | null;
  next(): Uint8Array<ArrayBuffer>;
}

/** Batches of problems on one map of caves. */
export function paths(seed: number, side = 96, pairs = 6): Work {
  const random = seeded(seed);
  const map = caves("test", side, side, random);
  const part = largestPart(map);
  return {
    kernel: "pathfind",
    asset: pathfind.encodeGrid(map),
    next: () =>
      pathfind.encodeInput({
        pairs: Array.from({ length: pairs }, () => {
          const [startX, startY] = freeCell(map, part, random);
          const [goalX, goalY] = freeCell(map, part, random);
          return { startX, startY, goalX, goalY };
        }),
      }),
  };
}

/** Chunks of one world at the height of its ground. */
export function chunks(seed: number): Work {
  const random = seeded(seed);
  const far = () => Math.floor(2_000 * random());
  return {
    kernel: "terrain",
    asset: terrain.encodeWorld(temperateWorld),
    next: () =>
      terrain.encodeInput({
        seed: 5n,
        chunkX: far(),
        chunkY: 0,
        chunkZ: far(),
      }),
  };
}

/** First steps of piles, each another one, pressed together so that bodies touch from the start. */
export function piles(seed: number, bodies = 40): Work {
  const random = seeded(seed);
  return { kernel: "physics", asset: null, next: () => physics.encodeInput(pressed(bodies, random)) };
}

/** A pile whose bodies were moved towards each other: what falls for a second is too slow for a test to wait for. */
function pressed(bodies: number, random: Random): ReturnType<typeof pile> {
  const start = pile(bodies, Math.floor(random() * 2 ** 31));
  return {
    ...start,
    bodies: start.bodies.map((body) => {
      if (body.massKg === 0) return body;
      const [x, y, z] = body.positionM;
      return {
        ...body,
        positionM: [x * 0.6, y * 0.45, z * 0.6] as const,
        velocityMps: [0, -1, 0] as const,
      };
    }),
  };
}

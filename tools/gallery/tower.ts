// A film strip of a tower that a ball knocks over.
import { type Body, box, fixedBox, type PhysicsInput, scene, sphere } from "../../tasks-as/physics/codec.ts";
import { Canvas } from "../demo/canvas.ts";
import { drawBodies } from "../demo/draw_bodies.ts";
import { drawn as drawnBody } from "../demo/pictures.ts";
import type { Drawn, Studio } from "./picture.ts";
import { rehearse } from "./rehearsal.ts";

const framesPerS = 60;
const storeys = 11;

/** Lets it fall, one step after the other. */
export async function exhibit(studio: Studio): Promise<readonly Drawn[]> {
  await rehearse(studio, "steps", (nth) => studio.asker.ask("physics", dropFrom(2 + nth / 100)));
  const moments = studio.small ? [0, 20, 45] : [0, 24, 40, 60, 90, 150];
  const film = await play(studio, tower(), moments);
  const canvas = strip(film, studio.small ? [200, 150] : [420, 340]);
  return [{
    file: "tower.png",
    title: "A falling tower",
    caption: `${3 * storeys} blocks and a heavy ball, ${moments.at(-1)} steps of 1/60 s, each computed by ` +
      `whichever worker was free from what the one before it had answered.`,
    kernels: ["physics"],
    canvas,
  }];
}

/** A ball in the air. */
function dropFrom(heightM: number): PhysicsInput {
  return scene([
    fixedBox([30, 0.5, 30], { positionM: [0, -0.5, 0] }),
    sphere(0.5, { positionM: [0, heightM, 0] }),
  ]);
}

/** Layers of three blocks, crosswise, and a ball on its way. */
function tower(): PhysicsInput {
  const bodies: Body[] = [fixedBox([30, 0.5, 30], { positionM: [0, -0.5, 0] })];
  for (let storey = 0; storey < storeys; storey++) {
    for (const side of [-1, 0, 1]) {
      const isAlong = storey % 2 === 0;
      const half = isAlong ? [1.2, 0.2, 0.38] as const : [0.38, 0.2, 1.2] as const;
      const positionM = [isAlong ? 0 : side * 0.8, 0.2 + storey * 0.4, isAlong ? side * 0.8 : 0] as const;
      bodies.push(box(half, { positionM }));
    }
  }
  return scene([
    ...bodies,
    sphere(0.6, { positionM: [-7, 2.9, 0.2], velocityMps: [22, 2, 0], densityKgPerM3: 9000 }),
  ]);
}

/** A moment of a film. */
export interface Shot {
  readonly frame: number;
  readonly bodies: readonly Body[];
}

/** Steps a scene as far as its last moment. */
export async function play(studio: Studio, start: PhysicsInput, moments: readonly number[]): Promise<Shot[]> {
  const last = moments.at(-1)!;
  const shots: Shot[] = [];
  let state = start;
  for (let frame = 0; frame <= last; frame++) {
    if (moments.includes(frame)) shots.push({ frame, bodies: state.bodies });
    if (frame === last) break;
    state = (await studio.asker.ask("physics", state)).output.state;
    studio.progress("steps", frame + 1, last);
  }
  return shots;
}

/** Shots beside each other, three in a row. */
export function strip(shots: readonly Shot[], [width, height]: readonly [number, number]): Canvas {
  const rows = Math.ceil(shots.length / 3);
  const canvas = new Canvas(3 * width + 40, rows * (height + 34) + 10, [250, 250, 247]);
  const camera = { eye: [3.6, 5.2, 11.5], target: [0.4, 1.7, 0], angle: 0.8 } as const;
  shots.forEach(({ frame, bodies }, at) => {
    const left = 10 + at % 3 * (width + 10);
    const top = 10 + Math.floor(at / 3) * (height + 34);
    canvas.text(left, top + 2, `${(frame / framesPerS).toFixed(2)} s`, 2, [32, 36, 42]);
    drawBodies(canvas, { left, top: top + 18, width, height }, camera, bodies.flatMap(drawnBody));
  });
  return canvas;
}

// A film strip: a scene stepped by workers, and some of its moments beside each other.
import type { Body, PhysicsInput } from "../../tasks-as/physics/codec.ts";
import { Canvas } from "../demo/canvas.ts";
import { type Camera, drawBodies } from "../demo/draw_bodies.ts";
import { drawn as drawnBody } from "../demo/pictures.ts";
import type { Studio } from "./picture.ts";

const framesPerS = 60;

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
export function strip(
  shots: readonly Shot[],
  [width, height]: readonly [number, number],
  camera: Camera,
): Canvas {
  const rows = Math.ceil(shots.length / 3);
  const canvas = new Canvas(3 * width + 40, rows * (height + 34) + 10, [250, 250, 247]);
  shots.forEach(({ frame, bodies }, at) => {
    const left = 10 + at % 3 * (width + 10);
    const top = 10 + Math.floor(at / 3) * (height + 34);
    canvas.text(left, top + 2, `${(frame / framesPerS).toFixed(2)} s`, 2, [32, 36, 42]);
    drawBodies(canvas, { left, top: top + 18, width, height }, camera, bodies.flatMap(drawnBody));
  });
  return canvas;
}

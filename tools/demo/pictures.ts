// The demo's two pictures: who found which path, and what became of a pile.
import type { Body } from "../../tasks-as/physics/codec.ts";
import { Canvas, type Colour } from "./canvas.ts";
import { drawBodies, type DrawnBody } from "./draw_bodies.ts";
import type { GameMap } from "./maps.ts";
import type { FoundPath } from "./path_work.ts";
import { type Moment, pileTasks } from "./pile_work.ts";

/** A finder of paths: who stands behind a source, and the colour of its paths. */
export interface Finder {
  readonly source: string | null;
  readonly label: string;
}

const finderColours: readonly Colour[] = [
  [31, 119, 180],
  [44, 160, 44],
  [214, 39, 40],
  [255, 127, 14],
  [120, 120, 120],
];
const ink: Colour = [32, 36, 42];
const paper: Colour = [250, 250, 247];
const rock: Colour = [66, 70, 80];
const ground: Colour = [232, 229, 220];
const pathsDrawnMax = 48;
const lineDotsMax = 6;

/** The first map with some of the paths found on it, coloured by who found them. */
export function drawPaths(map: GameMap, paths: readonly FoundPath[], finders: readonly Finder[]): Canvas {
  const scale = Math.max(1, Math.floor(900 / Math.max(map.width, map.height)));
  const side = 240;
  const canvas = new Canvas(map.width * scale + side, Math.max(map.height * scale, 300), paper);
  for (let y = 0; y < map.height; y++) {
    for (let x = 0; x < map.width; x++) {
      canvas.fill(x * scale, y * scale, scale, scale, map.free[y * map.width + x] === 1 ? ground : rock);
    }
  }
  const half = Math.floor(scale / 2);
  const drawn = spread(paths, finders);
  for (const path of drawn) {
    const colour = colourOf(path.source, finders);
    const { cells } = path;
    for (let at = 0; at + 3 < cells.length; at += 2) {
      const [x0, y0, x1, y1] = [cells[at]!, cells[at + 1]!, cells[at + 2]!, cells[at + 3]!].map((c) =>
        c * scale + half
      );
      canvas.line(x0!, y0!, x1!, y1!, Math.max(1, Math.min(scale - 1, lineDotsMax)), colour);
    }
    canvas.fill(cells[0]! * scale - 2, cells[1]! * scale - 2, scale + 4, scale + 4, ink);
  }
  const left = map.width * scale + 16;
  canvas.text(left, 16, map.name, 3, ink);
  canvas.text(left, 40, `${map.width} x ${map.height} cells`, 2, ink);
  canvas.text(left, 58, `${drawn.length} of ${paths.length} paths`, 2, ink);
  for (const [row, finder] of finders.entries()) {
    const top = 92 + row * 40;
    const count = paths.filter((path) => path.source === finder.source).length;
    canvas.fill(left, top, 28, 14, colourOf(finder.source, finders));
    canvas.text(left + 38, top, finder.label, 2, ink);
    canvas.text(left + 38, top + 16, `${count} paths`, 2, ink);
  }
  canvas.fill(left + 10, 92 + finders.length * 40 + 2, 8, 8, ink);
  canvas.text(left + 38, 92 + finders.length * 40, "start", 2, ink);
  return canvas;
}

/** Six moments of a pile. */
export function drawPile(moments: readonly Moment[]): Canvas {
  const [width, height] = [420, 320];
  const canvas = new Canvas(3 * width + 40, 2 * (height + 34) + 10, paper);
  const camera = { eye: [8.6, 6.4, 11.2], target: [0, 2.3, 0], angle: 0.78 } as const;
  for (const [at, moment] of moments.slice(0, 6).entries()) {
    const left = 10 + (at % 3) * (width + 10);
    const top = 10 + Math.floor(at / 3) * (height + 34);
    const seconds = ((moment.frame + 1) / pileTasks.framesPerS).toFixed(2);
    canvas.text(left, top + 2, `${seconds} s, ${pileTasks.bodies} bodies`, 2, ink);
    const bodies = moment.bodies.flatMap((body, index) => drawn(body, index));
    drawBodies(canvas, { left, top: top + 18, width, height }, camera, bodies);
  }
  return canvas;
}

const bodyColours: readonly Colour[] = [
  [222, 107, 72],
  [229, 181, 103],
  [125, 187, 195],
  [95, 127, 174],
  [163, 185, 108],
];

/** A body as it is drawn: the floor as a plane, walls grey. */
export function drawn(body: Body, index: number): DrawnBody[] {
  const { shape, positionM, orientation, massKg } = body;
  if (massKg === 0 && positionM[1] < 0) return [];
  const colour: Colour = massKg === 0 ? [150, 152, 156] : bodyColours[index % bodyColours.length]!;
  return [{ shape: shape.type, half: halfOf(shape), position: positionM, orientation, colour }];
}

/** Half extents; of a capsule its radius and how far its ends' centres are from the middle. */
function halfOf(shape: Body["shape"]): DrawnBody["half"] {
  if (shape.type === "box") return shape.halfExtentsM;
  return [shape.radiusM, shape.type === "capsule" ? shape.halfLengthM : shape.radiusM, shape.radiusM];
}

/** Some paths of every finder, so that the picture shows them all. */
function spread(paths: readonly FoundPath[], finders: readonly Finder[]): FoundPath[] {
  const each = Math.ceil(pathsDrawnMax / Math.max(1, finders.length));
  return finders.flatMap(({ source }) => {
    const own = paths.filter((path) => path.source === source);
    const stride = Math.max(1, Math.floor(own.length / each));
    return own.filter((_, at) => at % stride === 0).slice(0, each);
  });
}

function colourOf(source: string | null, finders: readonly Finder[]): Colour {
  const at = finders.findIndex((finder) => finder.source === source);
  return finderColours[at < 0 ? finderColours.length - 1 : at % finderColours.length]!;
}

// One chunk by day, by night with lamps, and as the quads it is made of.
import { mesh } from "../../tasks-as/mesh/codec.ts";
import { material } from "../../tasks-as/terrain/testing/worlds.ts";
import { Canvas } from "../demo/canvas.ts";
import type { Vector } from "../demo/vectors.ts";
import { drawWorld, VALUE_COUNT } from "./draw_world.ts";
import { dayAir, looks, materials, nightAir, nightSkyAt, skyAt, temperate } from "./palette.ts";
import type { Drawn, Studio } from "./picture.ts";
import { Raster } from "./raster.ts";
import { type MeshedChunk, WorldPiece } from "./world.ts";

const place = [3, 0, 3] as const;
const worldSeed = 7n;
/** Every so many columns along x and z a lamp stands on the ground. */
const lampEvery = 11;

/** Meshes a chunk that stands alone, so that its cut sides are seen, once without and once with lamps. */
export async function exhibit(studio: Studio): Promise<readonly Drawn[]> {
  const piece = new WorldPiece(studio, { from: place, to: [place[0] + 1, place[1] + 1, place[2] + 1] }, true);
  await piece.make(temperate, worldSeed);
  piece.carve((x, y, z, cell) => isInside(x, y, z) ? cell : material.air);
  const { chunks: plain } = await piece.mesh(materials);
  const tops = new Map<string, number>();
  piece.carve((x, y, z, cell) => {
    if (isGround(cell)) tops.set(`${x},${z}`, Math.max(y, tops.get(`${x},${z}`) ?? y));
    return cell;
  });
  piece.carve((x, y, z, cell) => isLamp(x, y, z, tops) ? material.glow : cell);
  const { chunks: lamplit } = await piece.mesh(materials);
  const [width, height] = studio.small ? [200, 180] : [620, 560];
  const canvas = new Canvas(3 * width + 40, height + 40, [250, 250, 247]);
  const quads = plain[0]!.output.quads.length / 2;
  const panels = [
    { name: "day", chunks: plain, sky: skyAt, air: dayAir, isNet: false },
    { name: "night with lamps", chunks: lamplit, sky: nightSkyAt, air: nightAir, isNet: false },
    { name: `${quads} quads`, chunks: plain, sky: skyAt, air: dayAir, isNet: true },
  ];
  panels.forEach(({ name, chunks, sky, air, isNet }, i) => {
    const [left, top] = [10 + i * (width + 10), 30];
    const raster = new Raster(width, height, view, sky, VALUE_COUNT);
    drawWorld(raster, chunks, view.eye, looks, air);
    raster.copyTo(canvas, left, top);
    if (isNet) { for (const chunk of chunks) drawEdges(canvas, raster, chunk, left, top); }
    canvas.text(left, 8, name, 3, [32, 36, 42]);
  });
  return [{
    file: "chunk.png",
    title: "A chunk, lit and meshed",
    caption:
      "A chunk of 32 × 32 × 32 cells by day, by night with a few lamps, and with the edges of its quads: " +
      "faces that look the same are one quad.",
    kernels: ["terrain", "mesh"],
    canvas,
  }];
}

const centre: Vector = [place[0] * 32 + 16, 7, place[2] * 32 + 16];
const view = { eye: [centre[0] - 40, 46, centre[2] + 52] as Vector, target: centre, angle: 0.62 };

function isInside(x: number, y: number, z: number): boolean {
  return [x, y, z].every((at, axis) => at >> 5 === place[axis]);
}

function isGround(cell: number): boolean {
  return materials[cell]!.opaque && cell !== material.wood && cell !== material.cactus;
}

/** A lamp on the ground, one cell high. */
function isLamp(x: number, y: number, z: number, tops: ReadonlyMap<string, number>): boolean {
  return isInside(x, y, z) && x % lampEvery === 5 && z % lampEvery === 5 && tops.get(`${x},${z}`) === y - 1;
}

/** The edges of all quads that the raster shows from outside. */
function drawEdges(
  canvas: Canvas,
  raster: Raster,
  { place, output }: MeshedChunk,
  left: number,
  top: number,
): void {
  const { vertices } = mesh.buffersOf(output);
  for (let quad = 0; quad < vertices.length; quad += 32) {
    const corners = [0, 1, 2, 3].map((k): Vector => {
      const [x, y, z] = vertices.subarray(quad + 8 * k, quad + 8 * k + 3) as unknown as [
        number,
        number,
        number,
      ];
      return [place[0]! * 32 + x, place[1]! * 32 + y, place[2]! * 32 + z];
    });
    corners.forEach((corner, k) => {
      for (const [x, y] of raster.visibleLine(corner, corners[(k + 1) % 4]!)) {
        canvas.set(left + x, top + y, [20, 24, 60]);
      }
    });
  }
}

// A landscape assembled from chunks: mountains, woods and a sea, as far as the chunks go.
import { Canvas } from "../demo/canvas.ts";
import type { Vector } from "../demo/vectors.ts";
import { drawWorld, VALUE_COUNT } from "./draw_world.ts";
import { dayAir, looks, materials, skyAt, temperate } from "./palette.ts";
import type { Drawn, Studio } from "./picture.ts";
import { Raster } from "./raster.ts";
import { type Region, WorldPiece } from "./world.ts";

/** What is made, in chunks, and from where it is looked at, in cells. */
interface Scene {
  readonly region: Region;
  readonly eye: Vector;
  readonly target: Vector;
  readonly size: readonly [width: number, height: number];
}

/** Over a lake towards wooded mountains, in the world of the usual seed. */
const wide: Scene = {
  region: { from: [-8, -1, -14], to: [4, 3, 0] },
  eye: [-205, 52, -12],
  target: [-70, 8, -240],
  size: [1280, 720],
};
const near: Scene = {
  region: { from: [-4, 0, -6], to: [-2, 2, -4] },
  eye: [-130, 60, -126],
  target: [-96, 12, -160],
  size: [320, 180],
};

/** Makes it, lights it, looks at it. */
export async function exhibit(studio: Studio): Promise<readonly Drawn[]> {
  const { region, eye, target, size: [width, height] } = studio.small ? near : wide;
  const piece = new WorldPiece(studio, region);
  await piece.make(temperate, BigInt(studio.seed));
  const { chunks, rounds } = await piece.mesh(materials);
  const raster = new Raster(width, height, { eye, target, angle: 0.72 }, skyAt, VALUE_COUNT);
  drawWorld(raster, chunks, eye, looks, dayAir);
  const canvas = new Canvas(width, height, [0, 0, 0]);
  raster.copyTo(canvas, 0, 0);
  const quads = chunks.reduce((sum, { output }) => sum + output.quads.length / 2, 0);
  return [{
    file: "landscape.png",
    title: "A landscape from chunks",
    caption: `${chunks.length} chunks of 32 × 32 × 32 cells, ${quads.toLocaleString("en")} quads. ` +
      `Light passed between chunks settled after ${rounds} rounds.`,
    kernels: ["terrain", "mesh"],
    canvas,
  }];
}

/** Chunks to mesh: pieces of a landscape as the terrain kernel makes them, and noise of every density. */
import type { Core } from "../../testing/core.ts";
import type { HonestTask } from "../../testing/detection.ts";
import { type Draw, drawBelow, drawOne } from "../../testing/draws.ts";
import { material, temperateWorld } from "../../terrain/testing/worlds.ts";
import { terrain, type TerrainInput } from "../../terrain/codec.ts";
import { mesh, type MeshChunk, type MeshInput, type MeshMaterial, type MeshOutput } from "../codec.ts";

const solid: MeshMaterial = { opaque: true, emission: 0, dimming: 0 };
const clear: MeshMaterial = { opaque: false, emission: 0, dimming: 0 };

/** What the materials of `temperateWorld` do to light. */
export const temperateMaterials: readonly MeshMaterial[] = Array.from({ length: 16 }, (_, number) => {
  if (number === material.air) return clear;
  if (number === material.water) return { ...clear, dimming: 2 };
  if (number === material.leaves || number === material.needles) return { ...clear, dimming: 1 };
  return number === material.glow ? { ...solid, emission: 12 } : solid;
});

/** A task with its parts. */
export interface MeshTask extends HonestTask {
  readonly input: Uint8Array<ArrayBuffer>;
  readonly output: Uint8Array<ArrayBuffer>;
  readonly chunk: MeshInput;
  readonly materials: readonly MeshMaterial[];
}

/** Lets the kernel mesh a chunk. */
export function meshChunk(core: Core, chunk: MeshInput, materials: readonly MeshMaterial[]): MeshTask {
  const input = mesh.encodeInput(chunk);
  const assets = [mesh.encodeMaterials(materials)];
  const result = core.run(input, assets);
  if (result.type === "err") throw new Error(result.message);
  return { input, assets, output: result.output, chunk, materials };
}

/** The parts of a task's answer. */
export function answerOf(task: MeshTask): MeshOutput {
  return mesh.decodeOutput(task.output);
}

/** Any materials: some opaque, some that shine. */
export function drawMaterials(draw: Draw, count: number): MeshMaterial[] {
  return Array.from({ length: count }, (_, i) => ({
    opaque: i > 0 && draw() < 0.6,
    emission: draw() < 0.15 ? drawBelow(draw, 16) : 0,
    dimming: draw() < 0.3 ? drawBelow(draw, 15) : 0,
  }));
}

/** Noise: cells that are air with a drawn probability, else of any material, in runs of drawn length. */
export function drawNoise(draw: Draw, materialCount: number): MeshInput {
  const cells = new Uint8Array(34 ** 3);
  const air = drawOne(draw, [0, 0.05, 0.3, 0.5, 0.8, 0.97, 0.999]);
  const runMax = drawOne(draw, [1, 1, 4, 20, 400]);
  for (let at = 0; at < cells.length;) {
    const run = 1 + drawBelow(draw, runMax);
    cells.fill(draw() < air ? 0 : drawBelow(draw, materialCount), at, at + run);
    at += run;
  }
  const planes = new Uint8Array(6 * 32 * 32);
  const lit = drawOne(draw, [0, 0.01, 1]);
  for (let i = 0; i < planes.length; i++) planes[i] = draw() < lit ? drawBelow(draw, 256) : 0;
  if (draw() < 0.5) planes.fill(0xf0, 3 * 32 * 32, 4 * 32 * 32);
  return { cells, planes, edgeMax: draw() < 0.8 ? 32 : 1 + drawBelow(draw, 32) };
}

/** A landscape of which chunks are made when they are asked for. */
export class Landscape {
  readonly #core: Core;
  readonly #seed: bigint;
  readonly #world = terrain.encodeWorld(temperateWorld);
  readonly #chunks = new Map<string, Uint8Array>();

  /** @param core of the terrain kernel */
  constructor(core: Core, seed: bigint) {
    this.#core = core;
    this.#seed = seed;
  }

  /** The cells of a chunk. */
  cells(chunkX: number, chunkY: number, chunkZ: number): Uint8Array {
    const name = `${chunkX} ${chunkY} ${chunkZ}`;
    const known = this.#chunks.get(name);
    if (known !== undefined) return known;
    const place: TerrainInput = { seed: this.#seed, chunkX, chunkY, chunkZ };
    const result = this.#core.run(terrain.encodeInput(place), [this.#world]);
    if (result.type === "err") throw new Error(result.message);
    this.#chunks.set(name, result.output);
    return result.output;
  }

  /** A chunk with its neighbours, in daylight from above wherever the chunk above lies under the sky. */
  surround(chunkX: number, chunkY: number, chunkZ: number): MeshInput {
    const daylight = new Uint8Array(32 ** 3);
    const above = this.cells(chunkX, chunkY + 1, chunkZ);
    for (let i = 0; i < 1024; i++) daylight[i] = above[i] === material.air ? 0xf0 : 0;
    return mesh.surround((dx, dy, dz): MeshChunk => {
      const cells = this.cells(chunkX + dx, chunkY + dy, chunkZ + dz);
      return dy === 1 ? { cells, light: daylight } : { cells };
    }, { material: material.air, light: 0 });
  }
}

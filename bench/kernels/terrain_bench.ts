// What a chunk costs, beside the same work done in other ways: deno task bench terrain [--write] [--json].
// --write draws docs/terrain-cost.svg.
import { createNoise3D } from "simplex-noise";
import { terrain, type TerrainWorld } from "../../tasks-as/terrain/codec.ts";
import { TerrainOracle } from "../../tasks-as/terrain/testing/oracle.ts";
import { makeChunk, temperateWorld } from "../../tasks-as/terrain/testing/worlds.ts";
import { instantiateCore, loadCore } from "../../tasks-as/testing/core.ts";
import { drawsFrom } from "../../tasks-as/testing/draws.ts";
import { writeChart } from "./chart.ts";
import { compare, ratios, type Timing } from "./compare.ts";
import { runNative } from "./native.ts";
import { markAbove, octaveOf } from "./terrain_plain.ts";

const SEED = 7n;
const ROUNDS = 400;
const HALL_PERIOD_LOG2 = 6;
/** Far below the ground only the halls' noise is left: one octave at each of 32,768 cells, and a threshold. */
const PLACE = { seed: SEED, chunkX: 5, chunkY: -20, chunkZ: 9 } as const;
const hallsOnly: TerrainWorld = {
  ...temperateWorld,
  tunnelWidth: 0,
  hallThreshold: 0.5,
  caveBottom: -1024,
  ores: [],
};
const { hallThreshold } = hallsOnly;

const core = instantiateCore(await loadCore(terrain.id, terrain.version));
const cells = new Uint8Array(32 ** 3);
const octave = octaveOf(SEED, 6, HALL_PERIOD_LOG2);
const [x0, y0, z0] = [PLACE.chunkX * 32, PLACE.chunkY * 32, PLACE.chunkZ * 32];

/** One octave at each cell of a chunk, by everybody. */
async function compareNoise(): Promise<Timing[]> {
  const { input, assets, output } = makeChunk(core, hallsOnly, PLACE);
  const expected = output.filter((cell) => cell === 0).length;
  const noise = createNoise3D(drawsFrom(1));
  const plain = () => markAbove(octave, x0, y0, z0, hallThreshold, cells);
  if (plain() !== expected) throw new Error(`The plain loop marks ${plain()} cells, the kernel ${expected}`);
  const timings = compare([
    { name: "kernel", call: () => void core.run(input, assets) },
    { name: "the same in TypeScript", call: () => void plain() },
    { name: "simplex-noise", call: () => markSimplex(noise) },
  ], ROUNDS);
  const native = await runNative(new URL("native/terrain.c", import.meta.url), nativeInput());
  if (native.type === "missing") return timings;
  if (Number(native.check) !== expected) {
    throw new Error(`The C loop marks ${native.check} cells, the kernel ${expected}`);
  }
  return [...timings, { name: `C, ${native.compiler} -O2`, ms: native.ms }];
}

function markSimplex(noise: (x: number, y: number, z: number) => number): void {
  const period = 1 << HALL_PERIOD_LOG2;
  for (let at = 0; at < cells.length; at++) {
    const [x, y, z] = [x0 + at % 32, y0 + (at >> 10), z0 + (at >> 5) % 32];
    cells[at] = noise(x / period, y / period, z / period) > hallThreshold ? 1 : 0;
  }
}

function nativeInput(): Uint8Array {
  const view = new DataView(new ArrayBuffer(40));
  view.setUint32(0, octave.seed, true);
  view.setUint32(4, HALL_PERIOD_LOG2, true);
  view.setFloat32(8, hallThreshold, true);
  [x0, y0, z0].forEach((at, i) => view.setInt32(12 + 4 * i, at, true));
  view.setUint32(24, 2000, true);
  octave.offset.forEach((offset, i) => view.setInt32(28 + 4 * i, offset, true));
  return new Uint8Array(view.buffer);
}

/** Whole chunks of the landscape by height, and beside the plain cell-by-cell version written from the page. */
function timeHeights(): { chunkY: number; runMs: number; checkMs: number }[] {
  return [-4, -3, -2, -1, 0, 1, 2, 3, 4].map((chunkY) => {
    const { input, assets, output } = makeChunk(core, temperateWorld, {
      seed: SEED,
      chunkX: 3,
      chunkY,
      chunkZ: 3,
    });
    let seed = 0n;
    const [run, check] = compare([
      { name: "run", call: () => void core.run(input, assets) },
      { name: "check", call: () => void core.check(input, assets, output, seed++) },
    ], ROUNDS);
    return { chunkY, runMs: run!.ms, checkMs: check!.ms };
  });
}

function oracleMs(): number {
  const oracle = new TerrainOracle(temperateWorld, SEED);
  const start = performance.now();
  for (let at = 0; at < 32 ** 3; at += 16) oracle.cell(96 + at % 32, at >> 10, 96 + (at >> 5) % 32);
  return 16 * (performance.now() - start);
}

/** Cost against the number of octaves of the hills, at the ground. */
function timeOctaves(): (readonly [number, number])[] {
  return [1, 2, 3, 4, 5, 6, 7].map((heightOctaves) => {
    const world = { ...temperateWorld, heightOctaves };
    const { input, assets } = makeChunk(core, world, { seed: SEED, chunkX: 3, chunkY: 0, chunkZ: 3 });
    const [run] = compare([{ name: "run", call: () => void core.run(input, assets) }], ROUNDS);
    return [heightOctaves, run!.ms * 1000] as const;
  });
}

const noise = await compareNoise();
const heights = timeHeights();
const ground = heights.find(({ chunkY }) => chunkY === 0)!;
const plainMs = oracleMs();
if (Deno.args.includes("--json")) console.log(JSON.stringify({ noise, heights, plainMs }));
else {
  const factors = ratios(noise);
  console.table(
    noise.map(({ name, ms }, i) => ({
      "one octave at 32,768 cells": name,
      "µs": (ms * 1000).toFixed(1),
      ratio: factors[i],
    })),
  );
  console.table(heights.map(({ chunkY, runMs, checkMs }) => ({
    "chunk y": chunkY,
    "run, µs": (runMs * 1000).toFixed(0),
    "check, µs": (checkMs * 1000).toFixed(1),
  })));
  console.log(
    `cell by cell in TypeScript: ${plainMs.toFixed(0)} ms a chunk, ${
      (plainMs / ground.runMs).toFixed(0)
    } × the kernel`,
  );
}
if (Deno.args.includes("--write")) {
  await writeChart("terrain-cost", {
    title: "terrain: a chunk of 32 × 32 × 32 cells at the ground",
    sizeLabel: "octaves of the hills",
    costLabel: "µs per chunk",
    series: [{ name: "run", points: timeOctaves() }],
  });
}

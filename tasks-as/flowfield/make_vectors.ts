/**
 * Writes `vectors/`: requests with the fields that the oracle makes, for any implementation of the kernel.
 * `deno run --allow-write=tasks-as/flowfield/vectors tasks-as/flowfield/make_vectors.ts`
 */
import { type CostGrid, pathfind } from "../pathfind/codec.ts";
import { withCosts } from "../pathfind/testing/costly_problems.ts";
import { caveMap, mazeMap, noiseMap } from "../pathfind/testing/maps.ts";
import { drawsFrom } from "../testing/draws.ts";
import { AT_GOAL, flowfield, type FlowfieldInput, NO_WAY, UNREACHED } from "./codec.ts";
import { fieldOf } from "./oracle.ts";
import type { FieldVector } from "./testing/vectors.ts";

/** Makes all vectors; the same ones every time. */
export function makeFieldVectors(): FieldVector[] {
  const draw = drawsFrom(2027);
  const maze = mazeMap(41, 30, 2, 0.1, draw);
  const steep = withCosts(noiseMap(40, 3, 0, draw), 255, draw);
  const cases: readonly (readonly [string, CostGrid, FlowfieldInput, isBitmap?: true])[] = [
    ["bitmap", { ...maze, costs: maze.free }, { goals: [{ x: 0, y: 0 }, { x: 40, y: 28 }] }, true],
    ["caves", withCosts(caveMap(61, 47, draw), 10, draw), { goals: [{ x: 20, y: 20 }, { x: 41, y: 30 }] }],
    ["far", { ...steep, costs: steep.costs.fill(250) }, { goals: [{ x: 0, y: 1 }] }],
    ["reach", withCosts(noiseMap(33, 33, 0.2, draw), 5, draw), { goals: [{ x: 16, y: 16 }], reach: 300 }],
    ["window", withCosts(noiseMap(50, 40, 0.3, draw), 30, draw), {
      goals: [{ x: 20, y: 20 }, { x: 9, y: 9 }],
      window: { x: 7, y: 5, width: 31, height: 30 },
    }],
  ];
  return cases.map(([name, grid, request, isBitmap]) => ({
    name,
    grid: isBitmap ? pathfind.encodeGrid({ ...grid, free: grid.costs }) : pathfind.encodeCostGrid(grid),
    input: flowfield.encodeInput(request),
    output: outputOf(grid, request),
  }));
}

function outputOf(grid: CostGrid, { goals, window, reach }: FlowfieldInput): Uint8Array<ArrayBuffer> {
  const { x, y, width, height } = window ?? { x: 0, y: 0, width: grid.width, height: grid.height };
  const costs = Uint8Array.from(
    { length: width * height },
    (_, i) => grid.costs[(y + Math.floor(i / width)) * grid.width + x + i % width] as number,
  );
  const field = fieldOf(
    { width, height, costs },
    goals.map((goal) => (goal.y - y) * width + goal.x - x),
    reach,
  );
  return flowfield.encodeOutput({
    x,
    y,
    width,
    height,
    distances: Uint32Array.from(field.distances, (distance) => distance === Infinity ? UNREACHED : distance),
    directions: Uint8Array.from(
      field.directions,
      (step) => step === -1 ? NO_WAY : step === -2 ? AT_GOAL : step,
    ),
  });
}

if (import.meta.main) {
  for (const { name, grid, input, output } of makeFieldVectors()) {
    const folder = new URL(`vectors/${name}/`, import.meta.url);
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeFile(new URL("grid.bin", folder), grid);
    await Deno.writeFile(new URL("input.bin", folder), input);
    await Deno.writeFile(new URL("output.bin", folder), output);
  }
}

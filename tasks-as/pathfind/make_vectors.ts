/**
 * Writes `vectors/`: questions with answers from the oracle, for any implementation of the kernel.
 * `deno run --allow-write=tasks-as/pathfind/vectors tasks-as/pathfind/make_vectors.ts`
 */
import { type Draw, drawBelow, drawsFrom } from "../testing/draws.ts";
import { pathfind, type PathPair } from "./codec.ts";
import { type OracleAnswer, shortestPath } from "./oracle.ts";
import { caveMap, drawFreeCell, mazeMap, noiseMap, roomMap, type TestMap } from "./testing/maps.ts";

const PAIRS_PER_VECTOR = 8;

/** One vector: a grid, an input, and what the oracle says about each pair. */
export interface Vector {
  readonly name: string;
  readonly grid: Uint8Array<ArrayBuffer>;
  readonly input: Uint8Array<ArrayBuffer>;
  readonly expected: readonly OracleAnswer[];
}

/** Makes all vectors; the same ones every time. */
export function makeVectors(): Vector[] {
  const draw = drawsFrom(2026);
  const maps: readonly (readonly [string, TestMap])[] = [
    ["caves", caveMap(96, 80, draw)],
    ["corner", cornerMap()],
    ["maze", mazeMap(63, 65, 1, 0.05, draw)],
    ["noise", noiseMap(100, 64, 0.35, draw)],
    ["open", noiseMap(1, 70, 0, draw)],
    ["rooms", roomMap(128, 72, 11, draw)],
    ["wide-maze", mazeMap(70, 90, 3, 0.1, draw)],
  ];
  return maps.map(([name, map]) => vectorOf(name, map, draw));
}

function vectorOf(name: string, map: TestMap, draw: Draw): Vector {
  const pairs: PathPair[] = Array.from({ length: PAIRS_PER_VECTOR }, (_, i) => {
    const start = i === 0 ? drawAnyCell(map, draw) : drawFreeCell(map, draw);
    const goal = i === 1 ? drawAnyCell(map, draw) : i === 2 ? start : drawFreeCell(map, draw);
    return { startX: start.x, startY: start.y, goalX: goal.x, goalY: goal.y };
  });
  return {
    name,
    grid: pathfind.encodeGrid(map),
    input: pathfind.encodeInput({ pairs }),
    expected: pairs.map(({ startX, startY, goalX, goalY }) =>
      shortestPath(map, startX, startY, goalX, goalY)
    ),
  };
}

/** The rule of diagonal steps in four cells: the bottom right corner is reached only by straight steps. */
function cornerMap(): TestMap {
  return { width: 2, height: 2, free: Uint8Array.of(1, 1, 0, 1) };
}

function drawAnyCell(map: TestMap, draw: Draw): { readonly x: number; readonly y: number } {
  return { x: drawBelow(draw, map.width), y: drawBelow(draw, map.height) };
}

if (import.meta.main) {
  for (const { name, grid, input, expected } of makeVectors()) {
    const folder = new URL(`vectors/${name}/`, import.meta.url);
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeFile(new URL("grid.bin", folder), grid);
    await Deno.writeFile(new URL("input.bin", folder), input);
    await Deno.writeTextFile(new URL("expected.json", folder), JSON.stringify(expected, null, 2) + "\n");
  }
}

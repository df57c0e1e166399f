/** Whole tasks made from a seed: a map, its bytes, pairs on it, and the kernel's answer. */
import type { Core } from "../../testing/core.ts";
import type { HonestTask } from "../../testing/detection.ts";
import { type Draw, drawBelow } from "../../testing/draws.ts";
import { type PathAnswer, pathfind, type PathPair } from "../codec.ts";
import { caveMap, drawFreeCell, mazeMap, noiseMap, roomMap, type TestMap } from "./maps.ts";

/** One task with what `run` answered. */
export interface Problem extends HonestTask {
  readonly map: TestMap;
  /** The map's bytes: the task's only asset. */
  readonly grid: Uint8Array;
  readonly pairs: readonly PathPair[];
  readonly answers: readonly PathAnswer[];
}

/** The kinds of maps a game has, by name. */
export function gameMaps(side: number, draw: Draw): ReadonlyMap<string, TestMap> {
  return new Map([
    ["caves", caveMap(side, side, draw)],
    ["rooms of 16", roomMap(side, side, 16, draw)],
    ["rooms of 32", roomMap(side, side, 32, draw)],
    ["maze, 4 wide", mazeMap(side, side, 4, 0.05, draw)],
    ["maze, 8 wide", mazeMap(side, side, 8, 0.1, draw)],
  ]);
}

/** A small map of any kind and shape. */
export function drawMap(draw: Draw): TestMap {
  const sideMax = draw() < 0.1 ? 150 : 20;
  const width = 1 + drawBelow(draw, sideMax);
  const height = 1 + drawBelow(draw, sideMax);
  const kind = draw();
  if (kind < 0.6) return noiseMap(width, height, draw() * 0.5, draw);
  if (kind < 0.75) return caveMap(width, height, draw);
  if (kind < 0.9) return roomMap(width, height, 2 + drawBelow(draw, 8), draw);
  return mazeMap(width, height, 1 + drawBelow(draw, Math.min(4, width, height)), draw() * 0.3, draw);
}

/** `count` pairs of any cells, free or not. */
export function drawPairs(map: TestMap, count: number, draw: Draw): PathPair[] {
  return Array.from({ length: count }, () => ({
    startX: drawBelow(draw, map.width),
    startY: drawBelow(draw, map.height),
    goalX: drawBelow(draw, map.width),
    goalY: drawBelow(draw, map.height),
  }));
}

/** `count` pairs of free cells. */
export function drawFreePairs(map: TestMap, count: number, draw: Draw): PathPair[] {
  return Array.from({ length: count }, () => {
    const start = drawFreeCell(map, draw);
    const goal = drawFreeCell(map, draw);
    return { startX: start.x, startY: start.y, goalX: goal.x, goalY: goal.y };
  });
}

/** Lets the kernel solve the pairs. */
export function solvePairs(core: Core, map: TestMap, grid: Uint8Array, pairs: readonly PathPair[]): Problem {
  const input = pathfind.encodeInput({ pairs });
  const result = core.run(input, [grid]);
  if (result.type === "err") throw new Error(result.message);
  const { answers } = pathfind.decodeOutput(result.output);
  return { map, grid, pairs, answers, input, assets: [grid], output: result.output };
}

/** The same sixteen pairs for every caller with the same draws. */
export function makeProblem(core: Core, map: TestMap, grid: Uint8Array, draw: Draw): Problem {
  return solvePairs(core, map, grid, drawFreePairs(map, 16, draw));
}

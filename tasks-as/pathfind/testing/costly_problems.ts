/** Whole tasks on grids with costs, made from a seed. */
import type { Core } from "../../testing/core.ts";
import type { HonestTask } from "../../testing/detection.ts";
import { type Draw, drawBelow, drawOne } from "../../testing/draws.ts";
import { type CostGrid, pathfind, type PathfindOutput, type PathPair } from "../codec.ts";
import type { TestMap } from "./maps.ts";
import { drawFreePairs, drawMap, drawPairs, gameMaps } from "./problems.ts";

/** One task with what `run` answered. */
export interface CostlyProblem extends HonestTask {
  readonly map: TestMap;
  readonly grid: CostGrid;
  readonly pairs: readonly PathPair[];
  readonly proof: boolean;
  readonly decoded: PathfindOutput;
}

/** Costs 1 … `costMax` in soft hills, 0 where the map is blocked. */
export function withCosts(map: TestMap, costMax: number, draw: Draw): CostGrid {
  const [stepX, stepY] = [0.02 + 0.1 * draw(), 0.02 + 0.1 * draw()];
  const phase = draw() * 6;
  const costs = map.free.map((free, cell) => {
    const hill = Math.sin(cell % map.width * stepX + phase) * Math.sin(Math.floor(cell / map.width) * stepY);
    const rough = 0.5 + 0.5 * hill + 0.2 * (draw() - 0.5);
    return free === 0 ? 0 : Math.max(1, Math.min(costMax, Math.round(1 + rough * (costMax - 1))));
  });
  return { width: map.width, height: map.height, costs };
}

/** Costs 1 … `costMax` drawn for each cell by itself. */
export function withRoughCosts(map: TestMap, costMax: number, draw: Draw): CostGrid {
  const costs = map.free.map((free) => free * (1 + drawBelow(draw, costMax)));
  return { width: map.width, height: map.height, costs };
}

/** The cells of a grid that are free, as a map. */
export function freeCellsOf({ width, height, costs }: CostGrid): TestMap {
  return { width, height, free: Uint8Array.from(costs, (cost) => Math.min(cost, 1)) };
}

/** Lets the kernel solve the pairs. */
export function solveCostly(
  core: Core,
  grid: CostGrid,
  pairs: readonly PathPair[],
  proof: boolean,
): CostlyProblem {
  const input = pathfind.encodeInput({ pairs, proof });
  const assets = [pathfind.encodeCostGrid(grid)];
  const result = core.run(input, assets);
  if (result.type === "err") throw new Error(result.message);
  const decoded = pathfind.decodeOutput(result.output);
  return { map: freeCellsOf(grid), grid, pairs, proof, decoded, input, assets, output: result.output };
}

/** A small task of any kind. */
export function drawCostly(core: Core, draw: Draw, proof = draw() < 0.5): CostlyProblem {
  const map = drawMap(draw);
  const costMax = drawOne(draw, [1, 2, 5, 30, 255]);
  const grid = draw() < 0.5 ? withCosts(map, costMax, draw) : withRoughCosts(map, costMax, draw);
  const isFree = map.free.includes(1) && draw() < 0.7;
  return solveCostly(
    core,
    grid,
    (isFree ? drawFreePairs : drawPairs)(map, 1 + drawBelow(draw, 6), draw),
    proof,
  );
}

/** `count` tasks of ten pairs at most 60 cells apart, on maps of 256 × 256 with costs up to 10. */
export function gameCostly(core: Core, count: number, proof: boolean, draw: Draw): CostlyProblem[] {
  const maps = [...gameMaps(256, draw).values()].map((map) => ({ map, grid: withCosts(map, 10, draw) }));
  return Array.from({ length: count }, (_, i) => {
    const { map, grid } = maps[i % maps.length] as (typeof maps)[number];
    const near = drawFreePairs(map, 400, draw).filter(({ startX, startY, goalX, goalY }) =>
      Math.max(Math.abs(startX - goalX), Math.abs(startY - goalY)) <= 60
    );
    return solveCostly(core, grid, near.slice(0, 10), proof);
  });
}

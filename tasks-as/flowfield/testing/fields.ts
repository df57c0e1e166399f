/** Whole tasks made from a seed: a grid with costs, goals, and the kernel's field. */
import type { Core } from "../../testing/core.ts";
import type { HonestTask } from "../../testing/detection.ts";
import { type Draw, drawBelow, drawOne } from "../../testing/draws.ts";
import { type CostGrid, pathfind } from "../../pathfind/codec.ts";
import { withCosts, withRoughCosts } from "../../pathfind/testing/costly_problems.ts";
import { drawFreeCell } from "../../pathfind/testing/maps.ts";
import { drawMap, gameMaps } from "../../pathfind/testing/problems.ts";
import { type FieldCell, flowfield, type FlowfieldInput, type FlowfieldOutput } from "../codec.ts";

/** One task with what `run` answered. */
export interface FieldTask extends HonestTask {
  readonly grid: CostGrid;
  readonly request: FlowfieldInput;
  readonly field: FlowfieldOutput;
}

/** Lets the kernel make the field; a grid whose cells all cost 1 may be given as a bitmap. */
export function makeField(
  core: Core,
  grid: CostGrid,
  request: FlowfieldInput,
  asset: Uint8Array = pathfind.encodeCostGrid(grid),
): FieldTask {
  const input = flowfield.encodeInput(request);
  const result = core.run(input, [asset]);
  if (result.type === "err") throw new Error(result.message);
  const field = flowfield.decodeOutput(result.output);
  return { grid, request, field, input, assets: [asset], output: result.output };
}

/** A small task of any kind: costs, goals (blocked ones too), window and reach. */
export function drawFieldTask(core: Core, draw: Draw): FieldTask {
  const map = drawMap(draw);
  const costMax = drawOne(draw, [1, 1, 4, 30, 255]);
  const grid = draw() < 0.5 ? withCosts(map, costMax, draw) : withRoughCosts(map, costMax, draw);
  const isBitmap = costMax === 1 && draw() < 0.5;
  const asset = isBitmap ? pathfind.encodeGrid(map) : pathfind.encodeCostGrid(grid);
  const x = drawBelow(draw, map.width);
  const y = drawBelow(draw, map.height);
  const part = {
    x,
    y,
    width: 1 + drawBelow(draw, map.width - x),
    height: 1 + drawBelow(draw, map.height - y),
  };
  const window = draw() < 0.3 ? part : { x: 0, y: 0, width: map.width, height: map.height };
  const goals = Array.from({ length: drawOne(draw, [1, 1, 2, 5, 40]) }, () => ({
    x: window.x + drawBelow(draw, window.width),
    y: window.y + drawBelow(draw, window.height),
  }));
  const reach = draw() < 0.2 ? { reach: 1 + drawBelow(draw, 40 * costMax * 10) } : {};
  const isWhole = window !== part && draw() < 0.5;
  return makeField(core, grid, { goals, ...(isWhole ? {} : { window }), ...reach }, asset);
}

/** `count` fields as a game asks for them: one to eight goals on maps of `side` × `side` with costs up to 10. */
export function gameFields(core: Core, count: number, side: number, draw: Draw): FieldTask[] {
  const maps = [...gameMaps(side, draw).values()].map((map) => ({ map, grid: withCosts(map, 10, draw) }));
  return Array.from({ length: count }, (_, i) => {
    const { map, grid } = maps[i % maps.length] as (typeof maps)[number];
    const goals: FieldCell[] = Array.from({ length: 1 + i % 8 }, () => drawFreeCell(map, draw));
    return makeField(core, grid, { goals });
  });
}

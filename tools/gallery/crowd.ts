// A crowd on its way to the nearest exit: one field for all, every agent only looks up where to go.
import { AT_GOAL, type FlowfieldOutput, NO_WAY, STEPS, UNREACHED } from "../../tasks-as/flowfield/codec.ts";
import { pathfind } from "../../tasks-as/pathfind/codec.ts";
import { Canvas, type Colour } from "../demo/canvas.ts";
import { demoMaps, freeCell, type GameMap, largestPart, type Random, seeded } from "../demo/maps.ts";
import type { Drawn, Studio } from "./picture.ts";
import { rehearse } from "./rehearsal.ts";

/** What a step through mud costs, in steps on firm ground. */
const MUD = 5;
const EXITS = 4;
const CELL_PIXELS = 4;
/** Distances between two lines of the same cost. */
const LINE_EVERY = 200;

const wall: Colour = [44, 48, 58];
const paper: Colour = [250, 250, 247];
const agentColour: Colour = [16, 44, 120];
const tailColour: Colour = [62, 108, 178];
/** Near to far. */
const ramp: readonly Colour[] = [[253, 231, 140], [245, 170, 96], [205, 95, 100], [120, 62, 120], [
  50,
  44,
  96,
]];

/** One field, hundreds of agents. */
export async function exhibit(studio: Studio): Promise<readonly Drawn[]> {
  const random = seeded(studio.seed);
  const map = demoMaps(random)[0]!;
  const part = largestPart(map);
  const costs = withMud(map, random);
  const grid = await studio.asker.client.asset(
    pathfind.encodeCostGrid({ width: map.width, height: map.height, costs }),
  );
  const cell = (draw = random) => {
    const [x, y] = freeCell(map, part, draw);
    return { x, y };
  };
  const ask = (goals: readonly { x: number; y: number }[]) =>
    studio.asker.ask("flowfield", { goals }, { assets: [grid] });
  const rehearsed = seeded(studio.seed + 1);
  await rehearse(studio, "fields", () => ask([cell(rehearsed)]));
  const goals = Array.from({ length: EXITS }, () => cell());
  const field = (await ask(goals)).output;
  const agents = studio.small ? 80 : 500;
  const canvas = new Canvas(map.width * CELL_PIXELS, map.height * CELL_PIXELS, wall);
  drawField(canvas, field, costs);
  for (let agent = 0; agent < agents; agent++) {
    const { x, y } = cell();
    drawAgent(canvas, field, y * map.width + x, 6 + Math.floor(40 * random()));
  }
  for (const { x, y } of goals) drawExit(canvas, x, y);
  return [{
    file: "crowd.png",
    title: "A crowd and its field",
    caption:
      `${agents} agents on their way to the nearest of ${EXITS} exits (rings), with the last cells of each ` +
      `as a tail. Bright is near, dark is far; lines join cells of equal cost, and crowd together in mud.`,
    kernels: ["flowfield"],
    canvas,
  }];
}

/** Costs of all cells: 0 walls, 1 firm ground, and round patches of mud. */
function withMud({ width, height, free }: GameMap, random: Random): Uint8Array {
  const patches = Array.from(
    { length: 14 },
    () => [random() * width, random() * height, 8 + random() * 22] as const,
  );
  return free.map((isFree, at) => {
    if (isFree === 0) return 0;
    const [x, y] = [at % width, Math.floor(at / width)];
    return patches.some(([centreX, centreY, radius]) => Math.hypot(x - centreX, y - centreY) < radius)
      ? MUD
      : 1;
  });
}

function drawField(canvas: Canvas, { width, height, distances }: FlowfieldOutput, costs: Uint8Array): void {
  const reached = distances.filter((distance) => distance !== UNREACHED);
  const farthest = reached.reduce((most, distance) => Math.max(most, distance), 1);
  for (let at = 0; at < width * height; at++) {
    const distance = distances[at]!;
    if (distance === UNREACHED) continue;
    const line = Math.floor(distance / LINE_EVERY);
    const isLine = [at - 1, at - width].some((beside) => {
      const other = distances[beside] ?? UNREACHED;
      return other !== UNREACHED && Math.floor(other / LINE_EVERY) !== line;
    });
    const darker = (isLine ? 0.72 : 1) * (costs[at] === MUD ? 0.86 : 1);
    const colour = onRamp(distance / farthest).map((value) =>
      Math.round(value * darker)
    ) as unknown as Colour;
    canvas.fill(
      at % width * CELL_PIXELS,
      Math.floor(at / width) * CELL_PIXELS,
      CELL_PIXELS,
      CELL_PIXELS,
      colour,
    );
  }
}

/** Walks so many cells and draws the last of them. */
function drawAgent(
  canvas: Canvas,
  { width, directions }: FlowfieldOutput,
  start: number,
  steps: number,
): void {
  const cells = [start];
  for (let at = start; cells.length <= steps; cells.push(at)) {
    const direction = directions[at]!;
    if (direction === AT_GOAL || direction === NO_WAY) break;
    const [dx, dy] = STEPS[direction]!;
    at += dy * width + dx;
  }
  const tail = cells.slice(-7);
  tail.forEach((cell, i) => {
    const [x, y] = [cell % width * CELL_PIXELS + 1, Math.floor(cell / width) * CELL_PIXELS + 1];
    if (i < tail.length - 1) canvas.fill(x, y, 2, 2, tailColour);
    else {
      canvas.fill(x - 2, y - 2, 6, 6, paper);
      canvas.fill(x - 1, y - 1, 4, 4, agentColour);
    }
  });
}

function drawExit(canvas: Canvas, x: number, y: number): void {
  const [centreX, centreY] = [x * CELL_PIXELS + 2, y * CELL_PIXELS + 2];
  for (let angle = 0; angle < 2 * Math.PI; angle += 0.05) {
    for (const [radius, colour] of [[11, [20, 90, 60]], [8, paper]] as const) {
      canvas.fill(
        Math.round(centreX + radius * Math.cos(angle)) - 1,
        Math.round(centreY + radius * Math.sin(angle)) - 1,
        3,
        3,
        colour,
      );
    }
  }
}

function onRamp(part: number): Colour {
  const at = Math.min(part, 0.9999) * (ramp.length - 1);
  const [from, to] = [ramp[Math.floor(at)]!, ramp[Math.floor(at) + 1]!];
  return from.map((value, k) => value + (at % 1) * (to[k]! - value)) as unknown as Colour;
}

/** The lies about fields that are measured, and the tasks they are told about. */
import type { Lie, Subject } from "../../testing/detection.ts";
import { type Draw, drawBelow, drawOne } from "../../testing/draws.ts";
import { freeCellsOf } from "../../pathfind/testing/costly_problems.ts";
import { drawFreeCell } from "../../pathfind/testing/maps.ts";
import { AT_GOAL, type FieldCell, flowfield, type FlowfieldOutput, NO_WAY, UNREACHED } from "../codec.ts";
import { type FieldTask, gameFields, makeField } from "./fields.ts";

type Tell = Lie<FieldTask>["tell"];

/** Changes the distances or directions of cells that a goal is reached from. */
function changed(
  { field }: FieldTask,
  change: (distances: Uint32Array, directions: Uint8Array, reached: readonly number[]) => void,
): Uint8Array {
  const distances = field.distances.slice();
  const directions = field.directions.slice();
  const reached = [...distances.keys()].filter((cell) => directions[cell] as number < AT_GOAL);
  change(distances, directions, reached);
  return flowfield.encodeOutput({ ...field, distances, directions });
}

/** A right field for something else, with the header of the task. */
function fieldAs({ field }: FieldTask, other: FlowfieldOutput): Uint8Array {
  const { distances, directions } = other;
  return flowfield.encodeOutput({ ...field, distances, directions });
}

/** Each cell with a chance of `share`, at least one. */
function someOf(cells: readonly number[], share: number, draw: Draw): number[] {
  const some = cells.filter(() => draw() < share);
  return some.length > 0 ? some : [drawOne(draw, cells)];
}

const oneDistance: Tell = (task, { draw }) =>
  changed(task, (distances, _, reached) => {
    distances[drawOne(draw, reached)] = 1 + drawBelow(draw, 60_000);
  });

function directionsOff(share: number): Tell {
  return (task, { draw }) =>
    changed(task, (_, directions, reached) => {
      for (const cell of someOf(reached, share, draw)) {
        directions[cell] = ((directions[cell] as number) + 1 + drawBelow(draw, 7)) % 8;
      }
    });
}

function distancesOff(share: number, by: (draw: Draw) => number): Tell {
  return (task, { draw }) =>
    changed(task, (distances, _, reached) => {
      for (const cell of someOf(reached, share, draw)) {
        distances[cell] = (distances[cell] as number) + by(draw);
      }
    });
}

/** The field of other goals on the same map. */
const otherGoals: Tell = (task, { core, draw }) => {
  const map = freeCellsOf(task.grid);
  const goals = task.request.goals.map(() => drawFreeCell(map, draw));
  return fieldAs(task, makeField(core, task.grid, { goals }).field);
};

/** One goal stands a step beside where it should: consistent all over, with a wrong source. */
const movedGoal: Tell = (task, { core, draw }) => {
  const { width, height, costs } = task.grid;
  const goals = task.request.goals.map((goal, i): FieldCell => {
    const [x, y] = [goal.x + drawBelow(draw, 3) - 1, goal.y + drawBelow(draw, 3) - 1];
    const isFree = x >= 0 && y >= 0 && x < width && y < height && costs[y * width + x] !== 0;
    return i === 0 && isFree ? { x, y } : goal;
  });
  return fieldAs(task, makeField(core, task.grid, { goals }).field);
};

/** A goal more: everything near it is nearer than it should be, and consistent. */
const goalMore: Tell = (task, { core, draw }) => {
  const goals = [...task.request.goals, drawFreeCell(freeCellsOf(task.grid), draw)];
  return fieldAs(task, makeField(core, task.grid, { goals }).field);
};

/** One goal is forgotten. */
const goalLess: Tell = (task, { core }) =>
  task.request.goals.length === 1
    ? undefined
    : fieldAs(task, makeField(core, task.grid, { goals: task.request.goals.slice(1) }).field);

/** The right field of a grid on which `cells` cells cost something else: a door shut, a wall opened. */
function otherGrid(cells: number, cost: (before: number) => number): Tell {
  return (task, { core, draw }) => {
    const costs = task.grid.costs.slice();
    for (let i = 0; i < cells; i++) {
      const cell = drawBelow(draw, costs.length);
      costs[cell] = cost(costs[cell] as number);
    }
    return fieldAs(task, makeField(core, { ...task.grid, costs }, task.request).field);
  };
}

/** Costs are not looked at. */
const costsIgnored: Tell = (task, { core }) => {
  const costs = task.grid.costs.map((cost) => Math.min(cost, 1));
  return fieldAs(task, makeField(core, { ...task.grid, costs }, task.request).field);
};

/** The goals are found, nothing else is. */
const nothingReached: Tell = (task) =>
  changed(task, (distances, directions, reached) => {
    for (const cell of reached) [distances[cell], directions[cell]] = [UNREACHED, NO_WAY];
  });

/** All cells beyond some distance are a step farther than they are. */
const farPartShifted: Tell = (task, { draw }) =>
  changed(task, (distances, _, reached) => {
    const edge = distances[drawOne(draw, reached)] as number;
    for (const cell of reached) {
      if ((distances[cell] as number) > edge) distances[cell] = (distances[cell] as number) + 10;
    }
  });

const lies: readonly Lie<FieldTask>[] = [
  { name: "one distance is another", kind: "random element", weight: "gross", least: 1, tell: oneDistance },
  { name: "field of other goals", kind: "stale answer", weight: "gross", least: 1, tell: otherGoals },
  {
    name: "field of the map before ten cells changed",
    kind: "stale answer",
    weight: "gross",
    least: 1,
    tell: otherGrid(10, (cost) => cost === 0 ? 1 : 0),
  },
  { name: "costs not looked at", kind: "lazy answer", weight: "gross", least: 1, tell: costsIgnored },
  { name: "nothing reached", kind: "lazy answer", weight: "gross", least: 1, tell: nothingReached },
  {
    name: "one goal moved by a cell, else consistent",
    kind: "subtle shift",
    weight: "matters",
    least: 1,
    tell: movedGoal,
  },
  {
    name: "one goal too many, else consistent",
    kind: "subtle shift",
    weight: "matters",
    least: 1,
    tell: goalMore,
  },
  {
    name: "one goal forgotten, else consistent",
    kind: "subtle shift",
    weight: "matters",
    least: 1,
    tell: goalLess,
  },
  {
    name: "everything beyond some distance farther by a step",
    kind: "subtle shift",
    weight: "matters",
    least: 1,
    tell: farPartShifted,
  },
  {
    name: "one distance off by one",
    kind: "last bit",
    weight: "fine",
    least: 1,
    tell: distancesOff(0, () => 1),
  },
  { name: "one direction wrong", kind: "last bit", weight: "fine", least: 0.02, tell: directionsOff(0) },
  {
    name: "a cell thought blocked, else consistent",
    kind: "suboptimal",
    weight: "fine",
    least: 1,
    tell: otherGrid(1, () => 0),
  },
  {
    name: "a cell thought free, a shortcut, else consistent",
    kind: "suboptimal",
    weight: "fine",
    least: 1,
    tell: otherGrid(1, () => 1),
  },
  {
    name: "a tenth of the distances off",
    kind: "a tenth wrong",
    weight: "matters",
    least: 1,
    tell: distancesOff(0.1, (draw) => 1 + drawBelow(draw, 20)),
  },
  {
    name: "a tenth of the directions wrong",
    kind: "a tenth wrong",
    weight: "matters",
    least: 1,
    tell: directionsOff(0.1),
  },
];

/** What is measured of the check. */
export const subject: Subject<FieldTask> = {
  kernel: flowfield.id,
  version: flowfield.version,
  about: "1 to 8 goals on maps of 256 × 256, costs 1 to 10: caves, rooms and mazes",
  honestTasks: (core, count, draw) => gameFields(core, Math.min(count, 40), 256, draw),
  lies,
};

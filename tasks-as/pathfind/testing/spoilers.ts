/** Answers that are wrong in the ways a liar would choose, each one well-formed as far as the lie allows. */
import type { Core } from "../../testing/core.ts";
import type { Lie } from "../../testing/detection.ts";
import { type Draw, drawBelow } from "../../testing/draws.ts";
import { type PathAnswer, pathfind, type PathPair } from "../codec.ts";
import type { TestMap } from "./maps.ts";
import { type Problem, solvePairs } from "./problems.ts";

type Tell = Lie<Problem>["tell"];
type FoundAnswer = Extract<PathAnswer, { type: "found" }>;

/** How far a local detour may stray from the path, in cells. */
const STRAY_MAX = 8;

/** A wrong answer to pair `index`, or undefined. */
type Spoiler = (problem: Problem, index: number, core: Core, draw: Draw) => PathAnswer | undefined;

/** One answer is spoiled. */
export function one(spoiler: Spoiler): Tell {
  return (problem, { core, draw }) => spoil(problem, core, draw, 1, [spoiler]);
}

/** A tenth of the answers is spoiled. */
export function tenth(...spoilers: readonly Spoiler[]): Tell {
  return (problem, { core, draw }) =>
    spoil(problem, core, draw, Math.ceil(problem.pairs.length / 10), spoilers);
}

function spoil(
  problem: Problem,
  core: Core,
  draw: Draw,
  count: number,
  spoilers: readonly Spoiler[],
): Uint8Array | undefined {
  const answers = [...problem.answers];
  const spoiled = new Set<number>();
  for (let tries = 0; tries < 10 * count && spoiled.size < count; tries++) {
    const index = drawBelow(draw, answers.length);
    const spoiler = spoilers[drawBelow(draw, spoilers.length)] as Spoiler;
    const answer = spoiled.has(index) ? undefined : spoiler(problem, index, core, draw);
    if (answer === undefined) continue;
    answers[index] = answer;
    spoiled.add(index);
  }
  return spoiled.size === count ? pathfind.encodeOutput({ answers }) : undefined;
}

/** One bit of the output. */
export const oneBit: Tell = (problem, { draw }) => {
  const bytes = problem.output.slice();
  const at = drawBelow(draw, bytes.length);
  bytes[at] = (bytes[at] as number) ^ (1 << drawBelow(draw, 8));
  return bytes;
};

/** One cell of a path replaced by a neighbour, if the path stays connected. */
export function randomElement(
  problem: Problem,
  index: number,
  _core: Core,
  draw: Draw,
): PathAnswer | undefined {
  const answer = foundAnswer(problem, index);
  if (answer === undefined || answer.cells.length < 6) return undefined;
  const cells = answer.cells.slice();
  const at = 2 * (1 + drawBelow(draw, cells.length / 2 - 2));
  cells[at] = Math.max(0, (cells[at] as number) + drawBelow(draw, 3) - 1);
  cells[at + 1] = Math.max(0, (cells[at + 1] as number) + drawBelow(draw, 3) - 1);
  return areSteps(cells, at) && !sameCells(cells, answer.cells) ? counted(cells) : undefined;
}

/** The whole answer to another task on the same map. */
export const staleAnswer: Tell = (problem, { core, draw }) => {
  const pairs = problem.pairs.map(() => drawReachable(problem, core, draw));
  return solvePairs(core, problem.map, problem.grid, pairs).output;
};

/** The right answer to another pair from the same start. */
export function staleElement(
  problem: Problem,
  index: number,
  core: Core,
  draw: Draw,
): PathAnswer | undefined {
  const { startX, startY } = problem.pairs[index] as PathPair;
  const { goalX, goalY } = drawReachable(problem, core, draw);
  const [answer] = solvePairs(core, problem.map, problem.grid, [{ startX, startY, goalX, goalY }]).answers;
  return answer?.type === "found" ? answer : undefined;
}

export function lazilyUnreachable(problem: Problem, index: number): PathAnswer | undefined {
  const { startX, startY } = problem.pairs[index] as PathPair;
  return foundAnswer(problem, index) && { type: "unreachable", startX, startY };
}

/** The right path with a smaller number of steps. */
export function wrongCounts(problem: Problem, index: number): PathAnswer | undefined {
  const answer = foundAnswer(problem, index);
  return answer && answer.straight > 0 ? { ...answer, straight: answer.straight - 1 } : undefined;
}

/** The right path, but through a cell near it, with shortest ways there and back: longer by a little. */
export function localDetour(problem: Problem, index: number, core: Core, draw: Draw): PathAnswer | undefined {
  const answer = foundAnswer(problem, index);
  if (answer === undefined || answer.cells.length < 16) return undefined;
  const { cells } = answer;
  const stray = 1 + drawBelow(draw, STRAY_MAX);
  const middle = drawBelow(draw, cells.length / 2);
  const leave = 2 * Math.max(0, middle - 1 - drawBelow(draw, 2 * stray));
  const join = 2 * Math.min(cells.length / 2 - 1, middle + 1 + drawBelow(draw, 2 * stray));
  const throughX = (cells[2 * middle] as number) + drawBelow(draw, 2 * stray + 1) - stray;
  const throughY = (cells[2 * middle + 1] as number) + drawBelow(draw, 2 * stray + 1) - stray;
  if (!isFree(problem.map, throughX, throughY)) return undefined;
  const [there, back] = solvePairs(core, problem.map, problem.grid, [
    {
      startX: cells[leave] as number,
      startY: cells[leave + 1] as number,
      goalX: throughX,
      goalY: throughY,
    },
    { startX: throughX, startY: throughY, goalX: cells[join] as number, goalY: cells[join + 1] as number },
  ]).answers;
  if (there?.type !== "found" || back?.type !== "found") return undefined;
  const detour = Uint16Array.from([
    ...cells.subarray(0, leave),
    ...there.cells,
    ...back.cells.subarray(2),
    ...cells.subarray(join + 2),
  ]);
  return ifLonger(counted(detour), answer);
}

/**
 * A shortest path on a map on which something blocks the right one: longer, but without any detour to be
 * seen.
 */
export function otherRoute(problem: Problem, index: number, core: Core, draw: Draw): PathAnswer | undefined {
  const answer = foundAnswer(problem, index);
  if (answer === undefined || answer.cells.length < 24) return undefined;
  const at = 2 * Math.floor(answer.cells.length / 2 * (0.2 + 0.6 * draw()));
  const map = withDisc(
    problem.map,
    answer.cells[at] as number,
    answer.cells[at + 1] as number,
    1 + drawBelow(draw, STRAY_MAX),
  );
  const pair = problem.pairs[index] as PathPair;
  const [other] = solvePairs(core, map, pathfind.encodeGrid(map), [pair]).answers;
  return other?.type === "found" ? ifLonger(other, answer) : undefined;
}

/**
 * Every path by a search that always goes on from the cell closest to the goal: much less work than a
 * shortest path.
 */
export const greedySearch: Tell = (problem) => {
  const answers = problem.pairs.map((pair, i) =>
    foundAnswer(problem, i) === undefined ? problem.answers[i] as PathAnswer : greedyPath(problem.map, pair)
  );
  return pathfind.encodeOutput({ answers });
};

function greedyPath(map: TestMap, pair: PathPair): PathAnswer {
  const parents = new Int32Array(map.width * map.height).fill(-1);
  const start = pair.startY * map.width + pair.startX;
  const goal = pair.goalY * map.width + pair.goalX;
  const buckets: number[][] = [];
  const enter = (cell: number, parent: number) => {
    if (parents[cell] !== -1) return;
    parents[cell] = parent;
    const away = Math.max(
      Math.abs(cell % map.width - pair.goalX),
      Math.abs(Math.floor(cell / map.width) - pair.goalY),
    );
    (buckets[away] ??= []).push(cell);
  };
  enter(start, start);
  while (parents[goal] === -1) {
    const cell = (buckets.find((bucket) => bucket !== undefined && bucket.length > 0) as number[])
      .pop() as number;
    const x = cell % map.width;
    const y = Math.floor(cell / map.width);
    for (const [dx, dy] of [[1, 0], [0, 1], [-1, 0], [0, -1], [1, 1], [-1, 1], [-1, -1], [1, -1]] as const) {
      const isLegal = isFree(map, x + dx, y + dy) && isFree(map, x + dx, y) && isFree(map, x, y + dy);
      if (isLegal) enter((y + dy) * map.width + x + dx, cell);
    }
  }
  const cells: number[] = [];
  for (let cell = goal; cell !== start; cell = parents[cell] as number) {
    cells.unshift(cell % map.width, Math.floor(cell / map.width));
  }
  return counted(Uint16Array.from([pair.startX, pair.startY, ...cells]));
}

function foundAnswer(problem: Problem, index: number): FoundAnswer | undefined {
  const answer = problem.answers[index];
  return answer?.type === "found" ? answer : undefined;
}

function ifLonger(answer: FoundAnswer, than: FoundAnswer): FoundAnswer | undefined {
  const excess = answer.straight - than.straight + (answer.diagonal - than.diagonal) * Math.SQRT2;
  return excess > 1e-6 ? answer : undefined;
}

/** The found answer that walks these cells. */
function counted(cells: Uint16Array): FoundAnswer {
  let diagonal = 0;
  for (let i = 2; i < cells.length; i += 2) {
    if (cells[i] !== cells[i - 2] && cells[i + 1] !== cells[i - 1]) diagonal += 1;
  }
  return { type: "found", straight: cells.length / 2 - 1 - diagonal, diagonal, cells };
}

/** Whether the cell at `at` is one step from the one before it and from the one behind it. */
function areSteps(cells: Uint16Array, at: number): boolean {
  return [at, at + 2].every((to) => {
    const dx = Math.abs((cells[to] as number) - (cells[to - 2] as number));
    const dy = Math.abs((cells[to + 1] as number) - (cells[to - 1] as number));
    return Math.max(dx, dy) === 1;
  });
}

function sameCells(a: Uint16Array, b: Uint16Array): boolean {
  return a.every((value, i) => value === b[i]);
}

function drawReachable(problem: Problem, core: Core, draw: Draw): PathPair {
  for (;;) {
    const from = drawBelow(draw, problem.map.free.length);
    const to = drawBelow(draw, problem.map.free.length);
    const pair = {
      startX: from % problem.map.width,
      startY: Math.floor(from / problem.map.width),
      goalX: to % problem.map.width,
      goalY: Math.floor(to / problem.map.width),
    };
    if (solvePairs(core, problem.map, problem.grid, [pair]).answers[0]?.type === "found") return pair;
  }
}

function withDisc(map: TestMap, centreX: number, centreY: number, radius: number): TestMap {
  const free = map.free.map((cell, i) => {
    const dx = i % map.width - centreX;
    const dy = Math.floor(i / map.width) - centreY;
    return dx * dx + dy * dy <= radius * radius ? 0 : cell;
  });
  return { ...map, free };
}

function isFree(map: TestMap, x: number, y: number): boolean {
  return x >= 0 && y >= 0 && x < map.width && y < map.height && map.free[y * map.width + x] === 1;
}

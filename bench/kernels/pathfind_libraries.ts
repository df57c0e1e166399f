// The npm libraries that find paths on grids, each as a function from ends to a length: PathFinding.js (jump point
// search over the same octile steps, no corner cut) and ngraph.path (A* over a graph built from the cells).
import createGraph from "ngraph.graph";
import { aStar } from "ngraph.path";
import finders from "pathfinding";
import type { PathPair } from "../../tasks-as/pathfind/codec.ts";
import type { TestMap } from "../../tasks-as/pathfind/testing/maps.ts";

/** The length of a shortest path, or Infinity where there is none. Both ends are free. */
export type LengthOf = (pair: PathPair) => number;

type Cell = readonly [x: number, y: number];

/** What of PathFinding.js is used; the package has no types. */
interface PathFindingJs {
  readonly Grid: new (width: number, height: number, blocked: number[][]) => { clone(): unknown };
  readonly JumpPointFinder: new (options: object) => Finder;
  readonly AStarFinder: new (options: object) => Finder;
  readonly DiagonalMovement: { readonly OnlyWhenNoObstacles: number };
  readonly Heuristic: { readonly octile: unknown };
  readonly Util: { expandPath(path: Cell[]): Cell[] };
}
interface Finder {
  findPath(startX: number, startY: number, goalX: number, goalY: number, grid: unknown): Cell[];
}

const js: PathFindingJs = finders;
const STEPS = [[1, 0], [0, 1], [1, 1], [-1, 1]] as const;

/** PathFinding.js; its grid keeps the marks of a search, so each search gets a copy, as its page says. */
export function pathFindingJs(map: TestMap, finder: "JumpPointFinder" | "AStarFinder"): LengthOf {
  const rows = Array.from(
    { length: map.height },
    (_, y) => Array.from(map.free.subarray(y * map.width, (y + 1) * map.width), (cell) => 1 - cell),
  );
  const grid = new js.Grid(map.width, map.height, rows);
  const search = new js[finder]({
    diagonalMovement: js.DiagonalMovement.OnlyWhenNoObstacles,
    heuristic: js.Heuristic.octile,
  });
  return ({ startX, startY, goalX, goalY }) => {
    const path = search.findPath(startX, startY, goalX, goalY, grid.clone());
    return path.length === 0 ? Infinity : lengthOf(js.Util.expandPath(path));
  };
}

function lengthOf(path: readonly Cell[]): number {
  let straight = 0;
  let diagonal = 0;
  for (let i = 1; i < path.length; i++) {
    const [fromX, fromY] = path[i - 1] as Cell;
    const [toX, toY] = path[i] as Cell;
    if (fromX !== toX && fromY !== toY) diagonal += 1;
    else straight += 1;
  }
  return straight + diagonal * Math.SQRT2;
}

/** ngraph.path: every legal step is a link; `costOf` says what a step between two free cells costs. */
export function ngraphPath(
  map: TestMap,
  costOf: (from: number, to: number, isDiagonal: boolean) => number,
  leastCost: { readonly straight: number; readonly diagonal: number },
): LengthOf {
  const { width } = map;
  const graph = createGraph<null, number>();
  const isFree = (x: number, y: number) =>
    x >= 0 && x < width && y < map.height && map.free[y * width + x] === 1;
  for (let cell = 0; cell < map.free.length; cell++) {
    if (map.free[cell] !== 1) continue;
    const [x, y] = [cell % width, Math.floor(cell / width)];
    graph.addNode(cell);
    for (const [dx, dy] of STEPS) {
      if (!isFree(x + dx, y + dy) || !isFree(x + dx, y) || !isFree(x, y + dy)) continue;
      const to = cell + dy * width + dx;
      graph.addLink(cell, to, costOf(cell, to, dx !== 0 && dy !== 0));
    }
  }
  const search = aStar(graph, {
    distance: (_from, _to, link) => link.data,
    heuristic: (from, to) => {
      const across = Math.abs(Number(from.id) % width - Number(to.id) % width);
      const down = Math.abs(Math.floor(Number(from.id) / width) - Math.floor(Number(to.id) / width));
      const diagonal = Math.min(across, down);
      return (Math.max(across, down) - diagonal) * leastCost.straight + diagonal * leastCost.diagonal;
    },
  });
  return ({ startX, startY, goalX, goalY }) => {
    const path = search.find(startY * width + startX, goalY * width + goalX);
    if (path.length === 0) return Infinity;
    let length = 0;
    for (let i = 1; i < path.length; i++) {
      const [from, to] = [path[i - 1], path[i]];
      const link = from && to && (graph.getLink(from.id, to.id) ?? graph.getLink(to.id, from.id));
      length += link?.data ?? NaN;
    }
    return length;
  };
}

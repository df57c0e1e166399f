// graphology-shortest-path: Dijkstra from one node to all others over a graph built from the cells.
import * as graphology from "graphology";
import dijkstra from "graphology-shortest-path/dijkstra.js";
import type { CostGrid } from "../../tasks-as/pathfind/codec.ts";

const STEPS = [[1, 0], [0, 1], [1, 1], [-1, 1]] as const;

/** What of a graph is used. */
interface StepGraph {
  addNode(cell: number): void;
  addEdge(from: number, to: number, attributes: { readonly weight: number }): void;
  edge(from: string, to: string): string;
  getEdgeAttribute(edge: string, name: "weight"): number;
}

/** The library's answer: to every cell that can be reached the cells of a way. */
export type AllPaths = Readonly<Record<string, readonly string[]>>;

/** The library with a grid: searches from a goal, given as a cell, and what a way costs. */
export interface GraphologyField {
  search(goal: number): AllPaths;
  costOf(path: readonly string[]): number;
}

/** The package's own types name a namespace where the class is. */
const { Graph } = graphology as unknown as {
  readonly Graph: new (options: { readonly type: "undirected" }) => StepGraph;
};
const singleSource = dijkstra.singleSource as unknown as (graph: StepGraph, from: number) => AllPaths;

/** Builds the graph: its edges are the legal steps with their costs. */
export function graphologyField({ width, height, costs }: CostGrid): GraphologyField {
  const graph = new Graph({ type: "undirected" });
  const costAt = (x: number, y: number) =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : costs[y * width + x] as number;
  for (let cell = 0; cell < costs.length; cell++) if (costs[cell] !== 0) graph.addNode(cell);
  for (let cell = 0; cell < costs.length; cell++) {
    const [x, y] = [cell % width, Math.floor(cell / width)];
    const from = costs[cell] as number;
    for (const [dx, dy] of STEPS) {
      const to = costAt(x + dx, y + dy);
      if (from === 0 || to === 0 || costAt(x + dx, y) === 0 || costAt(x, y + dy) === 0) continue;
      graph.addEdge(cell, cell + dy * width + dx, { weight: (dx !== 0 && dy !== 0 ? 7 : 5) * (from + to) });
    }
  }
  return {
    search: (goal) => singleSource(graph, goal),
    costOf: (path) => {
      let cost = 0;
      for (let i = 1; i < path.length; i++) {
        cost += graph.getEdgeAttribute(graph.edge(path[i - 1] as string, path[i] as string), "weight");
      }
      return cost;
    },
  };
}

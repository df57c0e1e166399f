// What paths cost: deno run --no-prompt -P=bench bench/pathfind_bench.ts [--write] [--json]
import { pathfind } from "../../tasks-as/pathfind/codec.ts";
import { gameMaps, makeProblem, type Problem } from "../../tasks-as/pathfind/testing/problems.ts";
import { type Core, instantiateCore, loadCore } from "../../tasks-as/testing/core.ts";
import { type Draw, drawSeed, drawsFrom } from "../../tasks-as/testing/draws.ts";
import { markdownTable, writeSection } from "../page_section.ts";
import { writeChart } from "./chart.ts";
import { fuelOf } from "./fuel.ts";
import { contest, type ContestRow } from "./pathfind_contest.ts";

const SIDES = [256, 512] as const;
const TASKS_PER_MAP = 40;
const CHECKS_PER_TASK = 16;
/** Each call is timed that often and the fastest counts: other programs share the cores. */
const REPEATS = 3;

/** Cost on one map, for tasks of 16 pairs. */
interface CostRow {
  readonly map: string;
  readonly side: number;
  readonly runUsPerPair: number;
  readonly freshRunUsPerPair: number;
  readonly cellsPerPath: number;
  readonly checkUs: number;
  readonly fuelPerPair: number;
  /** Check divided by run: of the sums, and in the median task. */
  readonly checkShareMean: number;
  readonly checkShareMedian: number;
}

const module = await loadCore(pathfind.id, pathfind.version);
const core = instantiateCore(module);
const fuel = await fuelOf(pathfind.id, pathfind.version);

function fastestUs(call: () => void): number {
  let fastest = Infinity;
  for (let i = 0; i < REPEATS; i++) {
    const start = performance.now();
    call();
    fastest = Math.min(fastest, (performance.now() - start) * 1000);
  }
  return fastest;
}

/** One task: what run and the mean check cost, µs. */
function timeTask(problem: Problem, draw: Draw): { runUs: number; freshUs: number; checkUs: number } {
  const assets = [problem.grid];
  let checkUs = 0;
  for (let i = 0; i < CHECKS_PER_TASK; i++) {
    const seed = drawSeed(draw);
    checkUs += fastestUs(() => core.check(problem.input, assets, problem.output, seed));
  }
  return {
    runUs: fastestUs(() => core.run(problem.input, assets)),
    freshUs: fastestUs(() => instantiateCore(module).run(problem.input, assets)),
    checkUs: checkUs / CHECKS_PER_TASK,
  };
}

function cellsPerPath(problems: readonly Problem[]): number {
  const found = problems.flatMap(({ answers }) => answers.filter((answer) => answer.type === "found"));
  return found.reduce((sum, answer) => sum + answer.cells.length / 2, 0) / found.length;
}

function costOf(map: string, side: number, problems: readonly Problem[], draw: Draw): CostRow {
  const times = problems.map((problem) => timeTask(problem, draw));
  const sum = (key: "runUs" | "freshUs" | "checkUs") => times.reduce((total, time) => total + time[key], 0);
  const shares = times.map(({ checkUs, runUs }) => checkUs / runUs).sort((a, b) => a - b);
  const pairs = problems.reduce((total, problem) => total + problem.pairs.length, 0);
  return {
    map,
    side,
    runUsPerPair: sum("runUs") / pairs,
    freshRunUsPerPair: sum("freshUs") / pairs,
    cellsPerPath: cellsPerPath(problems),
    checkUs: sum("checkUs") / problems.length,
    fuelPerPair: problems.reduce((total, { input, assets }) => total + fuel(input, assets), 0) / pairs,
    checkShareMean: sum("checkUs") / sum("runUs"),
    checkShareMedian: shares[shares.length >> 1] ?? NaN,
  };
}

function measureCosts(judge: Core, draw: Draw): CostRow[] {
  return SIDES.flatMap((side) =>
    [...gameMaps(side, draw)].map(([name, map]) => {
      const grid = pathfind.encodeGrid(map);
      const problems = Array.from({ length: TASKS_PER_MAP }, () => makeProblem(judge, map, grid, draw));
      return costOf(name, side, problems, draw);
    })
  );
}

const costs = measureCosts(core, drawsFrom(41));
const contested = contest(core);
const percent = (share: number | undefined) => share === undefined ? "" : `${(share * 100).toFixed(1)} %`;
const costTable = markdownTable(
  [
    "map",
    "run, µs per pair",
    "in a fresh instance",
    "cells per path",
    "fuel per pair",
    "check, µs per task",
    "check / run",
  ],
  costs.map((row) => [
    `${row.map}, ${row.side} × ${row.side}`,
    row.runUsPerPair.toFixed(1),
    row.freshRunUsPerPair.toFixed(1),
    row.cellsPerPath.toFixed(0),
    row.fuelPerPair.toFixed(0),
    row.checkUs.toFixed(1),
    percent(row.checkShareMean),
  ]),
);
const times = (us: number | undefined, of: number) => us === undefined ? "" : `${(us / of).toFixed(1)} ×`;
const contestTable = markdownTable(
  [
    "map",
    "µs per pair",
    "check / run",
    "PathFinding.js",
    "ngraph.path",
    "TypeScript",
    "with proof, µs",
    "check / run",
    "proof, KiB",
  ],
  contested.map((row) => [
    `${row.map}, ${row.side} × ${row.side}${row.hasCosts ? ", costs 1 to 10" : ""}`,
    row.kernelUs.toFixed(row.kernelUs < 100 ? 1 : 0),
    percent(row.checkShare),
    times(row.pathFindingJsUs, row.kernelUs),
    times(row.ngraphUs, row.kernelUs),
    times(row.plainUs, row.kernelUs),
    row.provedUs?.toFixed(0) ?? "",
    percent(row.provedCheckShare),
    row.proofBytes === undefined ? "" : (row.proofBytes / 1024).toFixed(0),
  ]),
);
console.log(
  Deno.args.includes("--json") ? JSON.stringify({ costs, contested }) : `${costTable}\n\n${contestTable}`,
);
if (Deno.args.includes("--write")) {
  await writeSection("tasks-as/pathfind/README.md", "cost", `${costTable}\n\n${contestTable}`);
  const caves = contested.filter(({ map }) => map === "caves");
  const series = (name: string, hasCosts: boolean, us: (row: ContestRow) => number | undefined) => ({
    name,
    points: caves.flatMap((row): [number, number][] => {
      const value = row.hasCosts === hasCosts ? us(row) : undefined;
      return value === undefined ? [] : [[row.side ** 2, value]];
    }),
  });
  await writeChart("pathfind_cost", {
    title: "pathfind: a path between any two cells of caves",
    sizeLabel: "cells of the map",
    costLabel: "microseconds per pair",
    series: [
      series("bitmap", false, ({ kernelUs }) => kernelUs),
      series("PathFinding.js", false, ({ pathFindingJsUs }) => pathFindingJsUs),
      series("costs", true, ({ kernelUs }) => kernelUs),
      series("costs, with proof", true, ({ provedUs }) => provedUs),
      series("costs, TypeScript", true, ({ plainUs }) => plainUs),
      series("costs, ngraph.path", true, ({ ngraphUs }) => ngraphUs),
    ],
  });
}

// What paths cost: deno run --no-prompt -P=bench bench/pathfind_bench.ts [--json]
import { pathfind } from "../../tasks-as/pathfind/codec.ts";
import { gameMaps, makeProblem, type Problem } from "../../tasks-as/pathfind/testing/problems.ts";
import { type Core, instantiateCore, loadCore } from "../../tasks-as/testing/core.ts";
import { type Draw, drawSeed, drawsFrom } from "../../tasks-as/testing/draws.ts";

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
  /** Check divided by run: of the sums, and in the median task. */
  readonly checkShareMean: number;
  readonly checkShareMedian: number;
}

const module = await loadCore(pathfind.id, pathfind.version);
const core = instantiateCore(module);

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
if (Deno.args.includes("--json")) {
  console.log(JSON.stringify({ costs }));
} else {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  console.table(costs.map((row) => ({
    map: `${row.map}, ${row.side} × ${row.side}`,
    "run, µs per pair": row.runUsPerPair.toFixed(1),
    "in a fresh instance": row.freshRunUsPerPair.toFixed(1),
    "cells per path": row.cellsPerPath.toFixed(0),
    "check, µs per task": row.checkUs.toFixed(1),
    "check / run, mean": percent(row.checkShareMean),
    median: percent(row.checkShareMedian),
  })));
}

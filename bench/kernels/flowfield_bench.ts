// What fields cost, beside the same algorithm in TypeScript, a library and C: deno task bench flowfield [--write] [--json]
// --write puts the table into the kernel's page and the chart into docs/.
import { flowfield } from "../../tasks-as/flowfield/codec.ts";
import { type CostGrid, pathfind } from "../../tasks-as/pathfind/codec.ts";
import { withCosts } from "../../tasks-as/pathfind/testing/costly_problems.ts";
import { caveMap } from "../../tasks-as/pathfind/testing/maps.ts";
import { instantiateCore, loadCore } from "../../tasks-as/testing/core.ts";
import { drawsFrom } from "../../tasks-as/testing/draws.ts";
import { markdownTable, writeSection } from "../page_section.ts";
import { writeChart } from "./chart.ts";
import { compare } from "./compare.ts";
import { graphologyField } from "./flowfield_libraries.ts";
import { plainCheck, PlainField } from "./flowfield_plain.ts";
import { fuelOf } from "./fuel.ts";
import { runNative } from "./native.ts";

const SIDES = [64, 128, 256, 512, 896] as const;
const LIBRARY_SIDE_MAX = 128;
const ROUNDS = 7;

interface Row {
  readonly side: number;
  readonly cells: number;
  readonly runMs: number;
  readonly checkMs: number;
  readonly plainMs: number;
  readonly plainCheckMs: number;
  readonly nativeMs: number | undefined;
  readonly libraryMs: number | undefined;
  readonly outputBytes: number;
  readonly fuel: number;
}

const fuel = await fuelOf(flowfield.id, flowfield.version);
const core = instantiateCore(await loadCore(flowfield.id, flowfield.version));

/** One goal in the middle of a cave of costs 1 to 10. */
async function measure(side: number): Promise<Row> {
  const draw = drawsFrom(side);
  const grid = withCosts(caveMap(side, side, draw), 10, draw);
  const goal = freeCellNear(grid, Math.floor(side * (side + 1) / 2));
  const asset = pathfind.encodeCostGrid(grid);
  const input = flowfield.encodeInput({ goals: [{ x: goal % side, y: Math.floor(goal / side) }] });
  const answer = core.run(input, [asset]);
  if (answer.type === "err") throw new Error(answer.message);
  const plain = new PlainField(grid);
  const { distances } = flowfield.decodeOutput(answer.output);
  if (!plain.towards([goal]).distances.every((distance, i) => distance === distances[i])) {
    throw new Error("Cannot compare: the plain field is another one");
  }
  const timings = compare([
    { name: "run", call: () => core.run(input, [asset]) },
    { name: "check", call: () => core.check(input, [asset], answer.output, 1n) },
    { name: "plain", call: () => plain.towards([goal]) },
    { name: "plain check", call: () => plainCheck(grid, distances, [goal]) },
  ], ROUNDS);
  const native = await runNative(new URL("native/flowfield.c", import.meta.url), nativeInput(grid, goal));
  const sum = distances.reduce((total, one) => one === 0xffffffff ? total : total + one, 0);
  if (native.type === "measured" && native.check !== String(sum)) {
    throw new Error(`Cannot compare: the sum in C is ${native.check}, not ${sum}`);
  }
  return {
    side,
    cells: distances.filter((one) => one !== 0xffffffff).length,
    runMs: timings[0]?.ms ?? NaN,
    checkMs: timings[1]?.ms ?? NaN,
    plainMs: timings[2]?.ms ?? NaN,
    plainCheckMs: timings[3]?.ms ?? NaN,
    nativeMs: native.type === "measured" ? native.ms : undefined,
    libraryMs: side > LIBRARY_SIDE_MAX ? undefined : libraryMs(grid, goal),
    outputBytes: answer.output.length,
    fuel: fuel(input, [asset]),
  };
}

function freeCellNear({ costs }: CostGrid, from: number): number {
  for (let cell = from;; cell = (cell + 1) % costs.length) if (costs[cell] !== 0) return cell;
}

function nativeInput({ width, height, costs }: CostGrid, goal: number): Uint8Array {
  const bytes = new Uint8Array(12 + costs.length);
  new Uint32Array(bytes.buffer, 0, 3).set([width, height, goal]);
  bytes.set(costs, 12);
  return bytes;
}

/** The graph is made beforehand: only the search counts. */
function libraryMs(grid: CostGrid, goal: number): number {
  const library = graphologyField(grid);
  return compare([{ name: "library", call: () => library.search(goal) }], 2)[0]?.ms ?? NaN;
}

const rows: Row[] = [];
for (const side of SIDES) rows.push(await measure(side));
const times = (ms: number | undefined, of: number) => ms === undefined ? "" : `${(ms / of).toFixed(1)} ×`;
const table = markdownTable(
  [
    "map",
    "cells reached",
    "run, ms",
    "ns per cell",
    "fuel per cell",
    "check / run",
    "run in TypeScript",
    "check in TypeScript",
    "graphology",
    "run in C -O2",
    "output, KiB",
  ],
  rows.map((row) => [
    `caves, ${row.side} × ${row.side}`,
    row.cells,
    row.runMs.toFixed(2),
    (row.runMs * 1e6 / row.cells).toFixed(0),
    (row.fuel / row.cells).toFixed(0),
    `${(100 * row.checkMs / row.runMs).toFixed(1)} %`,
    times(row.plainMs, row.runMs),
    times(row.plainCheckMs, row.checkMs),
    times(row.libraryMs, row.runMs),
    times(row.nativeMs, row.runMs),
    (row.outputBytes / 1024).toFixed(0),
  ]),
);
console.log(Deno.args.includes("--json") ? JSON.stringify(rows) : table);
if (Deno.args.includes("--write")) {
  await writeSection("tasks-as/flowfield/README.md", "cost", table);
  const points = (ms: (row: Row) => number | undefined) =>
    rows.flatMap((row): [number, number][] => {
      const value = ms(row);
      return value === undefined ? [] : [[row.side ** 2, value]];
    });
  await writeChart("flowfield_cost", {
    title: "flowfield: one goal in caves, costs 1 to 10",
    sizeLabel: "cells of the map",
    costLabel: "milliseconds",
    series: [
      { name: "run", points: points(({ runMs }) => runMs) },
      { name: "check", points: points(({ checkMs }) => checkMs) },
      { name: "TypeScript", points: points(({ plainMs }) => plainMs) },
      { name: "C -O2", points: points(({ nativeMs }) => nativeMs) },
      { name: "graphology", points: points(({ libraryMs }) => libraryMs) },
    ].filter((series) => series.points.length > 0),
  });
}

// What a run of bench:peers says: a table for people, one line for programs.
import { markdownTable } from "../page_section.ts";
import type { Results } from "./results.ts";
import { type ScenarioName, scenarios } from "./scenarios.ts";
import type { Measured } from "./systems.ts";

const ours = "p2c2r";
const oursSingle = "p2c2r, one a worker";

/** The figures of the table, and how each is written. */
const columns: readonly (readonly [string, keyof Measured, number])[] = [
  ["tasks/s", "tasksPerS", 0],
  ["p50 ms", "p50Ms", 2],
  ["p99 ms", "p99Ms", 2],
  ["p99.9 ms", "p999Ms", 2],
  ["middle µs", "middleUs", 1],
  ["workers µs", "workersUs", 1],
  ["client µs", "clientUs", 1],
  ["middle's core", "middleCore", 2],
  ["client's core", "clientCore", 2],
  ["failed", "failed", 0],
];

/** The rows of each scenario: a system and its figures, the median of the rounds, and behind tasks/s the smallest and the largest. */
function rowsOf(results: Results): readonly (readonly [ScenarioName, readonly string[][]])[] {
  return (Object.keys(scenarios) as ScenarioName[]).flatMap((name) => {
    const rows = results.systems.flatMap((system) => rowOf(results, system, name));
    return rows.length === 0 ? [] : [[name, rows] as const];
  });
}

/** For people at a terminal. */
export function report(results: Results): string {
  const lines = [["", ...columns.map(([title]) => title)]];
  for (const [name, rows] of rowsOf(results)) lines.push([`— ${scenarios[name].name}`], ...rows);
  const widths = ["", ...columns].map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  const table = lines.map((line) =>
    line.map((cell, at) => at === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[at]!)).join("  ")
      .trimEnd()
  );
  return [...table, "", ...ratioLines(results)].join("\n");
}

/** The same as tables of a page: what is aimed at, then everything that was measured. */
export function page(results: Results, { rounds, seconds, workers }: RunSize): string {
  const measured = ratios(results);
  const aims = Object.entries(goals).map(([name, { about, goal, holds }]) => {
    const value = measured[name as keyof typeof goals];
    const hit = value === null ? "not measured" : holds(value) ? "met" : "**missed**";
    return [about, goal, value === null ? "" : value.toFixed(2), hit];
  });
  const rows = rowsOf(results).flatMap(([name, systems]) =>
    systems.map(([system, ...figures], at) => [at === 0 ? scenarios[name].name : "", system!, ...figures])
  );
  return [
    `${rounds} rounds of ${seconds} s each, ${workers} workers; medians, and the range of tasks/s.`,
    markdownTable(["ours over theirs", "goal", "measured", ""], aims),
    markdownTable(["asked", "system", ...columns.map(([title]) => title)], rows),
  ].join("\n\n");
}

/** How large a run was. */
export interface RunSize {
  readonly rounds: number;
  readonly seconds: number;
  readonly workers: number;
}

function rowOf(results: Results, system: string, scenario: ScenarioName): string[][] {
  const cells = columns.map(([, figure, digits]) => {
    const spread = results.spread(system, scenario, figure);
    if (spread === undefined) return undefined;
    const text = written(spread.median, digits);
    return figure === "tasksPerS" ? `${text} (${written(spread.min, 0)}–${written(spread.max, 0)})` : text;
  });
  return cells[0] === undefined ? [] : [[system, ...cells.map((cell) => cell ?? "")]];
}

function written(value: number, digits: number): string {
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Ours over theirs, and what this project holds itself to. */
function ratios(results: Results) {
  return {
    nats: results.ratio("tasksPerS", "depth256", ours, "nats"),
    bullmq: results.ratio("tasksPerS", "depth256", ours, "bullmq"),
    cpuNats: results.ratio("middleUs", "depth256", ours, "nats"),
    rawEcho: results.ratio("tasksPerS", "single256", oursSingle, "echo"),
    p50Nats: results.ratio("p50Ms", "latency", ours, "nats"),
    p99Nats: results.ratio("p99Ms", "open10k", ours, "nats"),
  };
}

interface Goal {
  readonly about: string;
  readonly goal: string;
  readonly holds: (ratio: number) => boolean;
}

const atLeast = (limit: number) => ({ goal: `≥ ${limit}`, holds: (ratio: number) => ratio >= limit });
const atMost = (limit: number) => ({ goal: `≤ ${limit}`, holds: (ratio: number) => ratio <= limit });

const goals: Readonly<Record<keyof ReturnType<typeof ratios>, Goal>> = {
  nats: { about: "tasks/s over NATS, 256 in flight", ...atLeast(4) },
  bullmq: { about: "tasks/s over BullMQ, 256 in flight", ...atLeast(30) },
  cpuNats: { about: "the middle's CPU per task over nats-server's, 256 in flight", ...atMost(0.5) },
  rawEcho: { about: "tasks/s over a bare echo, one in flight a worker", ...atLeast(0.5) },
  p50Nats: { about: "p50 of one task at a time over NATS", ...atMost(0.85) },
  p99Nats: { about: "p99 at 10,000 a second over NATS", ...atMost(1) },
};

function ratioLines(results: Results): string[] {
  return Object.entries(ratios(results)).map(([name, value]) => {
    const { about, goal } = goals[name as keyof typeof goals];
    return `${value === null ? "not measured" : value.toFixed(2).padStart(6)}  ${about}: goal ${goal}`;
  });
}

/** What programs read of a run: each ratio ours over theirs, null where something is missing. */
export interface PeersFigures {
  readonly ratios: Readonly<Record<keyof typeof goals, number | null>>;
  /** Of an open pace of 10,000 a second. */
  readonly p999Ms: number | null;
  readonly rounds: number;
}

/** The figures, rounded. */
export function figures(results: Results, rounds: number): PeersFigures {
  const rounded = (value: number | null | undefined, digits: number) =>
    value === null || value === undefined ? null : Number(value.toFixed(digits));
  const all = Object.entries(ratios(results)).map(([name, value]) => [name, rounded(value, 3)] as const);
  return {
    ratios: Object.fromEntries(all) as PeersFigures["ratios"],
    p999Ms: rounded(results.spread(ours, "open10k", "p999Ms")?.median, 2),
    rounds,
  };
}

/** What is kept of a run, for the table of what is promised. */
export interface KeptPeers extends PeersFigures {
  /** The longest of all that were asked one at a time, median of the rounds. */
  readonly unloadedMaxMs: number | null;
}

/** The figures, and the longest of the quiet. */
export function kept(results: Results, rounds: number): KeptPeers {
  return {
    ...figures(results, rounds),
    unloadedMaxMs: results.spread(ours, "latency", "maxMs")?.median ?? null,
  };
}

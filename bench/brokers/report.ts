// What a run of bench:peers says: a table for people, one line for programs.
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
  ["failed", "failed", 0],
];

/** One line per scenario and system: the median of the rounds, and behind tasks/s the smallest and the largest. */
export function report(results: Results): string {
  const lines = [["", ...columns.map(([title]) => title)]];
  for (const name of Object.keys(scenarios) as ScenarioName[]) {
    const rows = results.systems.flatMap((system) => rowOf(results, system, name));
    if (rows.length > 0) lines.push([`— ${scenarios[name].name}`], ...rows);
  }
  const widths = ["", ...columns].map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  const table = lines.map((line) =>
    line.map((cell, at) => at === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[at]!)).join("  ")
      .trimEnd()
  );
  return [...table, "", ...ratioLines(results)].join("\n");
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

const goals: Readonly<Record<keyof ReturnType<typeof ratios>, string>> = {
  nats: "tasks/s over NATS, 256 in flight: goal at least 4",
  bullmq: "tasks/s over BullMQ, 256 in flight: goal at least 30",
  cpuNats: "the middle's CPU per task over nats-server's: goal at most 0.5",
  rawEcho: "tasks/s over a bare echo, one in flight a worker: goal at least 0.5",
  p50Nats: "p50 of one task at a time over NATS: goal at most 0.85",
  p99Nats: "p99 at 10,000 a second over NATS: goal at most 1",
};

function ratioLines(results: Results): string[] {
  return Object.entries(ratios(results)).map(([name, value]) =>
    `${value === null ? "not measured" : value.toFixed(2).padStart(6)}  ${goals[name as keyof typeof goals]}`
  );
}

/** The last line of a run. */
export function jsonLine(results: Results, rounds: number): string {
  const rounded = Object.fromEntries(
    Object.entries(ratios(results)).map((
      [name, value],
    ) => [name, value === null ? null : Number(value.toFixed(3))]),
  );
  const p999Ms = results.spread(ours, "open10k", "p999Ms")?.median ?? null;
  return JSON.stringify({ ratios: rounded, p999Ms: p999Ms && Number(p999Ms.toFixed(2)), rounds });
}

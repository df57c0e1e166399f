// The parts of a task's way, each by itself, in one table: picked from the benchmarks that measure them, which run one
// after the other. deno task bench parts [--write] [--json]: about 60 seconds.
import { fileURLToPath } from "node:url";
import type { CodecBenchRow } from "./codec_bench.ts";
import { markdownTable } from "./page_section.ts";
import type { Row } from "./rows.ts";
import { measureScheduler } from "./scheduler_bench.ts";
import { publish, readFlags } from "./stage/program.ts";
import type { StoreBenchRow } from "./store_bench.ts";

/** A line of the table. */
interface Part {
  readonly part: string;
  readonly measured: string;
  readonly bench: string;
}

async function run<T>(name: string): Promise<T> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-A", fileURLToPath(new URL(`${name}_bench.ts`, import.meta.url)), "--json"],
    stderr: "inherit",
  }).output();
  const text = new TextDecoder().decode(stdout).trim();
  // A benchmark that missed its goal exits with 1 and has measured all the same.
  if (code > 1 || text === "") throw new Error(`${name} ended with code ${code}`);
  return JSON.parse(text) as T;
}

async function codecParts(): Promise<Part[]> {
  const { rows } = await run<{ readonly rows: readonly CodecBenchRow[] }>("codec");
  const nanoseconds = (name: string) => rows.find((row) => row.name === name)!.value.toFixed(0);
  return ["submit", "task", "result", "answer"].flatMap((message) =>
    [1, 32].map((size) => ({
      part: `${message} of 180 or 100 B in a frame of ${size}: scan, scan and parse, encode`,
      measured:
        ["scan", "parse", "encode"].map((step) => nanoseconds(`${step} ${message}, frames of ${size}`)).join(
          ", ",
        ) + " ns",
      bench: "codec",
    }))
  );
}

function schedulerParts(): Part[] {
  measureScheduler(100, 100, 50_000);
  return [[100, 1_000], [10_000, 1_000], [100, 100_000]].map(([workers, queued]) => ({
    part: `a task through the scheduler's core: ${workers!.toLocaleString("en")} workers, ${
      queued!.toLocaleString("en")
    } waiting`,
    measured: `${(measureScheduler(workers!, queued!, 50_000).nsPerTask / 1000).toFixed(1)} µs`,
    bench: "scheduler",
  }));
}

async function sandboxParts(): Promise<Part[]> {
  const rows = await run<readonly Row[]>("sandbox");
  return [
    ["check in a reused instance", "a kernel's check in a reused instance, 2 KiB"],
    ["run in a fresh instance, watchdog", "a fresh instance and its run, watchdog on, 2 KiB in and out"],
    ["thread round trip, 2 KiB in and out", "the same in a thread, and back"],
  ].map(([name, part]) => {
    const { p50, p99 } = rows.find((row) => row.name === name)!;
    return {
      part: `${part}: median, 99th percentile`,
      measured: `${p50.toFixed(1)}, ${p99.toFixed(1)} µs`,
      bench: "sandbox",
    };
  });
}

async function storeParts(): Promise<Part[]> {
  const { rows } = await run<{ readonly rows: readonly StoreBenchRow[] }>("store");
  const value = (name: string) => rows.find((row) => row.name === name)!.value;
  return [
    [
      "ledger and audit: notes of a task",
      `${value("notes of a task (charge, pend, grant, audit)").toFixed(2)} µs`,
    ],
    [
      "ledger and audit: a flush of 1,000 tasks, median, 99th percentile",
      `${value("tick with a flush of 1,000 tasks, p50").toFixed(1)}, ${
        value("tick with a flush of 1,000 tasks, p99").toFixed(1)
      } ms`,
    ],
    [
      "ledger and audit: at 10,000 tasks a second",
      `${value("one core's share at 10,000 tasks/s").toFixed(1)} % of a core`,
    ],
    ["ledger and audit: on disk, a task", `${value("disk per task").toFixed(0)} B`],
  ].map(([part, measured]) => ({ part: part!, measured: measured!, bench: "store" }));
}

async function roadParts(): Promise<Part[]> {
  interface Road {
    readonly p50Ms: number;
    readonly p99Ms: number;
    readonly p999Ms: number;
  }
  const { p50Ms, p99Ms, p999Ms } = await run<Road>("round_trip");
  const measured = `${p50Ms.toFixed(2)}, ${p99Ms.toFixed(1)}, ${p999Ms.toFixed(1)} ms`;
  const part = "end to end: SDK, coordinator, worker, sandbox, 2 KiB, one at a time: p50, p99, p99.9";
  return [{ part, measured, bench: "round_trip" }];
}

if (import.meta.main) {
  const figures = [
    ...await codecParts(),
    ...schedulerParts(),
    ...await sandboxParts(),
    ...await storeParts(),
    ...await roadParts(),
  ];
  const text = markdownTable(
    ["part", "measured", "command"],
    figures.map(({ part, measured, bench }) => [part, measured, `\`deno task bench ${bench}\``]),
  );
  await publish(readFlags(), { page: "docs/performance.md", section: "parts", text, figures });
}

// What a worker costs that has nothing to do: memory of a connection, CPU of its heartbeats, and how tasks fare beside
// ten thousand of them. deno task bench idle [--write] [--json] [--quick]: about 75 seconds.
import type { Crew } from "../tools/demo/crew.ts";
import { markdownTable } from "./page_section.ts";
import { cpuUs } from "./stage/processes.ts";
import { publish, readFlags, withCrew } from "./stage/program.ts";
import { measureOrder, type Memory, startFleet, startLoad, startStagedCoordinator } from "./stage/stage.ts";

/** What was measured. */
export interface IdleFigures {
  readonly workers: number;
  /** Of one more connection. */
  readonly heapBytes: number;
  readonly residentBytes: number;
  /** Share of a core that the coordinator takes for heartbeats alone. */
  readonly core: number;
  /** Microseconds of a core that one idle worker costs each second. */
  readonly usPerWorkerAndS: number;
  /** Seconds until all of them were connected, authenticated and ready, and the coordinator's CPU for one. */
  readonly arrivalS: number;
  readonly arrivalUs: number;
  /** Tasks in a light stream beside them. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly tasksPerS: number;
  readonly coordinatorUs: number;
}

const usual = { first: 1_000, all: 10_000, idleMs: 10_000, measureMs: 4_000 };
const quick = { first: 20, all: 120, idleMs: 1_000, measureMs: 500 };
/** Descriptors that a process needs beside its connections. */
const descriptorsSpare = 256;
const ratePerS = 500;

/** How many files one process may have open here, where that can be asked for. */
async function descriptorsMax(): Promise<number> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", "ulimit -n"] }).output();
  const text = new TextDecoder().decode(stdout).trim();
  return text === "unlimited" ? Infinity : Number(text);
}

async function measure(crew: Crew, folder: string, size: typeof usual): Promise<IdleFigures> {
  const coordinator = await startStagedCoordinator(crew, folder, "coordinator");
  await startFleet(crew, "first workers", coordinator.url, size.first);
  const few = await coordinator.memory();
  const beforeUs = cpuUs(coordinator.pid);
  const startMs = performance.now();
  const more = size.all - size.first;
  await startFleet(crew, "workers", coordinator.url, more);
  const arrivalS = (performance.now() - startMs) / 1000;
  const arrivalUs = (cpuUs(coordinator.pid) - beforeUs) / more;
  const many = await coordinator.memory();
  const idleUs = cpuUs(coordinator.pid);
  const idleFromMs = performance.now();
  await new Promise((resolve) => setTimeout(resolve, size.idleMs));
  const core = (cpuUs(coordinator.pid) - idleUs) / ((performance.now() - idleFromMs) * 1000);
  const load = await startLoad(crew, "load", coordinator.url, [coordinator.key]);
  const { p50Ms, p99Ms, tasksPerS, coordinatorUs } = await measureOrder(coordinator, load, {
    inputBytes: 180,
    outputBytes: 100,
    pace: { type: "open", ratePerS },
    warmMs: size.measureMs / 2,
    measureMs: size.measureMs,
  });
  const each = (of: (memory: Memory) => number) => (of(many) - of(few)) / more;
  return {
    workers: size.all,
    heapBytes: each(({ heapBytes, externalBytes }) => heapBytes + externalBytes),
    residentBytes: each(({ rssBytes }) => rssBytes),
    core,
    usPerWorkerAndS: core * 1e6 / size.all,
    arrivalS,
    arrivalUs,
    p50Ms,
    p99Ms,
    tasksPerS,
    coordinatorUs,
  };
}

function page(figures: IdleFigures): string {
  const kib = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;
  const count = figures.workers.toLocaleString("en");
  return markdownTable([`${count} idle worker connections`, "measured"], [
    [
      "memory of one more connection: JavaScript, resident",
      `${kib(figures.heapBytes)}, ${kib(figures.residentBytes)}`,
    ],
    ["coordinator's core for all heartbeats", `${(100 * figures.core).toFixed(1)} %`],
    ["of it for one worker, each second", `${figures.usPerWorkerAndS.toFixed(1)} µs`],
    [
      "from the first challenge until all are ready",
      `${figures.arrivalS.toFixed(1)} s, ${figures.arrivalUs.toFixed(0)} µs of the coordinator's core each`,
    ],
    [
      `tasks beside them, ${Math.round(figures.tasksPerS)} a second: p50, p99`,
      `${figures.p50Ms.toFixed(1)}, ${figures.p99Ms.toFixed(1)} ms`,
    ],
  ]);
}

if (import.meta.main) {
  const flags = readFlags();
  const size = flags.quick ? quick : usual;
  const needed = size.all + descriptorsSpare;
  if (await descriptorsMax() < needed) {
    console.error(
      `Cannot measure ${size.all} connections: a process may open too few files. Run \`ulimit -n ${needed}\` first.`,
    );
    Deno.exit(1);
  }
  const figures = await withCrew((crew, folder) => measure(crew, folder, size));
  await publish(flags, {
    page: "docs/scaling.md",
    section: "idle",
    text: page(figures),
    figures,
    keep: true,
  });
}

// A million workers, calculated from what was measured: coordinators, memory, bandwidth, books.
// deno task bench million [--write] [--json]: needs `scale`, `idle`, `wire` and `store` run with --write before.
import type { IdleFigures } from "./idle_bench.ts";
import { readMeasured } from "./measured.ts";
import { markdownTable } from "./page_section.ts";
import type { ScalePoint } from "./scale_bench.ts";
import { publish, readFlags } from "./stage/program.ts";
import type { StoreBenchRow } from "./store_bench.ts";
import type { WireFigures } from "./wire_bench.ts";

/** What is assumed. */
const assumed = {
  workers: 1_000_000,
  /** Share of the time in which a worker computes, one task at a time. */
  busy: 0.5,
  payloadBytes: 1_024,
  /** Of a coordinator's one core: above it queues grow. */
  coreMax: 0.6,
  /** A process may have so many connections. */
  connectionsMax: 10_000,
  /** Accounts of a worker that a period changes. */
  entriesPerWorker: 2,
} as const;
const taskMs = [5, 20, 100] as const;
const periodsS = [10, 600] as const;

/** What one of anything costs, as measured. */
interface UnitCosts {
  readonly usPerTask: number;
  readonly workersThere: number;
  readonly usPerIdleWorkerAndS: number;
  readonly bytesPerConnection: number;
  readonly idleWireBytesPerS: number;
  /** Of the four ways a task's bytes take: to the coordinator and to the worker, and back. */
  readonly wireRatios: readonly number[];
  readonly bookBytesPerTask: number;
  readonly ledgerEntriesPerS: number;
}

async function unitCosts(): Promise<UnitCosts> {
  const points = await readMeasured<readonly ScalePoint[]>("scale");
  const idle = await readMeasured<IdleFigures>("idle");
  const wire = await readMeasured<WireFigures>("wire");
  const store = await readMeasured<readonly StoreBenchRow[]>("store");
  const stored = (name: string) => store.find((row) => row.name === name)?.value ?? NaN;
  const most = points.filter(({ axis }) => axis === "workers").at(-1)!;
  return {
    usPerTask: most.coordinatorUs,
    workersThere: most.size,
    usPerIdleWorkerAndS: idle.usPerWorkerAndS,
    bytesPerConnection: idle.residentBytes,
    idleWireBytesPerS: wire.idleWireBytesPerS,
    // Many workers with a few tasks each, as a fleet of this size is.
    wireRatios: wire.rows.slice(4, 8).map(({ ratio }) => ratio),
    bookBytesPerTask: stored("disk per task"),
    ledgerEntriesPerS: stored("ledger entries booked"),
  };
}

interface Fleet {
  readonly taskMs: number;
  readonly tasksPerS: number;
  readonly cores: number;
  readonly coordinators: number;
  readonly connectionsEach: number;
  readonly memoryEachBytes: number;
  readonly gbitPerS: number;
  readonly gbitPerSEach: number;
  readonly workerBytesPerS: number;
  readonly bookBytesPerS: number;
}

function fleet(ms: number, unit: UnitCosts): Fleet {
  const { workers, busy, payloadBytes, coreMax, connectionsMax } = assumed;
  const tasksPerS = workers * busy * 1000 / ms;
  const cores = (tasksPerS * unit.usPerTask + workers * unit.usPerIdleWorkerAndS) / 1e6;
  const coordinators = Math.ceil(Math.max(cores / coreMax, workers / connectionsMax));
  const wireBytes = payloadBytes * unit.wireRatios.reduce((sum, ratio) => sum + ratio, 0);
  const bytesPerS = tasksPerS * wireBytes + workers * unit.idleWireBytesPerS;
  return {
    taskMs: ms,
    tasksPerS,
    cores,
    coordinators,
    connectionsEach: workers / coordinators,
    memoryEachBytes: workers / coordinators * unit.bytesPerConnection,
    gbitPerS: bytesPerS * 8 / 1e9,
    gbitPerSEach: bytesPerS * 8 / 1e9 / coordinators,
    workerBytesPerS: busy * 1000 / ms * wireBytes / 2 + unit.idleWireBytesPerS,
    bookBytesPerS: tasksPerS * unit.bookBytesPerTask,
  };
}

function page(unit: UnitCosts, fleets: readonly Fleet[]): string {
  const count = (value: number) => Math.round(value).toLocaleString("en");
  const units = markdownTable(["unit", "measured", "by"], [
    [
      `a task at the coordinator, ${count(unit.workersThere)} workers`,
      `${unit.usPerTask.toFixed(1)} µs`,
      "scale",
    ],
    ["an idle worker, each second", `${unit.usPerIdleWorkerAndS.toFixed(1)} µs`, "idle"],
    ["memory of a connection", `${(unit.bytesPerConnection / 1024).toFixed(0)} KiB`, "idle"],
    ["an idle connection on the wire, each second", `${unit.idleWireBytesPerS.toFixed(0)} B`, "wire"],
    [
      "wire bytes per byte of payload, the four ways",
      unit.wireRatios.map((ratio) => ratio.toFixed(2)).join(", "),
      "wire",
    ],
    ["books of a task on disk", `${unit.bookBytesPerTask.toFixed(0)} B`, "store"],
    ["ledger entries that one store books", `${count(unit.ledgerEntriesPerS)} a second`, "store"],
  ]);
  const rows: readonly (readonly [string, (fleet: Fleet) => string])[] = [
    ["tasks a second", (one) => count(one.tasksPerS)],
    ["coordinators' cores, all together", (one) => count(one.cores)],
    [
      "cores of workers that one of theirs keeps busy",
      (one) => count(assumed.workers * assumed.busy / one.cores),
    ],
    ["coordinators", (one) => count(one.coordinators)],
    ["connections of each", (one) => count(one.connectionsEach)],
    ["memory of their connections, each", (one) => `${count(one.memoryEachBytes / 2 ** 20)} MiB`],
    ["bandwidth of all, of each", (one) => `${count(one.gbitPerS)}, ${one.gbitPerSEach.toFixed(1)} Gbit/s`],
    ["bandwidth of one worker, both directions", (one) => `${count(one.workerBytesPerS * 8 / 1000)} kbit/s`],
    [
      "books written by each",
      (one) => `${(one.bookBytesPerS / one.coordinators / 2 ** 20).toFixed(1)} MiB/s`,
    ],
  ];
  const all = markdownTable(
    ["a task computes for", ...fleets.map((one) => `${one.taskMs} ms`)],
    rows.map(([name, cell]) => [name, ...fleets.map(cell)]),
  );
  const ledger = markdownTable(
    ["workers' credit is booked every", "ledger entries a second", "stores that takes"],
    periodsS.map((periodS) => {
      const perS = assumed.workers * assumed.entriesPerWorker / periodS;
      return [`${periodS} s`, count(perS), (perS / unit.ledgerEntriesPerS).toFixed(1)];
    }),
  );
  return [units, all, ledger].join("\n\n");
}

if (import.meta.main) {
  const unit = await unitCosts();
  const fleets = taskMs.map((ms) => fleet(ms, unit));
  const text = page(unit, fleets);
  await publish(readFlags(), {
    page: "docs/scaling.md",
    section: "million",
    text,
    figures: { unit, fleets },
  });
}

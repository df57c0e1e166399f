// What is promised of the task path, beside what was measured last, from the kept figures.
// deno task bench promises [--write] [--json]: needs `bench:peers`, `books`, `wire`, `overhead` and `idle` run with
// --write before.
import type { KeptPeers } from "./brokers/report.ts";
import type { BooksRow } from "./books_bench.ts";
import type { IdleFigures } from "./idle_bench.ts";
import { readMeasured } from "./measured.ts";
import { markdownTable } from "./page_section.ts";
import type { Row } from "./rows.ts";
import { publish, readFlags } from "./stage/program.ts";
import type { WireFigures } from "./wire_bench.ts";

/** A promise; `measured` null: not measured. */
interface Promised {
  readonly about: string;
  readonly sign: "≤" | "≥" | "<";
  readonly goal: number;
  readonly unit: string;
  readonly measured: number | null;
  readonly command: string;
}

const peersCommand = "deno task bench:peers";
/** Longest pause that hides a delayed acknowledgement or another timer of the network. */
const stallMs = 40;

function peersPromises({ ratios, p999Ms, unloadedMaxMs }: KeptPeers): Promised[] {
  const rows = [
    ["tasks a second over NATS request-reply, eight in flight a worker", "≥", 4, "×", ratios.nats],
    ["tasks a second over BullMQ, eight in flight a worker", "≥", 30, "×", ratios.bullmq],
    ["coordinator's CPU per task over nats-server's", "≤", 0.5, "×", ratios.cpuNats],
    ["tasks a second over a bare echo, one in flight a worker", "≥", 0.5, "×", ratios.rawEcho],
    ["unloaded p50 over NATS", "≤", 0.85, "×", ratios.p50Nats],
    ["p99 at 10,000 tasks a second over NATS", "≤", 1, "×", ratios.p99Nats],
    ["p99.9 at 10,000 tasks a second", "<", 16, " ms", p999Ms],
    ["longest of all one by one: no stalls of the network's timers", "<", stallMs, " ms", unloadedMaxMs],
  ] as const;
  return rows.map(([about, sign, goal, unit, measured]) => (
    { about, sign, goal, unit, measured, command: peersCommand }
  ));
}

async function promises(): Promise<Promised[]> {
  const [books] = await readMeasured<readonly BooksRow[]>("books");
  const { rows: wire } = await readMeasured<WireFigures>("wire");
  const [overhead] = await readMeasured<readonly Row[]>("overhead");
  const idle = await readMeasured<IdleFigures>("idle");
  const bench = (name: string) => `deno task bench ${name}`;
  const worstBatched = Math.max(
    ...wire.filter(({ tasksPerFrame }) => tasksPerFrame > 1).map(({ ratio }) => ratio),
  );
  return [
    ...peersPromises(await readMeasured<KeptPeers>("peers")),
    {
      ...{ about: "CPU with ledger and audit over without", sign: "≤", goal: 1.1, unit: "×" },
      ...{ measured: books!.ratio, command: bench("books") },
    },
    {
      ...{
        about: "wire bytes per byte of payload, 1 KiB, batched, worst way",
        sign: "≤",
        goal: 1.1,
        unit: "×",
      },
      ...{ measured: worstBatched, command: bench("wire") },
    },
    {
      ...{ about: "what a worker adds to a kernel, median", sign: "≤", goal: 150, unit: " µs" },
      ...{ measured: overhead!.p50, command: bench("overhead") },
    },
    {
      ...{ about: "idle worker connections on two cores", sign: "≥", goal: 10_000, unit: "" },
      ...{ measured: idle.workers, command: bench("idle") },
    },
  ];
}

function holds({ sign, goal, measured }: Promised): boolean {
  if (measured === null) return false;
  if (sign === "≥") return measured >= goal;
  return sign === "≤" ? measured <= goal : measured < goal;
}

function page(all: readonly Promised[]): string {
  const written = (value: number) =>
    value >= 100 ? Math.round(value).toLocaleString("en") : `${Number(value.toFixed(2))}`;
  return markdownTable(
    ["promise", "goal", "measured", "", "command"],
    all.map((each) => [
      each.about,
      `${each.sign} ${written(each.goal)}${each.unit}`,
      each.measured === null ? "" : `${written(each.measured)}${each.unit}`,
      each.measured === null ? "not measured" : holds(each) ? "met" : "**missed**",
      `\`${each.command}\``,
    ]),
  );
}

if (import.meta.main) {
  const figures = await promises();
  await publish(readFlags(), {
    page: "docs/performance.md",
    section: "promises",
    text: page(figures),
    figures,
  });
}

// Several coordinators on one machine, as the design scales out: each with its own workers and backends, sharing nothing
// on the path of a task. The same 240 workers and the same load in all, spread over 1, 2 and 4 coordinators.
// deno task bench several [--write] [--json] [--quick]: 40 seconds.
import { markdownTable } from "./page_section.ts";
import type { Order } from "./stage/order.ts";
import { publish, readFlags, withCrew } from "./stage/program.ts";
import { measureOrder, startFleet, startLoad, startStagedCoordinator } from "./stage/stage.ts";

const counts = [1, 2, 4] as const;

/** All coordinators together, under one load. */
export interface SeveralRow {
  readonly coordinators: number;
  readonly asked: string;
  readonly tasksPerS: number;
  /** Mean over all tasks. */
  readonly coordinatorUs: number;
  /** Cores that all coordinators took together. */
  readonly cores: number;
  /** Of the worst of them. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
}

interface Size {
  readonly workers: number;
  readonly depth: number;
  readonly ratePerS: number;
  readonly measureMs: number;
}

const usual: Size = { workers: 240, depth: 256, ratePerS: 3_000, measureMs: 3_000 };
const quick: Size = { workers: 16, depth: 16, ratePerS: 200, measureMs: 300 };

async function measure(coordinators: number, size: Size): Promise<SeveralRow[]> {
  return await withCrew(async (crew, folder) => {
    const sides = await Promise.all(Array.from({ length: coordinators }, async (_, no) => {
      const coordinator = await startStagedCoordinator(crew, folder, `coordinator ${no}`);
      await startFleet(crew, `fleet ${no}`, coordinator.url, size.workers / coordinators);
      return {
        coordinator,
        load: await startLoad(crew, `load ${no}`, coordinator.url, [coordinator.key]),
      };
    }));
    const paces: Readonly<Record<string, Order["pace"]>> = {
      [`${size.depth} in flight in all`]: { type: "closed", depth: size.depth / coordinators },
      [`${size.ratePerS.toLocaleString("en")} a second in all`]: {
        type: "open",
        ratePerS: size.ratePerS / coordinators,
      },
    };
    const rows: SeveralRow[] = [];
    for (const [asked, pace] of Object.entries(paces)) {
      const order = { inputBytes: 180, outputBytes: 100, pace, warmMs: size.measureMs / 4 };
      const all = await Promise.all(
        sides.map(({ coordinator, load }) =>
          measureOrder(coordinator, load, { ...order, measureMs: size.measureMs })
        ),
      );
      const sum = (of: (one: (typeof all)[number]) => number) =>
        all.reduce((total, one) => total + of(one), 0);
      rows.push({
        coordinators,
        asked,
        tasksPerS: sum((one) => one.tasksPerS),
        coordinatorUs: sum((one) => one.coordinatorUs * one.answered) / sum((one) => one.answered),
        cores: sum((one) => one.coordinatorCore),
        p50Ms: Math.max(...all.map((one) => one.p50Ms)),
        p99Ms: Math.max(...all.map((one) => one.p99Ms)),
        failed: sum((one) => one.failed),
      });
    }
    return rows;
  });
}

function page(rows: readonly SeveralRow[]): string {
  return markdownTable(
    ["asked", "coordinators", "tasks/s", "CPU a task, µs", "cores", "p50, ms", "p99, ms", "failed"],
    rows.map((row) => [
      row.asked,
      row.coordinators,
      Math.round(row.tasksPerS).toLocaleString("en"),
      row.coordinatorUs.toFixed(1),
      row.cores.toFixed(2),
      row.p50Ms.toFixed(1),
      row.p99Ms.toFixed(1),
      row.failed,
    ]),
  );
}

if (import.meta.main) {
  const flags = readFlags();
  const measured: SeveralRow[] = [];
  for (const coordinators of counts) {
    measured.push(...await measure(coordinators, flags.quick ? quick : usual));
  }
  const figures = measured.sort((a, b) => a.asked.localeCompare(b.asked) || a.coordinators - b.coordinators);
  await publish(flags, { page: "docs/scaling.md", section: "several", text: page(figures), figures });
}

// What ledger and audit cost: the coordinator's CPU per task with them and without, in turns, 256 tasks in flight on 100
// workers. deno task bench books [--write] [--json] [--quick]: 35 seconds. Goal: at most 1.10 times.
import type { Crew } from "../tools/demo/crew.ts";
import { markdownTable } from "./page_section.ts";
import { median, publish, readFlags, withCrew } from "./stage/program.ts";
import { measureOrder, startFleet, startLoad, startStagedCoordinator } from "./stage/stage.ts";

const workers = 100;
const goal = 1.1;
const order = { inputBytes: 180, outputBytes: 100 } as const;
const paces = {
  "256 in flight": { type: "closed", depth: 256 },
  "2,000 a second": { type: "open", ratePerS: 2_000 },
} as const;

/** Of one way of asking: medians over the rounds. */
export interface BooksRow {
  readonly asked: string;
  readonly withUs: number;
  readonly withoutUs: number;
  /** The median of the rounds' ratios, and how far they lie apart. */
  readonly ratio: number;
  readonly ratioMin: number;
  readonly ratioMax: number;
}

async function side(crew: Crew, folder: string, unbooked: boolean) {
  const name = unbooked ? "without" : "with";
  const coordinator = await startStagedCoordinator(crew, folder, name, { unbooked });
  await startFleet(crew, `${name} fleet`, coordinator.url, workers);
  return { coordinator, load: await startLoad(crew, `${name} load`, coordinator.url, [coordinator.key]) };
}

async function measure(crew: Crew, folder: string, rounds: number, measureMs: number): Promise<BooksRow[]> {
  const sides = [await side(crew, folder, false), await side(crew, folder, true)];
  const rows: BooksRow[] = [];
  for (const [asked, pace] of Object.entries(paces)) {
    const pairs: (readonly [number, number])[] = [];
    for (let round = 0; round < rounds; round++) {
      const us: number[] = [];
      for (const { coordinator, load } of sides) {
        const figures = await measureOrder(coordinator, load, {
          ...order,
          pace,
          warmMs: measureMs / 4,
          measureMs,
        });
        us.push(figures.coordinatorUs);
      }
      pairs.push([us[0]!, us[1]!]);
    }
    const ratios = pairs.map(([on, off]) => on / off).sort((a, b) => a - b);
    rows.push({
      asked,
      withUs: median(pairs.map(([on]) => on)),
      withoutUs: median(pairs.map(([, off]) => off)),
      ratio: median(ratios),
      ratioMin: ratios[0]!,
      ratioMax: ratios.at(-1)!,
    });
  }
  return rows;
}

function page(rows: readonly BooksRow[]): string {
  return markdownTable(
    ["asked", "with, µs a task", "without", "ratio (range)", "goal"],
    rows.map(({ asked, withUs, withoutUs, ratio, ratioMin, ratioMax }) => [
      asked,
      withUs.toFixed(1),
      withoutUs.toFixed(1),
      `${ratio.toFixed(2)} (${ratioMin.toFixed(2)}–${ratioMax.toFixed(2)})`,
      `≤ ${goal.toFixed(2)}${ratio <= goal ? ", met" : ", **missed**"}`,
    ]),
  );
}

if (import.meta.main) {
  const flags = readFlags();
  const [rounds, measureMs] = flags.quick ? [1, 300] as const : [5, 1_200] as const;
  const figures = await withCrew((crew, folder) => measure(crew, folder, rounds, measureMs));
  await publish(flags, {
    page: "docs/performance.md",
    section: "books",
    text: page(figures),
    figures,
    keep: true,
  });
}

// A coordinator that runs and runs: 1,000 tasks a second on 100 workers; memory and p99 must stay flat.
// deno task bench soak [--long] [--write] [--json]: 30 seconds, with --long 12 minutes.
import type { Crew } from "../tools/demo/crew.ts";
import { markdownTable } from "./page_section.ts";
import { median, publish, readFlags, withCrew } from "./stage/program.ts";
import { measureOrder, type Memory, startFleet, startLoad, startStagedCoordinator } from "./stage/stage.ts";

const workers = 100;
const ratePerS = 1_000;
const intervals = 12;
/** The caches of the first minutes are allowed: what counts is whether the last third is above the one before. */
const memoryGrowthMax = 1.1;
const p99GrowthMax = 1.5;

/** One stretch of the run; memory after collection, at its end. */
interface Stretch {
  readonly untilS: number;
  readonly tasks: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly coordinatorUs: number;
  readonly memory: Memory;
}

async function soak(crew: Crew, folder: string, stretchMs: number): Promise<Stretch[]> {
  const coordinator = await startStagedCoordinator(crew, folder, "coordinator");
  await startFleet(crew, "fleet", coordinator.url, workers);
  const load = await startLoad(crew, "load", coordinator.url, [coordinator.key]);
  const order = { inputBytes: 180, outputBytes: 100, pace: { type: "open", ratePerS }, warmMs: 0 } as const;
  await load.run({ ...order, measureMs: 1_000 });
  const stretches: Stretch[] = [];
  const startMs = performance.now();
  while (stretches.length < intervals) {
    const { tasks, failed, p50Ms, p99Ms, maxMs, coordinatorUs } = await measureOrder(coordinator, load, {
      ...order,
      measureMs: stretchMs,
    });
    const memory = await coordinator.memory();
    const untilS = (performance.now() - startMs) / 1000;
    stretches.push({ untilS, tasks, failed, p50Ms, p99Ms, maxMs, coordinatorUs, memory });
  }
  return stretches;
}

/** How a figure grew from the middle third of the run to the last. */
function growth(stretches: readonly Stretch[], of: (stretch: Stretch) => number): number {
  const third = stretches.length / 3;
  const [middle, last] = [stretches.slice(third, 2 * third), stretches.slice(2 * third)];
  return median(last.map(of)) / median(middle.map(of));
}

function judged(stretches: readonly Stretch[]) {
  const held = ({ memory: { heapBytes, externalBytes } }: Stretch) => heapBytes + externalBytes;
  const memoryGrowth = growth(stretches, held);
  const residentGrowth = growth(stretches, ({ memory }) => memory.rssBytes);
  const p99Growth = growth(stretches, ({ p99Ms }) => p99Ms);
  const failed = stretches.reduce((sum, stretch) => sum + stretch.failed, 0);
  const flat = memoryGrowth <= memoryGrowthMax && residentGrowth <= memoryGrowthMax &&
    p99Growth <= p99GrowthMax && failed === 0;
  return { memoryGrowth, residentGrowth, p99Growth, failed, flat };
}

function page(stretches: readonly Stretch[], isLong: boolean): string {
  const mib = (bytes: number) => (bytes / 1024 / 1024).toFixed(0);
  const { memoryGrowth, residentGrowth, p99Growth, failed, flat } = judged(stretches);
  const table = markdownTable(
    [
      "until, s",
      "tasks",
      "p50, ms",
      "p99, ms",
      "longest, ms",
      "CPU a task, µs",
      "heap, MiB",
      "resident, MiB",
    ],
    stretches.map((stretch) => [
      stretch.untilS.toFixed(0),
      stretch.tasks.toLocaleString("en"),
      stretch.p50Ms.toFixed(1),
      stretch.p99Ms.toFixed(1),
      stretch.maxMs.toFixed(0),
      stretch.coordinatorUs.toFixed(0),
      mib(stretch.memory.heapBytes + stretch.memory.externalBytes),
      mib(stretch.memory.rssBytes),
    ]),
  );
  const words = `From the middle third to the last: heap × ${memoryGrowth.toFixed(2)}, resident × ${
    residentGrowth.toFixed(2)
  }, p99 × ${p99Growth.toFixed(2)}; ${failed} failed: ${
    !isLong ? "too short to say whether it is flat" : flat ? "flat" : "**not flat**"
  }.`;
  return `${table}\n\n${words}`;
}

if (import.meta.main) {
  const flags = readFlags();
  const stretchMs = flags.long ? 60_000 : flags.quick ? 200 : 2_000;
  const stretches = await withCrew((crew, folder) => soak(crew, folder, stretchMs));
  const verdict = judged(stretches);
  const text = page(stretches, flags.long);
  await publish(flags, {
    page: "docs/performance.md",
    section: "soak",
    text,
    figures: { stretches, ...verdict },
  });
  Deno.exit(verdict.failed === 0 && (verdict.flat || !flags.long) ? 0 : 1);
}

// Many seeds on several threads, and what came of all of them.
import type { FaultKind } from "./faults.ts";
import type { ShardOrder } from "./shard.ts";
import type { SeedReport } from "./simulation.ts";

/** A thread that plays seeds of one copy of the sources. */
export class Shard {
  readonly #worker: Worker;

  /** `root`: the address of a folder that holds `tests/sim/`. */
  constructor(root: URL) {
    this.#worker = new Worker(new URL("tests/sim/shard.ts", root), { type: "module" });
  }

  /** Plays seeds. Rejects when the sources do not load. */
  play(order: ShardOrder): Promise<readonly SeedReport[]> {
    const played = Promise.withResolvers<readonly SeedReport[]>();
    this.#worker.onmessage = ({ data }: MessageEvent<readonly SeedReport[]>) => played.resolve(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      played.reject(new Error(`Cannot play seeds: ${event.message}`));
    };
    this.#worker.postMessage(order);
    return played.promise;
  }

  /** Ends the thread. */
  close(): void {
    this.#worker.terminate();
  }
}

/** What came of many seeds. */
export interface CampaignReport {
  readonly seeds: number;
  readonly events: number;
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly failed: readonly SeedReport[];
  readonly tookMs: number;
}

/** Seeds handed to a thread at once: enough to keep it busy, few enough to share the rest evenly. */
const BATCH = 10;

/** Plays the seeds `from` … `from + count − 1` on so many threads. */
export async function playSeeds(
  root: URL,
  from: number,
  count: number,
  threads: number,
  failed: (report: SeedReport) => void,
): Promise<CampaignReport> {
  const startedMs = performance.now();
  const faults = new Map<FaultKind, number>();
  const failures: SeedReport[] = [];
  let events = 0;
  let next = from;
  const work = async () => {
    const shard = new Shard(root);
    try {
      while (next < from + count) {
        const seeds = Array.from({ length: Math.min(BATCH, from + count - next) }, (_, at) => next + at);
        next += seeds.length;
        for (const report of await shard.play({ seeds, untilCaught: false })) {
          events += report.events;
          for (const [kind, times] of report.faults) faults.set(kind, (faults.get(kind) ?? 0) + times);
          if (report.violation === null) continue;
          failures.push(report);
          failed(report);
        }
      }
    } finally {
      shard.close();
    }
  };
  await Promise.all(Array.from({ length: threads }, work));
  return { seeds: count, events, faults, failed: failures, tookMs: performance.now() - startedMs };
}

// A worker inside the test's own process, with a folder of its own that is gone afterwards.
import { type RunningWorker, startWorker, type WorkerPorts } from "../../worker/start.ts";
import type { WorkerConfig } from "../../worker/config.ts";
import { withTempFolder } from "../../tools/temp_folder.ts";

/** What a test does with workers. */
export interface Rig {
  readonly folder: string;
  /** What the workers said. */
  readonly said: string[];
  /** Starts a worker; it is ended after the test. */
  start(coordinator: URL, config?: Partial<WorkerConfig>, ports?: WorkerPorts): Promise<RunningWorker>;
}

/** Gives a test workers in a fresh folder, and ends them when it is over. */
export async function withWorkers(work: (rig: Rig) => Promise<void>): Promise<void> {
  await withTempFolder(async (folder) => {
    const workers: RunningWorker[] = [];
    const said: string[] = [];
    try {
      await work({
        folder,
        said,
        async start(coordinator, config = {}, ports = {}) {
          const worker = await startWorker(
            { ...defaults, dataDir: `${folder}/worker`, ...config, coordinator },
            {
              say: (_level, text) => said.push(text),
              selfTest: () => Promise.resolve(), // one test runs it; here it would cost its time again and again
              draw: () => 0.1,
              ...ports,
            },
          );
          workers.push(worker);
          return worker;
        },
      });
    } finally {
      await Promise.all(workers.map((worker) => end(worker)));
    }
  });
}

/** Ends a worker at once. */
export async function end(worker: RunningWorker): Promise<void> {
  worker.command({ type: "finish", reason: "the test is over", withinMs: 0 });
  await worker.ended;
}

const defaults = {
  invite: null,
  tier: "peer",
  threads: 1,
  isolate: "thread",
  duty: 1,
  signers: [],
  diskBytesMax: 64 * 1024 * 1024,
  lowPriority: false,
  json: false,
  exitOnEof: false,
} as const;

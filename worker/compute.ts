// Everything between a task message and its outcome: kernels, assets, isolates and slots, put together.
import { P2c2rError } from "../protocol/mod.ts";
import { type CellEvent, type CellKind, createIsolate, processes, threads } from "../sandbox/mod.ts";
import type { Clock } from "./clock.ts";
import type { WorkerConfig } from "./config.ts";
import type { Connection, Work } from "./connection.ts";
import { type CreateIsolate, Isolates } from "./isolates.ts";
import type { Keep } from "./keep.ts";
import { Assets, Blobs, type FetchBlob, Kernels, Restarts, Runner } from "./runner/mod.ts";

const assetMemoryBytesMax = 128 * 1024 * 1024;
const fetchesMax = 4;

/** What {@link createCompute} needs. */
export interface ComputeOptions {
  readonly config: WorkerConfig;
  readonly keep: Keep;
  readonly clock: Clock;
  readonly fetchBlob: FetchBlob;
  readonly createIsolate: CreateIsolate | undefined;
  readonly say: (level: "info" | "warning", text: string) => void;
  /** Who hears of outcomes. */
  readonly connection: () => Pick<Connection, "computed" | "returned" | "assets" | "unfit">;
}

/** What computes, and how to end it. */
export interface Compute extends Work {
  close(): Promise<void>;
}

/** Where this worker's kernels run. */
export function cellKindOf({ isolate }: WorkerConfig): CellKind {
  return isolate === "process" ? processes : threads;
}

/** Puts together what computes. */
export function createCompute(options: ComputeOptions): Compute {
  const { config, keep, clock, connection, say } = options;
  const kernels = createKernels(options);
  const restarts = new Restarts();
  const report = (event: CellEvent) => {
    say("warning", cellText(config, event));
    const { kernel } = event;
    const bundle = kernel === undefined ? undefined : kernels.get(kernel);
    if (kernel === undefined || bundle === undefined) return;
    const { id, version } = bundle.manifest;
    const reason = restarts.lost(kernel, `${id} ${version}`, clock.nowMs());
    if (reason !== undefined) connection().unfit(kernel, reason);
  };
  const isolates = new Isolates(
    cellKindOf(config),
    options.createIsolate ?? ((stock) => createIsolate({ stock })),
    report,
  );
  const runner = new Runner({
    slots: config.threads,
    duty: config.duty,
    clock,
    kernels,
    assets: createAssets(options, keep),
    createIsolate: () => isolates.create(),
    unfit: (kernel) => restarts.reason(kernel),
    computed: (job, outcome) => connection().computed(job, outcome),
    returned: (job, reason) => connection().returned([job], reason),
  });
  return {
    async prepare(kernel, signature) {
      const unfit = restarts.reason(kernel);
      if (unfit !== undefined) throw new P2c2rError("kernel.unfit", unfit);
      await kernels.prepare(kernel, signature);
      runner.warm();
    },
    start: (job) => runner.start(job),
    cancel: (job) => runner.cancel(job),
    forget: (job) => runner.forget(job),
    returnWaiting: () => runner.returnWaiting(),
    rest() {
      void isolates.rest();
      void runner.rest();
    },
    wake: () => runner.wake(),
    async close() {
      await Promise.all([runner.close(), isolates.rest()]);
    },
  };
}

function createKernels({ keep, fetchBlob, say }: ComputeOptions): Kernels {
  const blobs = new Blobs({
    shelf: keep.bundles,
    fetchBlob,
    fetchesMax,
    strangeCode: "bundle.digest",
    kept: () => {}, // nobody asks a worker which bundles it holds
    unkept: (cause) => say("warning", unkeptText(cause)),
  });
  return new Kernels({ blobs, pins: () => keep.pins.pins, floors: keep.floors });
}

function createAssets({ fetchBlob, say, connection }: ComputeOptions, keep: Keep): Assets {
  const blobs = new Blobs({
    shelf: keep.assets,
    fetchBlob,
    fetchesMax,
    strangeCode: "kernel.environment",
    kept: (digest, gone) => {
      connection().assets("held", [digest]);
      connection().assets("dropped", gone);
    },
    unkept: (cause) => say("warning", unkeptText(cause)),
  });
  return new Assets({ blobs, bytesMax: assetMemoryBytesMax });
}

function unkeptText(cause: unknown): string {
  return `Cannot keep a file on disk: ${cause instanceof Error ? cause.message : String(cause)}.`;
}

function cellText({ isolate }: WorkerConfig, { type, message }: CellEvent): string {
  switch (type) {
    case "stuck":
      return `A kernel could not be stopped; a core may stay busy until this program ends: ${message}.`;
    case "killed":
      return `A kernel was stopped together with its ${isolate}: ${message}.`;
    default:
      return `A sandbox ${isolate} ${type === "failed" ? "could not start" : "ended"}: ${message}.`;
  }
}

// Cells that are threads of Deno's: module workers, by default without any permission.
import type { CellKind } from "./cell.ts";
import { startWorkerCell } from "./web_worker.ts";

/** How every thread is started: all permissions withheld. Deno's own option, unknown to TypeScript's library. */
export const threadOptions = { type: "module", deno: { permissions: "none" } } as WorkerOptions;

const GRACE_MS = 2_000;

function threadsWith(options: WorkerOptions): CellKind {
  return {
    name: "thread",
    start: () => startWorkerCell(new URL("./thread_main.ts", import.meta.url), options),
    takes: "modules",
    graceMs: GRACE_MS,
    endsSurely: false,
  };
}

/** Threads without permissions. Their module graph (`sandbox/`, `protocol/`) is read under the caller's permissions. */
export const threads: CellKind = threadsWith(threadOptions);

/**
 * Threads that have their parent's permissions, for platforms that cannot withhold them. What runs in them can use
 * none of them all the same: a core module without imports.
 */
export const plainThreads: CellKind = threadsWith({ type: "module" });

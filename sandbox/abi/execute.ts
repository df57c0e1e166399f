// Runs one task under a watchdog and says in one Outcome how it went, whatever the kernel did.
import { P2c2rError } from "../../protocol/errors.ts";
import { failedBefore, type Failure, type KernelCode, type Outcome } from "../outcome.ts";
import type { Watch } from "../watchdog.ts";
import { callRun } from "./kernel.ts";

/** A task that was admitted: sizes and fuel fit the manifest. */
export interface Job {
  readonly module: WebAssembly.Module;
  readonly input: Uint8Array;
  readonly assets: readonly Uint8Array[];
  readonly outputBytesMax: number;
  /** What the task uses, known before it runs. */
  readonly fuel: number;
  readonly wallMs: number;
}

/** Runs a job in a fresh instance, which is dropped afterwards. Never throws for anything a kernel can do. */
export function execute(job: Job, watch: Watch): Outcome {
  const start = performance.now();
  try {
    const output = watch(
      () => callRun(job.module, job.input, job.assets, job.outputBytesMax),
      job.wallMs,
    );
    return { type: "output", output, fuel: job.fuel, computeUs: microsecondsSince(start) };
  } catch (error) {
    const failure = failureOf(error);
    const fuel = isDeterministic(failure.code) ? job.fuel : 0;
    return { ...failure, fuel, computeUs: microsecondsSince(start) };
  }
}

/**
 * What an error out of a kernel call means. The sentences are ours: an engine words its traps as it likes, and a
 * trap is the same outcome on all of them.
 */
export function failureOf(error: unknown): Failure {
  if (error instanceof P2c2rError) return failedBefore(error.code as KernelCode, error.message);
  if (error instanceof WebAssembly.RuntimeError) return failedBefore("kernel.trapped", "The kernel trapped.");
  // How deep a call stack may get and how much memory there is differ from machine to machine: never a verdict.
  if (error instanceof RangeError) {
    return failedBefore("kernel.environment", "The machine ran out of memory or call stack.");
  }
  throw error;
}

function isDeterministic(code: KernelCode): boolean {
  return code !== "kernel.environment" && code !== "kernel.late";
}

function microsecondsSince(start: number): number {
  return Math.round((performance.now() - start) * 1000);
}

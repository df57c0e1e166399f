// Runs one task under a watchdog and says in one Outcome how it went, whatever the kernel did.
import { P2c2rError } from "../../protocol/errors.ts";
import { type Asset, failedBefore, type Failure, type KernelCode, type Outcome } from "../outcome.ts";
import { WasiHost } from "../wasi/mod.ts";
import type { Watch } from "../watchdog.ts";
import { instantiate, type PreparedCore } from "./exports.ts";
import { callRun } from "./kernel.ts";

/** A task that was admitted: sizes and fuel fit the manifest. */
export interface Job {
  /** The bundle's digest. */
  readonly kernel: string;
  readonly core: PreparedCore;
  /** Where a core that is lent its memory gets it. */
  readonly memory: (() => WebAssembly.Memory) | undefined;
  readonly input: Uint8Array;
  readonly assets: readonly Asset[];
  readonly outputBytesMax: number;
  /** What the task uses, known before it runs. */
  readonly fuel: number;
  readonly wallMs: number;
}

/** Runs a job in a fresh instance, which is dropped afterwards. Never throws for anything a kernel can do. */
export function execute(job: Job, watch: Watch): Outcome {
  const start = performance.now();
  const host = job.core.imports.length === 0 ? undefined : new WasiHost({
    kernel: job.kernel,
    input: job.input,
    assets: job.assets.map(({ digest }) => digest),
    judged: undefined,
  }, job.fuel);
  const outcome = attempt(job, host, watch);
  const printed = host?.printed;
  return { ...outcome, computeUs: microsecondsSince(start), ...(printed !== undefined && { printed }) };
}

function attempt(job: Job, host: WasiHost | undefined, watch: Watch): Outcome {
  try {
    const output = watch(() => {
      const assets = job.assets.map(({ bytes }) => bytes);
      const exports = instantiate(job.core, host, job.memory?.());
      exports.p2c2r_start?.();
      return callRun(exports, job.input, assets, job.outputBytesMax);
    }, job.wallMs);
    return { type: "output", output, fuel: job.fuel, computeUs: 0 };
  } catch (error) {
    const failure = failureOf(error);
    return { ...failure, fuel: isDeterministic(failure.code) ? job.fuel : 0 };
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

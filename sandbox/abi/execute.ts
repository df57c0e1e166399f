// Runs one task under a watchdog and says in one Outcome how it went, whatever the kernel did.
import { P2c2rError } from "../../protocol/errors.ts";
import { METER_EXPORTS, type Reading } from "../meter/mod.ts";
import { type Asset, failedBefore, type Failure, type KernelCode, type Outcome } from "../outcome.ts";
import { WasiHost } from "../wasi/mod.ts";
import type { Watch } from "../watchdog.ts";
import { instantiate, type KernelInstance, type PreparedCore } from "./exports.ts";
import { callRun } from "./kernel.ts";

/** A task that was admitted: its sizes fit the manifest. */
export interface Job {
  /** The bundle's digest. */
  readonly kernel: string;
  readonly core: PreparedCore;
  /** Where a core that is lent its memory gets it. */
  readonly memory: (() => WebAssembly.Memory) | undefined;
  readonly input: Uint8Array;
  readonly assets: readonly Asset[];
  readonly outputBytesMax: number;
  /** What it may use. */
  readonly fuelLimit: number;
  readonly wallMs: number;
}

/** Runs a job in a fresh instance, which is dropped afterwards. Never throws for anything a kernel can do. */
export function execute(job: Job, watch: Watch): Outcome {
  const startMs = performance.now();
  const host = job.core.imports.length === 0 ? undefined : new WasiHost({
    kernel: job.kernel,
    input: job.input,
    assets: job.assets.map(({ digest }) => digest),
    judged: undefined,
  }, job.fuelLimit);
  const made: { instance?: KernelInstance } = {};
  const ending = endingOf(() => watch(() => call(job, host, made), job.wallMs));
  const judged = judge(ending, made.instance && readingOf(made.instance, host, job.fuelLimit));
  const computeUs = Math.round((performance.now() - startMs) * 1000);
  const printed = host?.printed;
  return { ...judged, computeUs, ...(printed !== undefined && { printed }) };
}

function call(
  job: Job,
  host: WasiHost | undefined,
  made: { instance?: KernelInstance },
): Uint8Array<ArrayBuffer> {
  const instance = instantiate(job.core, host, job.fuelLimit, job.memory?.());
  made.instance = instance;
  const { exports } = instance;
  exports[METER_EXPORTS.start]?.();
  return callRun(exports, job.input, job.assets.map(({ bytes }) => bytes), job.outputBytesMax);
}

/** What the module's meter and its host counted, together. */
export function readingOf({ gauge }: KernelInstance, host: WasiHost | undefined, fuelLimit: number): Reading {
  const reading = gauge.read();
  if (host === undefined || reading.state === "failed") return reading;
  const fuel = reading.fuel + host.fuel;
  return fuel > fuelLimit ? { state: "exhausted", fuel: fuelLimit } : { ...reading, fuel };
}

/** What a call came to before the meter was read: its bytes, or why there are none. */
type Ending = { readonly type: "output"; readonly output: Uint8Array<ArrayBuffer> } | Failure;

function endingOf(work: () => Uint8Array<ArrayBuffer>): Ending {
  try {
    return { type: "output", output: work() };
  } catch (error) {
    return failureOf(error);
  }
}

function judge(ending: Ending, reading: Reading | undefined): Omit<Outcome, "computeUs"> & Ending {
  const failed = ending.type === "failure";
  // What the machine did says nothing about the task, and how far it came is not known.
  if (failed && !isDeterministic(ending.code)) return ending;
  const stopped = reading === undefined ? undefined : stoppedBy(reading);
  return { ...(stopped ?? ending), fuel: reading?.fuel ?? 0 };
}

/** Why the meter ended a call, or undefined where it did not. The fuel is in the reading. */
export function stoppedBy({ state, fuel }: Reading): Failure | undefined {
  switch (state) {
    case "within":
      return undefined;
    case "exhausted":
      return failedBefore("kernel.exhausted", `The kernel used all of its ${fuel} fuel.`);
    case "deep":
      return failedBefore("kernel.exhausted", "The kernel's calls nest too deeply.");
    case "failed":
      return failedBefore("kernel.environment", "The machine has no memory that the kernel may have.");
  }
}

/**
 * What an error out of a kernel call means, as long as the meter does not know better. The sentences are ours: an engine
 * words its traps as it likes, and a trap is the same outcome on all of them.
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

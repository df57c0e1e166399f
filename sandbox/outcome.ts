// What running or checking a kernel can give. Nothing else leaves the sandbox.
import type { Code } from "../protocol/errors.ts";
import type { Printed } from "./wasi/mod.ts";

/**
 * Why a kernel gave no output. `refused`, `trapped`, `exhausted` and `output_too_large` are functions of the task,
 * the same on every machine; `environment` and `late` say something about the machine and nothing about the task.
 */
const KERNEL_CODES = [
  "kernel.refused",
  "kernel.trapped",
  "kernel.exhausted",
  "kernel.output_too_large",
  "kernel.environment",
  "kernel.late",
] as const satisfies readonly Code[];

/** Why a kernel gave no output. */
export type KernelCode = (typeof KERNEL_CODES)[number];

/** Whether a value is one of the codes that running a kernel can give. */
export function isKernelCode(value: unknown): value is KernelCode {
  return (KERNEL_CODES as readonly unknown[]).includes(value);
}

/** The kernel's output; its bytes belong to the receiver. */
export interface Output {
  readonly type: "output";
  readonly output: Uint8Array<ArrayBuffer>;
  /** Units of deterministic work, as the meter in the module counted them. */
  readonly fuel: number;
  /** Wall time from a fresh instance to the copied output, in whole microseconds. */
  readonly computeUs: number;
  /** What the kernel printed, for its author: no part of the result, and absent where it printed nothing. */
  readonly printed?: Printed;
}

/** No output. `message` is at most `limits.textBytesMax` bytes; a refusal's message is the kernel's own sentence. */
export interface Failure {
  readonly type: "failure";
  readonly code: KernelCode;
  readonly message: string;
  /** Work done, the whole limit of what is exhausted; 0 where nothing was run, or where it is not known how much. */
  readonly fuel: number;
  readonly computeUs: number;
  /** As of an output. */
  readonly printed?: Printed;
}

/** What running a kernel gave. */
export type Outcome = Output | Failure;

/** What a check said. `unknown`: the check itself did not come to an end; never a verdict. */
export type CheckOutcome =
  | { readonly type: "passed" }
  | { readonly type: "failed"; readonly message: string }
  | { readonly type: "unknown"; readonly message: string };

/** An immutable blob that a task names. Whoever hands it over has compared digest and bytes. */
export interface Asset {
  /** SHA-256, lower-case hex. */
  readonly digest: string;
  readonly bytes: Uint8Array;
}

/** A failure that ran nothing. */
export function failedBefore(code: KernelCode, message: string): Failure {
  return { type: "failure", code, message, fuel: 0, computeUs: 0 };
}

// What a worker says and hears, in the core's words.
import { type Code, isCode, limits, messageType } from "../../protocol/mod.ts";
import type { Failure, ResultMessage, TaskMessage } from "../../protocol/mod.ts";
import type { Kernel, Outcome } from "../ports.ts";
import type { WorkerEffect } from "../scheduler/shell.ts";
import { ownBytes } from "./own_bytes.ts";

/** One attempt on its way to a worker. */
export type Assignment = WorkerEffect & { readonly type: "assign" };

/** What a worker claims to lend, within the limits: a window holds at least one attempt per slot. */
export function lent(slots: number, window: number): { readonly slots: number; readonly window: number } {
  const within = Math.min(Math.max(slots, 1), limits.workerSlotsMax);
  return { slots: within, window: Math.min(Math.max(window, within), limits.workerWindowMax) };
}

/** Depends on nothing but the work and its time: never on who asked, why, or what will be done with the answer. */
export function taskMessage(effect: Assignment, kernel: Kernel): TaskMessage {
  const { attempt, fence, work, budgetMs, leaseMs, priority } = effect;
  return [
    messageType.task,
    attempt,
    fence,
    kernel.no,
    work.input,
    work.assets.length === 0 ? null : work.assets.map((digest) => Uint8Array.fromHex(digest)),
    Math.max(0, Math.floor(budgetMs)),
    Math.max(0, Math.floor(leaseMs)),
    work.fuelLimit,
    priority,
    null,
    null,
  ];
}

/** A result's output; one that no sound kernel can have written is a failure that trusted compute will not confirm. */
export function outputOf([, , , output, fuel, computeUs]: ResultMessage, kernel: Kernel): Outcome {
  if (output.length <= kernel.outputBytesMax) {
    return { type: "output", output: ownBytes(output), fuel, computeUs };
  }
  const message = `output is ${output.length} bytes, limit is ${kernel.outputBytesMax}`;
  return { type: "failure", code: "kernel.output_too_large", message, fuel, computeUs };
}

/** Only failures of kernels say something about a task; whatever else a worker reports is its own trouble. */
export function failureOf([, , , code, message, fuel, computeUs]: Failure): Outcome {
  const known: Code = isCode(code) && code.startsWith("kernel.") ? code : "kernel.environment";
  return { type: "failure", code: known, message, fuel, computeUs };
}

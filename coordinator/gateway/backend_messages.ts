// What a backend says and hears, in the desk's words.
import { messageType, tiers, verifications } from "../../protocol/mod.ts";
import type { Answer, KernelOpened, Refusal, Submit } from "../../protocol/mod.ts";
import type { Kernel } from "../ports.ts";
import { ownBytes } from "./own_bytes.ts";
import type { Project } from "./projects.ts";
import type { Answered, Refused, TaskRequest } from "./task.ts";

const none: readonly string[] = [];

/** The task that a submission asks for. */
export function taskRequest(project: Project, kernel: Kernel, message: Submit): TaskRequest {
  const [, , , input, assets, deadlineMs, priority, verify, idempotencyKey, exclude, fuelLimit, trace] =
    message;
  return {
    project,
    kernel,
    input: ownBytes(input),
    assets: assets === null ? none : assets.map(hex),
    deadlineMs,
    priority,
    verify: verify === 1 ? "always" : "sampled",
    exclude: exclude === null ? none : exclude.map(hex),
    fuelLimit,
    idempotencyKey,
    trace,
  };
}

function hex(bytes: Uint8Array): string {
  return bytes.toHex();
}

/** An answer under the backend's own number. */
export function answerMessage(requestNo: number, answer: Answered, trace: Uint8Array | null): Answer {
  return [
    messageType.answer,
    requestNo,
    answer.output,
    tiers.indexOf(answer.tier),
    verifications.indexOf(answer.verified),
    answer.attempts,
    answer.fuel,
    Math.round(answer.latencyMs * 1000),
    answer.price,
    trace,
    answer.source,
  ];
}

/** A refusal under the backend's own number. */
export function refusalMessage(requestNo: number, refusal: Refused): Refusal {
  const { code, message, hint, retryMs, attempts } = refusal;
  return [messageType.refusal, requestNo, code, message, hint, retryMs && Math.ceil(retryMs), attempts];
}

/** What stands behind a backend's number for a kernel; nothing when the kernel is unknown here. */
export function kernelOpenedMessage(kernelNo: number, kernel: Kernel | undefined): KernelOpened {
  if (kernel === undefined) return [messageType.kernelOpened, kernelNo, null, null, 0, 0, 0, 0];
  const { digest, version, inputBytesMax, outputBytesMax, fuelMax, price } = kernel;
  const bytes = Uint8Array.fromHex(digest);
  return [messageType.kernelOpened, kernelNo, bytes, version, inputBytesMax, outputBytesMax, fuelMax, price];
}

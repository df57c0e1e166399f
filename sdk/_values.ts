// Between values and bytes: inputs, assets, answers and revocations as callers see them.
import {
  type Answer as AnswerMessage,
  digestFromHex,
  P2c2rError,
  type Revoked,
  tiers,
  verifications,
} from "../protocol/mod.ts";
import type { Call } from "./_call.ts";
import type { KernelHandle } from "./_kernel_table.ts";
import { type AnyKernel, codecOf, type KernelCodec, type OutputOf } from "./kernels.ts";
import type { Answer, Asset, Revocation } from "./types.ts";

/** Hears of a revocation, with the kernel of the answer where it is still known. */
export type RevokedListener = (revoked: Revoked, kernel: KernelHandle | undefined) => void;

/** @throws P2c2rError `request.invalid` where the codec refuses the input */
export function encoded(codec: KernelCodec<never, unknown>, input: unknown): Uint8Array {
  try {
    return codec.encodeInput(input as never);
  } catch (cause) {
    const state = cause instanceof Error ? cause.message : String(cause);
    throw new P2c2rError("request.invalid", `Cannot encode input of ${codec.id}: ${state}`, { cause });
  }
}

/** @throws P2c2rError `internal` where the codec cannot read the output */
export function decoded<Output>(codec: KernelCodec<never, unknown>, output: Uint8Array): Output {
  try {
    return codec.decodeOutput(output) as Output;
  } catch (cause) {
    const state = cause instanceof Error ? cause.message : String(cause);
    throw new P2c2rError("internal", `Cannot decode output of ${codec.id} ${codec.version}: ${state}`, {
      hint: "Use a codec of the same version as the kernel.",
      cause,
    });
  }
}

/** @throws P2c2rError `request.invalid` where a text is no digest */
export function digestOf(asset: Asset | string): Uint8Array {
  const hex = typeof asset === "string" ? asset : asset.digest;
  const digest = digestFromHex(hex);
  if (digest !== undefined) return digest;
  throw new P2c2rError(
    "request.invalid",
    `Cannot submit task: asset "${hex}" is no SHA-256 in lower-case hex`,
  );
}

/** The coordinator's answer to a call, with its output as a value. */
export function answerOf<Output>(call: Call, message: AnswerMessage, output: Output): Answer<Output> {
  const [, task, , tier, verified, attempts, fuel, latencyUs, price, , source] = message;
  return {
    task,
    kernel: call.kernel.id,
    version: call.kernel.opened?.[3] ?? call.kernel.version ?? "",
    output,
    tier: tiers[tier]!,
    verified: verifications[verified]!,
    source,
    attempts,
    fuel,
    latencyMs: call.latencyMs,
    coordinatorMs: latencyUs / 1000,
    price,
  };
}

/** A revocation, with the right output as a value. */
export function revocationOf<Output>(
  [, task, output, reason]: Revoked,
  kernel: KernelHandle | undefined,
  decode: (output: Uint8Array) => Output,
): Revocation<Output> {
  return { task, kernel: kernel?.id, output: output === null ? null : decode(output), reason };
}

/** Listens for one kernel, in the version of its codec. */
export function typedListener<K extends AnyKernel>(
  kernel: K,
  listener: (revocation: Revocation<OutputOf<K>>) => void,
): RevokedListener {
  const codec = codecOf(kernel);
  return (revoked, handle) => {
    if (handle?.id !== codec.id || (handle.version ?? codec.version) !== codec.version) return;
    listener(revocationOf(revoked, handle, (output) => decoded<OutputOf<K>>(codec, output)));
  };
}

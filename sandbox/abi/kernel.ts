// One call of a kernel, from bytes to bytes. Nothing the kernel returns is trusted, nothing of its memory is kept.
import { P2c2rError } from "../../protocol/errors.ts";
import type { KernelExports } from "./exports.ts";
import { copyOut, readAnswer, readSentence, readVerdict } from "./lifting.ts";
import { Lowering } from "./lowering.ts";

/**
 * Runs a task in an instance that is dropped afterwards, so its post-return, which only tidies, is not called.
 *
 * @throws {P2c2rError} kernel.refused with the kernel's sentence, kernel.trapped, kernel.output_too_large; and what
 * WebAssembly itself throws
 */
export function callRun(
  exports: KernelExports,
  input: Uint8Array,
  assets: readonly Uint8Array[],
  outputBytesMax: number,
): Uint8Array<ArrayBuffer> {
  const { inPtr, assetsPtr } = new Lowering(exports).placeTask(input, assets);
  const result = exports.run(inPtr, input.length, assetsPtr, assets.length);
  const answer = readAnswer(exports.memory, result);
  if (answer.isError) throw new P2c2rError("kernel.refused", readSentence(exports.memory, answer));
  if (answer.len > outputBytesMax) {
    const state = `The output is ${answer.len} bytes, the limit is ${outputBytesMax}.`;
    throw new P2c2rError("kernel.output_too_large", state);
  }
  return copyOut(exports.memory, answer);
}

/**
 * Judges an output in an instance that may be used again when this returns; not when it throws.
 *
 * @returns the kernel's objection, or undefined for an output it lets pass
 */
export function callCheck(
  exports: KernelExports,
  input: Uint8Array,
  assets: readonly Uint8Array[],
  output: Uint8Array,
  seed: bigint,
): string | undefined {
  const lowering = new Lowering(exports);
  const { inPtr, assetsPtr } = lowering.placeTask(input, assets);
  const outPtr = lowering.place(output);
  const result = exports.check(inPtr, input.length, assetsPtr, assets.length, outPtr, output.length, seed);
  const verdict = readVerdict(exports.memory, result);
  const objection = verdict.isError ? readSentence(exports.memory, verdict) : undefined;
  exports.cabi_post_check(result);
  return objection;
}

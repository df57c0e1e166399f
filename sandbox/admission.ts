// What is known about a task before its kernel runs: its sizes against the manifest.
import { type Asset, failedBefore, type Failure } from "./outcome.ts";
import type { Manifest } from "./bundle/manifest.ts";

/** Why a task is refused without running it, or undefined. A function of the task alone, so the same everywhere. */
export function refusal(
  manifest: Manifest,
  input: Uint8Array,
  assets: readonly Asset[],
): Failure | undefined {
  const tooLarge = sizeComplaint(manifest, input, assets);
  return tooLarge === undefined ? undefined : failedBefore("kernel.refused", tooLarge);
}

/** The sentence that says which size passes the manifest's limit, or undefined. */
export function sizeComplaint(
  { limits }: Manifest,
  input: Uint8Array,
  assets: readonly Asset[],
): string | undefined {
  if (input.length > limits.inputBytesMax) {
    return `The input is ${input.length} bytes, the limit is ${limits.inputBytesMax}.`;
  }
  if (assets.length > limits.assetsMax) {
    return `The task names ${assets.length} assets, the limit is ${limits.assetsMax}.`;
  }
  const large = assets.find((asset) => asset.bytes.length > limits.assetBytesMax);
  if (large === undefined) return undefined;
  return `An asset is ${large.bytes.length} bytes, the limit is ${limits.assetBytesMax}.`;
}

// Checks on this thread: an instance per kernel is used again and again, since making one costs more than most checks.
import { sizeComplaint } from "../admission.ts";
import { failureOf } from "../abi/execute.ts";
import { instantiate, type KernelExports, prepareCore } from "../abi/exports.ts";
import { callCheck } from "../abi/kernel.ts";
import type { Bundle } from "../bundle/bundle.ts";
import type { Asset, CheckOutcome } from "../outcome.ts";
import { WasiHost } from "../wasi/mod.ts";
import type { Watch } from "../watchdog.ts";

/** What is judged, and how. */
export interface Judgement {
  readonly bundle: Bundle;
  readonly input: Uint8Array;
  readonly assets: readonly Asset[];
  readonly output: Uint8Array;
  /** Any 64 bits. */
  readonly seed: bigint;
  /** In a fresh instance: what it says owes nothing to the checks before it. */
  readonly again: boolean;
}

/** Longest check, in milliseconds: nothing else runs on this thread meanwhile. */
const CHECK_MS_MAX = 1_000;
/** Most instances that wait for their next check; each holds its memory. */
const INSTANCES_MAX = 16;

/** Judges outputs. `check` answers at once and never throws for anything a kernel can do. */
export class Checker {
  readonly #watch: Watch;
  /** By the bundle's digest, the least recently used first. */
  readonly #instances = new Map<string, KernelExports>();

  constructor(watch: Watch) {
    this.#watch = watch;
  }

  check(judgement: Judgement): CheckOutcome {
    const { bundle: { digest, manifest }, input, assets, output, again } = judgement;
    const complaint = sizeComplaint(manifest, input, assets);
    if (complaint !== undefined) return { type: "unknown", message: complaint };
    if (output.length > manifest.limits.outputBytesMax) {
      const message = `The output is ${output.length} bytes, the limit is ${manifest.limits.outputBytesMax}.`;
      return { type: "failed", message };
    }
    // Out of the map while it is used: an instance that trapped or was stopped is not used again.
    const reused = again ? undefined : this.#instances.get(digest);
    this.#instances.delete(digest);
    try {
      const { instance, objection } = this.#watch(() => judge(judgement, reused), CHECK_MS_MAX);
      if (instance !== undefined) this.#keep(digest, instance);
      return objection === undefined ? { type: "passed" } : { type: "failed", message: objection };
    } catch (error) {
      return { type: "unknown", message: `The check did not end. ${failureOf(error).message}` };
    }
  }

  /** Drops all instances. */
  clear(): void {
    this.#instances.clear();
  }

  #keep(digest: string, instance: KernelExports): void {
    this.#instances.set(digest, instance);
    if (this.#instances.size <= INSTANCES_MAX) return;
    for (const oldest of this.#instances.keys()) {
      this.#instances.delete(oldest);
      return;
    }
  }
}

/**
 * Instantiating takes time as well, so it happens under the same watchdog. An instance that has a world of its own is
 * not given back: that world is over with the check.
 */
function judge(
  { bundle, input, assets, output, seed }: Judgement,
  reused: KernelExports | undefined,
): { readonly instance: KernelExports | undefined; readonly objection: string | undefined } {
  const bytes = assets.map((asset) => asset.bytes);
  if (reused !== undefined) {
    return { instance: reused, objection: callCheck(reused, input, bytes, output, seed) };
  }
  const core = prepareCore(bundle.module);
  const host = core.imports.length === 0 ? undefined : new WasiHost({
    kernel: bundle.digest,
    input,
    assets: assets.map(({ digest }) => digest),
    judged: { output, seed },
  }, bundle.manifest.limits.fuelMax);
  const instance = instantiate(core, host);
  instance.p2c2r_start?.();
  const objection = callCheck(instance, input, bytes, output, seed);
  return { instance: host === undefined ? instance : undefined, objection };
}

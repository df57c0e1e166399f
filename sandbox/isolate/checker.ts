// Checks on this thread: an instance per kernel is used again and again, since making one costs more than most checks.
import { sizeComplaint } from "../admission.ts";
import { failureOf, readingOf, stoppedBy } from "../abi/execute.ts";
import { instantiate, type KernelInstance, prepareCore } from "../abi/exports.ts";
import { callCheck } from "../abi/kernel.ts";
import type { Bundle } from "../bundle/bundle.ts";
import { METER_EXPORTS } from "../meter/mod.ts";
import type { Asset, CheckOutcome, Failure } from "../outcome.ts";
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
  readonly #instances = new Map<string, KernelInstance>();

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
    const made: Made = { instance: again ? undefined : this.#instances.get(digest), host: undefined };
    this.#instances.delete(digest);
    try {
      const { instance, objection } = this.#watch(() => judge(judgement, made), CHECK_MS_MAX);
      const stopped = stoppedIn(made, manifest.limits.checkFuelMax);
      if (stopped !== undefined) return unended(stopped.message);
      if (made.host === undefined) this.#keep(digest, instance);
      return objection === undefined ? { type: "passed" } : { type: "failed", message: objection };
    } catch (error) {
      const stopped = stoppedIn(made, manifest.limits.checkFuelMax);
      return unended((stopped ?? failureOf(error)).message);
    }
  }

  /** Drops all instances. */
  clear(): void {
    this.#instances.clear();
  }

  #keep(digest: string, instance: KernelInstance): void {
    this.#instances.set(digest, instance);
    if (this.#instances.size <= INSTANCES_MAX) return;
    for (const oldest of this.#instances.keys()) {
      this.#instances.delete(oldest);
      return;
    }
  }
}

/** The instance that judges, and its world if it has one. */
interface Made {
  instance: KernelInstance | undefined;
  host: WasiHost | undefined;
}

/**
 * Instantiating takes time as well, so it happens under the same watchdog. An instance that has a world of its own is
 * not used again: that world is over with the check.
 */
function judge({ bundle, input, assets, output, seed }: Judgement, made: Made): Judged {
  const { checkFuelMax } = bundle.manifest.limits;
  const bytes = assets.map((asset) => asset.bytes);
  let instance = made.instance;
  if (instance === undefined) {
    const core = prepareCore(bundle.module);
    made.host = core.imports.length === 0 ? undefined : new WasiHost({
      kernel: bundle.digest,
      input,
      assets: assets.map(({ digest }) => digest),
      judged: { output, seed },
    }, checkFuelMax);
    instance = made.instance = instantiate(core, made.host, checkFuelMax);
    instance.exports[METER_EXPORTS.start]?.();
  } else instance.gauge.fill(checkFuelMax);
  return { instance, objection: callCheck(instance.exports, input, bytes, output, seed) };
}

interface Judged {
  readonly instance: KernelInstance;
  readonly objection: string | undefined;
}

/** Why the meter ended a check, if it did. */
function stoppedIn({ instance, host }: Made, fuelLimit: number): Failure | undefined {
  return instance && stoppedBy(readingOf(instance, host, fuelLimit));
}

function unended(why: string): CheckOutcome {
  return { type: "unknown", message: `The check did not end. ${why}` };
}

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
/**
 * What a check may use without the watchdog: most need less, and its timer would cost 13 µs where a call costs 1. At the
 * 20 ns that a unit costs where every load misses the caches, this is a tenth of a second. What needs more begins anew
 * under the watchdog.
 */
const QUICK_FUEL_MAX = 5_000_000;
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
    const { bundle: { manifest }, input, assets, output } = judgement;
    const complaint = sizeComplaint(manifest, input, assets);
    if (complaint !== undefined) return { type: "unknown", message: complaint };
    if (output.length > manifest.limits.outputBytesMax) {
      const message = `The output is ${output.length} bytes, the limit is ${manifest.limits.outputBytesMax}.`;
      return { type: "failed", message };
    }
    const { checkFuelMax } = manifest.limits;
    const quickFuel = Math.min(checkFuelMax, QUICK_FUEL_MAX);
    const quick = this.#attempt(judgement, quickFuel, unwatched);
    if (quick.type !== "exhausted") return quick;
    if (quickFuel === checkFuelMax) return unended(quick.message);
    const whole = this.#attempt(judgement, checkFuelMax, (work) => this.#watch(work, CHECK_MS_MAX));
    return whole.type === "exhausted" ? unended(whole.message) : whole;
  }

  #attempt(
    judgement: Judgement,
    fuelMax: number,
    watch: (work: () => Judged) => Judged,
  ): CheckOutcome | Exhausted {
    const { digest } = judgement.bundle;
    // Out of the map while it is used: an instance that trapped or was stopped is not used again.
    const made: Made = {
      instance: judgement.again ? undefined : this.#instances.get(digest),
      host: undefined,
    };
    this.#instances.delete(digest);
    let ending: Judged | Failure;
    try {
      ending = watch(() => judge(judgement, made, fuelMax));
    } catch (error) {
      ending = failureOf(error);
    }
    const stopped = made.instance && stoppedBy(readingOf(made.instance, made.host, fuelMax));
    if (stopped?.code === "kernel.exhausted") {
      return { type: "exhausted", message: stopped.message };
    }
    if (stopped !== undefined) return unended(stopped.message);
    if ("message" in ending) return unended(ending.message);
    if (made.host === undefined) this.#keep(digest, ending.instance);
    const { objection } = ending;
    return objection === undefined ? { type: "passed" } : { type: "failed", message: objection };
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
 * Instantiating takes time as well, so it happens under the same watch. An instance that has a world of its own is
 * not used again: that world is over with the check.
 */
function judge({ bundle, input, assets, output, seed }: Judgement, made: Made, fuelMax: number): Judged {
  const bytes = assets.map((asset) => asset.bytes);
  let instance = made.instance;
  if (instance === undefined) {
    const core = prepareCore(bundle.module);
    made.host = core.imports.length === 0 ? undefined : new WasiHost({
      kernel: bundle.digest,
      input,
      assets: assets.map(({ digest }) => digest),
      judged: { output, seed },
    }, fuelMax);
    instance = made.instance = instantiate(core, made.host, fuelMax);
    instance.exports[METER_EXPORTS.start]?.();
  } else instance.gauge.fill(fuelMax);
  return { instance, objection: callCheck(instance.exports, input, bytes, output, seed) };
}

/** The fuel that was given did not suffice. */
interface Exhausted {
  readonly type: "exhausted";
  readonly message: string;
}

interface Judged {
  readonly instance: KernelInstance;
  readonly objection: string | undefined;
}

function unwatched<T>(work: () => T): T {
  return work();
}

function unended(why: string): CheckOutcome {
  return { type: "unknown", message: `The check did not end. ${why}` };
}

// What computes on a helper's machine: the worker's real runner and cache of files, over slots that compute by waiting.
import type { Kernel, Outcome } from "../../coordinator/ports.ts";
import { P2c2rError } from "../../protocol/mod.ts";
import type { Bundle, Isolate, IsolateTask } from "../../sandbox/mod.ts";
import type { Connection, Work } from "../../worker/connection.ts";
import type { CoordinatorHttp } from "../../worker/coordinator_http.ts";
import { Assets, Blobs, Runner } from "../../worker/runner/mod.ts";
import type { Agenda } from "./agenda.ts";
import type { FaultCounts } from "./faults.ts";
import { answerOf } from "./habits.ts";
import type { HelperTraits } from "./helper_machine.ts";
import { truth } from "./kernels.ts";
import type { Process } from "./process.ts";
import type { Dice } from "./random.ts";

/** What it is made of, for one run of the worker's process. */
export interface HelperComputeParts {
  readonly agenda: Agenda;
  readonly dice: Dice;
  readonly faults: FaultCounts;
  readonly kernels: readonly Kernel[];
  readonly traits: HelperTraits;
  readonly process: Process;
  readonly http: CoordinatorHttp;
  /** Files that outlive the process, by digest. */
  readonly disk: Map<string, Uint8Array<ArrayBuffer>>;
  /** How many times slower than usual the machine is. */
  readonly slowness: () => number;
  /** The number of the task that is answered now. */
  readonly nth: () => number;
  readonly connection: () => Connection;
}

type SlotOutcome = Awaited<ReturnType<Isolate["run"]>>;

const PREPARE_MS = 5;
/** How long a slot is taken by what it never answers. */
const SILENT_MS = 300;
const ASSET_MEMORY_BYTES = 200;
const FETCHES_MAX = 2;
/** What a slot says that never answers. */
const SILENCE: SlotOutcome = { type: "failure", code: "kernel.late", message: "", fuel: 0, computeUs: 0 };

/** Puts it together. */
export function helperCompute(parts: HelperComputeParts): Work {
  const { agenda, connection, kernels, process, traits } = parts;
  const runner = new Runner({
    slots: traits.slots,
    duty: 1,
    clock: { nowMs: () => agenda.nowMs, after: (delayMs, run) => process.after(delayMs, run) },
    kernels: { get: (digest) => bundleOf(kernels, digest) },
    assets: assetsOf(parts),
    createIsolate: () => slotOf(parts),
    unfit: () => undefined,
    computed: (job, outcome) => outcome === SILENCE || connection().computed(job, outcome),
    returned: (job, reason) => connection().returned([job], reason),
  });
  return {
    prepare: () => prepare(parts),
    start: (job) => runner.start(job),
    cancel: (job) => runner.cancel(job),
    forget: (job) => runner.forget(job),
    returnWaiting: () => runner.returnWaiting(),
    rest: () => void runner.rest(),
    wake: () => runner.wake(),
  };
}

function assetsOf({ connection, disk, http }: HelperComputeParts): Assets {
  const blobs = new Blobs({
    shelf: {
      read: (digest) => Promise.resolve(disk.get(digest)),
      write: (digest, bytes) => {
        disk.set(digest, Uint8Array.from(bytes));
        return Promise.resolve([]);
      },
    },
    fetchBlob: (digest, bytesMax) => http.blob(digest, bytesMax),
    fetchesMax: FETCHES_MAX,
    strangeCode: "kernel.environment",
    kept: (digest) => connection().assets("held", [digest]),
    unkept: () => {},
  });
  return new Assets({ blobs, bytesMax: ASSET_MEMORY_BYTES });
}

/** As much of a bundle as a runner and these slots look at. */
function bundleOf(kernels: readonly Kernel[], digest: string): Bundle | undefined {
  const kernel = kernels.find((each) => each.digest === digest);
  if (kernel === undefined) return undefined;
  return { digest, manifest: { limits: { wallMsMax: kernel.wallMsMax } } } as Bundle;
}

function prepare({ dice, faults, process, traits }: HelperComputeParts): Promise<void> {
  const lost = dice.chance(traits.kernelLostRate);
  if (lost) faults.count("kernelLost");
  return new Promise((resolve, reject) => {
    process.after(PREPARE_MS, () => {
      if (lost) reject(new P2c2rError("connection.lost", "Cannot fetch bundle: the connection is gone"));
      else resolve();
    });
  });
}

/** One that dies with its process says nothing any more. */
function slotOf(parts: HelperComputeParts): Isolate {
  const { dice, process, slowness, traits } = parts;
  return {
    run: (task) =>
      new Promise((done) => {
        process.after(traits.serviceMs * slowness() * dice.between(0.8, 1.2), () => {
          const outcome = outcomeOf(parts, task);
          if (outcome !== undefined) done(outcome as SlotOutcome);
          // Who never answers keeps its slot as well, but not for ever: it would get nothing more to swallow.
          else process.after(SILENT_MS, () => done(SILENCE));
        });
      }),
    close: () => Promise.resolve(),
  };
}

function outcomeOf(
  { dice, faults, kernels, nth, traits }: HelperComputeParts,
  { bundle, input, assets, fuelLimit }: IsolateTask,
): Outcome | undefined {
  const kernel = kernels.find(({ digest }) => digest === bundle.digest)?.no ?? 0;
  const work = { kernel, input, assets: assets.map(({ digest }) => digest), fuelLimit };
  const right = truth(work, assets.map(({ bytes }) => bytes));
  return answerOf(traits.habit, right, nth(), dice, faults);
}

// Tasks to slots: each task is reported exactly once, as computed or as returned, unless it is forgotten first.
//
// task        event                    next        report
// (new)       assets are at hand       waiting
//             assets are not           fetching
// fetching    all came                 waiting
//             one cannot be had        -           computed (failure), or returned when the connection was the reason
// waiting     a slot is free           computing
//             a slot is free, too late -           computed (kernel.late)
//             the kernel is out        -           returned
// fetching,   cancel                   -           computed (task.cancelled)
// waiting     returnWaiting            -           returned
//             forget                   -           nothing
// computing   the kernel ends          -           computed
//             cancel                   computing
//             forget                   computing, then nothing
import { type Code, codes, P2c2rError } from "../../protocol/mod.ts";
import type { Asset, Bundle, Isolate } from "../../sandbox/mod.ts";
import type { Clock } from "../clock.ts";
import type { Job, JobOutcome } from "../session/mod.ts";
import { Slot } from "./slot.ts";
import { Waiting } from "./waiting.ts";

/** A job with everything it needs. */
interface Task extends Job {
  readonly bundle: Bundle;
  readonly held: readonly Asset[];
}

/** What a {@link Runner} needs. */
export interface RunnerOptions {
  readonly slots: number;
  /** Fraction of wall time a slot may compute, 0 < duty ≤ 1. */
  readonly duty: number;
  readonly clock: Clock;
  readonly kernels: { get(digest: string): Bundle | undefined };
  readonly assets: {
    now(digests: readonly string[]): readonly Asset[] | undefined;
    get(digests: readonly string[]): Promise<readonly Asset[]>;
    clear(): void;
  };
  readonly createIsolate: () => Isolate;
  /** Why a kernel is not run any more; undefined for one that is. */
  readonly unfit: (kernel: string) => string | undefined;
  readonly computed: (job: number, outcome: JobOutcome) => void;
  readonly returned: (job: number, reason: string) => void;
}

/** Runs jobs in slots. */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #slots: readonly Slot[];
  readonly #free: Slot[];
  readonly #fetching = new Set<number>();
  readonly #waiting = new Waiting<Task>();
  readonly #computing = new Set<number>();
  #resting = false;

  constructor(options: RunnerOptions) {
    this.#options = options;
    const { clock, duty, createIsolate } = options;
    this.#slots = Array.from({ length: options.slots }, () => new Slot({ clock, duty, createIsolate }));
    this.#free = [...this.#slots];
  }

  /** Takes a job. Its kernel was prepared before. */
  start(job: Job): void {
    const bundle = this.#options.kernels.get(job.kernel);
    if (bundle === undefined) throw new Error(`Bug: kernel ${job.kernel} of job ${job.job} was not prepared`);
    const held = this.#options.assets.now(job.assets);
    if (held === undefined) {
      void this.#fetchThenStart(job, bundle);
      return;
    }
    this.#waiting.push({ ...job, bundle, held });
    this.#dispatch();
  }

  /** Nobody wants the job any more: reported at once where it holds no slot, else when its kernel ends. */
  cancel(job: number): void {
    if (this.#withdraw(job)) this.#options.computed(job, failure("task.cancelled", "Not needed any more"));
  }

  /** As {@link cancel}, without a report. */
  forget(job: number): void {
    if (!this.#withdraw(job)) this.#computing.delete(job);
  }

  /** Takes back every job that holds no slot. */
  returnWaiting(): readonly number[] {
    const jobs = [...this.#fetching, ...this.#waiting.clear().map((task) => task.job)];
    this.#fetching.clear();
    return jobs;
  }

  /** Gives memory back: threads without a task now, the others when their task has ended. */
  async rest(): Promise<void> {
    this.#resting = true;
    this.#options.assets.clear();
    await Promise.all(this.#slots.filter((slot) => !slot.isRunning).map((slot) => slot.rest()));
  }

  /** Ends a rest. */
  wake(): void {
    this.#resting = false;
    this.warm();
    this.#dispatch();
  }

  /** Starts threads, so that the first task does not wait for them. */
  warm(): void {
    if (this.#resting) return;
    for (const slot of this.#free) slot.warm();
  }

  /** Ends all threads; jobs in hand are not reported any more. */
  async close(): Promise<void> {
    this.returnWaiting();
    this.#computing.clear();
    this.#resting = true;
    await Promise.all(this.#slots.map((slot) => slot.close()));
  }

  #withdraw(job: number): boolean {
    return this.#fetching.delete(job) || this.#waiting.remove(job) !== undefined;
  }

  async #fetchThenStart(job: Job, bundle: Bundle): Promise<void> {
    this.#fetching.add(job.job);
    try {
      const held = await this.#options.assets.get(job.assets);
      if (!this.#fetching.delete(job.job)) return;
      this.#waiting.push({ ...job, bundle, held });
      this.#dispatch();
    } catch (cause) {
      if (!this.#fetching.delete(job.job)) return;
      this.#reportMissing(job.job, cause);
    }
  }

  #reportMissing(job: number, cause: unknown): void {
    if (cause instanceof P2c2rError) {
      if (cause.code === "request.not_found") {
        return this.#options.computed(job, failure("task.asset_unknown", cause.message));
      }
      const passing = codes[cause.code].retry || cause.code.startsWith("auth.");
      if (passing && cause.code !== "kernel.environment") return this.#options.returned(job, cause.message);
    }
    const what = cause instanceof Error ? cause.message : String(cause);
    this.#options.computed(job, failure("kernel.environment", `Cannot get an asset: ${what}`));
  }

  #dispatch(): void {
    while (this.#free.length > 0) {
      const task = this.#waiting.pop();
      if (task === undefined) return;
      if (this.#options.clock.nowMs() >= task.dueMs) {
        this.#options.computed(
          task.job,
          failure("kernel.late", "The time for this task passed before a slot was free"),
        );
        continue;
      }
      const unfit = this.#options.unfit(task.kernel);
      if (unfit !== undefined) {
        this.#options.returned(task.job, unfit);
        continue;
      }
      void this.#compute(this.#free.pop()!, task);
    }
  }

  async #compute(slot: Slot, task: Task): Promise<void> {
    const { job, bundle, input, held, fuelLimit, dueMs } = task;
    this.#computing.add(job);
    const wallMs = this.#wallMs(bundle, dueMs);
    const outcome = await slot.run({ bundle, input, assets: held, fuelLimit, wallMs });
    if (this.#computing.delete(job)) this.#options.computed(job, outcome);
    if (this.#resting) await slot.rest();
    await slot.idle();
    this.#free.push(slot);
    this.#dispatch();
  }

  /** No longer than the answer is of use; but a watchdog below a second would stop honest tasks on a busy machine. */
  #wallMs(bundle: Bundle, dueMs: number): number {
    const leftMs = Math.ceil(dueMs - this.#options.clock.nowMs());
    return Math.min(bundle.manifest.limits.wallMsMax, Math.max(leftMs, watchdogMsMin));
  }
}

const watchdogMsMin = 1_000;

function failure(code: Code, message: string): JobOutcome {
  return { type: "failure", code, message, fuel: 0, computeUs: 0 };
}

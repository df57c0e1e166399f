// One task at a time, and the rests that keep a slot below its share of wall time.
import type { Isolate, IsolateTask, Outcome } from "../../sandbox/mod.ts";
import type { Clock } from "../clock.ts";

/** Rests shorter than this are saved up: a timer per short task would cost more than it gives. */
const restMsMin = 20;

/** What a {@link Slot} needs. */
export interface SlotOptions {
  readonly clock: Clock;
  /** Fraction of wall time it may compute, 0 < duty ≤ 1. */
  readonly duty: number;
  readonly createIsolate: () => Isolate;
}

/** One slot over one isolate, which is there only while it is needed. */
export class Slot {
  readonly #options: SlotOptions;
  #isolate: Isolate | undefined;
  #owedMs = 0;
  #endRest: (() => void) | undefined;
  #isRunning = false;
  #closed = false;

  constructor(options: SlotOptions) {
    this.#options = options;
  }

  /** Whether a task runs in it. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Starts the isolate's thread. */
  warm(): void {
    if (!this.#closed) this.#isolate ??= this.#options.createIsolate();
  }

  /** Runs a task; what it took counts towards the next rest. */
  async run(task: IsolateTask): Promise<Outcome> {
    const { clock, duty } = this.#options;
    const isolate = this.#isolate ??= this.#options.createIsolate();
    const startMs = clock.nowMs();
    this.#isRunning = true;
    const outcome = await isolate.run(task);
    this.#isRunning = false;
    this.#owedMs += (clock.nowMs() - startMs) * (1 / duty - 1);
    return outcome;
  }

  /** Waits until the slot may compute again. */
  async idle(): Promise<void> {
    if (this.#owedMs < restMsMin || this.#closed) return;
    const { clock } = this.#options;
    const startMs = clock.nowMs();
    await new Promise<void>((resolve) => {
      const stop = clock.after(this.#owedMs, resolve);
      this.#endRest = () => {
        stop();
        resolve();
      };
    });
    this.#endRest = undefined;
    this.#owedMs = Math.max(0, this.#owedMs - (clock.nowMs() - startMs));
  }

  /** Gives the isolate's memory back. */
  async rest(): Promise<void> {
    const isolate = this.#isolate;
    this.#isolate = undefined;
    await isolate?.close();
  }

  /** Ends the slot; a task in hand ends as kernel.environment. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#endRest?.();
    await this.rest();
  }
}

// How fast a counter grows, over the last few sweeps.
import type { Sweepable } from "./sweep.ts";

const SAMPLES = 10;

/** Growth per second of a counter. */
export class RateMeter implements Sweepable {
  readonly #count: () => number;
  readonly #samples: { readonly nowMs: number; readonly count: number }[] = [];

  /** Watches a counter that only grows. */
  constructor(count: () => number) {
    this.#count = count;
  }

  /** Per second, over the samples at hand; 0 before there are two. */
  get perS(): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.nowMs <= first.nowMs) return 0;
    return (last.count - first.count) * 1000 / (last.nowMs - first.nowMs);
  }

  /** Takes a sample. */
  sweep(nowMs: number): void {
    this.#samples.push({ nowMs, count: this.#count() });
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }
}

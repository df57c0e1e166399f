// One timer that looks at everything that can fall silent or run out, instead of one timer each.
import type { Clock } from "./clock.ts";
import type { GatewayLimits } from "./limits.ts";

/** Something that wants to be looked at regularly. */
export interface Sweepable {
  /** `excused`: the process stood still since the last look, so silence proves nothing. */
  sweep(nowMs: number, excused: boolean): void;
}

/** Looks at its parts every `sweepMs` until it is stopped. */
export class Sweep {
  readonly #clock: Clock;
  readonly #limits: GatewayLimits;
  readonly #parts: readonly Sweepable[];
  readonly #onBug: (error: unknown) => void;
  #lastMs: number;
  #callOff: () => void;

  /** Starts at once. */
  constructor(
    clock: Clock,
    limits: GatewayLimits,
    parts: readonly Sweepable[],
    onBug: (error: unknown) => void,
  ) {
    this.#clock = clock;
    this.#limits = limits;
    this.#parts = parts;
    this.#onBug = onBug;
    this.#lastMs = clock.nowMs();
    this.#callOff = clock.after(limits.sweepMs, () => this.#look());
  }

  /** Looks no more. */
  stop(): void {
    this.#callOff();
  }

  #look(): void {
    const nowMs = this.#clock.nowMs();
    const excused = nowMs - this.#lastMs > this.#limits.sweepLateMs;
    this.#lastMs = nowMs;
    this.#callOff = this.#clock.after(this.#limits.sweepMs, () => this.#look());
    for (const part of this.#parts) {
      try {
        part.sweep(nowMs, excused);
      } catch (error) {
        this.#onBug(error);
      }
    }
  }
}

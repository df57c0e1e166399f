// What a thread keeps between tasks, decided on this side of it: the least recently used goes when the budget is passed.

/** What a task needs in the thread. */
export interface Needed {
  readonly digest: string;
  readonly bytes: number;
}

/** What to send along with a task, and what the thread may forget. */
export interface Plan {
  readonly missing: ReadonlySet<string>;
  readonly dropped: readonly string[];
}

/** The digests a thread holds, the least recently used first. */
export class Residency {
  readonly #held = new Map<string, number>();
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Takes in what a task needs. That is never dropped for itself: one task may pass the budget while it runs. */
  admit(needed: readonly Needed[]): Plan {
    const missing = new Set<string>();
    for (const { digest, bytes } of needed) {
      if (!this.#held.delete(digest)) {
        missing.add(digest);
        this.#bytes += bytes;
      }
      this.#held.set(digest, bytes);
    }
    if (this.#bytes <= this.#bytesMax) return { missing, dropped: [] };
    return { missing, dropped: this.#shrink(new Set(needed.map((one) => one.digest))) };
  }

  #shrink(kept: ReadonlySet<string>): string[] {
    const dropped: string[] = [];
    for (const [digest, bytes] of this.#held) {
      if (this.#bytes <= this.#bytesMax) break;
      if (kept.has(digest)) continue;
      this.#held.delete(digest);
      this.#bytes -= bytes;
      dropped.push(digest);
    }
    return dropped;
  }
}

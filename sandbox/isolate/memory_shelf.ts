// Memories that kernels have used, zeroed and lent again. A memory fresh from the system is paid for page by page as it
// is touched; one that was used before costs its zeroing, which can wait until nobody waits for an answer. Which is
// cheaper depends on how much of its memory a kernel touches, which nobody knows beforehand: so both are measured.
import type { MemorySizes } from "../bundle/lent_core.ts";

/** Bytes of all memories that are kept between tasks, together. */
export const SHELF_BYTES_MAX = 64 * 1024 * 1024;
const PAGE_BYTES = 65_536;
/** A kernel's first runs, which compile its code and say nothing about memories. */
const COLD_RUNS = 4;
/** Runs of either kind that are compared, the newest. */
const SAMPLES = 5;
/**
 * One run in so many is of the kind that was slower, in case that has changed. Rare: a memory is dear the first time it
 * is zeroed, because all its pages have to be there for that.
 */
const EXPLORE_EVERY = 1_024;

/** Which memory a kernel is given: what its runs have shown to be faster, or always the same kind. */
export type Preference = "measured" | "fresh" | "used";

interface Lent {
  readonly kernel: string;
  readonly memory: WebAssembly.Memory;
  readonly sizes: MemorySizes;
  readonly isUsed: boolean;
}

interface Kept {
  readonly kernel: string;
  readonly memory: WebAssembly.Memory;
  readonly sizes: MemorySizes;
  /** Whether it was zeroed before, so that all its pages are there. */
  readonly isUsed: boolean;
  isClean: boolean;
}

/**
 * The memories of one cell: at most one of each size is kept. Kernels take turns in a cell, and each finds the one that
 * it left: with one memory for all, every turn would be in a fresh one, and zeroing that costs more than any other.
 */
export class MemoryShelf {
  readonly #preference: Preference;
  readonly #experiences = new Map<string, Experience>();
  #lent: Lent | undefined;
  /** By their sizes, the least recently used first. */
  readonly #kept = new Map<string, Kept>();
  #keptBytes = 0;

  constructor(preference: Preference = "measured") {
    this.#preference = preference;
  }

  /** A memory of these sizes in which every byte is zero. @throws {RangeError} where the machine has none */
  take(kernel: string, sizes: MemorySizes): WebAssembly.Memory {
    const kept = this.#kept.get(keyOf(sizes));
    const isUsed = kept !== undefined && this.#wantsUsed(kernel);
    if (isUsed) {
      this.#drop(kept);
      clean(kept);
    }
    const memory = isUsed ? kept.memory : new WebAssembly.Memory({ ...sizes });
    this.#lent = { kernel, memory, sizes, isUsed };
    return memory;
  }

  /**
   * The task is over by itself, and nothing runs in the memory any more. Without this call the memory is not used again.
   *
   * @param costUs what the task took
   */
  ended(costUs: number): void {
    const lent = this.#lent;
    this.#lent = undefined;
    if (lent === undefined) return;
    const { kernel, memory, sizes, isUsed } = lent;
    this.#experienceOf(kernel).add(isUsed, costUs);
    const kept = this.#kept.get(keyOf(sizes));
    if (!this.#wantsKept(kernel)) {
      if (kept?.kernel === kernel) this.#drop(kept);
      return;
    }
    // The one that is there, while another kind of memory was tried, has all its pages.
    if (kept !== undefined) return;
    // One that has grown can never be as small again as a fresh one is.
    const bytes = memory.buffer.byteLength;
    if (bytes === sizes.initial * PAGE_BYTES) this.#keep({ kernel, memory, sizes, isUsed, isClean: false });
  }

  /** Zeroes what is kept. To be called when the answer is out. */
  tidy(): void {
    for (const kept of this.#kept.values()) {
      if (kept.isClean) continue;
      const start = performance.now();
      clean(kept);
      if (kept.isUsed) this.#experiences.get(kept.kernel)?.zeroed((performance.now() - start) * 1000);
    }
  }

  /** The kernel is not run here any more. */
  forget(kernel: string): void {
    this.#experiences.delete(kernel);
  }

  #keep(kept: Kept): void {
    this.#kept.set(keyOf(kept.sizes), kept);
    this.#keptBytes += kept.memory.buffer.byteLength;
    for (const oldest of this.#kept.values()) {
      if (this.#keptBytes <= SHELF_BYTES_MAX) return;
      this.#drop(oldest);
    }
  }

  #drop(kept: Kept): void {
    this.#kept.delete(keyOf(kept.sizes));
    this.#keptBytes -= kept.memory.buffer.byteLength;
  }

  #wantsUsed(kernel: string): boolean {
    return this.#preference === "measured"
      ? this.#experienceOf(kernel).wantsUsed
      : this.#preference === "used";
  }

  #wantsKept(kernel: string): boolean {
    return this.#preference === "measured"
      ? this.#experienceOf(kernel).wantsKept
      : this.#preference === "used";
  }

  #experienceOf(kernel: string): Experience {
    const known = this.#experiences.get(kernel);
    if (known !== undefined) return known;
    const experience = new Experience();
    this.#experiences.set(kernel, experience);
    return experience;
  }
}

function clean(kept: Kept): void {
  if (!kept.isClean) new Uint8Array(kept.memory.buffer).fill(0);
  kept.isClean = true;
}

function keyOf({ initial, maximum }: MemorySizes): string {
  return `${initial} ${maximum}`;
}

/** What a kernel's runs have cost, in fresh memories and in used ones. */
class Experience {
  readonly #fresh: number[] = [];
  readonly #used: number[] = [];
  readonly #zeroing: number[] = [];
  #runs = 0;

  add(isUsed: boolean, costUs: number): void {
    this.#runs += 1;
    if (this.#runs <= COLD_RUNS) return;
    remember(isUsed ? this.#used : this.#fresh, costUs);
  }

  zeroed(tookUs: number): void {
    remember(this.#zeroing, tookUs);
  }

  /** Whether the next run is to be in a used memory: at first some are, then some are not, then what was faster. */
  get wantsUsed(): boolean {
    if (this.#used.length < SAMPLES) return true;
    if (this.#fresh.length < SAMPLES) return false;
    return this.#isExploring ? !this.#isFaster : this.#isFaster;
  }

  /** Whether a used memory is worth its place. */
  get wantsKept(): boolean {
    return this.#fresh.length < SAMPLES || this.#isFaster || this.wantsUsed;
  }

  get #isExploring(): boolean {
    return this.#runs % EXPLORE_EVERY === 0;
  }

  get #isFaster(): boolean {
    return median(this.#used) + median(this.#zeroing) < median(this.#fresh);
  }
}

function remember(samples: number[], one: number): void {
  samples.push(one);
  if (samples.length > SAMPLES) samples.shift();
}

/** Robust against the run in which the collector came by. 0 where there are no samples. */
function median(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[samples.length >> 1] ?? 0;
}

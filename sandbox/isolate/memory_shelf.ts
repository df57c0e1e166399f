// Memories that kernels have used, zeroed and lent again. A memory fresh from the system is paid for page by page as it
// is touched; one that was used before costs its zeroing, which can wait until nobody waits for an answer. Which is
// cheaper depends on how much of its memory a kernel touches, which nobody knows beforehand: so both are measured.
import type { MemorySizes } from "../bundle/lent_core.ts";

/** The largest memory that is kept between tasks, in bytes. */
export const SHELF_BYTES_MAX = 64 * 1024 * 1024;
const PAGE_BYTES = 65_536;
/** Runs of either kind that are looked at, the newest. */
const SAMPLES_MAX = 9;
/** Runs of either kind before they are compared. */
const SAMPLES_MIN = 3;
/** One run in so many is of the kind that was slower, in case that has changed. */
const EXPLORE_EVERY = 64;

/** Which memory a kernel is given: what its runs have shown to be faster, or always the same kind. */
export type Preference = "measured" | "fresh" | "used";

interface Lent {
  readonly kernel: string;
  readonly memory: WebAssembly.Memory;
  readonly sizes: MemorySizes;
  readonly isUsed: boolean;
}

interface Kept {
  readonly memory: WebAssembly.Memory;
  readonly sizes: MemorySizes;
  isClean: boolean;
}

/** The memories of one cell: at most one is kept. */
export class MemoryShelf {
  readonly #preference: Preference;
  readonly #records = new Map<string, Experience>();
  #lent: Lent | undefined;
  #kept: Kept | undefined;

  constructor(preference: Preference = "measured") {
    this.#preference = preference;
  }

  /** A memory of these sizes in which every byte is zero. @throws {RangeError} where the machine has none */
  take(kernel: string, sizes: MemorySizes): WebAssembly.Memory {
    const kept = this.#kept;
    this.#kept = undefined;
    const isUsed = kept !== undefined && kept.sizes.initial === sizes.initial &&
      kept.sizes.maximum === sizes.maximum;
    if (isUsed) clean(kept);
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
    const { kernel, memory, sizes } = lent;
    const record = this.#recordOf(kernel);
    record.add(lent.isUsed, costUs);
    // One that has grown can never be as small again as a fresh one is.
    const bytes = memory.buffer.byteLength;
    if (bytes !== sizes.initial * PAGE_BYTES || bytes > SHELF_BYTES_MAX) return;
    if (this.#preference === "used" || (this.#preference === "measured" && record.wantsUsed())) {
      this.#kept = { memory, sizes, isClean: false };
      record.keeps = true;
    }
  }

  /** Zeroes what is kept. To be called when the answer is out. */
  tidy(): void {
    const kept = this.#kept;
    if (kept === undefined || kept.isClean) return;
    const start = performance.now();
    clean(kept);
    const tookUs = (performance.now() - start) * 1000;
    for (const record of this.#records.values()) if (record.keeps) record.zeroed(tookUs);
  }

  /** The kernel is not run here any more. */
  forget(kernel: string): void {
    this.#records.delete(kernel);
  }

  #recordOf(kernel: string): Experience {
    const known = this.#records.get(kernel);
    if (known !== undefined) return known;
    const record = new Experience();
    this.#records.set(kernel, record);
    return record;
  }
}

function clean(kept: Kept): void {
  if (!kept.isClean) new Uint8Array(kept.memory.buffer).fill(0);
  kept.isClean = true;
}

/** What a kernel's runs have cost, in fresh memories and in used ones. */
class Experience {
  readonly #fresh: number[] = [];
  readonly #used: number[] = [];
  #zeroUs = 0;
  #runs = 0;
  /** Whether a memory is kept in this kernel's name. */
  keeps = false;

  add(isUsed: boolean, costUs: number): void {
    this.#runs += 1;
    const samples = isUsed ? this.#used : this.#fresh;
    samples.push(costUs);
    if (samples.length > SAMPLES_MAX) samples.shift();
  }

  zeroed(tookUs: number): void {
    this.keeps = false;
    this.#zeroUs = tookUs;
  }

  /** Whether the next run is to be in a used memory. */
  wantsUsed(): boolean {
    if (this.#used.length < SAMPLES_MIN) return true;
    if (this.#fresh.length < SAMPLES_MIN) return false;
    const isFaster = median(this.#used) + this.#zeroUs < median(this.#fresh);
    return this.#runs % EXPLORE_EVERY === 0 ? !isFaster : isFaster;
  }
}

/** Robust against the run in which the collector came by. */
function median(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[samples.length >> 1] as number;
}

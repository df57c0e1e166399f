// Simulated time: what will happen, in order. Acts of one moment happen in the order in which they were put down.

interface Entry {
  readonly atMs: number;
  readonly no: number;
  act: (() => void) | null;
}

/** What will happen. */
export class Agenda {
  /** Milliseconds since the simulation began. */
  nowMs = 0;
  /** Acts done so far. */
  acts = 0;
  readonly #heap: Entry[] = [];
  #nextNo = 0;

  /** When the next act is due; Infinity when nothing is left to do. */
  get nextMs(): number {
    while (this.#heap.length > 0 && this.#heap[0]!.act === null) this.#take();
    return this.#heap[0]?.atMs ?? Infinity;
  }

  /** Puts an act down for a moment, now if that has passed; answers how to take it back. */
  at(atMs: number, act: () => void): () => void {
    const entry: Entry = { atMs: Math.max(atMs, this.nowMs), no: this.#nextNo++, act };
    this.#push(entry);
    return () => entry.act = null;
  }

  /** As `at`, from now. */
  after(delayMs: number, act: () => void): () => void {
    return this.at(this.nowMs + delayMs, act);
  }

  /** Does the next act, if it is due by then; answers whether it did one. */
  next(untilMs: number): boolean {
    if (this.nextMs > untilMs) return false;
    const entry = this.#take();
    this.nowMs = entry.atMs;
    this.acts++;
    const { act } = entry;
    entry.act = null;
    act?.();
    return true;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!earlier(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  #take(): Entry {
    const heap = this.#heap;
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && earlier(heap[child + 1]!, heap[child]!)) child++;
      if (!earlier(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

function earlier(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.no < b.no);
}

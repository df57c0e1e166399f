// How much waits in front of a deadline: a Fenwick tree over a ring of milliseconds (P. Fenwick, 1994), O(log) per change.

/** More milliseconds than the longest deadline and the highest priority together. */
const SPAN = 65_536;

/** Counts entries by their key in milliseconds. Keys in use at one time span less than 65 s. */
export class DeadlineCounts {
  #tree: Int32Array | null = null;
  #total = 0;

  /** All entries. */
  get total(): number {
    return this.#total;
  }

  /** Adds an entry, or with -1 takes one away. */
  add(keyMs: number, by: 1 | -1): void {
    this.#total += by;
    const tree = this.#tree ??= new Int32Array(SPAN + 1);
    for (let at = placeOf(keyMs) + 1; at <= SPAN; at += at & -at) tree[at] = tree[at]! + by;
  }

  /** Entries with keys from `fromMs` to `untilMs`, to the millisecond. */
  between(fromMs: number, untilMs: number): number {
    if (this.#tree === null || this.#total === 0 || untilMs < fromMs) return 0;
    if (untilMs - fromMs >= SPAN - 1) return this.#total;
    const from = placeOf(fromMs);
    const until = placeOf(untilMs);
    const upTo = this.#upTo(this.#tree, until + 1);
    const below = this.#upTo(this.#tree, from);
    return until >= from ? upTo - below : this.#total - below + upTo;
  }

  #upTo(tree: Int32Array, end: number): number {
    let sum = 0;
    for (let at = end; at > 0; at -= at & -at) sum += tree[at]!;
    return sum;
  }
}

function placeOf(keyMs: number): number {
  const place = Math.floor(keyMs) % SPAN;
  return place < 0 ? place + SPAN : place;
}

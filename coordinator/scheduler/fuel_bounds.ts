// How much fuel tasks of one kernel use at most, by size of input, as trusted compute measured it lately: what a claim
// that nobody has recomputed may be paid.

/** Measurements of one generation: a bound rests on the last one to two of them. */
const GENERATION = 128;

/** The largest of the last measurements. */
class Largest {
  #before = 0;
  #now = 0;
  #count = 0;

  add(fuel: number): void {
    if (this.#count === GENERATION) {
      this.#before = this.#now;
      this.#now = 0;
      this.#count = 0;
    }
    this.#now = Math.max(this.#now, fuel);
    this.#count++;
  }

  get value(): number {
    return Math.max(this.#before, this.#now);
  }
}

/** Bounds by size class of the input: the power of two below its length. */
export class FuelBounds {
  readonly #classes: (Largest | undefined)[] = [];

  /** Takes what a task with so many bytes of input was measured to use. */
  add(inputBytes: number, fuel: number): void {
    (this.#classes[classOf(inputBytes)] ??= new Largest()).add(fuel);
  }

  /** The most that such a task used among the last 128 to 256; undefined where none was measured. */
  at(inputBytes: number): number | undefined {
    return this.#classes[classOf(inputBytes)]?.value;
  }
}

function classOf(inputBytes: number): number {
  return 31 - Math.clz32(inputBytes | 1);
}

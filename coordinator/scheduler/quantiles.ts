// Quantiles of a duration from a decaying histogram: constant memory, recent samples count most, no sorting.

const bucketsPerOctave = 4;
const smallestMs = 0.05;
const buckets = 96;
/** When this many samples are in, all counts are halved: about the last two hundred decide. */
const samplesMax = 256;

/** Durations from 50 µs to over ten minutes, with a relative error of at most 9 %. */
export class Quantiles {
  readonly #counts = new Float32Array(buckets);
  /** Buckets outside of these are empty. */
  #first = buckets;
  #last = -1;
  #total = 0;
  #meanMs = 0;

  /** Samples that count, after decay. */
  get samples(): number {
    return this.#total;
  }

  /** Exponentially weighted mean, in milliseconds; 0 without samples. */
  get meanMs(): number {
    return this.#meanMs;
  }

  /** Takes a duration in milliseconds; what is not a number or below 0 counts as 0. */
  add(ms: number): void {
    const value = ms > 0 ? ms : 0;
    const position = Math.floor(Math.log2(Math.max(value, smallestMs) / smallestMs) * bucketsPerOctave);
    const bucket = Math.min(position, buckets - 1);
    this.#counts[bucket] = this.#counts[bucket]! + 1;
    if (bucket < this.#first) this.#first = bucket;
    if (bucket > this.#last) this.#last = bucket;
    this.#total += 1;
    this.#meanMs += (value - this.#meanMs) / Math.min(this.#total, 32);
    if (this.#total >= samplesMax) this.#halve();
  }

  /** The duration that the share `q` of samples stays below, in milliseconds; undefined without samples. */
  at(q: number): number | undefined {
    if (this.#total === 0) return undefined;
    let left = q * this.#total;
    for (let bucket = this.#first; bucket < this.#last; bucket++) {
      left -= this.#counts[bucket]!;
      if (left <= 0) return upperMs(bucket);
    }
    return upperMs(this.#last);
  }

  /** The share of samples that take at most so long, 0 to 1; 0 without samples. */
  below(ms: number): number {
    if (this.#total === 0 || !(ms > 0)) return 0;
    const position = Math.log2(Math.max(ms, smallestMs) / smallestMs) * bucketsPerOctave;
    const last = Math.min(Math.floor(position), buckets - 1);
    let sum = 0;
    for (let bucket = this.#first; bucket < last; bucket++) sum += this.#counts[bucket]!;
    return (sum + (position - last) * this.#counts[last]!) / this.#total;
  }

  #halve(): void {
    const [first, last] = [this.#first, this.#last];
    this.#total = 0;
    this.#first = buckets;
    this.#last = -1;
    for (let bucket = first; bucket <= last; bucket++) {
      const half = this.#counts[bucket]! / 2;
      this.#counts[bucket] = half < 0.25 ? 0 : half;
      if (half < 0.25) continue;
      this.#total += half;
      if (this.#last < 0) this.#first = bucket;
      this.#last = bucket;
    }
  }
}

function upperMs(bucket: number): number {
  return smallestMs * 2 ** ((bucket + 1) / bucketsPerOctave);
}

const none: Omit<Quantiles, "add"> = new Quantiles();

/** Quantiles by size class of the input, the power of two below its length. */
export class Durations {
  readonly #classes: (Quantiles | undefined)[] = [];

  /** The quantiles of one size class. */
  of(inputBytes: number): Omit<Quantiles, "add"> {
    return this.#classes[classOf(inputBytes)] ?? none;
  }

  /** An input size for each class that has at least so many samples. */
  measured(samplesMin: number): readonly number[] {
    return this.#classes.flatMap((each, no) =>
      each !== undefined && each.samples >= samplesMin ? [2 ** no] : []
    );
  }

  /** Takes a duration in milliseconds. Only what was measured takes memory. */
  add(inputBytes: number, ms: number): void {
    (this.#classes[classOf(inputBytes)] ??= new Quantiles()).add(ms);
  }
}

function classOf(inputBytes: number): number {
  return 31 - Math.clz32(inputBytes | 1);
}

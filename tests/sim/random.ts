// Chance for simulations: one seed gives one stream, and a stream gives streams of its own, so that a fault more or less
// changes nothing that it does not touch.

/** A small seeded generator (mulberry32), 0 ≤ draw < 1. Never for anything that has to be unguessable. */
export function generator(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A generator with the questions that simulations ask it. */
export class Dice {
  readonly draw: () => number;

  /** The same seed, the same answers. */
  constructor(seed: number) {
    this.draw = generator(seed);
  }

  /** A stream of its own. */
  fork(): Dice {
    return new Dice(this.bits());
  }

  /** 32 random bits. */
  bits(): number {
    return Math.floor(this.draw() * 4294967296);
  }

  /** Whether something of this chance happens. */
  chance(p: number): boolean {
    return this.draw() < p;
  }

  /** A number between two others. */
  between(low: number, high: number): number {
    return low + this.draw() * (high - low);
  }

  /** A whole number below another. */
  below(n: number): number {
    return Math.floor(this.draw() * n);
  }

  /** One of several. */
  pick<T>(of: readonly T[]): T {
    const picked = of[this.below(of.length)];
    if (picked === undefined) throw new RangeError("Cannot pick: there is nothing to pick from");
    return picked;
  }
}

/**
 * The seeded generator with which `check` draws what it looks at more closely: SplitMix64 (G. Steele, D. Lea,
 * C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014). The seed is a secret draw made
 * after the answer arrived; the generator only has to spread it.
 */
import { arenaTake } from "./arena";

@unmanaged
export class Random {
  state: u64;
}

/** A generator in the arena. */
export function randomFrom(seed: u64): Random {
  const random = changetype<Random>(arenaTake(offsetof<Random>(), alignof<u64>()));
  random.state = seed;
  return random;
}

/** The next 64 bits. */
export function randomBits(random: Random): u64 {
  random.state += 0x9e3779b97f4a7c15;
  let bits = random.state;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
  return bits ^ (bits >> 31);
}

/**
 * A uniform integer in 0 … bound − 1; `bound` is at least 1 (multiply and reject, D. Lemire, "Fast random integer
 * generation in an interval", 2019: the division is needed only where the low half is small).
 */
export function randomBelow(random: Random, bound: u32): u32 {
  let product = (randomBits(random) >> 32) * <u64>bound;
  if (<u32>product < bound) {
    const threshold: u32 = <u32>(0 - bound) % bound;
    while (<u32>product < threshold) product = (randomBits(random) >> 32) * <u64>bound;
  }
  return <u32>(product >> 32);
}

/** A uniform number in 0 ≤ x < 1 with 53 bits. */
export function randomUnit(random: Random): f64 {
  return <f64>(randomBits(random) >> 11) * (1.0 / 9007199254740992.0);
}

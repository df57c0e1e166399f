/** Random draws from a seed, the same for everyone with the same seed; only their spread matters here. */

/** Draws: a number in 0 ≤ x < 1. */
export type Draw = () => number;

/** A small seeded generator (mulberry-style mixing of a 32-bit counter). */
export function drawsFrom(seed: number): Draw {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let bits = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
  };
}

/** An integer in 0 … bound − 1. */
export function drawBelow(draw: Draw, bound: number): number {
  return Math.floor(draw() * bound);
}

/** One of the list, which is not empty. */
export function drawOne<Item>(draw: Draw, list: readonly Item[]): Item {
  return list[drawBelow(draw, list.length)] as Item;
}

/** A seed of `check`: 64 bits. */
export function drawSeed(draw: Draw): bigint {
  return BigInt(drawBelow(draw, 2 ** 32)) << 32n | BigInt(drawBelow(draw, 2 ** 32));
}

/**
 * Cells by the estimate of their path's whole cost, in a ring of buckets: one per estimate, since the estimates that
 * wait at a time lie close together. A bucket is a list that a cell can leave from anywhere; the last one in is the
 * first out.
 */
import { arenaTake } from "../../lib/arena";

/**
 * More than two steps' costs: an estimate grows by at most one for the step and one for the way that it leads astray.
 */
const BUCKETS: u32 = 8192;
const NOBODY: u32 = 0;

@unmanaged
export class Buckets {
  /** Per cell the cells behind and before it in its bucket, u32 each; cell 0 is in none. */
  links: usize;
  /** First cell per bucket, u32. */
  heads: usize;
  /** A bit per bucket that has a cell. */
  filled: usize;
  waiting: u32;
}

/** Buckets for cells below `cells`; to be emptied before use. */
export function bucketsOver(cells: usize): Buckets {
  const buckets = changetype<Buckets>(arenaTake(offsetof<Buckets>(), 8));
  buckets.links = arenaTake(cells << 3, 16);
  buckets.heads = arenaTake(<usize>BUCKETS << 2, 16);
  buckets.filled = arenaTake(<usize>BUCKETS >> 3, 16);
  return buckets;
}

/** Bytes that `bucketsOver` takes. */
export function bucketsSize(cells: usize): usize {
  return (cells << 3) + (<usize>BUCKETS << 2) + (<usize>BUCKETS >> 3) + 128;
}

export function emptyBuckets(buckets: Buckets): void {
  memory.fill(buckets.heads, 0, <usize>BUCKETS << 2);
  memory.fill(buckets.filled, 0, <usize>BUCKETS >> 3);
  buckets.waiting = 0;
}

/** The first cell with that estimate; there is one. */
@inline
export function firstOf(buckets: Buckets, estimate: u32): u32 {
  return load<u32>(headOf(buckets, estimate));
}

export function putIn(buckets: Buckets, cell: u32, estimate: u32): void {
  const head = headOf(buckets, estimate);
  const first = load<u32>(head);
  store<u64>(buckets.links + (<usize>cell << 3), <u64>first);
  if (first != NOBODY) store<u32>(buckets.links + (<usize>first << 3), cell, 4);
  else setFilled(buckets, estimate, true);
  store<u32>(head, cell);
  buckets.waiting += 1;
}

export function takeOut(buckets: Buckets, cell: u32, estimate: u32): void {
  const link = buckets.links + (<usize>cell << 3);
  const behind = load<u32>(link);
  const before = load<u32>(link, 4);
  buckets.waiting -= 1;
  if (behind != NOBODY) store<u32>(buckets.links + (<usize>behind << 3), before, 4);
  if (before != NOBODY) {
    store<u32>(buckets.links + (<usize>before << 3), behind);
    return;
  }
  store<u32>(headOf(buckets, estimate), behind);
  if (behind == NOBODY) setFilled(buckets, estimate, false);
}

/** The least estimate of a cell that waits; there is one, and none is below `estimate`. */
export function leastFilled(buckets: Buckets, estimate: u32): u32 {
  const from = estimate & (BUCKETS - 1);
  let word = from >> 6;
  let bits = load<u64>(buckets.filled + (<usize>word << 3)) & (~<u64>0 << <u64>(from & 63));
  while (bits == 0) {
    word = (word + 1) & ((BUCKETS >> 6) - 1);
    bits = load<u64>(buckets.filled + (<usize>word << 3));
  }
  return estimate + ((((word << 6) | <u32>ctz(bits)) - from) & (BUCKETS - 1));
}

@inline
function headOf(buckets: Buckets, estimate: u32): usize {
  return buckets.heads + (<usize>(estimate & (BUCKETS - 1)) << 2);
}

@inline
function setFilled(buckets: Buckets, estimate: u32, isFilled: bool): void {
  const bucket = estimate & (BUCKETS - 1);
  const at = buckets.filled + (<usize>(bucket >> 6) << 3);
  const bit = <u64>1 << <u64>(bucket & 63);
  store<u64>(at, isFilled ? load<u64>(at) | bit : load<u64>(at) & ~bit);
}

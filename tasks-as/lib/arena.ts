/**
 * The task arena: the only allocator of a kernel. It bumps a mark from the end of the static data to the end
 * of the memory, and a post-return puts the mark back, so that an instance can serve call after call. Memory
 * taken after a reset holds what the last call left there: who needs zeros fills them in.
 */

/** Bytes taken behind the static data. An offset, not an address: an address would need a start function. */
let arenaUsed: usize = 0;

/** Takes `size` bytes at a multiple of `align` (a power of two); traps when the memory has no room. */
export function arenaTake(size: usize, align: usize): usize {
  // 64-bit sums: a size close to 2^32 must not wrap around to a small address.
  const mask = <u64>align - 1;
  const start = (<u64>__heap_base + <u64>arenaUsed + mask) & ~mask;
  const end = start + <u64>size;
  if (end > (<u64>memory.size()) << 16) unreachable();
  arenaUsed = <usize>end - __heap_base;
  return <usize>start;
}

/** The place to give back to `arenaRelease` when what is taken from now on is no longer needed. */
export function arenaMark(): usize {
  return arenaUsed;
}

/** Gives back everything taken since `mark`. */
export function arenaRelease(mark: usize): void {
  arenaUsed = mark;
}

/**
 * Makes sure that `size` more bytes can be taken, and grows the memory if they cannot. For kernels whose need
 * depends on the input, once at the start of a call; traps when the memory's maximum or the machine does not
 * allow it.
 */
export function arenaReserve(size: usize): void {
  const end = <u64>__heap_base + <u64>arenaUsed + <u64>size;
  const have = (<u64>memory.size()) << 16;
  if (end > have && memory.grow(<i32>((end - have + 0xffff) >> 16)) < 0) unreachable();
}

/** Ends a call: everything the host and the kernel took is given back. */
export function arenaReset(): void {
  arenaUsed = 0;
}

/**
 * `cabi_realloc` of the canonical ABI: takes, or moves and resizes, a block, for which the memory grows; traps when
 * its maximum or the machine does not allow it. What `check` is given may be larger than what a fresh memory holds.
 */
export function cabi_realloc(old: usize, oldSize: usize, align: usize, newSize: usize): usize {
  if (align == 0 || (align & (align - 1)) != 0) unreachable();
  if (newSize == 0) return align;
  const mask = <u64>align - 1;
  const from = <u64>__heap_base + <u64>arenaUsed;
  const more = ((from + mask) & ~mask) - from + <u64>newSize;
  if (more > <u64>u32.MAX_VALUE) unreachable();
  arenaReserve(<usize>more);
  const block = arenaTake(newSize, align);
  if (oldSize != 0) memory.copy(block, old, min(oldSize, newSize));
  return block;
}

/**
 * The open list: a binary heap of (key, node) in which a node stands at most once. The smallest key comes out
 * first, among equal keys in an order fixed by the code.
 */
import { arenaTake } from "../../lib/arena";

/** Entry: key u64 @0, node u32 @8. */
const ENTRY_SHIFT: usize = 4;
const NOWHERE: u32 = 0xffffffff;

@unmanaged
export class Heap {
  entries: usize;
  /** Per node a u32: its place among the entries, or NOWHERE. */
  places: usize;
  size: u32;
}

/** A heap for nodes below `nodesMax`. */
export function heapOf(nodesMax: u32): Heap {
  const heap = changetype<Heap>(arenaTake(offsetof<Heap>(), 8));
  heap.entries = arenaTake(<usize>nodesMax << ENTRY_SHIFT, 16);
  heap.places = arenaTake(<usize>nodesMax << 2, 16);
  heap.size = 0;
  return heap;
}

/** Bytes that such a heap takes. */
export function heapSize(nodesMax: u32): usize {
  return (<usize>nodesMax << ENTRY_SHIFT) + (<usize>nodesMax << 2) + 64;
}

/** Makes a node known that has never been in the heap. */
@inline
export function heapWelcome(heap: Heap, node: u32): void {
  store<u32>(heap.places + (<usize>node << 2), NOWHERE);
}

/** Adds a node, or moves one that is in the heap up to its new, smaller key. */
export function heapPut(heap: Heap, key: u64, node: u32): void {
  const entries = heap.entries;
  const places = heap.places;
  let at = load<u32>(places + (<usize>node << 2));
  if (at == NOWHERE) {
    at = heap.size;
    heap.size = at + 1;
  }
  while (at != 0) {
    const parent = (at - 1) >> 1;
    const above = entries + (<usize>parent << ENTRY_SHIFT);
    if (load<u64>(above) <= key) break;
    moveEntry(entries, places, at, above);
    at = parent;
  }
  const place = entries + (<usize>at << ENTRY_SHIFT);
  store<u64>(place, key);
  store<u32>(place, node, 8);
  store<u32>(places + (<usize>node << 2), at);
}

/** Takes the node of the smallest key; the heap is not empty. */
export function heapPop(heap: Heap): u32 {
  const entries = heap.entries;
  const places = heap.places;
  const node = load<u32>(entries, 8);
  const size = heap.size - 1;
  heap.size = size;
  const last = entries + (<usize>size << ENTRY_SHIFT);
  const key = load<u64>(last);
  let at: u32 = 0;
  while (true) {
    let child: u32 = 2 * at + 1;
    if (child >= size) break;
    let below = entries + (<usize>child << ENTRY_SHIFT);
    if (child + 1 < size && load<u64>(below, 16) < load<u64>(below)) {
      child += 1;
      below += 16;
    }
    if (load<u64>(below) >= key) break;
    moveEntry(entries, places, at, below);
    at = child;
  }
  moveEntry(entries, places, at, last);
  store<u32>(places + (<usize>node << 2), NOWHERE);
  return node;
}

/** Copies the entry at address `from` to place `to`. */
@inline
function moveEntry(entries: usize, places: usize, to: u32, from: usize): void {
  v128.store(entries + (<usize>to << ENTRY_SHIFT), v128.load(from));
  store<u32>(places + (<usize>load<u32>(from, 8) << 2), to);
}

/**
 * The state of a search: its nodes, the way from a cell to its node, and the open list. There is always room:
 * only jump points, the start and the goal become nodes, and the map says how many jump points it has.
 */
import { arenaTake } from "../../lib/arena";
import { connectSize } from "./connect";
import { Maps } from "./grid";
import { Heap, heapOf, heapPut, heapSize, heapWelcome } from "./heap";
import { lengthOf } from "./lengths";

/** The start was entered from nowhere: its direction is none of the straight ones. */
export const NOWHERE: u32 = 7;

/**
 * Node: place u32 @0 (x 11 bits, y 11 bits, direction 3 bits, closed 1 bit), straight u32 @4, diagonal u32
 * @8, parent u32 @12.
 */
const NODE_SHIFT: usize = 4;
const PLACE_BITS: u32 = 11;
const PLACE_MASK: u32 = (1 << PLACE_BITS) - 1;
const DIRECTION_SHIFT: u32 = 22;
const CLOSED: u32 = 1 << 25;
/** Node 0 does not exist: a zero in a block means that the cell has no node, and as a parent the start. */
const FIRST_NODE: u32 = 1;

/** Cells find their nodes through blocks of 8 × 8 u32, made when the search first comes there. */
const BLOCK_SIZE: usize = 256;

/**
 * Keys hold lengths in units of 2^-25 (lengths.ts), and below them 16 bits that prefer nodes near the goal.
 */
const KEY_SCALE: f64 = 33554432.0;
const KEY_TIE_BITS: u64 = 16;

@unmanaged
export class Search {
  rowsFree: usize;
  columnsFree: usize;
  eastStops: usize;
  westStops: usize;
  southStops: usize;
  northStops: usize;
  rowStride: u32;
  columnStride: u32;
  /** Per block the address of its cells, or 0. */
  blockTable: usize;
  blocksPerRow: u32;
  blockCount: u32;
  blocks: usize;
  blockNext: usize;
  nodes: usize;
  nodeCount: u32;
  heap: Heap;
  goalX: u32;
  goalY: u32;
  goalNode: u32;
  /** Paths of this length or more are of no interest. */
  lengthBound: f64;
}

/** A search over `maps`, in the arena. */
export function searchOver(maps: Maps): Search {
  const search = changetype<Search>(arenaTake(offsetof<Search>(), 8));
  search.rowsFree = maps.rowsFree;
  search.columnsFree = maps.columnsFree;
  search.eastStops = maps.eastStops;
  search.westStops = maps.westStops;
  search.southStops = maps.southStops;
  search.northStops = maps.northStops;
  search.rowStride = maps.rowStride;
  search.columnStride = maps.columnStride;
  search.blocksPerRow = blocksIn(maps.width);
  search.blockCount = blocksIn(maps.width) * blocksIn(maps.height);
  search.blockTable = arenaTake(<usize>search.blockCount << 2, 16);
  search.blocks = arenaTake(blocksSize(maps), 16);
  search.nodes = arenaTake(nodesSize(maps), 16);
  search.heap = heapOf(nodesMax(maps));
  return search;
}

/** Bytes that `searchOver` takes. */
export function searchSize(maps: Maps): usize {
  const blockCount = <usize>(blocksIn(maps.width) * blocksIn(maps.height));
  return (blockCount << 2) + blocksSize(maps) + nodesSize(maps) + heapSize(nodesMax(maps)) + 256;
}

/** Memory of the search that is free between two searches: enough for `connectedPairs`. */
export function scratchOf(search: Search): usize {
  return search.nodes;
}

function blocksIn(cells: u32): u32 {
  return (cells + 7) >> 3;
}

/** Every node is a jump point, the start or the goal; node 0 is none. */
function nodesMax(maps: Maps): u32 {
  return maps.jumpPointsMax + 3;
}

function blocksSize(maps: Maps): usize {
  return <usize>min(nodesMax(maps), blocksIn(maps.width) * blocksIn(maps.height)) * BLOCK_SIZE;
}

function nodesSize(maps: Maps): usize {
  return max(<usize>nodesMax(maps) << NODE_SHIFT, connectSize(maps.width, maps.height));
}

/** Forgets all nodes and takes up a new goal. */
export function restart(search: Search, goalX: u32, goalY: u32, lengthBound: f64): void {
  memory.fill(search.blockTable, 0, <usize>search.blockCount << 2);
  search.blockNext = search.blocks;
  search.nodeCount = FIRST_NODE;
  search.heap.size = 0;
  search.goalX = goalX;
  search.goalY = goalY;
  search.goalNode = 0;
  search.lengthBound = lengthBound;
}

/** Makes the start's node and opens it. */
export function reachStart(search: Search, x: u32, y: u32): void {
  // Node 0 is no node: its numbers of steps are set to 0 and read as those before the start.
  memory.fill(search.nodes, 0, 1 << NODE_SHIFT);
  reach(search, x, y, NOWHERE, 0, 0, 0);
}

/**
 * Comes to a cell by so many more steps from `parent`. The cell is opened if this is the shortest way to it
 * so far and may end below the bound.
 */
export function reach(
  search: Search,
  x: u32,
  y: u32,
  direction: u32,
  straightSteps: u32,
  diagonalSteps: u32,
  parent: u32,
): void {
  const s = nodeStraight(search, parent) + straightSteps;
  const d = nodeDiagonal(search, parent) + diagonalSteps;
  const across = <u32>abs(<i32>(x - search.goalX));
  const down = <u32>abs(<i32>(y - search.goalY));
  const diagonal = min(across, down);
  const straight = max(across, down) - diagonal;
  const length = lengthOf(s + straight, d + diagonal);
  if (length >= search.lengthBound) return;
  const cell = cellOf(search, x, y);
  let node = load<u32>(cell);
  let at = search.nodes + (<usize>node << NODE_SHIFT);
  if (node != 0) {
    if ((load<u32>(at) & CLOSED) != 0) return;
    if (lengthOf(load<u32>(at, 4), load<u32>(at, 8)) <= lengthOf(s, d)) return;
  } else {
    node = search.nodeCount;
    search.nodeCount = node + 1;
    at = search.nodes + (<usize>node << NODE_SHIFT);
    store<u32>(cell, node);
    heapWelcome(search.heap, node);
  }
  store<u32>(at, x | (y << PLACE_BITS) | (direction << DIRECTION_SHIFT));
  store<u32>(at, s, 4);
  store<u32>(at, d, 8);
  store<u32>(at, parent, 12);
  const key = (<u64>(length * KEY_SCALE) << KEY_TIE_BITS) | <u64>(straight + diagonal + (diagonal >> 1));
  heapPut(search.heap, key, node);
}

/** Marks a node as done: nothing leads to it on a shorter way. */
@inline
export function closeNode(search: Search, node: u32): void {
  const at = search.nodes + (<usize>node << NODE_SHIFT);
  store<u32>(at, load<u32>(at) | CLOSED);
}

@inline
export function nodeX(search: Search, node: u32): u32 {
  return load<u32>(search.nodes + (<usize>node << NODE_SHIFT)) & PLACE_MASK;
}

@inline
export function nodeY(search: Search, node: u32): u32 {
  return (load<u32>(search.nodes + (<usize>node << NODE_SHIFT)) >> PLACE_BITS) & PLACE_MASK;
}

@inline
export function nodeStraight(search: Search, node: u32): u32 {
  return load<u32>(search.nodes + (<usize>node << NODE_SHIFT), 4);
}

@inline
export function nodeDiagonal(search: Search, node: u32): u32 {
  return load<u32>(search.nodes + (<usize>node << NODE_SHIFT), 8);
}

/** The node before this one on the path; 0 at the start. */
@inline
export function nodeParent(search: Search, node: u32): u32 {
  return load<u32>(search.nodes + (<usize>node << NODE_SHIFT), 12);
}

@inline
export function nodeDirection(search: Search, node: u32): u32 {
  return (load<u32>(search.nodes + (<usize>node << NODE_SHIFT)) >> DIRECTION_SHIFT) & 7;
}

export function setNodeParent(search: Search, node: u32, parent: u32): void {
  store<u32>(search.nodes + (<usize>node << NODE_SHIFT), parent, 12);
}

/** Address of the cell's u32 in its block, which is made when it is missing. */
@inline
function cellOf(search: Search, x: u32, y: u32): usize {
  const entry = search.blockTable + (<usize>((y >> 3) * search.blocksPerRow + (x >> 3)) << 2);
  let block = <usize>load<u32>(entry);
  if (block == 0) {
    block = search.blockNext;
    search.blockNext += BLOCK_SIZE;
    memory.fill(block, 0, BLOCK_SIZE);
    store<u32>(entry, <u32>block);
  }
  return block + <usize>(((y & 7) << 5) | ((x & 7) << 2));
}

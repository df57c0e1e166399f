/**
 * Shortest octile paths without cutting corners: A* over jump points.
 *
 * Jump point search (D. Harabor, A. Grastien, "Online graph pruning for pathfinding on grid maps", AAAI 2011,
 * and "Improving jump point search", ICAPS 2014: scans by machine words, no nodes for mere turning points),
 * with the rules for grids where a diagonal step needs both cells beside it free: a diagonal move forces
 * nothing, a straight move forces a side where the cell beside its predecessor is blocked and the cell beside
 * itself is free. Between two nodes a path goes diagonally first, then straight.
 */
import { bitOf } from "./grid";
import { heapPop } from "./heap";
import { lookAround } from "./look";
import { closeNode, nodeX, nodeY, reachStart, restart, Search } from "./nodes";
import { setStop } from "./scans";

/** What a search ends with. */
export const FOUND: u32 = 0;
export const UNREACHABLE: u32 = 1;
export const GAVE_UP: u32 = 2;

/**
 * Looks for a shortest path between two free cells that is shorter than `lengthBound`, and gives up after
 * `expansionsMax` nodes. After FOUND the path hangs at `search.goalNode`; UNREACHABLE means that there is
 * none below the bound.
 */
export function findPath(
  search: Search,
  startX: u32,
  startY: u32,
  goalX: u32,
  goalY: u32,
  lengthBound: f64,
  expansionsMax: u32,
): u32 {
  restart(search, goalX, goalY, lengthBound);
  // The goal stops every scan that comes along its lines.
  const rowBit = bitOf(search.rowStride, goalY, goalX);
  const columnBit = bitOf(search.columnStride, goalX, goalY);
  const eastBefore = setStop(search.eastStops, rowBit);
  const westBefore = setStop(search.westStops, rowBit);
  const southBefore = setStop(search.southStops, columnBit);
  const northBefore = setStop(search.northStops, columnBit);

  reachStart(search, startX, startY);
  const outcome = expandAll(search, expansionsMax);

  store<u8>(search.eastStops + (rowBit >> 3), eastBefore);
  store<u8>(search.westStops + (rowBit >> 3), westBefore);
  store<u8>(search.southStops + (columnBit >> 3), southBefore);
  store<u8>(search.northStops + (columnBit >> 3), northBefore);
  return outcome;
}

function expandAll(search: Search, expansionsMax: u32): u32 {
  const heap = search.heap;
  let expansions: u32 = 0;
  while (heap.size != 0) {
    const node = heapPop(heap);
    closeNode(search, node);
    if (nodeX(search, node) == search.goalX && nodeY(search, node) == search.goalY) {
      search.goalNode = node;
      return FOUND;
    }
    if (expansions == expansionsMax) return GAVE_UP;
    expansions += 1;
    lookAround(search, node);
  }
  return UNREACHABLE;
}

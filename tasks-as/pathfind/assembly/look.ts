/** From a node into the directions that a shortest path may take from it, up to the next jump points. */
import { EAST, NORTH, SOUTH, WEST } from "./directions";
import { bitAt, bitOf } from "./grid";
import { nodeDiagonal, nodeDirection, nodeStraight, nodeX, nodeY, NOWHERE, reach, Search } from "./nodes";
import { scanBackward, scanForward } from "./scans";

/** Enters every jump point that can follow the node on a shortest path. */
export function lookAround(search: Search, node: u32): void {
  const direction = nodeDirection(search, node);
  if (direction == NOWHERE) lookEverywhere(search, node);
  else if (direction == EAST) lookAlongRow(search, node, 1);
  else if (direction == WEST) lookAlongRow(search, node, -1);
  else if (direction == SOUTH) lookAlongColumn(search, node, 1);
  else lookAlongColumn(search, node, -1);
}

function lookEverywhere(search: Search, node: u32): void {
  lookEast(search, node);
  lookSouth(search, node);
  lookWest(search, node);
  lookNorth(search, node);
  lookDiagonally(search, node, 1, 1);
  lookDiagonally(search, node, -1, 1);
  lookDiagonally(search, node, -1, -1);
  lookDiagonally(search, node, 1, -1);
}

/** On along the row, and to each side that opens here behind a blocked cell. */
@inline
function lookAlongRow(search: Search, node: u32, dx: i32): void {
  const free = search.rowsFree;
  const stride = search.rowStride;
  const here = bitOf(stride, nodeY(search, node), nodeX(search, node));
  const before = here - dx;
  if (dx > 0) lookEast(search, node);
  else lookWest(search, node);
  if (bitAt(free, before - stride) == 0 && bitAt(free, here - stride) != 0) {
    lookNorth(search, node);
    lookDiagonally(search, node, dx, -1);
  }
  if (bitAt(free, before + stride) == 0 && bitAt(free, here + stride) != 0) {
    lookSouth(search, node);
    lookDiagonally(search, node, dx, 1);
  }
}

/** On along the column, and to each side that opens here behind a blocked cell. */
@inline
function lookAlongColumn(search: Search, node: u32, dy: i32): void {
  const free = search.columnsFree;
  const stride = search.columnStride;
  const here = bitOf(stride, nodeX(search, node), nodeY(search, node));
  const before = here - dy;
  if (dy > 0) lookSouth(search, node);
  else lookNorth(search, node);
  if (bitAt(free, before - stride) == 0 && bitAt(free, here - stride) != 0) {
    lookWest(search, node);
    lookDiagonally(search, node, -1, dy);
  }
  if (bitAt(free, before + stride) == 0 && bitAt(free, here + stride) != 0) {
    lookEast(search, node);
    lookDiagonally(search, node, 1, dy);
  }
}

function lookEast(search: Search, node: u32): void {
  const from = bitOf(search.rowStride, nodeY(search, node), nodeX(search, node));
  const stop = scanForward(search.eastStops, from);
  if (bitAt(search.rowsFree, stop) == 0) return;
  const steps = stop - from;
  reach(search, nodeX(search, node) + steps, nodeY(search, node), EAST, steps, 0, node);
}

function lookWest(search: Search, node: u32): void {
  const from = bitOf(search.rowStride, nodeY(search, node), nodeX(search, node));
  const stop = scanBackward(search.westStops, from);
  if (bitAt(search.rowsFree, stop) == 0) return;
  const steps = from - stop;
  reach(search, nodeX(search, node) - steps, nodeY(search, node), WEST, steps, 0, node);
}

function lookSouth(search: Search, node: u32): void {
  const from = bitOf(search.columnStride, nodeX(search, node), nodeY(search, node));
  const stop = scanForward(search.southStops, from);
  if (bitAt(search.columnsFree, stop) == 0) return;
  const steps = stop - from;
  reach(search, nodeX(search, node), nodeY(search, node) + steps, SOUTH, steps, 0, node);
}

function lookNorth(search: Search, node: u32): void {
  const from = bitOf(search.columnStride, nodeX(search, node), nodeY(search, node));
  const stop = scanBackward(search.northStops, from);
  if (bitAt(search.columnsFree, stop) == 0) return;
  const steps = from - stop;
  reach(search, nodeX(search, node), nodeY(search, node) - steps, NORTH, steps, 0, node);
}

/**
 * Walks a diagonal as far as it goes and looks straight ahead on both sides from each of its cells. Called
 * with constants: each direction is compiled by itself.
 */
@inline
function lookDiagonally(search: Search, node: u32, dx: i32, dy: i32): void {
  const rowsFree = search.rowsFree;
  const columnsFree = search.columnsFree;
  const acrossStops = dx > 0 ? search.eastStops : search.westStops;
  const downStops = dy > 0 ? search.southStops : search.northStops;
  const rowStep = dy > 0 ? search.rowStride : 0 - search.rowStride;
  const columnStep = dx > 0 ? search.columnStride : 0 - search.columnStride;
  const goalX = search.goalX;
  const goalY = search.goalY;
  let x = nodeX(search, node);
  let y = nodeY(search, node);
  let rowBit = bitOf(search.rowStride, y, x);
  let columnBit = bitOf(search.columnStride, x, y);
  let diagonal: u32 = 0;
  while (bitAt(rowsFree, rowBit + dx) != 0) {
    if (bitAt(rowsFree, rowBit + rowStep) == 0 || bitAt(rowsFree, rowBit + rowStep + dx) == 0) return;
    rowBit += rowStep + dx;
    columnBit += columnStep + dy;
    x += dx;
    y += dy;
    diagonal += 1;
    if (x == goalX && y == goalY) {
      reach(search, x, y, NOWHERE, 0, diagonal, node);
      return;
    }
    const across = dx > 0 ? scanForward(acrossStops, rowBit) : scanBackward(acrossStops, rowBit);
    if (bitAt(rowsFree, across) != 0) {
      const steps = dx > 0 ? across - rowBit : rowBit - across;
      reach(search, x + dx * steps, y, dx > 0 ? EAST : WEST, steps, diagonal, node);
    }
    const down = dy > 0 ? scanForward(downStops, columnBit) : scanBackward(downStops, columnBit);
    if (bitAt(columnsFree, down) != 0) {
      const steps = dy > 0 ? down - columnBit : columnBit - down;
      reach(search, x, y + dy * steps, dy > 0 ? SOUTH : NORTH, steps, diagonal, node);
    }
  }
}

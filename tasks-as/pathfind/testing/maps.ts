/** Maps that look like games', made from a seed: for tests, vectors and benchmarks. */
import { type Draw, drawBelow } from "../../testing/draws.ts";

/** A grid: row by row, 1 where a cell is free. */
export interface TestMap {
  readonly width: number;
  readonly height: number;
  readonly free: Uint8Array<ArrayBuffer>;
}

/** Independent cells, each blocked with the given probability. */
export function noiseMap(width: number, height: number, blockedShare: number, draw: Draw): TestMap {
  return { width, height, free: new Uint8Array(width * height).map(() => draw() < blockedShare ? 0 : 1) };
}

/** Caves: noise smoothed by a majority rule. */
export function caveMap(width: number, height: number, draw: Draw): TestMap {
  let { free } = noiseMap(width, height, 0.42, draw);
  for (let round = 0; round < 5; round++) {
    free = free.map((_, cell) => freeAround(free, width, height, cell) >= 5 ? 1 : 0);
  }
  return { width, height, free };
}

/** Rooms of about `roomSide` cells with walls one cell thick and a few doors in each wall. */
export function roomMap(width: number, height: number, roomSide: number, draw: Draw): TestMap {
  const free = new Uint8Array(width * height).fill(1);
  for (let x = roomSide; x < width; x += roomSide + 1) {
    for (let y = 0; y < height; y++) free[y * width + x] = 0;
  }
  for (let y = roomSide; y < height; y += roomSide + 1) free.fill(0, y * width, (y + 1) * width);
  for (let y = 0; y < height; y += roomSide + 1) {
    for (let x = roomSide; x < width; x += roomSide + 1) {
      const door = y + drawBelow(draw, Math.min(roomSide, height - y));
      if (draw() < 0.8) free[door * width + x] = 1;
    }
  }
  for (let y = roomSide; y < height; y += roomSide + 1) {
    for (let x = 0; x < width; x += roomSide + 1) {
      const door = x + drawBelow(draw, Math.min(roomSide, width - x));
      if (draw() < 0.8) free[y * width + door] = 1;
    }
  }
  return { width, height, free };
}

/**
 * A maze with corridors `corridor` cells wide and walls of one cell, of which some are torn down for loops.
 */
export function mazeMap(
  width: number,
  height: number,
  corridor: number,
  loopShare: number,
  draw: Draw,
): TestMap {
  const pitch = corridor + 1;
  const columns = Math.floor((width + 1) / pitch);
  const rows = Math.floor((height + 1) / pitch);
  const free = new Uint8Array(width * height);
  const open = (x0: number, y0: number, w: number, h: number) => {
    for (let y = y0; y < y0 + h; y++) free.fill(1, y * width + x0, y * width + x0 + w);
  };
  const passage = (from: number, to: number) => {
    const [a, b] = from < to ? [from, to] : [to, from];
    const x = (a % columns) * pitch;
    const y = Math.floor(a / columns) * pitch;
    if (b === a + 1) open(x + corridor, y, 1, corridor);
    else open(x, y + corridor, corridor, 1);
  };
  for (let cell = 0; cell < columns * rows; cell++) {
    open((cell % columns) * pitch, Math.floor(cell / columns) * pitch, corridor, corridor);
  }
  const visited = new Uint8Array(columns * rows);
  const stack = [0];
  visited[0] = 1;
  for (let cell = stack.at(-1); cell !== undefined; cell = stack.at(-1)) {
    const beside = cellsBeside(cell, columns, rows).filter((other) => visited[other] === 0);
    const next = beside[drawBelow(draw, beside.length)];
    if (next === undefined) {
      stack.pop();
      continue;
    }
    passage(cell, next);
    visited[next] = 1;
    stack.push(next);
  }
  for (let cell = 0; cell < columns * rows; cell++) {
    for (const other of cellsBeside(cell, columns, rows)) if (draw() < loopShare / 2) passage(cell, other);
  }
  return { width, height, free };
}

/** A free cell, evenly drawn; the map has one. */
export function drawFreeCell(map: TestMap, draw: Draw): { readonly x: number; readonly y: number } {
  for (;;) {
    const cell = drawBelow(draw, map.free.length);
    if (map.free[cell] === 1) return { x: cell % map.width, y: Math.floor(cell / map.width) };
  }
}

function cellsBeside(cell: number, columns: number, rows: number): number[] {
  const x = cell % columns;
  const y = Math.floor(cell / columns);
  const beside: number[] = [];
  if (x + 1 < columns) beside.push(cell + 1);
  if (x > 0) beside.push(cell - 1);
  if (y + 1 < rows) beside.push(cell + columns);
  if (y > 0) beside.push(cell - columns);
  return beside;
}

function freeAround(free: Uint8Array, width: number, height: number, cell: number): number {
  const x0 = cell % width;
  const y0 = Math.floor(cell / width);
  let count = 0;
  for (let y = y0 - 1; y <= y0 + 1; y++) {
    for (let x = x0 - 1; x <= x0 + 1; x++) {
      if (x >= 0 && y >= 0 && x < width && y < height) count += free[y * width + x] as number;
    }
  }
  return count;
}

// Maps for the demo: caves, mazes and rooms made from a seed, or a Moving AI file. A map is rows of free (1) and blocked (0) cells.
import { P2c2rError } from "../../protocol/mod.ts";

/** A grid, row by row; 1 is free. */
export interface GameMap {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly free: Uint8Array;
}

/** A small seeded generator (xorshift32), uniform in [0, 1). */
export type Random = () => number;

/** A generator for reproducible maps and problems. */
export function seeded(seed: number): Random {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

/** The demo's own maps: two of each kind, 256×256 to 384×384. */
export function demoMaps(random: Random): GameMap[] {
  return [
    caves("caves 1", 256, 256, random),
    caves("caves 2", 384, 320, random),
    maze("maze 1", 256, 256, 6, random),
    maze("maze 2", 256, 256, 10, random),
    rooms("rooms 1", 320, 256, random),
    rooms("rooms 2", 384, 384, random),
  ];
}

/** Caves by a cellular automaton: noise, then five rounds in which a cell follows the majority around it. */
export function caves(name: string, width: number, height: number, random: Random): GameMap {
  let cells = new Uint8Array(width * height);
  for (let at = 0; at < cells.length; at++) cells[at] = random() < 0.54 ? 1 : 0;
  for (let round = 0; round < 5; round++) {
    const next = new Uint8Array(cells.length);
    for (let y = 1; y < height - 1; y++) {
      for (let x = 1; x < width - 1; x++) next[y * width + x] = freeAround(cells, width, x, y) >= 5 ? 1 : 0;
    }
    cells = next;
  }
  return { name, width, height, free: cells };
}

/** A maze of corridors `cell − 1` wide between walls one cell thick, with a few walls taken out so that there is a choice of ways. */
export function maze(name: string, width: number, height: number, cell: number, random: Random): GameMap {
  const columns = Math.floor((width - 1) / cell);
  const rows = Math.floor((height - 1) / cell);
  const cells = new Uint8Array(width * height);
  const seen = new Uint8Array(columns * rows);
  const carve = (x: number, y: number, dx: number, dy: number) => {
    const [left, top] = [1 + x * cell, 1 + y * cell];
    fill(
      cells,
      width,
      left + (dx < 0 ? -1 : 0),
      top + (dy < 0 ? -1 : 0),
      cell - 1 + Math.abs(dx),
      cell - 1 + Math.abs(dy),
    );
  };
  const stack: [number, number][] = [[0, 0]];
  seen[0] = 1;
  carve(0, 0, 0, 0);
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const [x, y] = top;
    const ways = directions.filter(([dx, dy]) =>
      x + dx >= 0 && x + dx < columns && y + dy >= 0 && y + dy < rows && !seen[(y + dy) * columns + x + dx]
    );
    const way = ways[Math.floor(random() * ways.length)];
    if (way === undefined) {
      stack.pop();
      continue;
    }
    const [dx, dy] = way;
    carve(x, y, dx, dy);
    carve(x + dx, y + dy, 0, 0);
    seen[(y + dy) * columns + x + dx] = 1;
    stack.push([x + dx, y + dy]);
  }
  for (let extra = 0; extra < columns * rows / 12; extra++) {
    const [dx, dy] = directions[Math.floor(random() * 4)]!;
    const [x, y] = [Math.floor(random() * columns), Math.floor(random() * rows)];
    if (x + dx >= 0 && x + dx < columns && y + dy >= 0 && y + dy < rows) carve(x, y, dx, dy);
  }
  return { name, width, height, free: cells };
}

/** Rooms of different sizes in a lattice of walls, each wall with one or two doors. */
export function rooms(name: string, width: number, height: number, random: Random): GameMap {
  const cells = new Uint8Array(width * height).fill(1);
  const xs = cuts(width, random);
  const ys = cuts(height, random);
  for (const x of xs) for (let y = 0; y < height; y++) cells[y * width + x] = 0;
  for (const y of ys) for (let x = 0; x < width; x++) cells[y * width + x] = 0;
  for (let i = 0; i + 1 < xs.length; i++) {
    for (let j = 0; j + 1 < ys.length; j++) {
      const [left, right, top, bottom] = [xs[i]!, xs[i + 1]!, ys[j]!, ys[j + 1]!];
      if (i + 2 < xs.length) door(cells, width, right, between(top, bottom, random), 0, 1);
      if (j + 2 < ys.length) door(cells, width, between(left, right, random), bottom, 1, 0);
      const pillar = [between(left, right, random), between(top, bottom, random)] as const;
      if (right - left > 12 && bottom - top > 12) block(cells, width, pillar[0] - 2, pillar[1] - 2, 4, 4);
    }
  }
  return { name, width, height, free: cells };
}

/** Reads a Moving AI `.map`: a header of type, height, width, `map`, then rows in which `.` and `G` are free. */
export function parseMovingAi(name: string, text: string): GameMap {
  const lines = text.split(/\r?\n/);
  const start = lines.indexOf("map");
  const header = new Map(
    lines.slice(0, Math.max(start, 0)).map((line) => line.split(/\s+/, 2) as [string, string]),
  );
  const [width, height] = [Number(header.get("width")), Number(header.get("height"))];
  const fits = (side: number) => Number.isInteger(side) && side >= 1 && side <= 2048;
  if (start < 0 || !fits(width) || !fits(height)) {
    throw new P2c2rError(
      "request.invalid",
      `Cannot read ${name}: its header has no width, height and map line`,
      {
        hint: "Give a Moving AI .map file of at most 2,048 × 2,048 cells.",
      },
    );
  }
  const cells = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = lines[start + 1 + y] ?? "";
    if (row.length !== width) {
      throw new P2c2rError(
        "request.invalid",
        `Cannot read ${name}: row ${y} has ${row.length} cells, the header says ${width}`,
      );
    }
    for (let x = 0; x < width; x++) cells[y * width + x] = row[x] === "." || row[x] === "G" ? 1 : 0;
  }
  return { name, width, height, free: cells };
}

/** A free cell in the largest connected part of a map, so that most problems have a path. */
export function freeCell(map: GameMap, part: Uint8Array, random: Random): readonly [x: number, y: number] {
  for (;;) {
    const at = Math.floor(random() * map.free.length);
    if (part[at] === 1) return [at % map.width, Math.floor(at / map.width)];
  }
}

/** Marks the largest part of a map whose cells are joined by straight steps. */
export function largestPart(map: GameMap): Uint8Array {
  const { width, free: cells } = map;
  const label = new Int32Array(cells.length);
  let best = 0;
  let bestSize = 0;
  for (let from = 0, labels = 0; from < cells.length; from++) {
    if (cells[from] === 0 || label[from] !== 0) continue;
    const size = flood(cells, width, label, from, ++labels);
    if (size > bestSize) [best, bestSize] = [labels, size];
  }
  if (bestSize === 0) throw new P2c2rError("request.invalid", `Cannot use ${map.name}: it has no free cell`);
  return Uint8Array.from(label, (each) => each === best ? 1 : 0);
}

const directions = [[1, 0], [-1, 0], [0, 1], [0, -1]] as const;

function freeAround(cells: Uint8Array, width: number, x: number, y: number): number {
  let free = 0;
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) free += cells[(y + dy) * width + x + dx]!;
  }
  return free;
}

function flood(cells: Uint8Array, width: number, label: Int32Array, from: number, mark: number): number {
  const queue = [from];
  label[from] = mark;
  for (let head = 0; head < queue.length; head++) {
    const at = queue[head]!;
    const x = at % width;
    for (const next of [at - width, at + width, x > 0 ? at - 1 : -1, x + 1 < width ? at + 1 : -1]) {
      if (cells[next] !== 1 || label[next] !== 0) continue;
      label[next] = mark;
      queue.push(next);
    }
  }
  return queue.length;
}

function fill(cells: Uint8Array, width: number, left: number, top: number, wide: number, high: number): void {
  for (let y = top; y < top + high; y++) cells.fill(1, y * width + left, y * width + left + wide);
}

function block(
  cells: Uint8Array,
  width: number,
  left: number,
  top: number,
  wide: number,
  high: number,
): void {
  for (let y = top; y < top + high; y++) cells.fill(0, y * width + left, y * width + left + wide);
}

function door(cells: Uint8Array, width: number, x: number, y: number, dx: number, dy: number): void {
  for (let step = -1; step <= 1; step++) cells[(y + dy * step) * width + x + dx * step] = 1;
}

function cuts(length: number, random: Random): number[] {
  const at = [0];
  for (let next = 0; next < length - 24;) {
    next += 14 + Math.floor(random() * 22);
    if (next < length - 10) at.push(next);
  }
  at.push(length - 1);
  return at;
}

function between(low: number, high: number, random: Random): number {
  return Math.min(high - 3, low + 3 + Math.floor(random() * Math.max(1, high - low - 5)));
}

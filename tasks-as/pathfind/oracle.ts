/**
 * Shortest octile paths straight from the definition, for vectors and tests: Dijkstra over cells, no pruning,
 * no heuristic, nothing in common with the kernel's search. Slow and plain on purpose.
 */

/** A grid by the definition: row by row, true where a cell is free. */
export interface OracleGrid {
  readonly width: number;
  readonly height: number;
  readonly free: readonly boolean[] | Uint8Array;
}

/** Numbers of straight (1) and diagonal (√2) steps of a shortest path, or why there is none. */
export type OracleAnswer =
  | { readonly type: "found"; readonly straight: number; readonly diagonal: number }
  | { readonly type: "unreachable" }
  | { readonly type: "startBlocked" }
  | { readonly type: "goalBlocked" };

interface Entry {
  readonly cell: number;
  readonly straight: number;
  readonly diagonal: number;
}

const STEPS = [[1, 0], [0, 1], [-1, 0], [0, -1], [1, 1], [-1, 1], [-1, -1], [1, -1]] as const;

/** The answer for one start and goal. */
export function shortestPath(
  grid: OracleGrid,
  startX: number,
  startY: number,
  goalX: number,
  goalY: number,
): OracleAnswer {
  if (!isFree(grid, startX, startY)) return { type: "startBlocked" };
  if (!isFree(grid, goalX, goalY)) return { type: "goalBlocked" };
  const goal = goalY * grid.width + goalX;
  const settled = new Uint8Array(grid.width * grid.height);
  const queue: Entry[] = [];
  push(queue, { cell: startY * grid.width + startX, straight: 0, diagonal: 0 });
  for (let entry = pop(queue); entry !== undefined; entry = pop(queue)) {
    if (settled[entry.cell] === 1) continue;
    settled[entry.cell] = 1;
    if (entry.cell === goal) return { type: "found", straight: entry.straight, diagonal: entry.diagonal };
    const x = entry.cell % grid.width;
    const y = Math.floor(entry.cell / grid.width);
    for (const [dx, dy] of STEPS) {
      if (!mayStep(grid, x, y, dx, dy)) continue;
      const isDiagonal = dx !== 0 && dy !== 0;
      push(queue, {
        cell: (y + dy) * grid.width + x + dx,
        straight: entry.straight + (isDiagonal ? 0 : 1),
        diagonal: entry.diagonal + (isDiagonal ? 1 : 0),
      });
    }
  }
  return { type: "unreachable" };
}

/** Whether a single step is legal: the target is free and, for a diagonal, both cells beside the step are. */
export function mayStep(grid: OracleGrid, x: number, y: number, dx: number, dy: number): boolean {
  return isFree(grid, x + dx, y + dy) && isFree(grid, x + dx, y) && isFree(grid, x, y + dy);
}

function isFree(grid: OracleGrid, x: number, y: number): boolean {
  if (x < 0 || y < 0 || x >= grid.width || y >= grid.height) return false;
  return Boolean(grid.free[y * grid.width + x]);
}

/** Compares a₁ + b₁√2 with a₂ + b₂√2 in integers: a₁ − a₂ against (b₂ − b₁)√2, by their squares. */
export function isShorter(
  a: { straight: number; diagonal: number },
  b: { straight: number; diagonal: number },
): boolean {
  const left = a.straight - b.straight;
  const right = b.diagonal - a.diagonal;
  if (left < 0 && right >= 0) return true;
  if (left >= 0 && right <= 0) return false;
  return left < 0 ? left * left > 2 * right * right : left * left < 2 * right * right;
}

function push(queue: Entry[], entry: Entry): void {
  let at = queue.length;
  queue.push(entry);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isShorter(entry, queue[parent] as Entry)) break;
    queue[at] = queue[parent] as Entry;
    at = parent;
  }
  queue[at] = entry;
}

function pop(queue: Entry[]): Entry | undefined {
  const first = queue[0];
  const last = queue.pop();
  if (first === undefined || last === undefined || queue.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= queue.length) break;
    if (child + 1 < queue.length && isShorter(queue[child + 1] as Entry, queue[child] as Entry)) child += 1;
    if (!isShorter(queue[child] as Entry, last)) break;
    queue[at] = queue[child] as Entry;
    at = child;
  }
  queue[at] = last;
  return first;
}

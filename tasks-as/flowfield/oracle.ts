/**
 * Fields straight from the definition, for vectors and tests: cells are relaxed over and over until nothing
 * changes (Bellman, Ford), no queue, no buckets, nothing in common with the kernel. Slow and plain on purpose.
 */

/** A grid by the definition: what each cell costs, 0 where it is blocked. */
export interface OracleGrid {
  readonly width: number;
  readonly height: number;
  readonly costs: ArrayLike<number>;
}

/** Distances and directions of all cells; Infinity and −1 where no goal is reached, −2 at a goal. */
export interface OracleField {
  readonly distances: readonly number[];
  readonly directions: readonly number[];
}

/** Directions in the order in which equally good ones are preferred: number, x and y of the step. */
const PREFERENCE = [
  [0, 1, 0],
  [2, 0, 1],
  [4, -1, 0],
  [6, 0, -1],
  [1, 1, 1],
  [3, -1, 1],
  [5, -1, -1],
  [7, 1, -1],
] as const;

/** The field towards the goals, given as cell numbers. */
export function fieldOf(grid: OracleGrid, goals: readonly number[], reach = Infinity): OracleField {
  const distances = Array.from({ length: grid.width * grid.height }, () => Infinity);
  for (const goal of goals) if (grid.costs[goal] !== 0) distances[goal] = 0;
  for (let hasChanged = true; hasChanged;) {
    hasChanged = false;
    for (let cell = 0; cell < distances.length; cell++) {
      for (const [, dx, dy] of PREFERENCE) {
        const cost = stepCost(grid, cell, dx, dy);
        if (cost === Infinity) continue;
        const through = (distances[cell + dy * grid.width + dx] as number) + cost;
        if (through >= (distances[cell] as number)) continue;
        distances[cell] = through;
        hasChanged = true;
      }
    }
  }
  const within = distances.map((distance) => distance <= reach ? distance : Infinity);
  return { distances: within, directions: within.map((_, cell) => directionOf(grid, within, cell)) };
}

function directionOf(grid: OracleGrid, distances: readonly number[], cell: number): number {
  if (distances[cell] === Infinity) return -1;
  if (distances[cell] === 0) return -2;
  const found = PREFERENCE.find(([, dx, dy]) =>
    (distances[cell + dy * grid.width + dx] as number) + stepCost(grid, cell, dx, dy) === distances[cell]
  );
  return found === undefined ? NaN : found[0];
}

/** What a step costs, Infinity where it is not allowed. */
export function stepCost(grid: OracleGrid, cell: number, dx: number, dy: number): number {
  const x = cell % grid.width;
  const y = Math.floor(cell / grid.width);
  const from = costAt(grid, x, y);
  const to = costAt(grid, x + dx, y + dy);
  if (from === 0 || to === 0) return Infinity;
  if (dx === 0 || dy === 0) return 5 * (from + to);
  return costAt(grid, x + dx, y) === 0 || costAt(grid, x, y + dy) === 0 ? Infinity : 7 * (from + to);
}

function costAt({ width, height, costs }: OracleGrid, x: number, y: number): number {
  return x < 0 || y < 0 || x >= width || y >= height ? 0 : costs[y * width + x] as number;
}

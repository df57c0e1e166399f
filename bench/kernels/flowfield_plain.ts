// The flowfield kernel's algorithm in plain TypeScript over typed arrays: Dial's buckets, then a direction per cell.
import type { CostGrid } from "../../tasks-as/pathfind/codec.ts";

const BUCKETS = 512;
const BUCKET_SHIFT = 3;
const INFINITE = 0xf0000000;
/** Steps in the order in which equally good ones are preferred: E, S, W, N, SE, SW, NW, NE and their numbers. */
const PREFERENCE = [0, 2, 4, 6, 1, 3, 5, 7] as const;

/** A grid made ready: lines with blocked cells around, as the kernel has them. */
export class PlainField {
  readonly #width: number;
  readonly #height: number;
  readonly #stride: number;
  readonly #costs: Uint8Array;
  readonly #distances: Uint32Array;
  readonly #behind: Uint32Array;
  readonly #before: Uint32Array;
  readonly #heads = new Uint32Array(BUCKETS);
  readonly #steps: Int32Array;
  #waiting = 0;

  constructor({ width, height, costs }: CostGrid) {
    const stride = width + 2;
    const cells = stride * (height + 2);
    [this.#width, this.#height, this.#stride] = [width, height, stride];
    this.#costs = new Uint8Array(cells);
    for (let y = 0; y < height; y++) {
      this.#costs.set(costs.subarray(y * width, (y + 1) * width), (y + 1) * stride + 1);
    }
    this.#distances = new Uint32Array(cells);
    this.#behind = new Uint32Array(cells);
    this.#before = new Uint32Array(cells);
    this.#steps = Int32Array.of(1, stride + 1, stride, stride - 1, -1, -stride - 1, -stride, -stride + 1);
  }

  /** The distances towards the goals, given as cells of the grid, and the directions. */
  towards(goals: readonly number[]): { readonly distances: Uint32Array; readonly directions: Uint8Array } {
    this.#distances.fill(INFINITE);
    this.#heads.fill(0);
    this.#waiting = 0;
    for (const goal of goals) {
      const cell = (Math.floor(goal / this.#width) + 1) * this.#stride + goal % this.#width + 1;
      if (this.#costs[cell] !== 0 && this.#distances[cell] !== 0) this.#enter(cell, 0, INFINITE);
    }
    this.#spread();
    return this.#read();
  }

  #spread(): void {
    const [costs, distances, heads, behind, before] = [
      this.#costs,
      this.#distances,
      this.#heads,
      this.#behind,
      this.#before,
    ];
    const stride = this.#stride;
    for (let bucket = 0; this.#waiting !== 0; bucket = (bucket + 1) & (BUCKETS - 1)) {
      for (let cell = heads[bucket]!; cell !== 0; cell = heads[bucket]!) {
        const next = behind[cell]!;
        heads[bucket] = next;
        if (next !== 0) before[next] = 0;
        this.#waiting -= 1;
        const distance = distances[cell]!;
        const cost = costs[cell]!;
        const straight = distance + 5 * cost;
        const diagonal = distance + 7 * cost;
        const east = costs[cell + 1]!;
        const west = costs[cell - 1]!;
        const south = costs[cell + stride]!;
        const north = costs[cell - stride]!;
        this.#offer(cell + 1, straight + 5 * east, east);
        this.#offer(cell - 1, straight + 5 * west, west);
        this.#offer(cell + stride, straight + 5 * south, south);
        this.#offer(cell - stride, straight + 5 * north, north);
        if (south !== 0 && east !== 0) this.#corner(cell + stride + 1, diagonal);
        if (south !== 0 && west !== 0) this.#corner(cell + stride - 1, diagonal);
        if (north !== 0 && east !== 0) this.#corner(cell - stride + 1, diagonal);
        if (north !== 0 && west !== 0) this.#corner(cell - stride - 1, diagonal);
      }
    }
  }

  #corner(cell: number, diagonal: number): void {
    const cost = this.#costs[cell]!;
    this.#offer(cell, diagonal + 7 * cost, cost);
  }

  #offer(cell: number, distance: number, cost: number): void {
    const known = this.#distances[cell]!;
    if (distance < known && cost !== 0) this.#enter(cell, distance, known);
  }

  #enter(cell: number, distance: number, known: number): void {
    this.#distances[cell] = distance;
    if (known === INFINITE) this.#waiting += 1;
    else {
      if (known >>> BUCKET_SHIFT === distance >>> BUCKET_SHIFT) return;
      const next = this.#behind[cell]!;
      const last = this.#before[cell]!;
      if (last === 0) this.#heads[(known >>> BUCKET_SHIFT) & (BUCKETS - 1)] = next;
      else this.#behind[last] = next;
      if (next !== 0) this.#before[next] = last;
    }
    const bucket = (distance >>> BUCKET_SHIFT) & (BUCKETS - 1);
    const first = this.#heads[bucket]!;
    this.#behind[cell] = first;
    this.#before[cell] = 0;
    if (first !== 0) this.#before[first] = cell;
    this.#heads[bucket] = cell;
  }

  #read(): { readonly distances: Uint32Array; readonly directions: Uint8Array } {
    const distances = new Uint32Array(this.#width * this.#height);
    const directions = new Uint8Array(this.#width * this.#height);
    for (let y = 0, i = 0; y < this.#height; y++) {
      for (let x = 0; x < this.#width; x++, i++) {
        const cell = (y + 1) * this.#stride + x + 1;
        const distance = this.#distances[cell]!;
        distances[i] = distance === INFINITE ? 0xffffffff : distance;
        directions[i] = distance === INFINITE ? 15 : distance === 0 ? 8 : this.#direction(cell);
      }
    }
    return { distances, directions };
  }

  #direction(cell: number): number {
    const costs = this.#costs;
    const cost = costs[cell]!;
    let best = INFINITE;
    let found = 15;
    for (const direction of PREFERENCE) {
      const to = cell + this.#steps[direction]!;
      const isDiagonal = (direction & 1) !== 0;
      if (costs[to] === 0) continue;
      if (isDiagonal) {
        const across = costs[cell + this.#steps[(direction + 1) & 7]!];
        if (across === 0 || costs[cell + this.#steps[direction - 1]!] === 0) continue;
      }
      const through = this.#distances[to]! + (isDiagonal ? 7 : 5) * (cost + costs[to]!);
      if (through < best) [best, found] = [through, direction];
    }
    return found;
  }
}

/** The kernel's check without its directions: Bellman's condition at every cell, one by one. */
export function plainCheck(
  { width, height, costs }: CostGrid,
  distances: Uint32Array,
  goals: readonly number[],
): boolean {
  const isGoal = new Set(goals);
  for (let y = 0, cell = 0; y < height; y++) {
    for (let x = 0; x < width; x++, cell++) {
      const cost = costs[cell]!;
      let best = 0xffffffff;
      if (cost !== 0) {
        const east = x + 1 < width && costs[cell + 1]! !== 0;
        const west = x > 0 && costs[cell - 1]! !== 0;
        const south = y + 1 < height && costs[cell + width]! !== 0;
        const north = y > 0 && costs[cell - width]! !== 0;
        if (east) best = through(distances, costs, cell + 1, 5, cost, best);
        if (west) best = through(distances, costs, cell - 1, 5, cost, best);
        if (south) best = through(distances, costs, cell + width, 5, cost, best);
        if (north) best = through(distances, costs, cell - width, 5, cost, best);
        if (south && east) best = through(distances, costs, cell + width + 1, 7, cost, best);
        if (south && west) best = through(distances, costs, cell + width - 1, 7, cost, best);
        if (north && east) best = through(distances, costs, cell - width + 1, 7, cost, best);
        if (north && west) best = through(distances, costs, cell - width - 1, 7, cost, best);
      }
      if (distances[cell] !== (cost !== 0 && isGoal.has(cell) ? 0 : best)) return false;
    }
  }
  return true;
}

/** The better of `best` and the way over a neighbour; a blocked one costs 0 and has none. */
function through(
  distances: Uint32Array,
  costs: Uint8Array,
  cell: number,
  part: number,
  cost: number,
  best: number,
): number {
  const distance = distances[cell]!;
  if (distance === 0xffffffff || costs[cell] === 0) return best;
  return Math.min(best, distance + part * (cost + costs[cell]!));
}

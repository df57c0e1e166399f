// Cheapest paths on a grid with costs as the pathfind kernel finds them, in plain TypeScript over typed arrays: A* with a
// bucket for each estimate.
import type { CostGrid, PathPair } from "../../tasks-as/pathfind/codec.ts";

const BUCKETS = 8192;
const INFINITE = 0xf0000000;

/** A grid made ready: lines with blocked cells around, as the kernel has them. */
export class PlainSearch {
  readonly #stride: number;
  readonly #costs: Uint8Array;
  readonly #known: Uint32Array;
  readonly #behind: Uint32Array;
  readonly #before: Uint32Array;
  readonly #heads = new Uint32Array(BUCKETS);
  readonly #leastCost: number;
  #waiting = 0;
  #goalX = 0;
  #goalY = 0;

  constructor({ width, height, costs }: CostGrid) {
    this.#stride = width + 2;
    const cells = this.#stride * (height + 2);
    this.#costs = new Uint8Array(cells);
    for (let y = 0; y < height; y++) {
      this.#costs.set(costs.subarray(y * width, (y + 1) * width), (y + 1) * this.#stride + 1);
    }
    this.#known = new Uint32Array(cells);
    this.#behind = new Uint32Array(cells);
    this.#before = new Uint32Array(cells);
    this.#leastCost = costs.reduce((least, cost) => cost === 0 ? least : Math.min(least, cost), 255);
  }

  /** What a cheapest path between two free cells costs, Infinity where there is none. */
  cost({ startX, startY, goalX, goalY }: PathPair): number {
    this.#known.fill(INFINITE);
    this.#heads.fill(0);
    this.#waiting = 0;
    [this.#goalX, this.#goalY] = [goalX, goalY];
    const stride = this.#stride;
    const start = (startY + 1) * stride + startX + 1;
    const goal = (goalY + 1) * stride + goalX + 1;
    const estimate = this.#left(start);
    this.#enter(start, 0, INFINITE, estimate);
    for (let bucket = estimate & (BUCKETS - 1); this.#waiting !== 0;) {
      const cell = this.#heads[bucket]!;
      if (cell === 0) {
        bucket = (bucket + 1) & (BUCKETS - 1);
        continue;
      }
      this.#unlink(cell, bucket);
      if (cell === goal) return this.#known[cell]!;
      this.#lookAround(cell, stride);
    }
    return Infinity;
  }

  #lookAround(cell: number, stride: number): void {
    const costs = this.#costs;
    const known = this.#known[cell]!;
    const straight = known + 5 * costs[cell]!;
    const diagonal = known + 7 * costs[cell]!;
    const east = costs[cell + 1]! !== 0;
    const west = costs[cell - 1]! !== 0;
    const south = costs[cell + stride]! !== 0;
    const north = costs[cell - stride]! !== 0;
    this.#offer(cell + 1, straight, 5);
    this.#offer(cell - 1, straight, 5);
    this.#offer(cell + stride, straight, 5);
    this.#offer(cell - stride, straight, 5);
    if (south && east) this.#offer(cell + stride + 1, diagonal, 7);
    if (south && west) this.#offer(cell + stride - 1, diagonal, 7);
    if (north && east) this.#offer(cell - stride + 1, diagonal, 7);
    if (north && west) this.#offer(cell - stride - 1, diagonal, 7);
  }

  #offer(cell: number, before: number, part: number): void {
    const cost = this.#costs[cell]!;
    const known = before + part * cost;
    const old = this.#known[cell]!;
    if (known < old && cost !== 0) this.#enter(cell, known, old, this.#left(cell));
  }

  #left(cell: number): number {
    const across = Math.abs(cell % this.#stride - 1 - this.#goalX);
    const down = Math.abs(Math.floor(cell / this.#stride) - 1 - this.#goalY);
    return 2 * this.#leastCost * (5 * Math.max(across, down) + 2 * Math.min(across, down));
  }

  #enter(cell: number, known: number, old: number, left: number): void {
    if (old !== INFINITE) this.#unlink(cell, (old + left) & (BUCKETS - 1));
    this.#known[cell] = known;
    const bucket = (known + left) & (BUCKETS - 1);
    const first = this.#heads[bucket]!;
    this.#behind[cell] = first;
    this.#before[cell] = 0;
    if (first !== 0) this.#before[first] = cell;
    this.#heads[bucket] = cell;
    this.#waiting += 1;
  }

  #unlink(cell: number, bucket: number): void {
    const next = this.#behind[cell]!;
    const last = this.#before[cell]!;
    this.#waiting -= 1;
    if (next !== 0) this.#before[next] = last;
    if (last !== 0) this.#behind[last] = next;
    else this.#heads[bucket] = next;
  }
}

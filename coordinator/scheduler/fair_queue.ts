// Waiting work of all projects: the earliest deadline first, among those projects that are not ahead of their share.
// After the eligibility rule of EEVDF (Stoica, Abdel-Wahab, 1996), with real deadlines in place of virtual ones.
import { Heap } from "./heap.ts";

/** What one project has had, and has in flight. */
export interface Share {
  readonly project: number;
  /** Relative right to compute. */
  weight: number;
  /** Compute it was given, in milliseconds per unit of weight. */
  usedMs: number;
  /** Its tasks that have not ended. */
  inFlight: number;
}

/** The shares of all projects. */
export class Shares {
  readonly #byProject = new Map<number, Share>();
  #floorMs = 0;
  #weightActive = 0;

  /** Weight of all projects with a task in flight. */
  get weightActive(): number {
    return this.#weightActive;
  }

  /** A project's share. */
  of(project: number): Share | undefined {
    return this.#byProject.get(project);
  }

  /** A task of the project begins. Who was idle has saved nothing up. */
  enter(project: number, weight: number): Share {
    let share = this.#byProject.get(project);
    if (share === undefined) {
      share = { project, weight, usedMs: this.#floorMs, inFlight: 0 };
      this.#byProject.set(project, share);
    }
    if (share.inFlight > 0) this.#weightActive -= share.weight;
    else share.usedMs = Math.max(share.usedMs, this.#floorMs);
    share.weight = weight;
    share.inFlight++;
    this.#weightActive += weight;
    return share;
  }

  /** A task of the project has ended. */
  leave(share: Share): void {
    if (--share.inFlight > 0) return;
    this.#weightActive -= share.weight;
    // Debt outlives a pause; a project without debt is as good as one never seen.
    if (share.usedMs <= this.#floorMs) this.#byProject.delete(share.project);
  }

  /** A project was given compute. */
  charge(share: Share, ms: number): void {
    share.usedMs += ms / share.weight;
  }

  /** Nobody is further behind than this: whoever comes new starts here. */
  raiseFloor(usedMs: number): void {
    this.#floorMs = Math.max(this.#floorMs, usedMs);
  }
}

interface Lane<T> {
  readonly share: Share;
  readonly waiting: Heap<T>;
}

/** One entry of the queue, and whose it is. */
export interface Head<T> {
  readonly key: number;
  readonly share: Share;
  readonly item: T;
}

/** Work of many projects by key. Pushing and taking cost O(log n) in entries, O(p) in projects that wait at the moment. */
export class FairQueue<T> {
  readonly #lanes = new Map<number, Lane<T>>();
  readonly #isStale: (item: T) => boolean;
  readonly #leadMs: number;
  #leastMs = 0;

  /** `leadMs`: by how much compute per weight a project may be ahead of the one that had least, for the sake of deadlines. */
  constructor(leadMs: number, isStale: (item: T) => boolean) {
    this.#leadMs = leadMs;
    this.#isStale = isStale;
  }

  /** Entries it holds, stale ones included. */
  get size(): number {
    let size = 0;
    for (const { waiting } of this.#lanes.values()) size += waiting.size;
    return size;
  }

  /** Adds an entry. */
  push(share: Share, key: number, item: T): void {
    let lane = this.#lanes.get(share.project);
    if (lane === undefined || lane.share !== share) {
      lane = { share, waiting: lane?.waiting ?? new Heap<T>(this.#isStale) };
      this.#lanes.set(share.project, lane);
    }
    lane.waiting.push(key, item);
  }

  /** What comes next; undefined when nothing waits. */
  head(): Head<T> | undefined {
    const lane = this.#next();
    const item = lane?.waiting.peek();
    if (lane === undefined || item === undefined) return undefined;
    return { key: lane.waiting.minKey, share: lane.share, item };
  }

  /** Takes what comes next. */
  pop(shares: Shares): T | undefined {
    const lane = this.#next();
    if (lane === undefined) return undefined;
    shares.raiseFloor(this.#leastMs);
    const item = lane.waiting.pop();
    if (lane.waiting.size === 0) this.#lanes.delete(lane.share.project);
    return item;
  }

  #next(): Lane<T> | undefined {
    let leastMs = Infinity;
    for (const [project, { share, waiting }] of this.#lanes) {
      for (let item = waiting.peek(); item !== undefined && this.#isStale(item); item = waiting.peek()) {
        waiting.pop();
      }
      if (waiting.size === 0) this.#lanes.delete(project);
      else leastMs = Math.min(leastMs, share.usedMs);
    }
    if (leastMs < Infinity) this.#leastMs = leastMs;
    let best: Lane<T> | undefined;
    for (const lane of this.#lanes.values()) {
      if (lane.share.usedMs > leastMs + this.#leadMs) continue;
      if (best === undefined || lane.waiting.minKey < best.waiting.minKey) best = lane;
    }
    return best;
  }
}

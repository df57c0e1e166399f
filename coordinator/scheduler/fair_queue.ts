// Waiting work of all projects: the earliest deadline first, among those projects that are not ahead of their share.
// After the eligibility rule of EEVDF (Stoica, Abdel-Wahab, 1996), with real deadlines in place of virtual ones.
import { Heap } from "./heap.ts";
import { type Place, Ranking } from "./ranking.ts";

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

/** What waits of one project. Ranks are put right when they come first: until then they may be smaller than they should. */
class Lane<T> {
  share: Share;
  readonly waiting: Heap<T>;
  /** Among all lanes, by what the project had. */
  readonly use: Place<Lane<T>>;
  /** Among those within the lead by the earliest key, or among those ahead by what the project had. */
  readonly turn: Place<Lane<T>>;
  ahead = false;

  constructor(share: Share, no: number, isStale: (item: T) => boolean) {
    this.share = share;
    this.waiting = new Heap<T>(isStale);
    this.use = { of: this, no, rank: 0, at: 0 };
    this.turn = { of: this, no, rank: 0, at: 0 };
  }
}

/** One entry of the queue, and whose it is. */
export interface Head<T> {
  readonly key: number;
  readonly share: Share;
  readonly item: T;
}

/** Work of many projects by key. Pushing and taking cost O(log n) in entries and O(log p) in projects that wait. */
export class FairQueue<T> {
  readonly #lanes = new Map<number, Lane<T>>();
  readonly #byUse = new Ranking<Lane<T>>();
  readonly #byKey = new Ranking<Lane<T>>();
  readonly #ahead = new Ranking<Lane<T>>();
  readonly #isStale: (item: T) => boolean;
  readonly #leadMs: number;
  #round: Iterator<Lane<T>> = this.#lanes.values();
  #nextNo = 0;
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
    const lane = this.#lanes.get(share.project) ?? this.#open(share, key);
    // Who was forgotten and is back counts as having had no less: its ranks stay too small at most.
    lane.share = share;
    lane.waiting.push(key, item);
    if (!lane.ahead && key < lane.turn.rank) this.#byKey.move(lane.turn, key);
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
    if (lane.waiting.size === 0) this.#close(lane);
    return item;
  }

  #open(share: Share, key: number): Lane<T> {
    const lane = new Lane<T>(share, this.#nextNo++, this.#isStale);
    this.#lanes.set(share.project, lane);
    this.#byUse.enter(lane.use, share.usedMs);
    this.#byKey.enter(lane.turn, key);
    return lane;
  }

  #close(lane: Lane<T>): void {
    this.#lanes.delete(lane.share.project);
    this.#byUse.leave(lane.use);
    (lane.ahead ? this.#ahead : this.#byKey).leave(lane.turn);
  }

  #next(): Lane<T> | undefined {
    this.#lookAtOne();
    const leastMs = this.#least();
    if (leastMs === undefined) return undefined;
    this.#leastMs = leastMs;
    const untilMs = leastMs + this.#leadMs;
    this.#readmit(untilMs);
    for (let turn = this.#byKey.first; turn !== undefined; turn = this.#byKey.first) {
      const lane = turn.of;
      if (!this.#waits(lane)) continue;
      if (lane.share.usedMs > untilMs) {
        this.#byKey.leave(turn);
        this.#ahead.enter(turn, lane.share.usedMs);
        lane.ahead = true;
      } else if (lane.waiting.minKey > turn.rank) this.#byKey.move(turn, lane.waiting.minKey);
      else return lane;
    }
    return undefined;
  }

  /** What the project had that had least of those that wait. */
  #least(): number | undefined {
    for (let use = this.#byUse.first; use !== undefined; use = this.#byUse.first) {
      const { share: { usedMs } } = use.of;
      if (!this.#waits(use.of)) continue;
      if (usedMs <= use.rank) return usedMs;
      this.#byUse.move(use, usedMs);
    }
    return undefined;
  }

  /** Those that were ahead and are within the lead now take part again. */
  #readmit(untilMs: number): void {
    for (let turn = this.#ahead.first; turn !== undefined && turn.rank <= untilMs; turn = this.#ahead.first) {
      const lane = turn.of;
      const { share: { usedMs }, waiting } = lane;
      if (usedMs > untilMs) this.#ahead.move(turn, usedMs);
      else {
        this.#ahead.leave(turn);
        this.#byKey.enter(turn, waiting.minKey);
        lane.ahead = false;
      }
    }
  }

  /** One lane each time, in turns: what became stale behind a far key would be kept alive until that key comes first. */
  #lookAtOne(): void {
    const { value, done } = this.#round.next();
    if (done === true) this.#round = this.#lanes.values();
    else this.#waits(value);
  }

  /** Whether there is anything in a lane once what is stale is gone from its front; closes it otherwise. */
  #waits(lane: Lane<T>): boolean {
    const { waiting } = lane;
    for (let item = waiting.peek(); item !== undefined && this.#isStale(item); item = waiting.peek()) {
      waiting.pop();
    }
    if (waiting.size > 0) return true;
    this.#close(lane);
    return false;
  }
}

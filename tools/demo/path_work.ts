// The demo's path-finding: thousands of batches of sixteen problems on the maps, a deadline of 200 ms each.
import { pathfind } from "../../tasks-as/pathfind/codec.ts";
import { type Asset, type Client, P2c2rError } from "../../sdk/mod.ts";
import { untilPeersAnswer } from "./loading.ts";
import { freeCell, type GameMap, largestPart, type Random } from "./maps.ts";
import type { Records } from "./records.ts";

/** How many path tasks there are, and what each is. */
export const pathTasks = { count: 3000, pairs: 16, deadlineMs: 200 } as const;

/** While the piles run, so many path tasks a second; afterwards so many in flight at any moment. */
const pace = { tasksPerS: 45, inFlight: 6, inFlightMax: 16 } as const;

/** A path to draw later. */
export interface FoundPath {
  readonly cells: Uint16Array;
  readonly source: string | null;
}

/** Sends all path tasks: paced while `busy()` says that something more urgent runs, then as fast as they are answered. */
export class PathWork {
  readonly #client: Client;
  readonly #records: Records;
  readonly #maps: readonly GameMap[];
  readonly #parts: readonly Uint8Array[];
  readonly #assets: readonly Asset[];
  readonly #random: Random;
  readonly #running = new Set<Promise<void>>();
  /** Paths on the first map, for the picture. */
  readonly found: FoundPath[] = [];
  sent = 0;
  done = 0;

  constructor(
    client: Client,
    records: Records,
    maps: readonly GameMap[],
    assets: readonly Asset[],
    random: Random,
  ) {
    this.#client = client;
    this.#records = records;
    this.#maps = maps;
    this.#parts = maps.map(largestPart);
    this.#assets = assets;
    this.#random = random;
  }

  /** Asks for paths while the game loads, beside the many that are counted. */
  async load(): Promise<void> {
    let map = 0;
    await untilPeersAnswer((deadlineMs) => this.#one(map++ % this.#maps.length, deadlineMs));
  }

  /** Resolves when every task has its end. */
  async run(busy: () => boolean, wait: (ms: number) => Promise<void>): Promise<void> {
    let dueMs = performance.now();
    while (this.sent < pathTasks.count) {
      if (busy()) {
        dueMs = Math.max(dueMs + 1000 / pace.tasksPerS, performance.now() - 50);
        await wait(Math.max(0, dueMs - performance.now()));
        if (this.#running.size >= pace.inFlightMax) await Promise.race(this.#running);
      } else if (this.#running.size >= pace.inFlight) await Promise.race(this.#running);
      this.#send();
    }
    await Promise.all(this.#running);
  }

  #send(): void {
    const map = this.sent++ % this.#maps.length;
    const running = this.#one(map, pathTasks.deadlineMs).then(() => {
      this.done++;
    }).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** One task; resolves with whether a peer answered it. */
  async #one(map: number, deadlineMs: number): Promise<boolean> {
    const input = this.#problem(map);
    const startMs = performance.now();
    const task = { kernel: "pathfind", input, map } as const;
    try {
      const assets = [this.#assets[map]!];
      const answer = await this.#client.runRaw("pathfind", input, { deadlineMs, assets });
      const latencyMs = performance.now() - startMs;
      this.#records.answered({ ...task, latencyMs, met: latencyMs <= deadlineMs }, answer);
      if (map === 0) this.#keep(answer.output, answer.source);
      return answer.tier === "peer";
    } catch (cause) {
      if (!(cause instanceof P2c2rError)) throw cause;
      this.#records.failed({ ...task, latencyMs: performance.now() - startMs }, cause);
      return false;
    }
  }

  #problem(map: number): Uint8Array {
    const [on, part] = [this.#maps[map]!, this.#parts[map]!];
    const pairs = Array.from({ length: pathTasks.pairs }, () => {
      const [startX, startY] = freeCell(on, part, this.#random);
      const [goalX, goalY] = freeCell(on, part, this.#random);
      return { startX, startY, goalX, goalY };
    });
    return pathfind.encodeInput({ pairs });
  }

  #keep(output: Uint8Array, source: string | null): void {
    for (const answer of pathfind.decodeOutput(output).answers.slice(0, 2)) {
      if (answer.type === "found") this.found.push({ cells: answer.cells, source });
    }
  }
}

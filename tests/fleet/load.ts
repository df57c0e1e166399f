// A game's steady load, and an account of how every request of it ended.
import { type Asset, type Client, P2c2rError } from "../../sdk/mod.ts";
import { bundleOf, Checks } from "./real_kernels.ts";
import type { Work } from "./work.ts";

/** How much of it. */
export interface LoadOptions {
  readonly inFlight: number;
  readonly deadlineMs: number;
  /** The grace the client was connected with. */
  readonly graceMs: number;
}

/** Between an answer and the next request of the same lane: busy, not saturated. */
const restMs = 10;

/** So many requests in flight at any time, each ended by an answer that passes the kernel's check, or by a code. */
export class Load {
  /** Requests by how they ended: "peer", "local", or a code. */
  readonly ends = new Map<string, number>();
  /** By how much the latest one was later than deadline and grace; below 0 when none was. */
  overMsMax = -Infinity;
  /** Answers that the kernel's check objects to. */
  wrong = 0;
  /** What the answers cost, in micro-credits. */
  price = 0;
  started = 0;
  ended = 0;
  readonly #client: Client;
  readonly #work: Work;
  readonly #options: LoadOptions;
  readonly #checks: Checks;
  readonly #assets: Promise<readonly Asset[]>;
  readonly #lanes: Promise<void>[];
  #stopping = false;

  /** Starts at once. */
  constructor(client: Client, work: Work, options: LoadOptions) {
    this.#client = client;
    this.#work = work;
    this.#options = options;
    this.#checks = new Checks(bundleOf(work.kernel), work.asset);
    this.#assets = work.asset === null
      ? Promise.resolve([])
      : client.asset(work.asset).then((asset) => [asset]);
    this.#lanes = Array.from({ length: options.inFlight }, () => this.#lane());
  }

  /** Answers by peers so far. */
  get byPeers(): number {
    return this.ends.get("peer") ?? 0;
  }

  /** Answers so far. */
  get answered(): number {
    return this.byPeers + (this.ends.get("local") ?? 0);
  }

  /** Starts nothing more; resolves when everything has ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#lanes);
    await this.#checks[Symbol.asyncDispose]();
  }

  async #lane(): Promise<void> {
    while (!this.#stopping) {
      await this.#one(this.#work.next());
      await new Promise((resolve) => setTimeout(resolve, restMs));
    }
  }

  async #one(input: Uint8Array): Promise<void> {
    const { deadlineMs, graceMs } = this.#options;
    const { kernel } = this.#work;
    const assets = await this.#assets;
    const startMs = performance.now();
    this.started++;
    const end = await this.#end(async () => {
      const answer = await this.#client.runRaw(kernel, input, { deadlineMs, assets });
      this.price += answer.price;
      if (!await this.#checks.pass(input, answer.output, 1)) this.wrong++;
      return answer.tier;
    });
    this.overMsMax = Math.max(this.overMsMax, performance.now() - startMs - deadlineMs - graceMs);
    this.ends.set(end, (this.ends.get(end) ?? 0) + 1);
    this.ended++;
  }

  async #end(run: () => Promise<string>): Promise<string> {
    try {
      return await run();
    } catch (error) {
      if (error instanceof P2c2rError) return error.code;
      throw error;
    }
  }
}

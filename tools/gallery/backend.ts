// The gallery's game backend, a process of its own: asks workers through the SDK and draws what they answer.
import {
  type Answer,
  connect,
  type InputOf,
  type Kernels,
  type OutputOf,
  type RunOptions,
} from "../../sdk/mod.ts";
import { obey, report } from "../demo/child.ts";
import type { Finder } from "../demo/pictures.ts";
import { exhibitOf } from "./exhibits.ts";
import type { Asker, Picture, Studio } from "./picture.ts";

/** What the gallery tells its backend, as one JSON argument. */
export interface GalleryOrder {
  readonly url: string;
  readonly apiKey: string;
  readonly only: readonly string[];
  readonly small: boolean;
  readonly seed: number;
  readonly outDir: string;
  readonly finders: readonly Finder[];
}

const deadlineMs = 30_000;
const progressMs = 250;
const inFlightMax = 64;

async function main(order: GalleryOrder): Promise<void> {
  await using client = await connect(order.url, { apiKey: order.apiKey });
  for (const name of order.only) {
    const exhibit = await exhibitOf(name);
    const asker = new CountingAsker(client);
    const startMs = performance.now();
    const { small, seed, finders } = order;
    const drawn = await exhibit({ asker, small, seed, finders, progress: teller() });
    const seconds = (performance.now() - startMs) / 1000;
    for (const { canvas, ...picture } of drawn) {
      await Deno.writeFile(`${order.outDir}/${picture.file}`, canvas.png());
      const { tasks, byPeers } = asker;
      report({ type: "picture", ...picture, tasks, byPeers, seconds } satisfies Picture & { type: string });
    }
  }
  report({ type: "done" });
}

/** Keeps many tasks in flight, but not all at once. */
class CountingAsker implements Asker {
  readonly client: Asker["client"];
  tasks = 0;
  byPeers = 0;
  #inFlight = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(client: Asker["client"]) {
    this.client = client;
  }

  async ask<K extends keyof Kernels>(
    kernel: K,
    input: InputOf<K>,
    options: Partial<RunOptions> = {},
  ): Promise<Answer<OutputOf<K>>> {
    if (this.#inFlight >= inFlightMax) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#inFlight++;
    try {
      const answer = await this.client.run(kernel, input, { deadlineMs, ...options });
      this.tasks++;
      if (answer.tier === "peer") this.byPeers++;
      return answer;
    } finally {
      this.#inFlight--;
      this.#waiting.shift()?.();
    }
  }
}

/** Says what is being done, a few times a second. */
function teller(): Studio["progress"] {
  let saidMs = -Infinity;
  return (what, done, of) => {
    if (performance.now() - saidMs < progressMs && done < of) return;
    saidMs = performance.now();
    report({ type: "progress", text: `${what}: ${done} of ${of}` });
  };
}

if (import.meta.main) await obey(main);

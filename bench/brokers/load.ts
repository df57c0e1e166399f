// A load generator: takes orders on standard input, offers tasks, answers with figures. The same for every system.
import { TextLineStream } from "../../tools/demo/text_lines.ts";
import { answers, type Figures, inputOf, type Order } from "./order.ts";

/** One task of the system under measurement. */
export type Call = (input: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;

/** Most tasks in flight of an open pace: a system that cannot keep up is not measured by how much it piles up. */
const OPEN_IN_FLIGHT_MAX = 1_000;
/** How often an open pace looks what is due: timers are no finer. */
const OPEN_TICK_MS = 1;

/** Serves orders until standard input ends. */
export async function serveOrders(call: Call): Promise<void> {
  console.log(JSON.stringify({ type: "ready" }));
  const numbers = new Numbers();
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  for await (const line of lines) {
    const figures = await new Run(call, numbers, JSON.parse(line) as Order).figures();
    console.log(JSON.stringify({ type: "figures", figures }));
  }
}

/** Inputs differ over all runs of a process and between processes: nothing comes from a cache. */
class Numbers {
  #next = Math.floor(Math.random() * 2 ** 20) * 2 ** 32;

  take(): number {
    return this.#next++;
  }
}

class Run {
  readonly #call: Call;
  readonly #numbers: Numbers;
  readonly #order: Order;
  readonly #startMs = performance.now();
  readonly #latencies: number[] = [];
  #failed = 0;
  #answered = 0;
  #inFlight = 0;

  constructor(call: Call, numbers: Numbers, order: Order) {
    this.#call = call;
    this.#numbers = numbers;
    this.#order = order;
  }

  async figures(): Promise<Figures> {
    const { pace, measureMs } = this.#order;
    if (pace.type === "closed") await Promise.all(Array.from({ length: pace.depth }, () => this.#lane()));
    else await this.#offer(pace.ratePerS);
    const sorted = Float64Array.from(this.#latencies).sort();
    const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
    return {
      tasks: sorted.length,
      failed: this.#failed,
      answered: this.#answered,
      tasksPerS: sorted.length / measureMs * 1000,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      p999Ms: at(0.999),
      maxMs: at(1),
    };
  }

  get #fromMs(): number {
    return this.#startMs + this.#order.warmMs;
  }

  get #untilMs(): number {
    return this.#fromMs + this.#order.measureMs;
  }

  async #lane(): Promise<void> {
    for (let nowMs = performance.now(); nowMs < this.#untilMs; nowMs = performance.now()) {
      await this.#one(nowMs);
    }
  }

  /** Sends what is due at each tick; a tick that comes late sends more at once, and their latency says so. */
  async #offer(ratePerS: number): Promise<void> {
    const running = new Set<Promise<void>>();
    for (let sent = 0;;) {
      const nowMs = performance.now();
      if (nowMs >= this.#untilMs) break;
      for (; this.#startMs + sent / ratePerS * 1000 <= nowMs; sent++) {
        const dueMs = this.#startMs + sent / ratePerS * 1000;
        if (this.#inFlight >= OPEN_IN_FLIGHT_MAX) {
          if (dueMs >= this.#fromMs) this.#failed++;
          continue;
        }
        const one = this.#one(dueMs).finally(() => running.delete(one));
        running.add(one);
      }
      await new Promise((resolve) => setTimeout(resolve, OPEN_TICK_MS));
    }
    await Promise.all(running);
  }

  async #one(fromMs: number): Promise<void> {
    const { inputBytes, outputBytes } = this.#order;
    const input = inputOf(this.#numbers.take(), inputBytes, outputBytes);
    const counts = fromMs >= this.#fromMs;
    this.#inFlight++;
    try {
      const output = await this.#call(input);
      if (!answers(input, output)) throw new Error("a wrong answer");
      this.#answered++;
      const endMs = performance.now();
      if (counts && (this.#order.pace.type === "open" || endMs <= this.#untilMs)) {
        this.#latencies.push(endMs - fromMs);
      }
    } catch (error) {
      if (counts) this.#failed++;
      if (this.#failed === 1) console.error(error);
    } finally {
      this.#inFlight--;
    }
  }
}

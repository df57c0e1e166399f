// A load generator: takes orders on standard input, offers tasks, answers with figures. The same for every system.
import { TextLineStream } from "../../tools/demo/text_lines.ts";
import { answers, type Figures, inputOf, numberInput, type Order } from "./order.ts";

/** The way into the system under measurement. */
export interface Road {
  /** Hands a task over; it leaves with this turn of the event loop. Only roads to a coordinator know deadlines. */
  send(slot: number, input: Uint8Array<ArrayBuffer>, deadlineMs: number | undefined): void;
}

/** Who hears what became of tasks, by the slots they were sent from: once each, never from inside `send`. */
export interface Ends {
  answered(slot: number, output: Uint8Array): void;
  failed(slot: number, error: unknown): void;
}

/** Most tasks in flight of an open pace: a system that cannot keep up is not measured by how much it piles up. */
const OPEN_IN_FLIGHT_MAX = 1_000;
/** How often an open pace looks what is due: timers are no finer. */
const OPEN_TICK_MS = 1;

/** Serves orders until standard input ends. */
export async function serveOrders(open: (ends: Ends) => Road | Promise<Road>): Promise<void> {
  let run: Run | undefined;
  const road = await open({
    answered: (slot, output) => run?.answered(slot, output),
    failed: (slot, error) => run?.failed(slot, error),
  });
  console.log(JSON.stringify({ type: "ready" }));
  const numbers = new Numbers();
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  for await (const line of lines) {
    run = new Run(road, numbers, JSON.parse(line) as Order);
    console.log(JSON.stringify({ type: "figures", figures: await run.figures() }));
  }
}

/** A road over a client of promises. */
export function callRoad(
  call: (input: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>,
): (ends: Ends) => Road {
  return (ends) => ({
    send: (slot, input) =>
      void call(input).then(
        (output) => ends.answered(slot, output),
        (error: unknown) => ends.failed(slot, error),
      ),
  });
}

/** Inputs differ over all runs of a process and between processes: nothing comes from a cache. */
export class Numbers {
  #next = Math.floor(Math.random() * 2 ** 20) * 2 ** 32;

  take(): number {
    return this.#next++;
  }
}

/** Time as a run sees it. */
export interface LoadClock {
  /** Monotone milliseconds. */
  nowMs(): number;
  /** Lets an open pace wait until it looks again. */
  tick(): Promise<void>;
}

const systemClock: LoadClock = {
  nowMs: () => performance.now(),
  tick: () => new Promise((resolve) => setTimeout(resolve, OPEN_TICK_MS)),
};

/** One order that is carried out. A slot is one task in flight: its input is written anew for each, so that asking costs next to nothing. */
export class Run {
  readonly #road: Road;
  readonly #numbers: Numbers;
  readonly #order: Order;
  readonly #clock: LoadClock;
  readonly #inputs: readonly Uint8Array<ArrayBuffer>[];
  /** When each slot's task was sent, or was due. */
  readonly #fromMs: Float64Array;
  readonly #free: number[];
  readonly #latencies: number[] = [];
  readonly #done = Promise.withResolvers<void>();
  #startMs = 0;
  #measureFromMs = 0;
  #untilMs = 0;
  #failed = 0;
  #answered = 0;
  #offering = false;

  constructor(road: Road, numbers: Numbers, order: Order, clock = systemClock) {
    this.#clock = clock;
    this.#road = road;
    this.#numbers = numbers;
    this.#order = order;
    const { inputBytes, outputBytes, pace } = order;
    const slots = pace.type === "closed" ? pace.depth : OPEN_IN_FLIGHT_MAX;
    this.#inputs = Array.from({ length: slots }, () => inputOf(0, inputBytes, outputBytes));
    this.#fromMs = new Float64Array(slots);
    this.#free = Array.from({ length: slots }, (_, at) => slots - 1 - at);
  }

  async figures(): Promise<Figures> {
    const { pace, warmMs, measureMs } = this.#order;
    this.#startMs = this.#clock.nowMs();
    this.#measureFromMs = this.#startMs + warmMs;
    this.#untilMs = this.#measureFromMs + measureMs;
    if (pace.type === "open") void this.#offer(pace.ratePerS);
    else for (let slot = this.#free.pop(); slot !== undefined; slot = this.#free.pop()) this.#next(slot);
    await this.#done.promise;
    const sorted = Float64Array.from(this.#latencies).sort();
    const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
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

  answered(slot: number, output: Uint8Array): void {
    const fromMs = this.#fromMs[slot]!;
    if (!answers(this.#inputs[slot]!, output)) return this.failed(slot, new Error("a wrong answer"));
    this.#answered++;
    const endMs = this.#clock.nowMs();
    const inTime = this.#order.pace.type === "open" || endMs <= this.#untilMs;
    if (fromMs >= this.#measureFromMs && inTime) this.#latencies.push(endMs - fromMs);
    this.#over(slot);
  }

  failed(slot: number, error: unknown): void {
    if (this.#fromMs[slot]! >= this.#measureFromMs) this.#failed++;
    if (this.#failed === 1) console.error(error);
    this.#over(slot);
  }

  /** A closed pace goes on at once. */
  #over(slot: number): void {
    if (this.#order.pace.type === "closed") return this.#next(slot);
    this.#free.push(slot);
    this.#endIfIdle();
  }

  #next(slot: number): void {
    const nowMs = this.#clock.nowMs();
    if (nowMs < this.#untilMs) return this.#send(slot, nowMs);
    this.#free.push(slot);
    this.#endIfIdle();
  }

  #send(slot: number, fromMs: number): void {
    const input = this.#inputs[slot]!;
    numberInput(input, this.#numbers.take());
    this.#fromMs[slot] = fromMs;
    this.#road.send(slot, input, this.#order.deadlineMs);
  }

  #endIfIdle(): void {
    if (this.#free.length === this.#inputs.length && !this.#offering) this.#done.resolve();
  }

  /** Sends what is due at each tick; a tick that comes late sends more at once, and their latency says so. */
  async #offer(ratePerS: number): Promise<void> {
    this.#offering = true;
    for (let sent = 0, nowMs = this.#startMs; nowMs < this.#untilMs; nowMs = this.#clock.nowMs()) {
      for (; this.#startMs + sent / ratePerS * 1000 <= nowMs; sent++) {
        const dueMs = this.#startMs + sent / ratePerS * 1000;
        const slot = this.#free.pop();
        if (slot !== undefined) this.#send(slot, dueMs);
        else if (dueMs >= this.#measureFromMs) this.#failed++;
      }
      await this.#clock.tick();
    }
    this.#offering = false;
    this.#endIfIdle();
  }
}

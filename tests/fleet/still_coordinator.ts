// A coordinator in which nothing happens by itself: the real core, shell, desk, gateways and books, with the clock and the
// workers' sockets in a test's hand. Two runs of the same script differ in nothing but what the test made different.
import { setImmediate } from "node:timers";
import { assemble, type Assembly } from "../../coordinator/assemble.ts";
import { type Answered, type Clock, gatewayLimits, turnEnd } from "../../coordinator/gateway/mod.ts";
import { nextWakeMs, step } from "../../coordinator/scheduler/mod.ts";
import { memoryBlobs, openStore } from "../../coordinator/store/mod.ts";
import { trustKey } from "../../coordinator/verify/mod.ts";
import { encodeFrame, type FromWorker, messageType as t, parseToWorker } from "../../protocol/mod.ts";
import type { TaskMessage } from "../../protocol/mod.ts";
import { fuelOf, reverse, reversed, RigCompute } from "../e2e/coordinator_rig.ts";

/** So many turns of the event loop bring everything that one event sets off to its end. */
const quietTurns = 12;
const epochMs = 1_750_000_000_000;

/** A clock that stands still until it is told to go on. */
class StillClock implements Clock {
  #nowMs = epochMs;
  #alarms: { readonly atMs: number; readonly wake: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, wake: () => void): () => void {
    const alarm = { atMs: this.#nowMs + delayMs, wake };
    this.#alarms.push(alarm);
    return () => this.#alarms = this.#alarms.filter((each) => each !== alarm);
  }

  /** Goes on, alarm by alarm; after each, everything that follows from it happens. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const due = this.#alarms.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#alarms = this.#alarms.filter((each) => each !== due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.wake();
      await quiet();
    }
    this.#nowMs = untilMs;
    await quiet();
  }
}

/** A worker that does nothing but write down what it receives. */
export class StillWorker {
  readonly frames: Uint8Array[] = [];
  /** Tasks that wait for `answer`. */
  readonly tasks: TaskMessage[] = [];
  readonly #socket: Partial<WebSocket>;

  constructor(open: (socket: WebSocket) => void) {
    this.#socket = {
      readyState: WebSocket.OPEN,
      bufferedAmount: 0,
      send: (frame) => this.#take(frame as Uint8Array<ArrayBuffer>),
      close: () => {},
    };
    open(this.#socket as WebSocket);
  }

  say(...messages: FromWorker[]): void {
    const data = encodeFrame(messages).buffer;
    this.#socket.onmessage?.call(this.#socket as WebSocket, new MessageEvent("message", { data }));
  }

  /** Answers the oldest task, right. */
  answer(): void {
    const [, attempt, fence, , input] = this.tasks.shift()!;
    this.say([t.result, attempt, fence, reversed(input), fuelOf(input), 100, null]);
  }

  #take(frame: Uint8Array<ArrayBuffer>): void {
    this.frames.push(frame.slice());
    for (const message of parseToWorker(frame.slice())) {
      if (message[0] === t.task) this.tasks.push(message);
      if (message[0] === t.probe) this.say([t.echo, message[1]]);
    }
  }
}

/** A coordinator that stands still, with workers that are ready for its one kernel. */
export class StillCoordinator implements AsyncDisposable {
  readonly clock: StillClock;
  readonly workers: readonly StillWorker[];
  readonly #inside: Assembly;
  readonly #end: () => Promise<void>;

  private constructor(
    clock: StillClock,
    workers: readonly StillWorker[],
    inside: Assembly,
    end: () => Promise<void>,
  ) {
    this.clock = clock;
    this.workers = workers;
    this.#inside = inside;
    this.#end = end;
  }

  /** Starts one; `trusted`: its workers have their probation behind them. */
  static async start(workerCount: number, trusted: boolean): Promise<StillCoordinator> {
    const clock = new StillClock();
    const store = await openStore({ path: ":memory:" });
    const compute = new RigCompute();
    const inside = await assemble({
      instance: "still",
      kernels: [{ kernel: reverse, signature: new TextEncoder().encode("a signature"), files: new Map() }],
      compute,
      store,
      blobs: memoryBlobs(),
      localSlots: 2,
      scheduler: {},
      limits: gatewayLimits,
      clock,
      wallMs: () => clock.nowMs(),
      core: { step, nextWakeMs },
      fillRandom: (words) => crypto.getRandomValues(words),
      turnEnd,
      log: () => {},
      onBroken: (error) => {
        throw error;
      },
    });
    await store.projects.create({
      id: "still project",
      name: "still project",
      createdMs: clock.nowMs(),
      weight: 100,
    });
    await inside.bookkeeper.deposit("still project", 1_000_000_000, "first");
    const workers: StillWorker[] = [];
    for (let no = 0; no < workerCount; no++) {
      const id = `${no}`.padStart(32, "0");
      const arrival = { id, publicKey: `key ${no}`, software: "still/1", nowMs: clock.nowMs() };
      await store.workers.arrive(arrival);
      if (trusted) {
        const trust = { stage: "trusted", progress: 0, right: 50, wrong: 0 } as const;
        await store.workers.save([{
          worker: id,
          standing: null,
          trust: new Map([[trustKey(reverse), trust]]),
        }]);
      }
      const who = {
        id,
        publicKey: arrival.publicKey,
        network: `network ${no}`,
        tier: "peer" as const,
        invite: null,
      };
      const worker = new StillWorker((socket) => inside.workers.open(socket, who, null));
      await quiet();
      worker.say([t.ready, 1, 4, "still/1", null, null, null], [t.kernelState, reverse.no, true, null, null]);
      await quiet();
      workers.push(worker);
    }
    return new StillCoordinator(clock, workers, inside, async () => {
      inside.sweep.stop();
      inside.shell.stop();
      await inside.bookkeeper.flush();
      await compute.close();
      await store.close();
    });
  }

  /** What the core counted. */
  get counters(): ReturnType<Assembly["snapshot"]>["counters"] {
    return this.#inside.snapshot().counters;
  }

  /** Submits a task. */
  submit(input: Uint8Array, verify: "sampled" | "always" = "sampled"): Promise<Answered> {
    const request = {
      project: this.#inside.projects.of("still project"),
      kernel: reverse,
      input,
      assets: [],
      deadlineMs: 5_000,
      priority: 0,
      verify,
      exclude: [],
      fuelLimit: null,
      idempotencyKey: null,
      trace: null,
    };
    return this.#inside.tasks.run(request, new AbortController().signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }
}

/** Lets everything that was set off come to its end. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < quietTurns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

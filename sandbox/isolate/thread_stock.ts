// Threads in stock: one is kept warm, so that a slot which lost its thread goes on at once.
import { P2c2rError } from "../../protocol/errors.ts";
import { startDenoThread, type StartThread, type Thread } from "./thread.ts";

/**
 * What an operator should hear of. `failed`: a thread could not start. `died`: one ended by itself. `stuck`: one did not
 * come back although its watchdog should have ended the task; its core may stay busy until the process ends.
 */
export interface ThreadEvent {
  readonly type: "failed" | "died" | "stuck";
  readonly message: string;
}

/** How a stock is set up. */
export interface ThreadStockOptions {
  /** Threads that wait, beside those in use. Default 1. */
  readonly spares?: number;
  readonly report?: (event: ThreadEvent) => void;
  /** Default: threads of Deno's without permissions. */
  readonly start?: StartThread;
  /** How long a thread may take to start. Default 10 s. */
  readonly startMsMax?: number;
}

/** Threads for any number of isolates; a process has one stock. */
export interface ThreadStock {
  /** A thread that is ready; nobody else listens to it. @throws {P2c2rError} kernel.environment where none can start */
  take(): Promise<Thread>;
  report(event: ThreadEvent): void;
  close(): void;
}

/** Makes a stock. Nothing starts before the first thread is taken. */
export function createThreadStock(options: ThreadStockOptions = {}): ThreadStock {
  return new Stock(options);
}

class Stock implements ThreadStock {
  readonly #spares = new Set<Promise<Thread>>();
  readonly #sparesWanted: number;
  readonly #start: StartThread;
  readonly #startMsMax: number;
  readonly #report: (event: ThreadEvent) => void;
  #closed = false;

  constructor(options: ThreadStockOptions) {
    this.#sparesWanted = options.spares ?? 1;
    this.#start = options.start ?? startDenoThread;
    this.#startMsMax = options.startMsMax ?? 10_000;
    this.#report = options.report ?? (() => {});
  }

  async take(): Promise<Thread> {
    const [spare] = this.#spares;
    if (spare !== undefined) this.#spares.delete(spare);
    const taken = spare ?? this.#startReady();
    // A spare is started only behind a thread that started: where none can, this does not try for ever.
    const thread = await taken;
    this.#fill();
    return thread;
  }

  report(event: ThreadEvent): void {
    this.#report(event);
  }

  close(): void {
    this.#closed = true;
    for (const spare of this.#spares) {
      spare.then((thread) => thread.end(), () => {
        // It never started, which was reported then.
      });
    }
    this.#spares.clear();
  }

  #fill(): void {
    while (!this.#closed && this.#spares.size < this.#sparesWanted) this.#addSpare();
  }

  #addSpare(): void {
    const spare: Promise<Thread> = this.#startReady(() => this.#spares.delete(spare));
    this.#spares.add(spare);
    // Reported already; the next one who takes a thread tries again.
    spare.catch(() => this.#spares.delete(spare));
  }

  #startReady(diedWaiting: () => void = () => {}): Promise<Thread> {
    const { promise, resolve, reject } = Promise.withResolvers<Thread>();
    const start = new Starting(this.#startMsMax, (type, message) => {
      diedWaiting();
      this.#report({ type, message });
      reject(new P2c2rError("kernel.environment", `Cannot start a thread: ${message}`));
    });
    start.run(this.#start, resolve);
    return promise;
  }
}

/** A thread from its start until somebody takes it. */
class Starting {
  readonly #ended: (type: "failed" | "died", message: string) => void;
  readonly #timer: ReturnType<typeof setTimeout>;
  #thread: Thread | undefined;
  #state: "starting" | "ready" | "ended" = "starting";

  constructor(startMsMax: number, ended: (type: "failed" | "died", message: string) => void) {
    this.#ended = ended;
    this.#timer = setTimeout(() => this.#end(`it was not ready after ${startMsMax} ms`), startMsMax);
  }

  run(start: StartThread, ready: (thread: Thread) => void): void {
    try {
      const thread = start();
      this.#thread = thread;
      thread.listen({
        message: () => {
          clearTimeout(this.#timer);
          this.#state = "ready";
          ready(thread);
        },
        died: (reason) => this.#end(reason),
      });
    } catch (error) {
      this.#end(error instanceof Error ? error.message : String(error));
    }
  }

  #end(reason: string): void {
    if (this.#state === "ended") return;
    const type = this.#state === "ready" ? "died" : "failed";
    this.#state = "ended";
    clearTimeout(this.#timer);
    this.#thread?.end();
    this.#ended(type, reason);
  }
}

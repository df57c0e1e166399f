// One slot: a thread that runs one task after the other, and is replaced when it dies or does not come back.
//
// state    | run                       | outcome        | died, fence passed               | close
// idle     | -> running                | (cannot come)  | died: -> idle without a thread   | -> closed
// running  | bug                       | answer -> idle | failure -> idle without a thread | failure -> closed
// closed   | kernel.environment        | -              | -                                | closed
import { refusal } from "../admission.ts";
import type { Bundle } from "../bundle/bundle.ts";
import { P2c2rError } from "../../protocol/errors.ts";
import { fuelOf } from "../fuel.ts";
import { type Asset, failedBefore, type Failure, type Outcome } from "../outcome.ts";
import type { ThreadMessage } from "./messages.ts";
import { Residency } from "./residency.ts";
import type { Thread } from "./thread.ts";
import { createThreadStock, type ThreadEvent, type ThreadStock } from "./thread_stock.ts";

/** One task for an isolate. Neither `input` nor the assets' bytes are changed, kept or detached. */
export interface IsolateTask {
  readonly bundle: Bundle;
  readonly input: Uint8Array;
  readonly assets: readonly Asset[];
  readonly fuelLimit: number;
  /** How long the kernel may take; never longer than its manifest allows. */
  readonly wallMs: number;
}

/** One slot. */
export interface Isolate {
  /** Runs a task. Never rejects for anything a kernel or a thread can do; a second call while one runs is a bug. */
  run(task: IsolateTask): Promise<Outcome>;
  /** Ends the thread; a task in hand ends as kernel.environment. */
  close(): Promise<void>;
}

/** How an isolate is set up. */
export interface IsolateOptions {
  /** Where its threads come from. Default: a stock of its own. */
  readonly stock?: ThreadStock;
  /** Bytes of assets, and of modules, that stay in the thread between tasks. Default 64 MiB each. */
  readonly assetBytesMax?: number;
  /** How long after the watchdog's limit the thread itself is ended. Default 2 s: a busy machine may be slow to answer. */
  readonly graceMs?: number;
}

const ASSET_BYTES_MAX = 64 * 1024 * 1024;
const GRACE_MS = 2_000;
/** What an asset takes beside its bytes: many small ones count as well. */
const ENTRY_BYTES = 512;

/** Makes a slot; its thread starts at once. */
export function createIsolate(options: IsolateOptions = {}): Isolate {
  return new ThreadIsolate(options);
}

/** A thread and what it holds. */
interface Held {
  readonly thread: Thread;
  readonly modules: Residency;
  readonly assets: Residency;
}

class ThreadIsolate implements Isolate {
  readonly #stock: ThreadStock;
  readonly #ownsStock: boolean;
  readonly #assetBytesMax: number;
  readonly #graceMs: number;
  #held: Promise<Held> | undefined;
  /** Settles the task in hand. */
  #settle: ((outcome: Outcome) => void) | undefined;
  #state: "idle" | "running" | "closed" = "idle";

  constructor(options: IsolateOptions) {
    this.#ownsStock = options.stock === undefined;
    this.#stock = options.stock ?? createThreadStock();
    this.#assetBytesMax = options.assetBytesMax ?? ASSET_BYTES_MAX;
    this.#graceMs = options.graceMs ?? GRACE_MS;
    this.#held = this.#takeThread();
  }

  async run(task: IsolateTask): Promise<Outcome> {
    if (this.#state === "closed") return closedFailure();
    if (this.#state === "running") throw new Error("Bug: an isolate runs one task at a time");
    const refused = refusal(task.bundle.manifest, task.input, task.assets, task.fuelLimit);
    if (refused !== undefined) return refused;
    this.#state = "running";
    const outcome = await this.#runAdmitted(task);
    // close() may have come in between.
    if (this.#state === "running") this.#state = "idle";
    return outcome;
  }

  async close(): Promise<void> {
    this.#state = "closed";
    this.#settle?.(closedFailure());
    const held = this.#held;
    this.#held = undefined;
    if (this.#ownsStock) this.#stock.close();
    await held?.then(({ thread }) => thread.end(), () => {
      // It never started, which was reported then.
    });
  }

  async #runAdmitted(task: IsolateTask): Promise<Outcome> {
    let held: Held;
    try {
      this.#held ??= this.#takeThread();
      held = await this.#held;
    } catch (error) {
      this.#held = undefined;
      if (error instanceof P2c2rError) return failedBefore("kernel.environment", error.message);
      throw error;
    }
    if (this.#state === "closed") return closedFailure();
    return await this.#dispatch(held, task);
  }

  #dispatch(held: Held, task: IsolateTask): Promise<Outcome> {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const wallMs = Math.min(task.wallMs, task.bundle.manifest.limits.wallMsMax);
    const fence = setTimeout(() => {
      const message = `a thread did not answer ${this.#graceMs} ms after its limit of ${wallMs} ms`;
      const late = failedBefore("kernel.late", `The kernel was stopped after ${wallMs} ms.`);
      this.#lose(held.thread, { type: "stuck", message }, late);
    }, wallMs + this.#graceMs);
    this.#settle = (outcome) => {
      clearTimeout(fence);
      this.#settle = undefined;
      resolve(outcome);
    };
    post(held, task, wallMs);
    return promise;
  }

  #takeThread(): Promise<Held> {
    const held = this.#stock.take().then((thread) => {
      thread.listen({
        message: (message) => this.#receive(message),
        died: (reason) => {
          const failure = failedBefore("kernel.environment", `The thread ended: ${reason}`);
          this.#lose(thread, { type: "died", message: reason }, failure);
        },
      });
      return {
        thread,
        modules: new Residency(this.#assetBytesMax),
        assets: new Residency(this.#assetBytesMax),
      };
    });
    held.catch(() => {
      // Whoever awaits it hears of a failure, and the stock has reported it.
    });
    return held;
  }

  /** The thread is of no use any more: the task in hand fails, the next one gets another thread. */
  #lose(thread: Thread, event: ThreadEvent, failure: Failure): void {
    thread.listen({ message: () => {}, died: () => {} });
    thread.end();
    this.#held = undefined;
    this.#stock.report(event);
    this.#settle?.(failure);
  }

  #receive(message: ThreadMessage): void {
    if (message.type === "outcome") this.#settle?.(message.outcome);
  }
}

/** Copies go to the thread: a view into a frame must neither travel with the whole frame nor be detached. */
function post(held: Held, { bundle, input, assets }: IsolateTask, wallMs: number): void {
  const { digest, manifest, core, module } = bundle;
  const modules = held.modules.admit([{ digest, bytes: core.length }]);
  const needed = new Map(assets.map((asset) => [asset.digest, asset.bytes]));
  const plan = held.assets.admit(
    [...needed].map(([digest, bytes]) => ({ digest, bytes: bytes.length + ENTRY_BYTES })),
  );
  const newAssets = [...needed].filter(([digest]) => plan.missing.has(digest))
    .map(([digest, bytes]) => [digest, bytes.slice()] as const);
  const copy = input.slice();
  held.thread.post({
    type: "run",
    kernel: digest,
    module: modules.missing.has(digest) ? module : undefined,
    input: copy,
    assets: assets.map((asset) => asset.digest),
    newAssets,
    droppedModules: modules.dropped,
    droppedAssets: plan.dropped,
    outputBytesMax: manifest.limits.outputBytesMax,
    fuel: fuelOf(manifest, input.length),
    wallMs,
  }, [copy.buffer, ...newAssets.map(([, bytes]) => bytes.buffer)]);
}

function closedFailure(): Failure {
  return failedBefore("kernel.environment", "The isolate was closed.");
}

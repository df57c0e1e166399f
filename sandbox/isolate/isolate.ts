// One slot: a cell that runs one task after the other, and is replaced when it dies or does not come back.
//
// state    | run                | outcome        | died, out of turn, fence passed | close
// idle     | -> running         | out of turn    | -> idle without a cell          | -> closed
// running  | bug                | answer -> idle | failure -> idle without a cell  | failure -> closed
// closed   | kernel.environment | -              | -                               | closed
import { refusal } from "../admission.ts";
import type { Bundle } from "../bundle/bundle.ts";
import { P2c2rError } from "../../protocol/errors.ts";
import { type Asset, failedBefore, type Failure, type Outcome } from "../outcome.ts";
import type { Cell, CellKind } from "./cell.ts";
import { type CellEvent, type CellStock } from "./cell_stock.ts";
import { readCellMessage } from "./messages.ts";
import { Residency } from "./residency.ts";

/** One task for an isolate. Neither `input` nor the assets' bytes are changed, kept or detached. */
export interface IsolateTask {
  readonly bundle: Bundle;
  readonly input: Uint8Array;
  readonly assets: readonly Asset[];
  /** How much it may use; never more than its manifest allows. */
  readonly fuelLimit: number;
  /** How long the kernel may take; never longer than its manifest allows. */
  readonly wallMs: number;
}

/** One slot. */
export interface Isolate {
  /** Runs a task. Never rejects for anything a kernel or a cell can do; a second call while one runs is a bug. */
  run(task: IsolateTask): Promise<Outcome>;
  /** Ends the cell; a task in hand ends as kernel.environment. */
  close(): Promise<void>;
}

/** How an isolate is set up. */
export interface IsolateOptions {
  /** Where its cells come from. */
  readonly stock: CellStock;
  /** Bytes of assets, and of modules, that stay in the cell between tasks. Default 64 MiB each. */
  readonly assetBytesMax?: number;
  /** How long after a task's limit the cell is ended from outside. Default: what its kind says. */
  readonly graceMs?: number;
}

const ASSET_BYTES_MAX = 64 * 1024 * 1024;
/** What an asset takes beside its bytes: many small ones count as well. */
const ENTRY_BYTES = 512;
/**
 * What a module takes beside its bytes. The smallest one takes 16 to 26 KiB and a mapping of its own among the 65,530
 * that Linux lets a process have: more, and the whole process dies (measured, V8 15.0).
 */
const MODULE_BYTES = 64 * 1024;

/** Makes a slot; its cell starts at once. */
export function createIsolate(options: IsolateOptions): Isolate {
  return new CellIsolate(options);
}

/** A cell and what it holds. */
interface Held {
  readonly cell: Cell;
  readonly modules: Residency;
  readonly assets: Residency;
}

class CellIsolate implements Isolate {
  readonly #stock: CellStock;
  readonly #assetBytesMax: number;
  readonly #graceMs: number;
  #held: Promise<Held> | undefined;
  /** Cells that were lost and are not gone yet. */
  readonly #ending = new Set<Promise<void>>();
  #inHand: InHand | undefined;
  #state: "idle" | "running" | "closed" = "idle";

  constructor(options: IsolateOptions) {
    this.#stock = options.stock;
    this.#assetBytesMax = options.assetBytesMax ?? ASSET_BYTES_MAX;
    this.#graceMs = options.graceMs ?? options.stock.kind.graceMs;
    this.#held = this.#takeCell();
  }

  async run(task: IsolateTask): Promise<Outcome> {
    if (this.#state === "closed") return closedFailure();
    if (this.#state === "running") throw new Error("Bug: an isolate runs one task at a time");
    const refused = refusal(task.bundle.manifest, task.input, task.assets);
    if (refused !== undefined) return refused;
    this.#state = "running";
    const outcome = await this.#runAdmitted(task);
    // close() may have come in between.
    if (this.#state === "running") this.#state = "idle";
    return outcome;
  }

  async close(): Promise<void> {
    this.#state = "closed";
    this.#inHand?.settle(closedFailure());
    const held = this.#held;
    this.#held = undefined;
    await held?.then(({ cell }) => cell.end(), () => {
      // It never started, which was reported then.
    });
    await Promise.all(this.#ending);
  }

  async #runAdmitted(task: IsolateTask): Promise<Outcome> {
    let held: Held;
    try {
      this.#held ??= this.#takeCell();
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
    const { digest: kernel, manifest: { limits } } = task.bundle;
    const wallMs = Math.min(task.wallMs, limits.wallMsMax);
    const { kind } = this.#stock;
    const fence = setTimeout(() => {
      const message = `a ${kind.name} did not answer ${this.#graceMs} ms after its limit of ${wallMs} ms`;
      const late = failedBefore("kernel.late", `The kernel was stopped after ${wallMs} ms.`);
      this.#lose(held.cell, { type: kind.endsSurely ? "killed" : "stuck", message }, late);
    }, wallMs + this.#graceMs);
    this.#inHand = {
      kernel,
      outputBytesMax: limits.outputBytesMax,
      settle: (outcome) => {
        clearTimeout(fence);
        this.#inHand = undefined;
        resolve(outcome);
      },
    };
    post(held, kind, task, wallMs);
    return promise;
  }

  #takeCell(): Promise<Held> {
    const held = this.#stock.take().then((cell) => {
      cell.listen({
        message: (message) => this.#receive(cell, message),
        died: (reason) => this.#died(cell, reason),
      });
      return {
        cell,
        modules: new Residency(this.#assetBytesMax),
        assets: new Residency(this.#assetBytesMax),
      };
    });
    held.catch(() => {
      // Whoever awaits it hears of a failure, and the stock has reported it.
    });
    return held;
  }

  #receive(cell: Cell, message: unknown): void {
    const inHand = this.#inHand;
    const read = inHand && readCellMessage(message, inHand.outputBytesMax);
    if (read?.type === "outcome") inHand?.settle(read.outcome);
    else this.#died(cell, "it spoke out of turn");
  }

  #died(cell: Cell, reason: string): void {
    const { name } = this.#stock.kind;
    const failure = failedBefore("kernel.environment", `The ${name} ended: ${reason}`);
    this.#lose(cell, { type: "died", message: reason }, failure);
  }

  /** The cell is of no use any more: the task in hand fails, the next one gets another cell, which starts now. */
  #lose(cell: Cell, event: CellEvent, failure: Failure): void {
    cell.listen({ message: () => {}, died: () => {} });
    const ending = cell.end().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    const inHand = this.#inHand;
    this.#held = this.#state === "closed" || inHand === undefined ? undefined : this.#takeCell();
    this.#stock.report(inHand === undefined ? event : { ...event, kernel: inHand.kernel });
    inHand?.settle(failure);
  }
}

/** The task that is being computed. */
interface InHand {
  readonly kernel: string;
  readonly outputBytesMax: number;
  readonly settle: (outcome: Outcome) => void;
}

/** Sends a task, and along with it what the cell does not have yet. */
function post(
  held: Held,
  { takes }: CellKind,
  { bundle, input, assets, fuelLimit }: IsolateTask,
  wallMs: number,
): void {
  const { digest, manifest, lent } = bundle;
  const modules = held.modules.admit([{ digest, bytes: lent.bytes.length + MODULE_BYTES }]);
  const needed = new Map(assets.map((asset) => [asset.digest, asset.bytes]));
  const plan = held.assets.admit(
    [...needed].map(([digest, bytes]) => ({ digest, bytes: bytes.length + ENTRY_BYTES })),
  );
  held.cell.post({
    type: "run",
    kernel: digest,
    code: modules.missing.has(digest)
      ? { lent: takes === "modules" ? lent.module : lent.bytes, memory: lent.memory }
      : undefined,
    input,
    assets: assets.map((asset) => asset.digest),
    newAssets: [...needed].filter(([digest]) => plan.missing.has(digest)),
    droppedModules: modules.dropped,
    droppedAssets: plan.dropped,
    outputBytesMax: manifest.limits.outputBytesMax,
    fuelLimit: Math.min(fuelLimit, manifest.limits.fuelMax),
    wallMs,
  });
}

function closedFailure(): Failure {
  return failedBefore("kernel.environment", "The isolate was closed.");
}

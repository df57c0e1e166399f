// What serves tasks inside a cell, of whatever kind: each in a fresh instance under the watchdog, code, assets and a
// memory kept between tasks. It executes no JavaScript but this project's own: kernels are WebAssembly, and what they
// import is the closed world of their task.
import { execute } from "../abi/execute.ts";
import { prepareCore, type PreparedCore } from "../abi/exports.ts";
import type { MemorySizes } from "../bundle/lent_core.ts";
import type { Outcome } from "../outcome.ts";
import type { Watch } from "../watchdog.ts";
import { MemoryShelf } from "./memory_shelf.ts";
import type { Program, RunMessage } from "./messages.ts";

interface Kernel {
  readonly core: PreparedCore;
  readonly memory: MemorySizes;
}

/** Serves one task after the other. */
export class Servant {
  readonly #watch: Watch;
  readonly #kernels = new Map<string, Kernel>();
  readonly #assets = new Map<string, Uint8Array>();
  readonly #shelf = new MemoryShelf();

  constructor(watch: Watch) {
    this.#watch = watch;
  }

  /** Computes a task. Throws only where the isolate has made a mistake: the cell then ends. */
  serve(task: RunMessage): Outcome {
    this.#take(task);
    const { core, memory } = known(this.#kernels, task.kernel);
    const outcome = execute({
      kernel: task.kernel,
      core,
      memory: () => this.#shelf.take(task.kernel, memory),
      input: task.input,
      assets: task.assets.map((digest) => ({ digest, bytes: known(this.#assets, digest) })),
      outputBytesMax: task.outputBytesMax,
      fuelLimit: task.fuelLimit,
      wallMs: task.wallMs,
    }, this.#watch);
    if (isOver(outcome)) this.#shelf.ended(outcome.computeUs);
    return outcome;
  }

  /** What has time until the answer is out. */
  tidy(): void {
    this.#shelf.tidy();
  }

  /** The kernel's code, and what was learned about it, is not needed any more. */
  forget(kernel: string): void {
    this.#kernels.delete(kernel);
    this.#shelf.forget(kernel);
  }

  #take(task: RunMessage): void {
    for (const digest of task.droppedModules) this.forget(digest);
    for (const digest of task.droppedAssets) this.#assets.delete(digest);
    if (task.code !== undefined) this.#kernels.set(task.kernel, prepared(task.code));
    for (const [digest, bytes] of task.newAssets) this.#assets.set(digest, bytes);
  }
}

function prepared({ lent, memory }: Program): Kernel {
  const module = lent instanceof WebAssembly.Module
    ? lent
    : new WebAssembly.Module(lent as Uint8Array<ArrayBuffer>);
  return { core: prepareCore(module), memory };
}

/** Not so for a kernel that was stopped: its memory goes with it, and its time says nothing. */
function isOver(outcome: Outcome): boolean {
  return outcome.type === "output" ||
    (outcome.code !== "kernel.late" && outcome.code !== "kernel.environment");
}

function known<T>(kept: ReadonlyMap<string, T>, digest: string): T {
  const value = kept.get(digest);
  if (value === undefined) throw new Error(`The cell does not have ${digest}`);
  return value;
}

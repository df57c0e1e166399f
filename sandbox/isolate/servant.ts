// What serves tasks inside a cell, of whatever kind: each in a fresh instance under the watchdog, code and assets kept
// between tasks. It executes no JavaScript but this project's own: kernels are WebAssembly, and what they import is the
// closed world of their task.
import { execute } from "../abi/execute.ts";
import { prepareCore, type PreparedCore } from "../abi/exports.ts";
import type { Outcome } from "../outcome.ts";
import type { Watch } from "../watchdog.ts";
import type { RunMessage } from "./messages.ts";

/** Computes a task. Throws only where the isolate has made a mistake: the cell then ends. */
export type Servant = (task: RunMessage) => Outcome;

/** Makes a servant that knows nothing yet. */
export function createServant(watch: Watch): Servant {
  const cores = new Map<string, PreparedCore>();
  const assets = new Map<string, Uint8Array>();
  return (task) => {
    for (const digest of task.droppedModules) cores.delete(digest);
    for (const digest of task.droppedAssets) assets.delete(digest);
    if (task.code !== undefined) cores.set(task.kernel, prepareCore(compiled(task.code)));
    for (const [digest, bytes] of task.newAssets) assets.set(digest, bytes);
    return execute({
      kernel: task.kernel,
      core: known(cores, task.kernel),
      input: task.input,
      assets: task.assets.map((digest) => ({ digest, bytes: known(assets, digest) })),
      outputBytesMax: task.outputBytesMax,
      fuel: task.fuel,
      wallMs: task.wallMs,
    }, watch);
  };
}

function compiled(code: WebAssembly.Module | Uint8Array): WebAssembly.Module {
  return code instanceof WebAssembly.Module ? code : new WebAssembly.Module(code as Uint8Array<ArrayBuffer>);
}

function known<T>(kept: ReadonlyMap<string, T>, digest: string): T {
  const value = kept.get(digest);
  if (value === undefined) throw new Error(`The cell does not have ${digest}`);
  return value;
}

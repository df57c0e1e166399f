// What runs in an isolate's thread: it takes tasks, runs each in a fresh instance under the watchdog and answers. It is
// started without permissions and executes no JavaScript but this project's own: kernels are WebAssembly without imports.
import { execute } from "../abi/execute.ts";
import type { RunMessage, ThreadMessage } from "./messages.ts";
import { createVmWatchdog } from "./vm_watchdog.ts";

/** The part of a dedicated worker's global scope that is used here. */
interface Scope {
  onmessage: ((event: MessageEvent<RunMessage>) => void) | null;
  postMessage(message: ThreadMessage, transfer?: Transferable[]): void;
}

const scope = self as unknown as Scope;
const watch = createVmWatchdog();
const modules = new Map<string, WebAssembly.Module>();
const assets = new Map<string, Uint8Array>();

scope.onmessage = ({ data: task }) => {
  for (const digest of task.droppedModules) modules.delete(digest);
  for (const digest of task.droppedAssets) assets.delete(digest);
  if (task.module !== undefined) modules.set(task.kernel, task.module);
  for (const [digest, bytes] of task.newAssets) assets.set(digest, bytes);
  const outcome = execute({
    module: known(modules, task.kernel),
    input: task.input,
    assets: task.assets.map((digest) => known(assets, digest)),
    outputBytesMax: task.outputBytesMax,
    fuel: task.fuel,
    wallMs: task.wallMs,
  }, watch);
  scope.postMessage({ type: "outcome", outcome }, outcome.type === "output" ? [outcome.output.buffer] : []);
};
scope.postMessage({ type: "ready" });

function known<T>(kept: ReadonlyMap<string, T>, digest: string): T {
  const value = kept.get(digest);
  if (value === undefined) throw new Error(`The thread does not have ${digest}`);
  return value;
}

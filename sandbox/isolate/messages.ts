// What an isolate and its thread say to each other. One task at a time: every `run` gets one `outcome`.
import type { Outcome } from "../outcome.ts";

/** Compute this. The thread keeps modules and assets by digest until it is told to drop them. */
export interface RunMessage {
  readonly type: "run";
  /** The bundle's digest; `module` comes with the first task of a bundle. */
  readonly kernel: string;
  readonly module: WebAssembly.Module | undefined;
  readonly input: Uint8Array<ArrayBuffer>;
  /** Digests, in the order in which the kernel gets them. */
  readonly assets: readonly string[];
  /** The bytes of those assets that the thread does not have. */
  readonly newAssets: readonly (readonly [digest: string, bytes: Uint8Array<ArrayBuffer>])[];
  /** What is not kept any longer; nothing of it is needed by this task. Apart: a manifest can be an asset as well. */
  readonly droppedModules: readonly string[];
  readonly droppedAssets: readonly string[];
  readonly outputBytesMax: number;
  readonly fuel: number;
  readonly wallMs: number;
}

/** From the thread: it can take a task, or this is how its task went. */
export type ThreadMessage =
  | { readonly type: "ready" }
  | { readonly type: "outcome"; readonly outcome: Outcome };

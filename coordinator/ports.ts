// What the coordinator needs from the world outside, as small interfaces that main.ts fills.
import type { Code } from "../protocol/mod.ts";

/** What a coordinator knows of a kernel. `no` is its number in this process. */
export interface Kernel {
  readonly no: number;
  readonly id: string;
  readonly version: string;
  readonly release: number;
  /** SHA-256 of the manifest, lower-case hex: the kernel's name in every identity. */
  readonly digest: string;
  readonly fuelMax: number;
  readonly inputBytesMax: number;
  readonly outputBytesMax: number;
  readonly assetsMax: number;
  readonly assetBytesMax: number;
  readonly wallMsMax: number;
  /** Measured chance that `check` catches a lie that matters; sets the recheck rate. */
  readonly detection: number;
  /** Micro-credits per million fuel. */
  readonly price: number;
}

/** What one task is, whoever computes it. */
export interface Work {
  readonly kernel: number;
  readonly input: Uint8Array;
  /** Asset digests, lower-case hex. */
  readonly assets: readonly string[];
  /** The most it may use: part of what the task is, for what uses more ends otherwise. */
  readonly fuelLimit: number;
}

/** What running a kernel gave. `failure` with kernel.refused, kernel.trapped, kernel.exhausted or kernel.output_too_large is as deterministic as an output. */
export type Outcome =
  | {
    readonly type: "output";
    readonly output: Uint8Array;
    readonly fuel: number;
    readonly computeUs: number;
  }
  | {
    readonly type: "failure";
    readonly code: Code;
    readonly message: string;
    readonly fuel: number;
    readonly computeUs: number;
  };

/** What a check said. `unknown`: the check itself could not run (watchdog, memory); never a verdict. */
export type CheckOutcome =
  | { readonly type: "passed" }
  | { readonly type: "failed"; readonly message: string }
  | { readonly type: "unknown"; readonly message: string };

/** Trusted compute beside the coordinator. Neither function rejects. */
export interface Compute {
  /** Runs a task in a fresh instance of its own. */
  run(work: Work): Promise<Outcome>;
  /** Judges an output in a reused instance; `again` takes a fresh one. Answers directly where the kernel's check is short. */
  check(work: Work, output: Uint8Array, seed: bigint, again: boolean): CheckOutcome | Promise<CheckOutcome>;
  close(): Promise<void>;
}

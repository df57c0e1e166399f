// What goes into a client and what comes out of it.
import type { Tier, Verification } from "../protocol/mod.ts";

export type { Tier, Verification };

/** How a client is connected. */
export interface ConnectOptions {
  /** The project's API key, `p2c2r_…`. Keep it on servers: whoever has it spends the project's credit. */
  readonly apiKey: string;
  /** How long `connect()` keeps trying, in milliseconds. Default 10,000. */
  readonly connectMs?: number;
  /** How long past its deadline a task's answer may still be on the road, in milliseconds. Default 100. */
  readonly graceMs?: number;
  /** Most tasks that wait in this client because the coordinator's window is full. Default 8,192. */
  readonly queueMax?: number;
}

/** How one task is to be computed. */
export interface RunOptions {
  /** How long the answer is of use, in milliseconds from now, 1 to 60,000. */
  readonly deadlineMs: number;
  /** Assets the kernel reads, in the order it expects: handles of {@link Client.asset}, or hex digests of uploaded ones. */
  readonly assets?: readonly (Asset | string)[];
  /** Gives the task up: `run()` rejects with `task.cancelled`. */
  readonly signal?: AbortSignal;
  /** 0 (usual) to 7; higher goes first among the tasks of all projects that pay for it. */
  readonly priority?: number;
  /** `always`: recomputed on trusted machines before it is answered. Default `sampled`. */
  readonly verify?: "sampled" | "always";
  /** Opaque tags of 1 to 16 bytes, at most 8: no worker that carries one of them computes this task. */
  readonly exclude?: readonly Uint8Array[];
  /** Text of 1 to 64 bytes: the same key gives the same answer, however often it is sent. */
  readonly idempotencyKey?: string;
  /** Most work allowed, below the kernel's own limit. */
  readonly fuelLimit?: number;
}

/** How a task of a kernel without a codec is to be computed. */
export interface RunRawOptions extends RunOptions {
  /** The kernel's version. Default: the newest that the coordinator has. */
  readonly version?: string;
}

/** The answer of a task, with where it comes from. */
export interface Answer<Output = Uint8Array> {
  /** Numbers the tasks of this client; a {@link Revocation} names it. */
  readonly task: number;
  /** The kernel's id. */
  readonly kernel: string;
  /** The kernel's version. */
  readonly version: string;
  /** What the kernel computed. */
  readonly output: Output;
  /** Where it was computed: on a volunteer's machine, on the operator's own, or beside the coordinator. */
  readonly tier: Tier;
  /** How it was verified before it was served. */
  readonly verified: Verification;
  /** Opaque name of the worker behind it, the same for all answers to a project; null for trusted compute. */
  readonly source: string | null;
  /** How many machines were asked. */
  readonly attempts: number;
  /** Work done. */
  readonly fuel: number;
  /** From `run()` to this answer, in milliseconds, measured here. */
  readonly latencyMs: number;
  /** The part of it spent in the coordinator and behind it, in milliseconds. */
  readonly coordinatorMs: number;
  /** Micro-credits, before the rounding of the coordinator's batch. */
  readonly price: number;
}

/** An answer served earlier was wrong. */
export interface Revocation<Output = Uint8Array> {
  /** {@link Answer.task} of the wrong answer. */
  readonly task: number;
  /** The kernel's id, where this client still knows it. */
  readonly kernel: string | undefined;
  /** The right output; null where the kernel refuses that input. */
  readonly output: Output | null;
  /** What happened, for a person. */
  readonly reason: string;
}

/** An immutable blob that tasks name by its digest. Made by {@link Client.asset}, uploaded when the first task needs it. */
export interface Asset {
  /** SHA-256, lower-case hex. */
  readonly digest: string;
  /** The bytes, kept for a second upload. Do not change them. */
  readonly bytes: Uint8Array;
}

/** Ends a subscription. */
export type Unsubscribe = () => void;

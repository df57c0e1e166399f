// The words between the pure connection machine and its shell: what happens (events), what shall be done (effects).
import type { Code, FromWorker, ToWorker } from "../../protocol/mod.ts";

/** One task as the runner gets it. `job` is this process's own number: attempt numbers hold only within a session. */
export interface Job {
  readonly job: number;
  /** Manifest digest, lower-case hex. */
  readonly kernel: string;
  readonly input: Uint8Array;
  /** Asset digests, lower-case hex. */
  readonly assets: readonly string[];
  /** When the answer becomes useless. */
  readonly dueMs: number;
  readonly fuelLimit: number;
  readonly priority: number;
}

/** What computing a job gave. */
export type JobOutcome =
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

/** What the helper (or a signal in the helper's name) asks for. */
export type Command =
  /** No new work; `forMs` null lasts until `resume`. Tasks being computed are finished and delivered. */
  | { readonly type: "pause"; readonly reason: string; readonly forMs: number | null }
  | { readonly type: "resume" }
  /** No new work, finish what is being computed for at most `withinMs`, deliver, say goodbye, end. */
  | { readonly type: "finish"; readonly reason: string; readonly withinMs: number };

/** What happened. `nowMs` is monotone; a `draw` is 0 ≤ draw < 1. Events of a connection that is not the current one change nothing. */
export type Event =
  & { readonly nowMs: number }
  & (
    | { readonly type: "started" }
    /** The socket is open, nothing was received yet. */
    | { readonly type: "opened"; readonly connection: number }
    | { readonly type: "message"; readonly connection: number; readonly message: ToWorker }
    /** A frame that breaks the protocol. */
    | { readonly type: "broken"; readonly connection: number; readonly code: Code; readonly text: string }
    /** The connection is gone, or was never made. */
    | {
      readonly type: "closed";
      readonly connection: number;
      readonly code: Code;
      readonly text: string;
      readonly draw: number;
    }
    | { readonly type: "tick" }
    /** The bundle was verified (`code` null) or refused. */
    | {
      readonly type: "prepared";
      readonly kernel: string;
      readonly code: Code | null;
      readonly text: string;
    }
    /** A kernel is not run here any more: it does more harm than its answers are worth. */
    | { readonly type: "unfit"; readonly kernel: string; readonly text: string }
    /** Assets that this worker now has, or has no more. */
    | { readonly type: "held" | "dropped"; readonly assets: readonly string[] }
    | { readonly type: "computed"; readonly job: number; readonly outcome: JobOutcome }
    /** Jobs that will not be computed here. */
    | { readonly type: "returned"; readonly jobs: readonly number[]; readonly reason: string }
    | { readonly type: "command"; readonly command: Command }
  );

/** What shall be done, in this order. */
export type Effect =
  /** Connect after `afterMs`; ends in `opened` or `closed` with this number. */
  | {
    readonly type: "connect";
    readonly connection: number;
    readonly afterMs: number;
    readonly session: string | null;
  }
  /** Deliver what was sent, close the socket, and report `closed`. */
  | { readonly type: "close"; readonly closeCode: number; readonly text: string }
  | { readonly type: "send"; readonly message: FromWorker }
  /** Fetch and verify a bundle, then report `prepared`. */
  | { readonly type: "prepare"; readonly kernel: string; readonly signature: Uint8Array }
  | { readonly type: "compute"; readonly job: Job }
  /** Nobody wants this job any more: report it as `computed` (failure task.cancelled) when it holds no slot. */
  | { readonly type: "cancel"; readonly job: number }
  /** As `cancel`, and no report is wanted. */
  | { readonly type: "forget"; readonly job: number }
  /** Report every job that holds no slot yet as `returned`. */
  | { readonly type: "returnWaiting"; readonly reason: string }
  /** Give memory back until `wake`. */
  | { readonly type: "rest" }
  | { readonly type: "wake" }
  /** For people. */
  | { readonly type: "say"; readonly level: "info" | "warning"; readonly text: string }
  /** All was said and sent: end the program. */
  | { readonly type: "exit"; readonly reason: string };

/** What does not change while a session machine lives. */
export interface SessionConfig {
  readonly slots: number;
  /** Attempts accepted in flight, computing and waiting; at least `slots`. */
  readonly window: number;
  /** Name and version of this program, for the coordinator. */
  readonly software: string;
  /** Full jitter: attempt n waits draw × min(cap, base × 2ⁿ). */
  readonly backoffMsBase: number;
  readonly backoffMsCap: number;
  /** How long to wait after a refusal that trying again cannot cure. */
  readonly refusedMs: number;
  /** A connection that lived this long starts the backoff anew. */
  readonly stableMs: number;
  readonly silenceMsMax: number;
  /** How long to wait before a bundle that could not be fetched is tried again. */
  readonly prepareAgainMs: number;
  /** Bytes of results kept for delivery while there is no connection. */
  readonly undeliveredBytesMax: number;
}

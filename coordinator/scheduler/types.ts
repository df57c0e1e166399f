// The words between the pure core and its shell: what happens (events) and what shall be done (effects).
import type { Code, Tier, Verification } from "../../protocol/mod.ts";
import type { Outcome, Work } from "../ports.ts";
import type { KernelTrust, WorkerRecord } from "../verify/mod.ts";

/** A task as admitted by a gateway. All numbers are this process's own. */
export interface TaskSpec extends Work {
  readonly task: number;
  readonly project: number;
  /** The session that waits for the answer, and its number for the request. */
  readonly backend: number;
  readonly request: number;
  /** Hash of project, kernel digest, input and asset digests: the same only for the same task of the same project. */
  readonly identity: string;
  readonly dueMs: number;
  readonly priority: number;
  readonly verify: "sampled" | "always";
  /** The project's right to compute when there is not enough for all, relative to the others'. */
  readonly weight: number;
  /** Opaque tags, hex; workers that carry one of them are not asked. */
  readonly exclude: readonly string[];
}

/** A worker as it joins. */
export interface WorkerSpec {
  readonly worker: number;
  /** The key's fingerprint: trust belongs to it. */
  readonly id: string;
  /** Opaque mark of the network the worker connects from. */
  readonly network: string;
  readonly tier: "peer" | "cloud";
  /** The invite it came by. */
  readonly invite: string | null;
  readonly slots: number;
  readonly window: number;
  readonly tags: readonly string[];
  readonly record: WorkerRecord;
}

/** What happened. `nowMs` is monotone, from the shell's clock. */
export type Event =
  & { readonly nowMs: number }
  & (
    | { readonly type: "joined"; readonly spec: WorkerSpec }
    | {
      readonly type: "kernelReady";
      readonly worker: number;
      readonly kernel: number;
      readonly ready: boolean;
    }
    | { readonly type: "paused"; readonly worker: number }
    | { readonly type: "resumed"; readonly worker: number; readonly slots: number; readonly window: number }
    /** The connection is gone; the session may come back and deliver. */
    | { readonly type: "dropped"; readonly worker: number }
    | { readonly type: "returned"; readonly worker: number }
    /** The session is over. */
    | { readonly type: "left"; readonly worker: number }
    | { readonly type: "held"; readonly worker: number; readonly assets: readonly string[] }
    | { readonly type: "measured"; readonly worker: number; readonly rttMs: number }
    | { readonly type: "submitted"; readonly spec: TaskSpec }
    | { readonly type: "withdrawn"; readonly task: number }
    /** A backend's session is over: nobody waits for these tasks of its. */
    | { readonly type: "backendLeft"; readonly tasks: readonly number[] }
    | {
      readonly type: "answered";
      readonly worker: number;
      readonly attempt: number;
      readonly fence: number;
      readonly outcome: Outcome;
      /** 0 ≤ draw < 1 and a seed for the check, both drawn after the result arrived. */
      readonly draw: number;
      readonly seed: bigint;
    }
    | {
      readonly type: "handedBack";
      readonly worker: number;
      readonly attempt: number;
      readonly fence: number;
    }
    | {
      readonly type: "checked";
      readonly attempt: number;
      readonly again: boolean;
      readonly verdict: "passed" | "failed" | "unknown";
      readonly message: string;
    }
    | { readonly type: "computed"; readonly run: number; readonly outcome: Outcome }
    /** The event loop's turn is over, and what it has to say is about to leave: so long after its first event. */
    | { readonly type: "turned"; readonly turnMs: number }
    /** The process will end soon: what can still be proven shall be. */
    | { readonly type: "closing" }
    | { readonly type: "tick" }
  );

/** Why trusted compute runs: to answer, to judge, to be sure of a judgement, to judge newcomers, to set right what was served. */
export type Purpose = "serve" | "recheck" | "confirm" | "shadow" | "window";

/** What a settled attempt is remembered as in the audit. */
export type Verdict = "served" | "shadow" | "late" | "failed" | "refuted" | "unserved";

/** What shall be done, in this order. Effects that persist come before those that leave the process. */
export type Effect =
  | {
    readonly type: "assign";
    readonly worker: number;
    readonly attempt: number;
    readonly fence: number;
    readonly work: Work;
    readonly budgetMs: number;
    readonly leaseMs: number;
    readonly priority: number;
  }
  | { readonly type: "cancel"; readonly worker: number; readonly attempt: number; readonly fence: number }
  | {
    readonly type: "check";
    readonly attempt: number;
    readonly work: Work;
    readonly output: Uint8Array;
    readonly seed: bigint;
    readonly again: boolean;
  }
  | { readonly type: "compute"; readonly run: number; readonly purpose: Purpose; readonly work: Work }
  | {
    readonly type: "reply";
    readonly task: number;
    readonly project: number;
    readonly backend: number;
    readonly request: number;
    readonly kernel: number;
    readonly output: Uint8Array;
    readonly tier: Tier;
    readonly verified: Verification;
    /** The worker whose bytes these are; null for trusted compute. */
    readonly worker: string | null;
    readonly attempts: number;
    readonly fuel: number;
    readonly latencyMs: number;
  }
  | {
    readonly type: "refuse";
    readonly task: number;
    readonly backend: number;
    readonly request: number;
    readonly code: Code;
    readonly message: string;
    readonly retryMs: number | null;
    readonly attempts: number;
  }
  | {
    readonly type: "revoke";
    readonly backend: number;
    readonly request: number;
    readonly output: Uint8Array | null;
    readonly reason: string;
  }
  /** The project pays; cache hits are free and charge nothing. */
  | { readonly type: "charge"; readonly project: number; readonly kernel: number; readonly fuel: number }
  /** The project gets back what a revoked answer cost. */
  | { readonly type: "refund"; readonly project: number; readonly kernel: number; readonly fuel: number }
  /** A worker's credit: claimed as pending, then granted or voided. `by`: who pays, a project's task or the operator (a shadow). */
  | {
    readonly type: "pend" | "grant" | "void";
    readonly worker: string;
    readonly kernel: number;
    readonly fuel: number;
    readonly by: "project" | "operator";
  }
  | { readonly type: "trust"; readonly worker: string; readonly kernel: number; readonly trust: KernelTrust }
  | { readonly type: "record"; readonly worker: string; readonly record: WorkerRecord }
  | {
    readonly type: "standing";
    readonly worker: number;
    readonly state: "working" | "waiting" | "quarantined";
    readonly reason: string;
    readonly untilMs: number | null;
  }
  | {
    readonly type: "audit";
    readonly task: number;
    readonly attempt: number;
    readonly project: number;
    readonly worker: string | null;
    readonly kernel: number;
    readonly verdict: Verdict;
    readonly fuel: number;
    readonly latencyMs: number;
  };

// The session machine's whole memory. Only files of this folder write it, and only inside step().
import type { Code, FromWorker, Standing } from "../../protocol/mod.ts";
import { closeCodeOf } from "./close_codes.ts";
import type { Effect, SessionConfig } from "./types.ts";

/** Where the one connection stands. */
export type Phase = "idle" | "connecting" | "opening" | "live" | "closing" | "ended";

/** A kernel offered on this connection. */
export interface Offer {
  readonly kernelNo: number;
  readonly kernel: string;
  readonly signature: Uint8Array;
  state: "preparing" | "ready" | "refused";
  /** When a refusal that can pass is tried again; Infinity when it stays. */
  againMs: number;
  /** Why it was taken out of service after it had been ready; else null. */
  unfit: string | null;
}

/** A task that was taken and not yet answered. */
export interface HeldJob {
  readonly job: number;
  readonly attempt: number;
  readonly fence: number;
  readonly trace: Uint8Array | null;
  cancelled: boolean;
  /** The answer, while there is no connection to send it over. */
  reply: FromWorker | null;
}

/** Micro-credits, as the coordinator last said. */
export interface CreditSums {
  readonly claimed: number;
  readonly pending: number;
  readonly granted: number;
  readonly refused: number;
}

/** What this process did since its start. */
export interface Counters {
  results: number;
  failures: number;
  handedBack: number;
  /** Answers that nobody could take any more, because their session was over. */
  discarded: number;
}

/** The session machine's whole memory. */
export interface State {
  readonly config: SessionConfig;
  phase: Phase;
  /** The connection that is being made or used. */
  connection: number;
  /** Tries in a row that did not last. */
  failures: number;
  nextTryMs: number;
  /** Why there is no connection. */
  trouble: { readonly code: Code; readonly text: string } | null;
  /** What the coordinator said before it closed. */
  farewell: { readonly code: Code; readonly text: string } | null;
  /** Whether this connection has brought its welcome, and whether it asked to resume a session. */
  welcomed: boolean;
  asked: boolean;
  session: { readonly id: string; readonly resumeMs: number } | null;
  liveMs: number;
  lostMs: number;
  heardMs: number;
  sentMs: number;
  heartbeatMs: number;
  /** Attempts accepted on this connection: ours, or less where the coordinator sends less. */
  window: number;
  drainUntilMs: number | null;
  pause: { readonly reason: string; readonly untilMs: number | null } | null;
  finish: { readonly reason: string; readonly untilMs: number } | null;
  readonly offers: Map<number, Offer>;
  readonly jobs: Map<number, HeldJob>;
  readonly byAttempt: Map<number, HeldJob>;
  jobsMade: number;
  /** Held jobs that are still wanted. */
  open: number;
  undeliveredBytes: number;
  readonly held: Set<string>;
  credit: CreditSums | null;
  standing: {
    readonly state: Standing[1];
    readonly reason: string;
    readonly untilMs: number | null;
  } | null;
  probes: number;
  readonly counters: Counters;
}

/** A machine that has not started. */
export function initialState(config: SessionConfig): State {
  return {
    config,
    phase: "idle",
    connection: 0,
    failures: 0,
    nextTryMs: 0,
    trouble: null,
    farewell: null,
    welcomed: false,
    asked: false,
    session: null,
    liveMs: 0,
    lostMs: 0,
    heardMs: 0,
    sentMs: 0,
    heartbeatMs: 0,
    window: config.window,
    drainUntilMs: null,
    pause: null,
    finish: null,
    offers: new Map(),
    jobs: new Map(),
    byAttempt: new Map(),
    jobsMade: 0,
    open: 0,
    undeliveredBytes: 0,
    held: new Set(),
    credit: null,
    standing: null,
    probes: 0,
    counters: { results: 0, failures: 0, handedBack: 0, discarded: 0 },
  };
}

/** Sends over the live connection and remembers when. */
export function send(state: State, message: FromWorker, nowMs: number, out: Effect[]): void {
  state.sentMs = nowMs;
  out.push({ type: "send", message });
}

/** Takes a job out of the books. */
export function release(state: State, job: HeldJob): void {
  state.jobs.delete(job.job);
  state.byAttempt.delete(job.attempt);
  if (!job.cancelled) state.open--;
}

/** Ends every job of a session that is over: nobody can take the answers any more. */
export function discardJobs(state: State, out: Effect[]): void {
  for (const job of [...state.jobs.values()]) {
    if (job.reply === null) out.push({ type: "forget", job: job.job });
    else state.counters.discarded++;
    release(state, job);
  }
  state.undeliveredBytes = 0;
}

/** Leaves a connection whose other end breaks the rules, or that is not wanted any more. `closed` follows. */
export function leave(state: State, closeCode: number, text: string, nowMs: number, out: Effect[]): void {
  if (state.phase === "live") state.lostMs = nowMs;
  state.phase = "closing";
  out.push({ type: "close", closeCode, text });
}

/** Leaves a connection whose other end breaks the rules, and says so. */
export function violated(state: State, code: Code, text: string, nowMs: number, out: Effect[]): void {
  out.push({ type: "say", level: "warning", text: `Cannot go on with this connection: ${text} (${code}).` });
  leave(state, closeCodeOf(code), text, nowMs, out);
}

// Past 300 lines: one memory, and most of it is what each field means. Only files of this folder write it, and only inside step().
import type { Code, Tier } from "../../protocol/mod.ts";
import type { Kernel, Outcome, Work } from "../ports.ts";
import type { WorkerRecord } from "../verify/mod.ts";
import { type Breaker, createBreaker } from "./breaker.ts";
import { ResultCache, type Source } from "./cache.ts";
import type { SchedulerConfig } from "./config.ts";
import { type Counters, noCounters } from "./counters.ts";
import { DeadlineCounts } from "./deadline_counts.ts";
import { FairQueue, type Share, Shares } from "./fair_queue.ts";
import { FuelBounds } from "./fuel_bounds.ts";
import { Heap } from "./heap.ts";
import type { Holders } from "./holders.ts";
import { Newcomers } from "./newcomers.ts";
import { Durations } from "./quantiles.ts";
import type { Shortest } from "./shortest.ts";
import { goesDownNoMore, isStale, type Timer } from "./timers.ts";
import type { Purpose, TaskSpec, WorkerSpec } from "./types.ts";
import type { Group } from "./young.ts";

/** Who got an answer without paying for it, so that it can be taken back. */
export type Recipient = Pick<TaskSpec, "backend" | "request">;

/** A peer's result that was served and can still be revoked. */
export interface Served {
  readonly peer: Peer;
  readonly kernel: KernelState;
  readonly spec: TaskSpec;
  readonly outcome: Outcome & { readonly type: "output" };
  readonly servedMs: number;
  /** What the worker is paid for: its claim where that was proven, else no more than such tasks use. */
  readonly fuel: number;
  /** Who got it beside the one that asked first and pays, if anybody did. */
  others: Recipient[] | null;
  /** Judged bit by bit, and how; `judging` while a recomputation is on its way. */
  verdict: "open" | "judging" | "right" | "wrong";
  /** Left the window: final unless a judgement is still on its way. */
  left: boolean;
  /** Credit still to be granted or voided. */
  pending: boolean;
  /** Its neighbours among all results that can be revoked. */
  older: Served | null;
  newer: Served | null;
}

/** A key and what is known of it: outlives its sessions while results can still be revoked. */
export interface Peer {
  readonly id: string;
  record: WorkerRecord;
  readonly windows: Map<number, ServedWindow>;
  readonly sessions: Set<WorkerState>;
  /** Answers under check or comparison: until they are judged, a new session meets the same peer. */
  unjudged: number;
  /** Its check refused a result, and trusted compute has not judged it yet: no work meanwhile. */
  accused: boolean;
  /** Why it is in quarantine, if it is: exactly where this process has proven it, else in general. */
  guilt: string;
  /** What its last session taught: who comes back need not be measured anew. */
  readonly services: Map<number, Durations>;
  readonly roundTrip: Shortest;
  quota: number | null;
}

/** The results of one (worker, kernel) that can still be revoked, oldest first. */
export interface ServedWindow {
  readonly peer: Peer;
  readonly kernel: KernelState;
  readonly results: Served[];
  bytes: number;
  timerArmed: boolean;
}

/** One connected session of a worker. */
export interface WorkerState {
  readonly spec: WorkerSpec;
  readonly peer: Peer;
  readonly tags: ReadonlySet<string>;
  /** Whose bytes its answers are, as the cache remembers it. */
  readonly source: Source;
  readonly groups: readonly Group[];
  slots: number;
  window: number;
  connected: boolean;
  paused: boolean;
  gone: boolean;
  readonly kernels: Map<number, WorkerKernel>;
  readonly held: Set<string>;
  /** What it has in hand, the oldest first. */
  readonly attempts: Attempt[];
  /** Connected, not paused, not quarantined, not gone. */
  able: boolean;
  /** Able, and with less in flight than its allowance. */
  room: boolean;
  /** Attempts it may have in flight: grows by answers in time, halves when a lease runs out. */
  quota: number;
  rttMs: number;
  /** Mean compute of its last answers, whatever the kernel. */
  serviceMs: number;
  /** Predicted compute of everything in flight. */
  aheadMs: number;
  lastAnswerMs: number;
  /** Leases that ran out since its last answer. */
  misses: number;
  /** The share of its leases that run out, of late. */
  lossRate: number;
  /** The turn of the event loop in which it was last sent work: while that lasts, more of it goes in the same frame. */
  turn: number;
  /** When its last answers came, as many as it has slots. */
  readonly answeredMs: number[];
  answered: number;
}

/** What is known of one (session, kernel). */
export interface WorkerKernel {
  readonly worker: WorkerState;
  readonly kernel: KernelState;
  ready: boolean;
  /** Able and ready, on probation. */
  newcomer: boolean;
  /** Served, but not yet proven by enough rechecks: its part of the traffic is capped. */
  young: boolean;
  /** Place in the kernel's list of workers with room, -1 when it is not there. */
  openAt: number;
  /** Slots whose results are served: 0 unless trusted, connected, ready, not paused and not quarantined. */
  usableSlots: number;
  readonly service: Durations;
  /** Mean time for which a task keeps a slot busy, waits on the way left out; 0 before its first answer. */
  busyMs: number;
  /** What an answer took at least, of late. */
  readonly took: Shortest;
}

/** A kernel and what all workers together taught about it. */
export interface KernelState {
  readonly kernel: Kernel;
  readonly key: string;
  /** Tasks that no worker has yet; those answered meanwhile are skipped when they come up. */
  readonly queue: FairQueue<Task>;
  /** How many of them there are, by deadline. */
  readonly queued: DeadlineCounts;
  /** Slots of peers, and of cloud workers, whose results of this kernel are served. */
  usableSlots: number;
  cloudSlots: number;
  /** Workers with room whose results of this kernel are served, in no order. */
  readonly open: WorkerKernel[];
  readonly openCloud: WorkerKernel[];
  /** The peer that was given the last task. */
  lastGiven: WorkerKernel | null;
  /** Workers with room on probation for this kernel. */
  readonly newcomers: Newcomers;
  readonly service: Durations;
  readonly local: Durations;
  /** From sending to the answer, network included. */
  readonly cloudTurnaround: Durations;
  /** What its tasks use at most, by trusted compute. */
  readonly fuel: FuelBounds;
}

/** A request that waits for the answer to the same task of another one. */
export interface Follower {
  readonly spec: TaskSpec;
  readonly submittedMs: number;
}

/** A submitted task until its one end. */
export interface Task {
  readonly spec: TaskSpec;
  readonly kernel: KernelState;
  readonly submittedMs: number;
  readonly share: Share;
  /** Its place among those that wait: the deadline, moved by the priority. */
  readonly queueKeyMs: number;
  /** Attempts on workers that may still answer it, and the workers that had it: three at most. */
  live: readonly Attempt[];
  tried: readonly string[];
  /** The same task asked for again meanwhile, by task number, if it was; all are due no earlier than this one. */
  followers: Map<number, Follower> | null;
  attempts: number;
  queued: boolean;
  done: boolean;
  /** The part of the ladder that it has come down to; trusted compute is the last. */
  rung: "peer" | "cloud" | "local";
  /** Trusted compute that will answer it. */
  serving: boolean;
  /** A checked answer that waits for its recheck, and until when. */
  awaiting: Attempt | null;
  awaitsUntilMs: number;
  /** The trusted run about this very task, if there is one. */
  case: Case | null;
  /** What the last worker that failed said: the refusal names it if nobody does better. */
  lastFailure: { readonly code: Code; readonly message: string } | null;
}

/** One assignment of a task to a worker. */
export interface Attempt {
  readonly no: number;
  readonly fence: number;
  readonly worker: WorkerState;
  readonly own: WorkerKernel;
  readonly kernel: KernelState;
  readonly work: Work;
  /** Null for a shadow. */
  readonly task: Task | null;
  readonly case: Case | null;
  readonly assignedMs: number;
  readonly predictedMs: number;
  /** Of the wait, what was not to be spent on computing it: the round trip, or what the worker had in hand. */
  readonly inFrontMs: number;
  readonly leaseUntilMs: number;
  readonly abandonMs: number;
  /** Counted as traffic of a new identity. */
  readonly young: boolean;
  state: "out" | "checking" | "closed";
  expired: boolean;
  /** Its lease was looked at late, and prolonged by as much. */
  excused: boolean;
  outcome: (Outcome & { readonly type: "output" }) | null;
  draw: number;
  seed: bigint;
  /** Not to be served before trusted compute has judged it. */
  unproven: boolean;
}

/** A result that waits to be compared with trusted compute. */
export interface Subject {
  readonly peer: Peer;
  readonly kernel: KernelState;
  readonly outcome: Outcome;
  /** A newcomer's; one served already; one of a proven liar's; one that a task waits with. */
  readonly kind: "shadow" | "recheck" | "window" | "awaited" | "refuted";
  /** What the check said of it. */
  readonly refusal?: string;
  readonly attempt: Attempt | null;
  readonly served: Served | null;
}

/** One question to trusted compute, with everyone who waits for the answer. */
export interface Case {
  readonly kernel: KernelState;
  readonly work: TaskSpec;
  trusted: Outcome | null;
  confirmed: boolean;
  confirming: boolean;
  /** Runs to confirm that came to no verdict. */
  confirmsFailed: number;
  /** Runs for a first answer that wait or are under way. */
  readonly runs: Set<Run>;
  /** Shadows that may still bring a result to compare. */
  openShadows: number;
  readonly waiting: Subject[];
  readonly disputed: Subject[];
  /** A task that takes the trusted answer as its own. */
  task: Task | null;
}

/** One run of trusted compute. */
export interface Run {
  readonly no: number;
  readonly purpose: Purpose;
  /** The task that waits for it; null for judgements nobody waits for. */
  readonly task: Task | null;
  readonly case: Case;
  state: "waiting" | "running" | "dropped";
  startedMs: number;
}

/** The scheduler's whole memory. */
export interface State {
  readonly config: SchedulerConfig;
  readonly kernels: Map<number, KernelState>;
  readonly workers: Map<number, WorkerState>;
  readonly peers: Map<string, Peer>;
  readonly tasks: Map<number, Task>;
  /** Tasks in flight by identity, for merging, and the one each merged request waits with. */
  readonly merging: Map<string, Task>;
  readonly merged: Map<number, Task>;
  /** Merged requests whose task ended without an answer: they are submitted anew at the end of the step. */
  readonly orphans: Follower[];
  /** Questions whose task ended while an answer to it was still to be judged: looked at when the step is over. */
  readonly leftovers: Case[];
  readonly shares: Shares;
  readonly groups: Map<string, Group>;
  readonly holders: Map<string, Holders<WorkerState>>;
  /** Attempts of tasks on peers. */
  peerInFlight: number;
  /** Tasks by the time at which they go down a rung of the ladder, not counting what waits for trusted compute. */
  readonly rungs: Heap<Task>;
  readonly breakers: Readonly<Record<Tier, Breaker>>;
  /** The results in the windows of all workers, linked by age, and their bytes together. */
  oldestServed: Served | null;
  newestServed: Served | null;
  windowBytes: number;
  readonly attempts: Map<number, Attempt>;
  readonly cache: ResultCache;
  readonly timers: Heap<Timer>;
  readonly runs: Map<number, Run>;
  /** Waiting runs that a task waits for, by deadline, and all others, by purpose and age. */
  readonly urgentRuns: FairQueue<Run>;
  readonly judgementRuns: Heap<Run>;
  urgentWaiting: number;
  judgementsWaiting: number;
  judgementBytes: number;
  runsRunning: number;
  /** Urgent runs started while a judgement waited, since the last judgement was started. */
  urgentInARow: number;
  /** Mean of the last runs of trusted compute, whatever the kernel. */
  localMeanMs: number;
  nextAttempt: number;
  nextRun: number;
  /** Saved-up right to hedge. */
  hedgeTokens: number;
  /** Tasks given to workers since the last one that went to whoever was idle longest. */
  sinceExplored: number;
  /** The process ends soon. */
  closing: boolean;
  /** Turns of the event loop so far, and how long one takes. */
  turn: number;
  turnMs: number;
  readonly counters: Counters;
}

/** An empty scheduler. */
export function createState(config: SchedulerConfig): State {
  const kernels = new Map<number, KernelState>();
  for (const kernel of config.kernels) {
    kernels.set(kernel.no, {
      kernel,
      key: `${kernel.id}@${kernel.version}`,
      queue: new FairQueue(config.fairLeadMs, (task) => !task.queued),
      queued: new DeadlineCounts(),
      usableSlots: 0,
      cloudSlots: 0,
      open: [],
      openCloud: [],
      lastGiven: null,
      newcomers: new Newcomers(),
      service: new Durations(),
      local: new Durations(),
      cloudTurnaround: new Durations(),
      fuel: new FuelBounds(),
    });
  }
  return {
    config,
    kernels,
    workers: new Map(),
    peers: new Map(),
    tasks: new Map(),
    merging: new Map(),
    merged: new Map(),
    orphans: [],
    leftovers: [],
    shares: new Shares(),
    groups: new Map(),
    holders: new Map(),
    peerInFlight: 0,
    rungs: new Heap(goesDownNoMore),
    breakers: {
      peer: createBreaker(config.breaker),
      cloud: createBreaker(config.breaker),
      local: createBreaker(config.breaker),
    },
    oldestServed: null,
    newestServed: null,
    windowBytes: 0,
    attempts: new Map(),
    cache: new ResultCache(config.cacheBytesMax),
    timers: new Heap(isStale),
    runs: new Map(),
    urgentRuns: new FairQueue(config.fairLeadMs, isDropped),
    judgementRuns: new Heap(isDropped),
    urgentWaiting: 0,
    judgementsWaiting: 0,
    judgementBytes: 0,
    runsRunning: 0,
    urgentInARow: 0,
    localMeanMs: config.localGuessMs,
    nextAttempt: 1,
    nextRun: 1,
    hedgeTokens: config.hedgeBurst,
    sinceExplored: 0,
    closing: false,
    turn: 0,
    turnMs: 0,
    counters: noCounters(),
  };
}

function isDropped(run: Run): boolean {
  return run.state === "dropped";
}

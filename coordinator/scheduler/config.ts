// The numbers of the scheduler, each with its reason. One frozen object; tests and simulations pass their own.
import { limits } from "../../protocol/mod.ts";
import type { Kernel } from "../ports.ts";
import { type TrustRules, trustRules } from "../verify/mod.ts";

/** What the scheduler may assume and how it decides. Times are milliseconds. */
export interface SchedulerConfig {
  readonly kernels: readonly Kernel[];
  readonly trust: TrustRules;
  /** Isolates of trusted compute beside the coordinator. */
  readonly localSlots: number;
  /** Waiting judgements of trusted compute beyond which no further shadow work is opened. */
  readonly judgementsMax: number;
  /** Urgent runs of trusted compute in a row before a waiting judgement has its turn: a flood cannot stop rechecks. */
  readonly urgentRunsMax: number;
  /** Runs that may fail to confirm a mismatch before it is left undecided. */
  readonly confirmsFailedMax: number;
  /** Kept between the planned end of local compute and the deadline. */
  readonly localMarginMs: number;
  /** Assumed cost of local compute before anything was measured. */
  readonly localGuessMs: number;
  /** Most attempts in flight of a session that has not answered any, whatever slots it claims. */
  readonly quotaFirst: number;
  /** Assets remembered as held by a worker; the oldest are forgotten first. */
  readonly heldAssetsMax: number;
  /** Assumed cost on a worker before anything was measured. */
  readonly serviceGuessMs: number;
  /** Shortest lease, and what is added to every one. */
  readonly leaseMarginMs: number;
  /** The quantile of a worker's own service times that a lease covers. */
  readonly leaseQuantile: number;
  /** Measurements before a quantile or a refusal rests on them. */
  readonly samplesMin: number;
  /** An attempt is given up when it is this many leases old and at least `abandonMsMin`. */
  readonly abandonLeases: number;
  readonly abandonMsMin: number;
  /** Hedges that late leases may cause, as a share of all attempts, and the burst that may be saved up. */
  readonly hedgeShare: number;
  readonly hedgeBurst: number;
  /** Attempts of one task on peers, hedges and failovers together. */
  readonly attemptsMax: number;
  /** How many workers a placement compares; all of them where there are fewer. */
  readonly candidates: number;
  /** An idle worker's own slowness is forgotten after this long, so that it is tried again. */
  readonly forgetMs: number;
  /** What fetching an asset is assumed to cost a worker that does not hold it. */
  readonly assetFetchMs: number;
  /** Waiting tasks looked at when the first may not go to a free worker. */
  readonly lookahead: number;
  /** How much earlier one level of priority makes a task look. */
  readonly priorityMs: number;
  /** Newcomers that get the same task as a shadow. */
  readonly shadowsPerTask: number;
  /** Bytes kept for answering the same task again. */
  readonly cacheBytesMax: number;
  readonly queuedTasksMax: number;
}

/** The defaults, for the given kernels and slots. */
export function schedulerConfig(
  kernels: readonly Kernel[],
  localSlots: number,
  overrides: Partial<SchedulerConfig> = {},
): SchedulerConfig {
  return Object.freeze({
    kernels,
    trust: trustRules,
    localSlots,
    judgementsMax: 4 * localSlots,
    urgentRunsMax: 8,
    confirmsFailedMax: 3,
    localMarginMs: 4,
    localGuessMs: 20,
    quotaFirst: 9,
    heldAssetsMax: 4_096,
    serviceGuessMs: 20,
    leaseMarginMs: 4,
    leaseQuantile: 0.98,
    samplesMin: 8,
    abandonLeases: 10,
    abandonMsMin: 2_000,
    hedgeShare: 0.05,
    hedgeBurst: 16,
    attemptsMax: 3,
    candidates: 16,
    forgetMs: 2_000,
    assetFetchMs: 30,
    lookahead: 8,
    priorityMs: 100,
    shadowsPerTask: 8,
    cacheBytesMax: 64 * 1024 * 1024,
    queuedTasksMax: limits.queuedTasksMax,
    ...overrides,
  });
}

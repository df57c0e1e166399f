// The numbers of the scheduler, each with its reason. One frozen object; tests and simulations pass their own.
import { limits } from "../../protocol/mod.ts";
import type { Kernel } from "../ports.ts";
import { type TrustRules, trustRules } from "../verify/mod.ts";
import { type BreakerRules, breakerRules } from "./breaker.ts";

/** What the scheduler may assume and how it decides. Times are milliseconds. */
export interface SchedulerConfig {
  readonly kernels: readonly Kernel[];
  readonly trust: TrustRules;
  /** Isolates of trusted compute beside the coordinator. */
  readonly localSlots: number;
  /** Waiting judgements of trusted compute beyond which no further shadow work is opened. */
  readonly judgementsMax: number;
  /** Waiting judgements, and bytes of their inputs, beyond which a result that was drawn is not served before it is judged. */
  readonly judgementsWaitingMax: number;
  readonly judgementBytesMax: number;
  /** Bytes of all results together that can still be revoked; beyond, the oldest become final. */
  readonly windowsBytesMax: number;
  /** Urgent runs of trusted compute in a row before a waiting judgement has its turn: a flood cannot stop rechecks. */
  readonly urgentRunsMax: number;
  /** Runs that may fail to confirm a mismatch before it is left undecided. */
  readonly confirmsFailedMax: number;
  /** The quantile of its own cost that trusted compute reserves before a deadline. */
  readonly localQuantile: number;
  /** A task whose worker answers in time with at least this chance does not go down while trusted compute is busy. */
  readonly rungChanceMin: number;
  /** How often a task is looked at whose time for trusted compute has come while its worker is likely to answer. */
  readonly rungLookMs: number;
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
  /** What one attempt weighs in the share of a worker's leases that ran out. */
  readonly lossStep: number;
  /** A lease that is looked at so much after it ran out: this process stood still meanwhile. */
  readonly stallMs: number;
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
  /** A second worker is asked when the chance of an answer in time falls below this. */
  readonly hedgeChanceMin: number;
  /** Attempts of one task on peers, hedges and failovers together. */
  readonly attemptsMax: number;
  /** How many workers a placement compares; all of them where there are fewer. */
  readonly candidates: number;
  /** An idle worker's own slowness is forgotten after this long, so that it is tried again. */
  readonly forgetMs: number;
  /** Every so many placements go to whoever was idle longest among those that have time enough. */
  readonly exploreEvery: number;
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
  /** Part of all tasks beyond which no project may have more than its share of them. */
  readonly crowdedShare: number;
  /** By how much compute a project may be ahead of the one that had least, for the sake of earlier deadlines. */
  readonly fairLeadMs: number;
  readonly breaker: BreakerRules;
  /** Attempts in flight, as a share of all, that new identities together, and those of one network or invite, may have; 1 is no limit. */
  readonly youngShareMax: number;
  readonly youngGroupShareMax: number;
  /** What new identities of one network or invite may always have in flight, and four times that all together. */
  readonly youngInFlightMin: number;
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
    judgementsWaitingMax: 4_096,
    judgementBytesMax: 64 * 1024 * 1024,
    windowsBytesMax: 256 * 1024 * 1024,
    urgentRunsMax: 8,
    confirmsFailedMax: 3,
    localQuantile: 0.95,
    rungChanceMin: 0.98,
    rungLookMs: 2,
    localMarginMs: 4,
    localGuessMs: 20,
    quotaFirst: 9,
    heldAssetsMax: 4_096,
    serviceGuessMs: 20,
    leaseMarginMs: 4,
    lossStep: 1 / 32,
    stallMs: 2,
    leaseQuantile: 0.98,
    samplesMin: 8,
    abandonLeases: 10,
    abandonMsMin: 2_000,
    hedgeShare: 0.05,
    hedgeBurst: 16,
    hedgeChanceMin: 0.9,
    attemptsMax: 3,
    candidates: 16,
    forgetMs: 2_000,
    exploreEvery: 32,
    assetFetchMs: 30,
    lookahead: 8,
    priorityMs: 100,
    shadowsPerTask: 8,
    cacheBytesMax: 64 * 1024 * 1024,
    queuedTasksMax: limits.queuedTasksMax,
    crowdedShare: 0.5,
    fairLeadMs: 500,
    breaker: breakerRules,
    youngShareMax: 0.5,
    youngGroupShareMax: 0.25,
    youngInFlightMin: 16,
    ...overrides,
  });
}

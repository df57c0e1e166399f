// What an operator may see of the scheduler: a copy, made when asked for.
import { type KernelTrust, trustIn } from "../verify/mod.ts";
import type { Tier } from "../../protocol/mod.ts";
import type { Counters } from "./counters.ts";
import type { State, WorkerState } from "./state.ts";

/** The scheduler at one moment. */
export interface SchedulerSnapshot {
  readonly counters: Readonly<Counters>;
  /** Tasks that no worker has yet, and all that have not ended. */
  readonly waiting: number;
  readonly inFlight: number;
  readonly breakers: Readonly<Record<Tier, BreakerSnapshot>>;
  readonly local: { readonly slots: number; readonly running: number; readonly waiting: number };
  readonly cacheBytes: number;
  readonly workers: readonly WorkerSnapshot[];
}

/** A tier's circuit breaker. */
export interface BreakerSnapshot {
  readonly state: "closed" | "open" | "halfOpen";
  /** Times it opened since the start. */
  readonly opened: number;
}

/** One connected worker. */
export interface WorkerSnapshot {
  readonly worker: number;
  readonly inFlight: number;
  readonly quota: number;
  readonly rttMs: number;
  readonly answered: number;
  /** 0 when not in quarantine. */
  readonly quarantinedUntilMs: number;
  readonly kernels: readonly KernelSnapshot[];
}

/** What is known of a worker and one kernel. */
export interface KernelSnapshot extends KernelTrust {
  readonly kernel: number;
  readonly ready: boolean;
}

/** Copies what an operator may see. */
export function snapshot(state: State): SchedulerSnapshot {
  const ofBreaker = (tier: Tier): BreakerSnapshot => {
    const { state: now, opened } = state.breakers[tier];
    return { state: now, opened };
  };
  let waiting = 0;
  for (const kernel of state.kernels.values()) waiting += kernel.queued.total;
  return {
    counters: { ...state.counters },
    waiting,
    inFlight: state.tasks.size,
    breakers: { peer: ofBreaker("peer"), cloud: ofBreaker("cloud"), local: ofBreaker("local") },
    local: {
      slots: state.config.localSlots,
      running: state.runsRunning,
      waiting: state.urgentWaiting + state.judgementsWaiting,
    },
    cacheBytes: state.cache.bytes,
    workers: [...state.workers.values()].map(ofWorker),
  };
}

/** Results whose credit is neither granted nor voided. */
export function undecided(state: State): number {
  let count = 0;
  for (let served = state.newestServed; served !== null; served = served.older) {
    if (served.pending) count++;
  }
  return count;
}

function ofWorker(worker: WorkerState): WorkerSnapshot {
  return {
    worker: worker.spec.worker,
    inFlight: worker.attempts.length,
    quota: worker.quota,
    rttMs: worker.rttMs,
    answered: worker.answered,
    quarantinedUntilMs: worker.peer.record.quarantinedUntilMs,
    kernels: [...worker.kernels.values()].map((own) => ({
      ...trustIn(worker.peer.record, own.kernel.kernel),
      kernel: own.kernel.kernel.no,
      ready: own.ready,
    })),
  };
}

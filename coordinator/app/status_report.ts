// What a running coordinator is doing, as one JSON object for people and programs.
import type { TaskDesk, WorkerCredit, WorkerSession } from "../gateway/mod.ts";
import type { Kernel } from "../ports.ts";
import type { Explanation, SchedulerSnapshot, WorkerSnapshot } from "../scheduler/mod.ts";
import type { Health } from "./parts.ts";

/** One worker and one kernel. */
export interface KernelStatus {
  readonly kernel: string;
  readonly ready: boolean;
  readonly stage: "probation" | "renewed" | "trusted";
  readonly progress: number;
  readonly right: number;
  readonly wrong: number;
  /** Why the kernel is not ready there. */
  readonly problem: string | null;
}

/** One worker. */
export interface WorkerStatus {
  readonly id: string;
  readonly tier: "peer" | "cloud";
  readonly state: "arriving" | "connected" | "paused" | "dropped" | "quarantined";
  readonly software: string;
  readonly slots: number;
  readonly inFlight: number;
  /** Attempts it may have in flight now. */
  readonly quota: number;
  readonly rttMs: number;
  readonly answered: number;
  /** Why it has no work, in the words it was told or told us. */
  readonly reason: string | null;
  readonly quarantinedForMs: number;
  readonly kernels: readonly KernelStatus[];
  readonly credit: WorkerCredit | null;
}

/** GET /v1/status. Counters are since the start. */
export interface StatusReport {
  readonly instance: string;
  readonly version: string;
  readonly health: Health;
  readonly upMs: number;
  readonly queue: {
    readonly inFlight: number;
    readonly waiting: number;
    readonly inputBytes: number;
    readonly local: SchedulerSnapshot["local"];
  };
  readonly tasks: {
    readonly perS: number;
    readonly submitted: number;
    readonly answered: number;
    /** 0 to 1; null before the first answer. */
    readonly deadlineMet: number | null;
    readonly tiers: Readonly<Record<"peer" | "cloud" | "local" | "cache", number>>;
    /** By code. */
    readonly refused: Readonly<Record<string, number>>;
    /** Answered from the memory of idempotency keys. */
    readonly repeated: number;
  };
  readonly trust: {
    readonly checked: number;
    readonly checksFailed: number;
    readonly rechecked: number;
    readonly shadows: number;
    readonly caught: number;
    readonly revoked: number;
    readonly revokedUnreachable: number;
    /** Drawn results that were not served, and results of liars that became final, because too much waited to be judged. */
    readonly unjudged: number;
  };
  readonly scheduling: {
    readonly hedges: number;
    readonly failovers: number;
    readonly leasesExpired: number;
    readonly lateAnswers: number;
    readonly unknownResults: number;
    /** Hedges that the budget did not allow. */
    readonly hedgesDenied: number;
    /** What is known of each tier's circuit breaker. */
    readonly breakers: SchedulerSnapshot["breakers"];
  };
  readonly workers: readonly WorkerStatus[];
  readonly backends: { readonly sessions: number; readonly connected: number };
  /** Coded closes of connections, by code. */
  readonly closes: Readonly<Record<string, number>>;
  /** Booked micro-credits by kind of account, at most ten seconds old. */
  readonly ledger: Readonly<Record<string, number>>;
  readonly memory: { readonly rssBytes: number; readonly heapBytes: number; readonly cacheBytes: number };
}

/** What a worker's line is made of. */
export interface WorkerFacts {
  readonly session: WorkerSession;
  readonly snapshot: WorkerSnapshot | undefined;
  readonly explanation: Explanation | undefined;
  readonly credit: WorkerCredit | undefined;
  readonly kernel: (no: number) => Kernel | undefined;
  readonly nowMs: number;
}

/** One worker's line. */
export function workerStatus(
  { session, snapshot, explanation, credit, kernel, nowMs }: WorkerFacts,
): WorkerStatus {
  const { software, slots, paused, standing, refusedKernels } = session.about();
  const quarantinedForMs = Math.max(0, (snapshot?.quarantinedUntilMs ?? 0) - nowMs);
  return {
    id: session.who.id,
    tier: session.who.tier,
    state: stateOf(session, paused, quarantinedForMs),
    software,
    slots,
    inFlight: snapshot?.inFlight ?? 0,
    quota: snapshot?.quota ?? 0,
    rttMs: snapshot?.rttMs ?? 0,
    answered: snapshot?.answered ?? 0,
    reason: paused ?? (explanation === undefined ? standing?.reason ?? null : explanation.reason || null),
    quarantinedForMs,
    kernels: (snapshot?.kernels ?? []).map((own) => {
      const { ready, stage, progress, right, wrong } = own;
      const known = kernel(own.kernel);
      const name = known === undefined ? `${own.kernel}` : `${known.id}@${known.version}`;
      const problem = refusedKernels.get(own.kernel) ?? null;
      return { kernel: name, ready, stage, progress, right, wrong, problem };
    }),
    credit: credit ?? null,
  };
}

/** The counters of tasks. */
export function taskStatus(
  { counters }: TaskDesk,
  scheduler: SchedulerSnapshot["counters"],
  perS: number,
): StatusReport["tasks"] {
  const { submitted, answered, deadlineMet, refused, repeated } = counters;
  const { peer, cloud, local, cached } = scheduler;
  return {
    perS,
    submitted,
    answered,
    deadlineMet: answered === 0 ? null : deadlineMet / answered,
    tiers: { peer, cloud, local, cache: cached },
    refused,
    repeated,
  };
}

function stateOf(
  session: WorkerSession,
  paused: string | null,
  quarantinedForMs: number,
): WorkerStatus["state"] {
  if (session.connection === null) return "dropped";
  if (!session.joined) return "arriving";
  if (quarantinedForMs > 0) return "quarantined";
  return paused === null ? "connected" : "paused";
}

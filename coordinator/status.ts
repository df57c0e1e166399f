// Gathers what the parts of a coordinator know into one report.
import { type Health, type StatusReport, taskStatus, workerStatus } from "./app/mod.ts";
import type { Assembly } from "./assemble.ts";
import { systemClock } from "./gateway/mod.ts";
import type { AccountKind } from "./ledger/mod.ts";
import type { LedgerStore } from "./store/mod.ts";
import { version } from "./version.ts";

const LEDGER_KINDS: readonly AccountKind[] = [
  "issued",
  "operator",
  "project",
  "pending",
  "granted",
  "refused",
];

/** What the coordinator is doing now. @throws P2c2rError `store.failed` */
export async function statusReport(
  inside: Assembly,
  ledger: LedgerStore,
  instance: string,
  health: Health,
  startedMs: number,
): Promise<StatusReport> {
  const { desk, workers, backends, kernels, bookkeeper, answersPerS, closes } = inside;
  const nowMs = systemClock.nowMs();
  const sessions = [...workers.sessions()];
  const credits = await bookkeeper.credits([...new Set(sessions.map((session) => session.owner))]);
  const sums = await Promise.all(LEDGER_KINDS.map((kind) => ledger.balancesOf(kind)));
  const scheduler = inside.snapshot();
  const snapshots = new Map(scheduler.workers.map((worker) => [worker.worker, worker]));
  const { waiting, local, counters } = scheduler;
  const memory = Deno.memoryUsage();
  const sum = (balances: ReadonlyMap<string, number>) => balances.values().reduce((a, b) => a + b, 0);
  return {
    instance,
    version,
    health,
    upMs: nowMs - startedMs,
    queue: { inFlight: desk.inFlight, waiting, inputBytes: desk.inputBytes, local },
    tasks: taskStatus(desk, counters, answersPerS.perS),
    trust: {
      checked: counters.checked,
      checksFailed: counters.checksFailed,
      rechecked: counters.rechecked,
      shadows: counters.shadows,
      caught: counters.wrongCaught,
      revoked: counters.revoked,
      revokedUnreachable: backends.unreachable,
      unjudged: counters.unjudged,
    },
    scheduling: {
      hedges: counters.hedges,
      failovers: counters.failovers,
      leasesExpired: counters.leasesExpired,
      lateAnswers: counters.lateAnswers,
      unknownResults: workers.counters.unknownResults,
      hedgesDenied: counters.hedgesDenied,
      breakers: scheduler.breakers,
    },
    workers: sessions.map((session) =>
      workerStatus({
        session,
        snapshot: snapshots.get(session.no),
        explanation: inside.explain(session.no),
        credit: credits.get(session.owner),
        kernel: (no) => kernels.at(no),
        nowMs,
      })
    ),
    backends: { sessions: backends.size, connected: backends.connected },
    closes,
    ledger: Object.fromEntries(LEDGER_KINDS.map((kind, index) => [kind, sum(sums[index] ?? new Map())])),
    memory: { rssBytes: memory.rss, heapBytes: memory.heapUsed, cacheBytes: scheduler.cacheBytes },
  };
}

// Why a worker has work or has none, in one sentence, for its helper and for the operator. It says nothing that depends on
// draws: a liar must not learn when it is being recomputed.
import { trustIn } from "../verify/mod.ts";
import type { State, WorkerKernel, WorkerState } from "./state.ts";

/** What a worker is told about itself. */
export interface Explanation {
  readonly state: "working" | "waiting" | "quarantined";
  readonly reason: string;
  /** Milliseconds until this changes, where known. */
  readonly forMs: number | null;
}

/** So much slower than the others is worth saying. */
const SLOWER = 3;

/** Why this worker has work or has none; undefined for one nobody knows. */
export function explain(state: State, nowMs: number, workerNo: number): Explanation | undefined {
  const worker = state.workers.get(workerNo);
  if (worker === undefined) return undefined;
  const { record: { quarantinedUntilMs }, guilt } = worker.peer;
  if (nowMs < quarantinedUntilMs) {
    return { state: "quarantined", reason: guilt, forMs: quarantinedUntilMs - nowMs };
  }
  const waiting = (reason: string, forMs: number | null = null) => ({
    state: "waiting" as const,
    reason,
    forMs,
  });
  if (worker.peer.accused) {
    return waiting("a result was refused by its check: it is computed again before more is sent");
  }
  const ready = [...worker.kernels.values()].filter((own) => own.ready);
  if (ready.length === 0) return waiting("no kernel is ready on this worker yet");
  const { peer } = state.breakers;
  if (worker.spec.tier === "peer" && peer.state === "open") {
    const forMs = Math.max(0, peer.untilMs - nowMs);
    return waiting("most of what workers get comes to nothing just now: they are tried again soon", forMs);
  }
  const newcomers = ready.filter((own) => own.newcomer);
  if (newcomers.length === ready.length) return waiting(probationText(state, worker, newcomers));
  if (worker.attempts.length > 0) return { state: "working", reason: "", forMs: null };
  return waiting(slownessText(state, ready) ?? "nothing to do: no task waits for this worker");
}

function probationText(
  { config: { trust } }: State,
  { peer }: WorkerState,
  newcomers: readonly WorkerKernel[],
): string {
  const each = newcomers.map(({ kernel }) => {
    const { progress } = trustIn(peer.record, kernel.kernel);
    return `${kernel.key} ${progress} of ${trust.probationResults}`;
  });
  return `on probation, results are judged, paid, and not served: ${each.join(", ")} right`;
}

/** That others are asked first because they are faster, if that is so. */
function slownessText({ config }: State, ready: readonly WorkerKernel[]): string | null {
  for (const { service, kernel } of ready) {
    const sizes = service.measured(config.samplesMin);
    for (const bytes of sizes) {
      const mine = service.of(bytes).meanMs;
      const others = kernel.service.of(bytes);
      if (others.samples < config.samplesMin || mine < SLOWER * others.meanMs) continue;
      const [here, there] = [mine, others.meanMs].map((ms) => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`);
      return `needs ${here} for ${kernel.key} where others need ${there}: it gets what can wait so long`;
    }
  }
  return null;
}

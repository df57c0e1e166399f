// What a helper wants to know at a glance: what the worker does, why it does not work, and until when.
import type { CreditSums, State } from "./state.ts";

/** What the worker is doing, in one word. */
export type Doing =
  | "starting"
  | "connecting"
  | "preparing"
  | "waiting"
  | "computing"
  | "quarantined"
  | "paused"
  | "draining"
  | "finishing"
  | "ended";

/** A worker at one moment. */
export interface SessionStatus {
  readonly doing: Doing;
  /** Why there is no work; empty while computing. */
  readonly reason: string;
  /** Milliseconds from now until this changes, where known. */
  readonly forMs: number | null;
  readonly connected: boolean;
  readonly inHand: number;
  readonly results: number;
  readonly failures: number;
  readonly handedBack: number;
  readonly discarded: number;
  readonly kernelsReady: number;
  readonly kernelsOffered: number;
  /** Why kernels were taken out of service here, a sentence each. */
  readonly outOfService: readonly string[];
  /** Micro-credits; null until the coordinator has said. */
  readonly credit: CreditSums | null;
}

/** The worker at `nowMs`. */
export function statusOf(state: State, nowMs: number): SessionStatus {
  const offers = [...state.offers.values()];
  const { doing, reason, untilMs } = doingOf(state);
  return {
    doing,
    reason,
    forMs: untilMs === null ? null : Math.max(0, Math.round(untilMs - nowMs)),
    connected: state.phase === "live",
    inHand: state.jobs.size,
    results: state.counters.results,
    failures: state.counters.failures,
    handedBack: state.counters.handedBack,
    discarded: state.counters.discarded,
    kernelsReady: offers.filter((offer) => offer.state === "ready").length,
    kernelsOffered: offers.length,
    outOfService: offers.flatMap((offer) => offer.unfit === null ? [] : [offer.unfit]),
    credit: state.credit,
  };
}

function doingOf(
  state: State,
): { readonly doing: Doing; readonly reason: string; readonly untilMs: number | null } {
  const { finish, pause, standing } = state;
  if (state.phase === "ended") return { doing: "ended", reason: finish?.reason ?? "", untilMs: null };
  if (state.phase === "idle") return { doing: "starting", reason: "not started", untilMs: null };
  if (finish !== null) return { doing: "finishing", reason: finish.reason, untilMs: finish.untilMs };
  if (pause !== null) return { doing: "paused", reason: pause.reason, untilMs: pause.untilMs };
  if (state.phase !== "live") {
    const reason = state.trouble?.text ?? "first connection";
    return { doing: "connecting", reason, untilMs: state.phase === "connecting" ? state.nextTryMs : null };
  }
  if (state.drainUntilMs !== null) {
    return { doing: "draining", reason: "the coordinator is stopping", untilMs: state.drainUntilMs };
  }
  if (standing?.state === "quarantined") {
    return { doing: "quarantined", reason: standing.reason, untilMs: standing.untilMs };
  }
  if (state.jobs.size > 0) return { doing: "computing", reason: "", untilMs: null };
  return idleReason(state);
}

function idleReason(
  state: State,
): { readonly doing: Doing; readonly reason: string; readonly untilMs: number | null } {
  const offers = [...state.offers.values()];
  if (offers.length === 0) {
    return { doing: "waiting", reason: "the coordinator offers no kernel", untilMs: null };
  }
  if (!offers.some((offer) => offer.state === "ready")) {
    return offers.some((offer) => offer.state === "preparing")
      ? { doing: "preparing", reason: "fetching and verifying kernels", untilMs: null }
      : { doing: "waiting", reason: "every kernel offered was refused", untilMs: null };
  }
  const { standing } = state;
  return {
    doing: "waiting",
    reason: standing?.reason ?? "no work for now",
    untilMs: standing?.untilMs ?? null,
  };
}

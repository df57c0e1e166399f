// Whether this worker takes work: pause, resume, and the way out.
import { messageType } from "../../protocol/mod.ts";
import { send, type State } from "./state.ts";
import type { Effect } from "./types.ts";
import { handBackAll } from "./work.ts";

/** No new work; what is being computed is finished and delivered, what waits goes back. */
export function pause(
  state: State,
  reason: string,
  forMs: number | null,
  nowMs: number,
  out: Effect[],
): void {
  if (state.finish !== null) return;
  state.pause = { reason, untilMs: forMs === null ? null : nowMs + forMs };
  out.push({
    type: "say",
    level: "info",
    text: forMs === null ? "Paused." : `Paused for ${minutes(forMs)}.`,
  });
  if (state.phase === "live") send(state, [messageType.pause, reason, forMs], nowMs, out);
  out.push({ type: "returnWaiting", reason }, { type: "rest" });
}

/** Takes work again. Never silently: `text` says why. */
export function resume(state: State, text: string, nowMs: number, out: Effect[]): void {
  if (state.pause === null || state.finish !== null) return;
  state.pause = null;
  out.push({ type: "say", level: "info", text }, { type: "wake" });
  if (state.phase !== "live") return;
  send(state, [messageType.resume, Math.min(state.config.slots, state.window), state.window], nowMs, out);
}

/** Ends the machine once everything was delivered, or when the time for it is over. */
export function settleFinish(state: State, nowMs: number, out: Effect[]): void {
  if (state.finish === null) return;
  const { reason, untilMs } = state.finish;
  if (state.jobs.size > 0 && nowMs < untilMs) return;
  if (state.phase === "live") {
    handBackAll(state, reason, nowMs, out);
    send(state, [messageType.goodbye, reason], nowMs, out);
  }
  for (const job of state.jobs.keys()) out.push({ type: "forget", job });
  if (state.phase === "live" || state.phase === "opening") {
    out.push({ type: "close", closeCode: 1000, text: "goodbye" });
  }
  state.phase = "ended";
  out.push({ type: "exit", reason });
}

function minutes(ms: number): string {
  return ms < 60_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}

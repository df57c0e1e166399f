// What a worker says when a connection is made: what it lends, whether it is paused, which assets it holds.
import { limits, messageType, type Ready, type Welcome } from "../../protocol/mod.ts";
import { discardJobs, send, type State, violated } from "./state.ts";
import type { Effect } from "./types.ts";
import { deliverKept } from "./work.ts";

/** The coordinator's first message: answer with everything it needs to know. */
export function welcomed(state: State, message: Welcome, nowMs: number, out: Effect[]): void {
  const [, id, resumed, , heartbeatMs, resumeMs, windowMax] = message;
  if (state.welcomed) return violated(state, "protocol.order", "a second welcome came", nowMs, out);
  if (resumed && !state.asked) {
    return violated(state, "protocol.order", "a session was resumed that was never asked for", nowMs, out);
  }
  if (!resumed) discardJobs(state, out);
  out.push({ type: "say", level: "info", text: resumed ? "Connected again, same session." : "Connected." });
  state.phase = "live";
  state.welcomed = true;
  state.session = { id, resumeMs };
  state.trouble = null;
  state.liveMs = nowMs;
  state.heartbeatMs = heartbeatMs;
  state.window = Math.min(state.config.window, windowMax);
  send(state, ready(state), nowMs, out);
  if (state.finish !== null) {
    send(state, [messageType.pause, state.finish.reason, null], nowMs, out);
  } else if (state.pause !== null) {
    const { reason, untilMs } = state.pause;
    const leftMs = untilMs === null ? null : Math.max(0, Math.round(untilMs - nowMs));
    send(state, [messageType.pause, reason, leftMs], nowMs, out);
  }
  if (state.held.size > 0) {
    send(state, [messageType.assetsHeld, digestsOf(state.held)], nowMs, out);
  }
  deliverKept(state, nowMs, out);
}

function ready(state: State): Ready {
  const { slots, software } = state.config;
  return [messageType.ready, Math.min(slots, state.window), state.window, software, null, null, null];
}

/** Assets that came: the coordinator may prefer this worker for tasks that need them. */
export function held(state: State, assets: readonly string[], nowMs: number, out: Effect[]): void {
  for (const asset of assets) {
    state.held.delete(asset);
    state.held.add(asset);
  }
  for (const oldest of state.held) {
    if (state.held.size <= limits.listEntriesMax) break;
    state.held.delete(oldest);
  }
  const news = assets.filter((asset) => state.held.has(asset));
  if (state.phase === "live" && news.length > 0) {
    send(state, [messageType.assetsHeld, digestsOf(news)], nowMs, out);
  }
}

function digestsOf(assets: Iterable<string>): Uint8Array[] {
  return Array.from(assets, (asset) => Uint8Array.fromHex(asset));
}

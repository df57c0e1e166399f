// The window in which a served result can still be taken back: 256 later ones or 30 s, whichever comes first.
import assert from "node:assert/strict";
import type { Outcome } from "../ports.ts";
import type { Attempt, Peer, Recipient, Served, ServedWindow, State, Task } from "./state.ts";
import type { Effect } from "./types.ts";

/** Remembers a peer's served result; its credit is pending as long as it is remembered. */
export function remember(
  state: State,
  nowMs: number,
  attempt: Attempt,
  { spec }: Task,
  outcome: Outcome & { readonly type: "output" },
  fuel: number,
  out: Effect[],
): Served {
  const { kernel, worker: { peer } } = attempt;
  const served: Served = {
    peer,
    kernel,
    spec,
    outcome,
    servedMs: nowMs,
    fuel,
    others: null,
    verdict: "open",
    left: false,
    pending: true,
    older: null,
    newer: null,
  };
  out.push({ type: "pend", worker: peer.id, kernel: kernel.kernel.no, fuel, by: "project" });
  out.push({
    type: "audit",
    task: spec.task,
    attempt: attempt.no,
    project: spec.project,
    worker: peer.id,
    kernel: kernel.kernel.no,
    verdict: "served",
    fuel,
    latencyMs: nowMs - attempt.assignedMs,
  });
  const window = windowOf(attempt);
  window.results.push(served);
  window.bytes += bytesOf(served);
  link(state, served);
  const { windowResults, windowBytesMax } = state.config.trust;
  while (window.results.length > windowResults || window.bytes > windowBytesMax) leave(state, window, out);
  shrink(state, out);
  arm(state, window);
  return served;
}

/** One more got the answer, from the cache or because it asked for the same while that was computed: there may be many. */
export function addRecipient(served: Served, { backend, request }: Recipient): void {
  (served.others ??= []).push({ backend, request });
}

/** Makes the oldest results of all workers final while there are too many bytes of them. */
function shrink(state: State, out: Effect[]): void {
  while (state.windowBytes > state.config.windowsBytesMax && state.oldestServed !== null) {
    const { peer, kernel } = state.oldestServed;
    const window = peer.windows.get(kernel.kernel.no);
    assert(window?.results[0] === state.oldestServed, "the oldest of all is the oldest of its own window");
    leave(state, window, out);
  }
}

/** Puts a result at the end of all that can be revoked. */
function link(state: State, served: Served): void {
  served.older = state.newestServed;
  if (served.older === null) state.oldestServed = served;
  else served.older.newer = served;
  state.newestServed = served;
  state.windowBytes += bytesOf(served);
}

function unlink(state: State, served: Served): void {
  const { older, newer } = served;
  if (older === null) state.oldestServed = newer;
  else older.newer = newer;
  if (newer === null) state.newestServed = older;
  else newer.older = older;
  served.older = null;
  served.newer = null;
  state.windowBytes -= bytesOf(served);
}

/** Lets results that are old enough become final. */
export function expireWindow(state: State, nowMs: number, window: ServedWindow, out: Effect[]): void {
  window.timerArmed = false;
  const { windowMs } = state.config.trust;
  // The same sum as in arm(): rounded otherwise, a timer could be due and its result not yet.
  while (window.results.length > 0 && window.results[0]!.servedMs + windowMs <= nowMs) {
    leave(state, window, out);
  }
  arm(state, window);
  forgetPeer(state, window.peer);
}

/**
 * Makes final what left the window, unless a judgement is on its way: grants its credit if that was not voided. Before
 * the process ends, being proven right is enough.
 */
export function settle(state: State, served: Served, out: Effect[]): void {
  if (served.verdict === "judging") return;
  if (served.left) state.cache.finalise(served.spec.identity, served);
  else if (!state.closing || served.verdict !== "right") return;
  if (!served.pending) return;
  served.pending = false;
  out.push({
    type: "grant",
    worker: served.peer.id,
    kernel: served.kernel.kernel.no,
    fuel: served.fuel,
    by: "project",
  });
}

/** Takes back the credit of a result that is still pending. */
export function voidCredit(served: Served, out: Effect[]): void {
  if (!served.pending) return;
  served.pending = false;
  out.push({
    type: "void",
    worker: served.peer.id,
    kernel: served.kernel.kernel.no,
    fuel: served.fuel,
    by: "project",
  });
}

/** One of a peer's answers is not under check or comparison any more. */
export function judged(state: State, peer: Peer): void {
  peer.unjudged--;
  forgetPeer(state, peer);
}

/** Forgets a peer without sessions, open verdicts and results that could be revoked. Its record lives on in the store. */
export function forgetPeer(state: State, peer: Peer): void {
  if (peer.sessions.size > 0 || peer.unjudged > 0) return;
  for (const window of peer.windows.values()) {
    if (window.results.length > 0) return;
  }
  if (state.peers.get(peer.id) === peer) state.peers.delete(peer.id);
}

function windowOf(attempt: Attempt): ServedWindow {
  const { peer } = attempt.worker;
  const { kernel } = attempt;
  let window = peer.windows.get(kernel.kernel.no);
  if (window === undefined) {
    window = { peer, kernel, results: [], bytes: 0, timerArmed: false };
    peer.windows.set(kernel.kernel.no, window);
  }
  return window;
}

function leave(state: State, window: ServedWindow, out: Effect[]): void {
  const served = window.results.shift();
  if (served === undefined) return;
  window.bytes -= bytesOf(served);
  unlink(state, served);
  served.left = true;
  settle(state, served, out);
}

function arm(state: State, window: ServedWindow): void {
  const oldest = window.results[0];
  if (oldest === undefined || window.timerArmed) return;
  window.timerArmed = true;
  state.timers.push(oldest.servedMs + state.config.trust.windowMs, { type: "window", window });
}

function bytesOf(served: Served): number {
  return served.spec.input.length + served.outcome.output.length;
}

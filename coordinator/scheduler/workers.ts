// Workers come, pause, drop, return and leave; what they had in hand goes to others at once.
import { dispatch, failover, noteOutcome } from "./ladder.ts";
import { blame, closeAttempt, letGo, refreshRoom, refreshStanding, stageOf } from "./room.ts";
import { Durations } from "./quantiles.ts";
import { Shortest } from "./shortest.ts";
import type { Peer, State, WorkerState } from "./state.ts";
import type { Effect, WorkerSpec } from "./types.ts";
import { forgetPeer } from "./window.ts";
import { enterGroups, leaveGroups } from "./young.ts";

/** A session begins. It gets work for each kernel it reports ready. */
export function joined(state: State, nowMs: number, spec: WorkerSpec, out: Effect[]): void {
  const peer = peerOf(state, spec);
  const tags = new Set(spec.tags);
  const worker: WorkerState = {
    spec,
    peer,
    tags,
    source: { id: spec.id, tags },
    groups: enterGroups(state, spec.network, spec.invite),
    slots: spec.slots,
    window: spec.window,
    connected: true,
    paused: false,
    gone: false,
    kernels: new Map(),
    held: new Set(),
    attempts: [],
    able: false,
    room: false,
    quota: Math.min(spec.window, peer.quota ?? Math.min(spec.slots + 1, state.config.quotaFirst)),
    rttMs: peer.roundTrip.ms,
    serviceMs: state.config.serviceGuessMs,
    aheadMs: 0,
    lastAnswerMs: nowMs,
    misses: 0,
    lossRate: 0,
    turn: -1,
    answeredMs: [],
    answered: 0,
  };
  state.workers.set(spec.worker, worker);
  peer.sessions.add(worker);
  refreshStanding(state, nowMs, worker);
  const { quarantinedUntilMs } = peer.record;
  if (nowMs >= quarantinedUntilMs) return;
  const untilMs = quarantinedUntilMs - nowMs;
  out.push({ type: "standing", worker: spec.worker, state: "quarantined", reason: peer.guilt, untilMs });
  state.timers.push(quarantinedUntilMs, { type: "freed", worker });
}

/** A worker verified a kernel, or could not. */
export function kernelReady(
  state: State,
  nowMs: number,
  worker: WorkerState,
  kernelNo: number,
  ready: boolean,
  out: Effect[],
): void {
  const kernel = state.kernels.get(kernelNo);
  if (kernel === undefined) return;
  let own = worker.kernels.get(kernelNo);
  if (own === undefined) {
    own = {
      worker,
      kernel,
      ready: false,
      newcomer: false,
      young: false,
      openAt: -1,
      usableSlots: 0,
      service: servicesOf(worker.peer, kernelNo),
      busyMs: 0,
      took: new Shortest(),
    };
    worker.kernels.set(kernelNo, own);
  }
  const news = ready && !own.ready;
  own.ready = ready;
  refreshStanding(state, nowMs, worker);
  if (news && nowMs >= worker.peer.record.quarantinedUntilMs) {
    const reason = stageOf(worker, kernel) === "probation"
      ? `on probation for ${kernel.key}: its first results are judged, paid, and not served`
      : `ready for ${kernel.key}`;
    out.push({ type: "standing", worker: worker.spec.worker, state: "waiting", reason, untilMs: null });
  }
  dispatch(state, nowMs, worker, out);
}

/** A worker takes no more work for now; what it has in hand it still delivers or hands back. */
export function paused(state: State, nowMs: number, worker: WorkerState): void {
  worker.paused = true;
  refreshStanding(state, nowMs, worker);
}

/** A worker takes work again, with what it now lends. Its quota stays: that it has to earn. */
export function resumed(
  state: State,
  nowMs: number,
  worker: WorkerState,
  slots: number,
  window: number,
  out: Effect[],
): void {
  worker.paused = false;
  worker.slots = slots;
  worker.window = window;
  refreshStanding(state, nowMs, worker);
  dispatch(state, nowMs, worker, out);
}

/** The connection is gone. Its tasks go to others now; an answer over the next connection still counts if it is the first. */
export function dropped(state: State, nowMs: number, worker: WorkerState, out: Effect[]): void {
  worker.connected = false;
  refreshStanding(state, nowMs, worker);
  for (const attempt of [...worker.attempts]) {
    noteOutcome(state, nowMs, attempt, false);
    if (attempt.task !== null) failover(state, nowMs, attempt.task, out);
  }
}

/** The session goes on over a new connection. */
export function returned(state: State, nowMs: number, worker: WorkerState, out: Effect[]): void {
  worker.connected = true;
  refreshStanding(state, nowMs, worker);
  dispatch(state, nowMs, worker, out);
}

/** The session is over. */
export function left(state: State, nowMs: number, worker: WorkerState, out: Effect[]): void {
  worker.gone = true;
  refreshStanding(state, nowMs, worker);
  for (const attempt of [...worker.attempts]) {
    closeAttempt(state, attempt);
    if (attempt.task !== null) failover(state, nowMs, attempt.task, out);
  }
  for (const asset of [...worker.held]) letGo(state, worker, asset);
  leaveGroups(state, worker);
  worker.peer.quota = worker.quota;
  state.workers.delete(worker.spec.worker);
  worker.peer.sessions.delete(worker);
  forgetPeer(state, worker.peer);
}

/** A worker will not compute an attempt. */
export function handedBack(
  state: State,
  nowMs: number,
  worker: WorkerState,
  attemptNo: number,
  fence: number,
  out: Effect[],
): void {
  const attempt = worker.attempts.find(({ no }) => no === attemptNo);
  if (attempt === undefined || attempt.fence !== fence) return;
  closeAttempt(state, attempt);
  // Who pauses hands back all at once, and is blamed once; but not for free, or pausing would be a way to swallow work.
  const blamed = !worker.paused || worker.attempts.length === 0;
  if (blamed && attempt.task !== null && !attempt.task.done) blame(nowMs, attempt);
  if (attempt.task !== null) failover(state, nowMs, attempt.task, out);
  dispatch(state, nowMs, worker, out);
}

/** A round trip was measured. */
export function measured(worker: WorkerState, nowMs: number, rttMs: number): void {
  worker.rttMs = worker.peer.roundTrip.add(nowMs, rttMs);
  refreshRoom(worker);
}

function peerOf(state: State, spec: WorkerSpec): Peer {
  let peer = state.peers.get(spec.id);
  if (peer === undefined) {
    peer = {
      id: spec.id,
      record: spec.record,
      windows: new Map(),
      sessions: new Set(),
      unjudged: 0,
      accused: false,
      guilt: "an earlier result of this key was proven wrong",
      services: new Map(),
      roundTrip: new Shortest(),
      quota: null,
    };
    state.peers.set(spec.id, peer);
  }
  return peer;
}

function servicesOf({ services }: Peer, kernelNo: number): Durations {
  let service = services.get(kernelNo);
  if (service === undefined) services.set(kernelNo, service = new Durations());
  return service;
}

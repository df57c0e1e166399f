// The scheduler as one synchronous function: an event changes the state and yields effects. No clock, no draws, no I/O.
//
//   task state         event                          next               effects
//   -                  submitted, in cache            ended              reply "cached"
//   -                  submitted, same one in flight  merged             (answered with that one)
//   -                  submitted, cannot be met       ended              refuse
//   -                  submitted                      on worker | waiting | local    assign | - | compute
//   waiting            a worker has room              on worker          assign
//   on worker          answered, failed               on worker | waiting | local    as above, other workers only
//   on worker          answered, output               checking           check
//   checking           passed, not drawn              ended              reply "checked", pend
//   checking           passed, drawn, judged soon     held back          compute
//   checking           passed, trusted answer known   as held back, computed
//   checking           passed, worker on probation    on worker | …      - (it has lied meanwhile)
//   checking           passed, drawn, not soon        ended              reply "checked", compute; revoke if wrong
//   checking           failed twice                   on worker | …      compute; quarantine if wrong; as for failed
//   held back          computed, equal                ended              reply "rechecked", pend
//   held back          computed, other                ended              reply "trusted"; confirm, then quarantine
//   held back          as long as it took             ended              reply "checked", judged later
//   any                chance low | lease over        + another worker   assign (hedge)
//   any                time for the cloud             + cloud worker     assign
//   any                time for local compute         + local            compute
//   local              computed                       ended              reply "trusted"
//   any                withdrawn | due                ended              refuse, cancel
import { backendLeft, overdue, submitted, withdrawn } from "./admit.ts";
import { answered, checked, serveAwaiting } from "./answer.ts";
import { armLease } from "./assign.ts";
import { hedge } from "./hedge.ts";
import { closing, computed, judgeLeftover } from "./judge.ts";
import { abandon, dispatch, goDown, leaseExpired, lookDown, nextRungMs, probe } from "./ladder.ts";
import { hold, refreshStanding } from "./room.ts";
import type { State } from "./state.ts";
import { isStale, type Timer } from "./timers.ts";
import { pump } from "./trusted.ts";
import type { Effect, Event } from "./types.ts";
import { expireWindow } from "./window.ts";
import {
  dropped,
  handedBack,
  joined,
  kernelReady,
  left,
  measured,
  paused,
  resumed,
  returned,
} from "./workers.ts";

/** Applies one event; appends what shall be done to `out`, in order. */
export function step(state: State, event: Event, out: Effect[]): void {
  apply(state, event, out);
  for (let about = state.leftovers.pop(); about !== undefined; about = state.leftovers.pop()) {
    judgeLeftover(state, event.nowMs, about, out);
  }
  while (state.orphans.length > 0) {
    // The earliest deadline first: the others can wait with it again.
    const orphans = state.orphans.splice(0).sort((a, b) => a.spec.dueMs - b.spec.dueMs);
    for (const { spec, submittedMs } of orphans) submitted(state, event.nowMs, spec, submittedMs, out);
  }
}

/** When the next tick is due; Infinity when nothing waits for one. Timers of what ended meanwhile are dropped here. */
export function nextWakeMs(state: State): number {
  for (let timer = state.timers.peek(); timer !== undefined && isStale(timer); timer = state.timers.peek()) {
    state.timers.pop();
  }
  return Math.min(state.timers.minKey, nextRungMs(state));
}

function apply(state: State, event: Event, out: Effect[]): void {
  const { nowMs } = event;
  switch (event.type) {
    case "submitted":
      state.counters.submitted++;
      return submitted(state, nowMs, event.spec, nowMs, out);
    case "answered":
      return answered(state, event, out);
    case "checked":
      return checked(state, event, out);
    case "computed":
      return computed(state, nowMs, event.run, event.outcome, out);
    case "withdrawn":
      return withdrawn(state, nowMs, event.task, out);
    case "backendLeft":
      return backendLeft(state, nowMs, event.tasks, out);
    case "joined":
      return joined(state, nowMs, event.spec, out);
    case "tick":
      return tick(state, nowMs, out);
    case "turned":
      return turned(state, event.turnMs);
    case "closing":
      return closing(state, nowMs, out);
    default:
      return ofWorker(state, event, out);
  }
}

type OfWorker = Exclude<
  Event,
  {
    type:
      | "submitted"
      | "answered"
      | "checked"
      | "computed"
      | "withdrawn"
      | "backendLeft"
      | "joined"
      | "closing"
      | "turned"
      | "tick";
  }
>;

function ofWorker(state: State, event: OfWorker, out: Effect[]): void {
  const { nowMs } = event;
  const worker = state.workers.get(event.worker);
  if (worker === undefined) return;
  switch (event.type) {
    case "kernelReady":
      return kernelReady(state, nowMs, worker, event.kernel, event.ready, out);
    case "paused":
      return paused(state, nowMs, worker);
    case "resumed":
      return resumed(state, nowMs, worker, event.slots, event.window, out);
    case "dropped":
      return dropped(state, nowMs, worker, out);
    case "returned":
      return returned(state, nowMs, worker, out);
    case "left":
      return left(state, nowMs, worker, out);
    case "handedBack":
      return handedBack(state, nowMs, worker, event.attempt, event.fence, out);
    case "measured":
      return measured(worker, nowMs, event.rttMs);
    case "held":
      for (const asset of event.assets) hold(state, worker, asset);
      return;
    default:
      event satisfies never;
  }
}

function turned(state: State, turnMs: number): void {
  state.turn++;
  state.turnMs += (turnMs - state.turnMs) / 8;
}

function tick(state: State, nowMs: number, out: Effect[]): void {
  while (state.timers.minKey <= nowMs) {
    const timer = state.timers.pop();
    if (timer !== undefined && !isStale(timer)) fire(state, nowMs, timer, out);
  }
  goDown(state, nowMs, out);
}

function fire(state: State, nowMs: number, timer: Timer, out: Effect[]): void {
  switch (timer.type) {
    case "hedge":
      armLease(state, timer.attempt);
      return hedge(state, nowMs, timer.attempt, out);
    case "lease":
      return leaseExpired(state, nowMs, timer.attempt, out);
    case "abandon":
      return abandon(state, nowMs, timer.attempt, out);
    case "rung":
      return lookDown(state, nowMs, timer.task, out);
    case "serveBy":
      return serveAwaiting(state, nowMs, timer.task, out);
    case "due":
      return overdue(state, nowMs, timer.task, out);
    case "window":
      return expireWindow(state, nowMs, timer.window, out);
    case "probe":
      if (timer.tier === "local") return pump(state, nowMs, out);
      return probe(state, nowMs, timer.tier, out);
    case "freed":
      refreshStanding(state, nowMs, timer.worker);
      if (nowMs >= timer.worker.peer.record.quarantinedUntilMs && !timer.worker.gone) {
        const reason = "quarantine is over: on probation for every kernel";
        out.push({
          type: "standing",
          worker: timer.worker.spec.worker,
          state: "waiting",
          reason,
          untilMs: null,
        });
      }
      return dispatch(state, nowMs, timer.worker, out);
    default:
      timer satisfies never;
  }
}

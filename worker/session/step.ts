// The worker's end of a connection as a pure machine: what happened goes in, what shall be done comes out.
//
// phase       event                      next        effects
// idle        started                    connecting  connect
// connecting  opened                     opening
//             closed                     connecting  connect after backoff
// opening     message welcome            live        send ready, pause if paused, assets held; resumed: send what waited,
//                                                    not resumed: forget every job
//             any other message, broken  closing     close
//             tick, silent for too long  closing     close
//             closed                     connecting  connect after backoff
// live        message kernelOffer        live        prepare
//             prepared                   live        send kernelState
//             unfit                      live        send kernelState
//             message task               live        compute, or send handBack or failure
//             message cancel             live        cancel
//             computed, returned         live        send result, failure or handBack
//             message probe              live        send echo
//             tick                       live        send probe when nothing was sent for a heartbeat; prepare again
//             message welcome, broken,   closing     close
//             tick, silent or drained
//             closed                     connecting  connect after backoff, with the session to resume
// closing     closed                     connecting  connect after backoff
// no socket   computed, returned         same        kept until the session is resumed or over
//             tick, session is over      same        forget every job
// any         command pause, resume      same        returnWaiting and rest, or wake; live: send pause or resume
//             command finish, then the   ended       live: send handBack of what is left, send goodbye, close; exit
//             last answer or the limit
// ended       everything                 ended
//
// Events of another connection than the current one change nothing.
import { type ErrorMessage, isCode, messageType, type ToWorker, type Welcome } from "../../protocol/mod.ts";
import { backoffMs } from "./backoff.ts";
import { held, welcomed } from "./greeting.ts";
import { pause, resume, settleFinish } from "./presence.ts";
import { discardJobs, leave, send, type State, violated } from "./state.ts";
import type { Effect, Event } from "./types.ts";
import {
  cancelTask,
  computed,
  prepareAgain,
  prepared,
  returned,
  takeOffer,
  takeTask,
  unfit,
} from "./work.ts";

/** Applies one event to the state and appends what shall be done to `out`. */
export function step(state: State, event: Event, out: Effect[]): void {
  if (state.phase === "ended") return;
  apply(state, event, out);
  if (state.finish !== null) settleFinish(state, event.nowMs, out);
}

function apply(state: State, event: Event, out: Effect[]): void {
  switch (event.type) {
    case "started":
      return connect(state, 0, event.nowMs, out);
    case "opened":
      return opened(state, event);
    case "message":
      return received(state, event, out);
    case "broken":
      if (!isCurrent(state, event.connection)) return;
      return violated(state, event.code, event.text, event.nowMs, out);
    case "closed":
      return closed(state, event, out);
    case "tick":
      return tick(state, event.nowMs, out);
    case "prepared":
      return prepared(state, event, out);
    case "unfit":
      return unfit(state, event, out);
    case "held":
      return held(state, event.assets, event.nowMs, out);
    case "dropped":
      for (const asset of event.assets) state.held.delete(asset);
      return;
    case "computed":
      return computed(state, event, out);
    case "returned":
      return returned(state, event, out);
    case "command":
      return commanded(state, event, out);
    default:
      event satisfies never;
  }
}

function isCurrent(state: State, connection: number): boolean {
  return connection === state.connection && (state.phase === "opening" || state.phase === "live");
}

function connect(state: State, afterMs: number, nowMs: number, out: Effect[]): void {
  state.phase = "connecting";
  state.connection++;
  state.welcomed = false;
  state.asked = state.session !== null;
  state.nextTryMs = nowMs + afterMs;
  out.push({
    type: "connect",
    connection: state.connection,
    afterMs,
    session: state.session === null ? null : state.session.id,
  });
}

function opened(state: State, event: Event & { type: "opened" }): void {
  if (state.phase !== "connecting" || event.connection !== state.connection) return;
  state.phase = "opening";
  state.heardMs = event.nowMs;
  state.offers.clear();
  state.farewell = null;
}

function received(state: State, event: Event & { type: "message" }, out: Effect[]): void {
  if (!isCurrent(state, event.connection)) return;
  const { message, nowMs } = event;
  state.heardMs = nowMs;
  if (message[0] === messageType.error) return farewell(state, message, out);
  if (message[0] === messageType.welcome) return welcomed(state, message, nowMs, out);
  if (state.phase !== "live") {
    return violated(state, "protocol.order", `message ${message[0]} came before the welcome`, nowMs, out);
  }
  live(state, message, nowMs, out);
}

function live(
  state: State,
  message: Exclude<ToWorker, Welcome | ErrorMessage>,
  nowMs: number,
  out: Effect[],
): void {
  switch (message[0]) {
    case messageType.probe:
      return send(state, [messageType.echo, message[1]], nowMs, out);
    case messageType.echo:
      return;
    case messageType.drain:
      state.drainUntilMs = nowMs + message[2];
      out.push({
        type: "say",
        level: "info",
        text: "The coordinator is stopping; finishing the tasks in hand.",
      });
      return;
    case messageType.kernelOffer:
      return takeOffer(state, message, out);
    case messageType.task: {
      const breach = takeTask(state, message, nowMs, out);
      if (breach !== null) violated(state, "protocol.order", breach, nowMs, out);
      return;
    }
    case messageType.cancel:
      return cancelTask(state, message, out);
    case messageType.credit:
      state.credit = { claimed: message[1], pending: message[2], granted: message[3], refused: message[4] };
      return;
    case messageType.standing:
      state.standing = {
        state: message[1],
        reason: message[2],
        untilMs: message[3] === null ? null : nowMs + message[3],
      };
      return;
    default:
      message satisfies never;
  }
}

function farewell(state: State, message: ErrorMessage, out: Effect[]): void {
  const [, code, text, hint] = message;
  state.farewell = { code: isCode(code) ? code : "internal", text };
  out.push({ type: "say", level: "warning", text: `The coordinator says: ${text} (${code}). ${hint}` });
}

function closed(state: State, event: Event & { type: "closed" }, out: Effect[]): void {
  if (event.connection !== state.connection || state.phase === "idle") return;
  if (state.phase === "live") state.lostMs = event.nowMs;
  const wasLive = state.welcomed;
  const lasted = wasLive && state.lostMs - state.liveMs >= state.config.stableMs;
  if (lasted || state.drainUntilMs !== null) state.failures = 0;
  const why = state.farewell ?? { code: event.code, text: event.text };
  if (wasLive || state.trouble?.code !== why.code) {
    const what = wasLive ? "The connection is gone" : "Cannot connect";
    out.push({ type: "say", level: "warning", text: `${what}: ${why.text} (${why.code}). Trying again.` });
  }
  state.trouble = why;
  state.drainUntilMs = null;
  state.standing = null;
  const afterMs = backoffMs(state.config, why.code, state.failures, event.draw);
  state.failures++;
  connect(state, afterMs, event.nowMs, out);
}

function tick(state: State, nowMs: number, out: Effect[]): void {
  if (state.pause !== null && state.pause.untilMs !== null && nowMs >= state.pause.untilMs) {
    resume(state, "The pause is over; taking work again.", nowMs, out);
  }
  if (state.phase === "opening" || state.phase === "live") {
    if (nowMs - state.heardMs > state.config.silenceMsMax) {
      return violated(state, "protocol.silent", "the coordinator has gone silent", nowMs, out);
    }
  }
  if (state.phase !== "live") return expireSession(state, nowMs, out);
  if (state.drainUntilMs !== null && (state.jobs.size === 0 || nowMs >= state.drainUntilMs)) {
    return leave(state, 1000, "drained", nowMs, out);
  }
  prepareAgain(state, nowMs, out);
  if (nowMs - state.sentMs >= state.heartbeatMs) {
    state.probes++;
    send(state, [messageType.probe, state.probes], nowMs, out);
  }
}

function expireSession(state: State, nowMs: number, out: Effect[]): void {
  if (state.session === null || nowMs - state.lostMs <= state.session.resumeMs) return;
  state.session = null;
  discardJobs(state, out);
}

function commanded(state: State, event: Event & { type: "command" }, out: Effect[]): void {
  const { command, nowMs } = event;
  switch (command.type) {
    case "pause":
      return pause(state, command.reason, command.forMs, nowMs, out);
    case "resume":
      return resume(state, "Taking work again.", nowMs, out);
    case "finish":
      if (state.finish === null) {
        out.push({ type: "say", level: "info", text: `Finishing: ${command.reason}.` });
        if (state.phase === "live") send(state, [messageType.pause, command.reason, null], nowMs, out);
        out.push({ type: "returnWaiting", reason: command.reason });
      }
      state.finish = { reason: command.reason, untilMs: nowMs + command.withinMs };
      return;
    default:
      command satisfies never;
  }
}

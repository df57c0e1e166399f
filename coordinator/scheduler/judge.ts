// Past 300 lines: what right and wrong lead to, in one place.
// Judgement: results compared bit by bit with trusted compute, and what follows from right and from wrong.
//
//   subject (shadow, recheck, window, awaited, refuted)
//     equal to trusted      -> right: trust rises, credit is granted when its window closes, who waits is answered
//     differs               -> disputed: a task that waits is answered with the trusted bytes, a second run decides
//       second = first      -> wrong: trust drops, revocation, quarantine unless it looks like one flipped bit
//       second = subject    -> right after all: our own compute flipped
//     trusted run failed    -> no verdict
import type { Outcome } from "../ports.ts";
import { judgedRight, judgedWrong, trustIn, withTrust } from "../verify/mod.ts";
import { refuse, reply, serveTrusted } from "./finish.ts";
import { closeAttempt, mayServe, refreshStanding } from "./room.ts";
import { payShadow, revoke } from "./consequences.ts";
import { dispatch, failover } from "./ladder.ts";
import type { Case, KernelState, Peer, Served, State, Subject, WorkerState } from "./state.ts";
import { sameOutcome } from "./same_outcome.ts";
import { ask, finishRun, hasJudgementRoom, isVerdict, newCase, pump } from "./trusted.ts";
import type { Effect } from "./types.ts";
import { judged, settle, voidCredit } from "./window.ts";

/** Hands a result over to be compared, now if the trusted answer is there, else when it comes. */
export function submitForJudgement(
  state: State,
  nowMs: number,
  about: Case,
  subject: Subject,
  out: Effect[],
): void {
  subject.peer.unjudged++;
  if (about.trusted === null) about.waiting.push(subject);
  else compare(state, nowMs, about, about.trusted, subject, out);
}

/** Trusted compute answered. */
export function computed(state: State, nowMs: number, runNo: number, outcome: Outcome, out: Effect[]): void {
  const run = finishRun(state, nowMs, runNo, outcome);
  if (run !== undefined) {
    const about = run.case;
    if (run.purpose === "confirm") confirm(state, nowMs, about, outcome, out);
    else if (!isVerdict(outcome)) withoutVerdict(state, nowMs, about, outcome, out);
    else if (about.trusted === null) decide(state, nowMs, about, outcome, out);
  }
  pump(state, nowMs, out);
}

/**
 * A check refused a result twice. That alone condemns nobody, for a check can err on an input made for it: the worker
 * gets no more work until trusted compute has judged the result. One accusation at a time is enough.
 */
export function accuse(
  state: State,
  nowMs: number,
  about: Case,
  subject: Subject,
  out: Effect[],
): void {
  const { peer } = subject;
  if (peer.accused) return;
  peer.accused = true;
  for (const worker of peer.sessions) refreshStanding(state, nowMs, worker);
  const asks = about.trusted === null && about.runs.size === 0;
  submitForJudgement(state, nowMs, about, subject, out);
  if (asks) ask(state, nowMs, about, "recheck", null, out);
}

/** A proof of a lie: two runs of trusted compute that agree on something else, be it bytes or fuel. */
export function condemn(
  state: State,
  nowMs: number,
  peer: Peer,
  kernel: KernelState,
  reason: string,
  out: Effect[],
): void {
  state.counters.wrongCaught++;
  if (nowMs < peer.record.quarantinedUntilMs) return;
  const judgement = judgedWrong(peer.record, kernel.key, nowMs, state.config.trust);
  peer.record = judgement.record;
  out.push({ type: "record", worker: peer.id, record: peer.record });
  recomputeWindows(state, nowMs, peer, judgement.quarantined, out);
  if (judgement.quarantined) state.cache.evictWorker(peer.id);
  for (const worker of peer.sessions) refreshStanding(state, nowMs, worker);
  if (!judgement.quarantined) return;
  peer.guilt = reason;
  for (const worker of peer.sessions) quarantine(state, nowMs, worker, out);
}

function decide(state: State, nowMs: number, about: Case, outcome: Outcome, out: Effect[]): void {
  about.trusted = outcome;
  const { task } = about;
  const subjects = about.waiting.splice(0);
  for (const subject of subjects) compare(state, nowMs, about, outcome, subject, out);
  if (task !== null) serveTrusted(state, nowMs, task, outcome, out);
}

function compare(
  state: State,
  nowMs: number,
  about: Case,
  trusted: Outcome,
  subject: Subject,
  out: Effect[],
): void {
  if (sameOutcome(trusted, subject.outcome)) return right(state, nowMs, subject, out);
  const waits = subject.kind === "awaited" ? subject.attempt?.task : null;
  closeAwaited(state, subject);
  if (waits) serveTrusted(state, nowMs, waits, trusted, out);
  if (about.confirmed) return wrong(state, nowMs, about, subject, out);
  about.disputed.push(subject);
  askToConfirm(state, nowMs, about, out);
}

function askToConfirm(state: State, nowMs: number, about: Case, out: Effect[]): void {
  if (about.confirming) return;
  about.confirming = true;
  ask(state, nowMs, about, "confirm", null, out);
}

function confirm(state: State, nowMs: number, about: Case, second: Outcome, out: Effect[]): void {
  about.confirming = false;
  if (!isVerdict(second) && ++about.confirmsFailed < state.config.confirmsFailedMax) {
    return askToConfirm(state, nowMs, about, out);
  }
  const disputed = about.disputed.splice(0);
  const { trusted } = about;
  if (trusted !== null && sameOutcome(trusted, second)) {
    about.confirmed = true;
    for (const subject of disputed) wrong(state, nowMs, about, subject, out);
    return;
  }
  if (isVerdict(second)) {
    state.counters.trustedFlips++;
    state.cache.delete(about.work.identity);
    if (disputed.some((subject) => sameOutcome(subject.outcome, second))) about.trusted = second;
  }
  for (const subject of disputed) {
    if (sameOutcome(subject.outcome, second)) right(state, nowMs, subject, out);
    else release(state, nowMs, subject, out);
  }
}

function withoutVerdict(state: State, nowMs: number, about: Case, outcome: Outcome, out: Effect[]): void {
  const { task } = about;
  if (task !== null) task.serving = false;
  for (const subject of about.waiting.splice(0)) release(state, nowMs, subject, out);
  if (task === null || task.done || task.serving) return;
  if (outcome.type === "failure") task.lastFailure = { code: outcome.code, message: outcome.message };
  if (task.live.length === 0 && !task.queued && outcome.type === "failure") {
    refuse(state, nowMs, task, outcome.code, outcome.message, null, out);
  }
}

/** No verdict: a task that waits goes on with a checked answer, credit goes the usual way. */
function release(state: State, nowMs: number, subject: Subject, out: Effect[]): void {
  const { served, attempt } = subject;
  if (served !== null && served.verdict === "judging") {
    served.verdict = "open";
    settle(state, served, out);
  }
  const task = attempt?.task;
  const waits = attempt !== null && task?.awaiting === attempt;
  closeAwaited(state, subject);
  acquit(state, nowMs, subject, out);
  judged(state, subject.peer);
  if (!waits || !task || task.done) return;
  if (subject.kind === "awaited" && subject.outcome.type === "output" && mayServe(attempt)) {
    reply(state, nowMs, task, subject.outcome, attempt.worker.spec.tier, "checked", attempt, out);
  } else failover(state, nowMs, task, out);
}

function right(state: State, nowMs: number, subject: Subject, out: Effect[]): void {
  const { served, attempt, outcome } = subject;
  if (subject.kind !== "shadow") state.counters.rechecked++;
  else if (attempt !== null) payShadow(state, nowMs, attempt, outcome.fuel, out);
  if (served !== null) {
    served.verdict = "right";
    settle(state, served, out);
  }
  const task = attempt?.task;
  closeAwaited(state, subject);
  if (attempt !== null && task && !task.done) {
    if (outcome.type === "failure") refuse(state, nowMs, task, outcome.code, outcome.message, null, out);
    else {
      const answer = reply(state, nowMs, task, outcome, attempt.worker.spec.tier, "rechecked", attempt, out);
      if (answer !== null) answer.verdict = "right";
    }
  }
  if (subject.kind === "refuted") state.counters.falseAlarms++;
  if (subject.kind !== "window") raiseTrust(state, nowMs, subject, out);
  acquit(state, nowMs, subject, out);
  judged(state, subject.peer);
}

/**
 * After a task has ended whose answer was still to be judged: the judgement goes on, but not among the urgent runs, which
 * are never more than there are tasks.
 */
export function judgeLeftover(state: State, nowMs: number, about: Case, out: Effect[]): void {
  const { waiting, openShadows, runs, trusted } = about;
  if (trusted !== null || runs.size > 0 || (waiting.length === 0 && openShadows === 0)) return;
  if (hasJudgementRoom(state)) {
    const served = waiting.some((subject) => subject.kind !== "shadow");
    return ask(state, nowMs, about, served ? "recheck" : "shadow", null, out);
  }
  for (const subject of about.waiting.splice(0)) {
    state.counters.unjudged++;
    release(state, nowMs, subject, out);
  }
}

/** The accusation is over, and the worker gets work again unless it was proven wrong. */
function acquit(state: State, nowMs: number, { kind, peer }: Subject, out: Effect[]): void {
  if (kind !== "refuted") return;
  peer.accused = false;
  for (const worker of peer.sessions) {
    refreshStanding(state, nowMs, worker);
    dispatch(state, nowMs, worker, out);
  }
}

/** Trust rises on verified work only, never on what was computed again because its worker lied. */
function raiseTrust(state: State, nowMs: number, { peer, kernel, kind }: Subject, out: Effect[]): void {
  if (nowMs < peer.record.quarantinedUntilMs) return;
  const before = trustIn(peer.record, kernel.kernel);
  if (before.stage === "probation" && kind !== "shadow") return;
  const trust = judgedRight(before, state.config.trust);
  peer.record = withTrust(peer.record, kernel.key, trust);
  out.push({ type: "trust", worker: peer.id, kernel: kernel.kernel.no, trust });
  if (before.stage === trust.stage) return;
  for (const worker of peer.sessions) {
    refreshStanding(state, nowMs, worker);
    const reason = `trusted with ${kernel.key}: its results are served`;
    out.push({ type: "standing", worker: worker.spec.worker, state: "working", reason, untilMs: null });
    dispatch(state, nowMs, worker, out);
  }
}

function wrong(state: State, nowMs: number, about: Case, subject: Subject, out: Effect[]): void {
  const { served, attempt, peer, kernel } = subject;
  if (subject.kind !== "shadow") state.counters.rechecked++;
  const reason = subject.refusal === undefined
    ? `a result of ${kernel.key} differs from two trusted computations of the same task`
    : `a result was refused by its check, and recomputed: ${subject.refusal}`;
  if (attempt !== null && subject.kind !== "refuted") {
    out.push({
      type: "audit",
      task: attempt.task?.spec.task ?? 0,
      attempt: attempt.no,
      project: attempt.task?.spec.project ?? 0,
      worker: peer.id,
      kernel: kernel.kernel.no,
      verdict: "refuted",
      fuel: 0,
      latencyMs: nowMs - attempt.assignedMs,
    });
  }
  if (served !== null) revoke(state, served, about, out);
  condemn(state, nowMs, peer, kernel, reason, out);
  acquit(state, nowMs, subject, out);
  judged(state, peer);
}

/** Everything of this peer that can still be revoked is computed again, at low priority; a liar's credit is gone. */
function recomputeWindows(
  state: State,
  nowMs: number,
  peer: Peer,
  quarantined: boolean,
  out: Effect[],
): void {
  for (const window of peer.windows.values()) {
    // The newest first: what a game can still roll back.
    for (const served of window.results.toReversed()) {
      if (quarantined) voidCredit(served, out);
      if (served.verdict === "open") recompute(state, nowMs, served, out);
    }
  }
}

function recompute(state: State, nowMs: number, served: Served, out: Effect[]): void {
  if (!hasJudgementRoom(state)) {
    state.counters.unjudged++;
    return;
  }
  served.verdict = "judging";
  const { peer, kernel, spec, outcome } = served;
  const about = newCase(kernel, spec);
  const subject: Subject = { peer, kernel, outcome, kind: "window", attempt: null, served };
  submitForJudgement(state, nowMs, about, subject, out);
  ask(state, nowMs, about, "window", null, out);
}

/**
 * The process ends soon, and credit that is still pending then lapses: what was judged right is granted now, and the rest
 * is computed again as far as the time allows.
 */
export function closing(state: State, nowMs: number, out: Effect[]): void {
  state.closing = true;
  for (let served = state.newestServed; served !== null; served = served.older) {
    if (!served.pending) continue;
    if (served.verdict === "open") recompute(state, nowMs, served, out);
    else settle(state, served, out);
  }
}

function quarantine(state: State, nowMs: number, worker: WorkerState, out: Effect[]): void {
  const { record: { quarantinedUntilMs }, guilt } = worker.peer;
  const no = worker.spec.worker;
  out.push({
    type: "standing",
    worker: no,
    state: "quarantined",
    reason: guilt,
    untilMs: quarantinedUntilMs - nowMs,
  });
  state.timers.push(quarantinedUntilMs, { type: "freed", worker });
  for (const attempt of [...worker.attempts]) {
    out.push({ type: "cancel", worker: no, attempt: attempt.no, fence: attempt.fence });
    closeAttempt(state, attempt);
    if (attempt.task !== null) failover(state, nowMs, attempt.task, out);
  }
}

/** The attempt whose answer waited for this judgement is over. */
function closeAwaited(state: State, subject: Subject): void {
  const { attempt } = subject;
  if (attempt === null) return;
  if (attempt.task?.awaiting === attempt) attempt.task.awaiting = null;
  closeAttempt(state, attempt);
}

// What a worker's answer sets off: room for the next task, the check, then the answer to whoever waits, and the draw for a recheck.
import type { Outcome } from "../ports.ts";
import { recheckRate, trustIn } from "../verify/mod.ts";
import { reply } from "./finish.ts";
import { allows } from "./breaker.ts";
import { accuse, submitForJudgement } from "./judge.ts";
import { dispatch, failover, noteOutcome } from "./ladder.ts";
import { isClaim, learn } from "./learn.ts";
import { blame, closeAttempt, mayServe, release, stageOf } from "./room.ts";
import type { Attempt, State, Subject, Task } from "./state.ts";
import { ask, backlogMs, boundedFuel, caseOf, hasJudgementRoom } from "./trusted.ts";
import type { Effect, Event } from "./types.ts";
import { judged } from "./window.ts";

type Answered = Event & { readonly type: "answered" };
type Checked = Event & { readonly type: "checked" };

/** A worker answered an attempt. */
export function answered(state: State, event: Answered, out: Effect[]): void {
  const { nowMs, outcome } = event;
  const attempt = state.attempts.get(event.attempt);
  const known = attempt?.worker.spec.worker === event.worker && attempt.fence === event.fence &&
    attempt.state === "out";
  if (attempt === undefined || !known) {
    state.counters.lateAnswers++;
    return;
  }
  const { worker } = attempt;
  learn(state, nowMs, attempt, outcome);
  release(state, attempt);
  attempt.draw = event.draw;
  attempt.seed = event.seed;
  if (attempt.task === null) shadowAnswered(state, nowMs, attempt, outcome, out);
  else if (attempt.task.done || attempt.task.awaiting !== null) {
    unserved(state, nowMs, attempt, "unserved", out);
  } else if (outcome.type === "failure") taskFailed(state, nowMs, attempt, attempt.task, outcome, out);
  else taskAnswered(state, nowMs, attempt, attempt.task, outcome, out);
  dispatch(state, nowMs, worker, out);
}

/** A check judged an answer. */
export function checked(state: State, event: Checked, out: Effect[]): void {
  const attempt = state.attempts.get(event.attempt);
  if (attempt === undefined || attempt.state !== "checking" || attempt.outcome === null) return;
  if (!event.again) state.counters.checked++;
  if (event.verdict === "failed" && !event.again) return check(attempt, true, out);
  followCheck(state, event, attempt, attempt.outcome, out);
  judged(state, attempt.worker.peer);
}

function followCheck(
  state: State,
  event: Checked,
  attempt: Attempt,
  outcome: Outcome & { readonly type: "output" },
  out: Effect[],
): void {
  const { nowMs } = event;
  const { task, worker } = attempt;
  if (event.verdict === "failed") {
    state.counters.checksFailed++;
    noteOutcome(state, nowMs, attempt, false);
    unserved(state, nowMs, attempt, "refuted", out);
    if (task === null) return;
    const subject = { ...subjectOf(attempt, outcome, "refuted"), refusal: event.message };
    accuse(state, nowMs, caseOf(task), subject, out);
    failover(state, nowMs, task, out);
    return;
  }
  if (task === null || task.done || task.awaiting !== null) {
    return unserved(state, nowMs, attempt, "unserved", out);
  }
  // Proven wrong meanwhile: whether quarantined or forgiven, it is on probation now.
  if (stageOf(worker, attempt.kernel) === "probation") {
    unserved(state, nowMs, attempt, "unserved", out);
    return failover(state, nowMs, task, out);
  }
  // A check that failed and then passed, or could not run, proves nothing: the result has to be recomputed. So have those of
  // a worker that stands accused, until it is judged.
  attempt.unproven = event.again || event.verdict === "unknown" || task.spec.verify === "always" ||
    worker.peer.accused;
  accept(state, nowMs, attempt, task, outcome, out);
}

/** A checked answer that waited for its recheck is served as it is: it has waited long enough. */
export function serveAwaiting(state: State, nowMs: number, task: Task, out: Effect[]): void {
  const attempt = task.awaiting;
  // A timer of an answer that waited before this one has nothing to say.
  if (nowMs < task.awaitsUntilMs || attempt === null || attempt.outcome === null || !mayServe(attempt)) {
    return;
  }
  // What was drawn is served only if it will be judged: an overload must not thin the sample out.
  if (!hasJudgementRoom(state)) {
    const lastMs = task.spec.dueMs - state.config.localMarginMs;
    if (nowMs < lastMs) armServing(state, task, lastMs);
    return;
  }
  const served = reply(
    state,
    nowMs,
    task,
    attempt.outcome,
    attempt.worker.spec.tier,
    "checked",
    attempt,
    out,
  );
  closeAttempt(state, attempt);
  const about = caseOf(task);
  const at = about.waiting.findIndex((subject) => subject.attempt === attempt);
  const subject = about.waiting[at];
  if (served === null || subject === undefined) return;
  served.verdict = "judging";
  about.waiting[at] = { ...subject, kind: "recheck", served };
}

function shadowAnswered(
  state: State,
  nowMs: number,
  attempt: Attempt,
  outcome: Outcome,
  out: Effect[],
): void {
  const { worker, case: about } = attempt;
  // Only newcomers are judged by shadows: one that was quarantined or became trusted meanwhile gains nothing by it.
  const judges = isClaim(outcome) && stageOf(worker, attempt.kernel) === "probation" &&
    nowMs >= worker.peer.record.quarantinedUntilMs;
  if (about !== null && judges) {
    // The run that was asked for with the shadow may have come to no verdict meanwhile.
    const asks = about.trusted === null && about.runs.size === 0;
    submitForJudgement(state, nowMs, about, subjectOf(attempt, outcome, "shadow"), out);
    if (asks) ask(state, nowMs, about, "shadow", null, out);
  }
  closeAttempt(state, attempt);
}

function taskAnswered(
  state: State,
  nowMs: number,
  attempt: Attempt,
  task: Task,
  outcome: Outcome & { readonly type: "output" },
  out: Effect[],
): void {
  attempt.outcome = outcome;
  const { worker, kernel } = attempt;
  if (worker.spec.tier === "cloud") {
    closeAttempt(state, attempt);
    noteOutcome(state, nowMs, attempt, true);
    kernel.cloudTurnaround.add(attempt.work.input.length, nowMs - attempt.assignedMs);
    reply(state, nowMs, task, outcome, "cloud", "trusted", attempt, out);
    return;
  }
  worker.peer.unjudged++;
  check(attempt, false, out);
}

function check(attempt: Attempt, again: boolean, out: Effect[]): void {
  if (attempt.outcome === null) return;
  attempt.state = "checking";
  const { no, work, outcome, seed } = attempt;
  out.push({ type: "check", attempt: no, work, output: outcome.output, seed, again });
}

function accept(
  state: State,
  nowMs: number,
  attempt: Attempt,
  task: Task,
  outcome: Outcome & { readonly type: "output" },
  out: Effect[],
): void {
  const { kernel, worker } = attempt;
  const trust = trustIn(worker.peer.record, kernel.kernel, kernel.key);
  // More than such tasks were seen to use: worth a recomputation, and paid only when that says the same.
  const dear = outcome.fuel > boundedFuel(kernel, attempt.work, outcome.fuel);
  const drawn = attempt.unproven || dear ||
    attempt.draw < recheckRate(trust, kernel.kernel.detection, state.config.trust);
  noteOutcome(state, nowMs, attempt, true);
  const holdMs = holdUntilMs(state, nowMs, task, dear);
  const awaits = attempt.unproven || (task.case !== null && task.case.trusted !== null) ||
    (drawn &&
      ((trust.stage === "trusted" && isRecheckedSoon(state, nowMs, task, holdMs)) ||
        !hasJudgementRoom(state)));
  if (awaits) return holdBack(state, nowMs, attempt, task, outcome, holdMs, out);
  closeAttempt(state, attempt);
  const served = reply(state, nowMs, task, outcome, "peer", "checked", attempt, out);
  // Judged as well when trusted compute is on this task for somebody else.
  const asked = task.case !== null && task.case.runs.size > 0;
  if (served === null || !(drawn || asked)) return;
  served.verdict = "judging";
  const about = caseOf(task);
  submitForJudgement(state, nowMs, about, { ...subjectOf(attempt, outcome, "recheck"), served }, out);
  if (!asked) ask(state, nowMs, about, "recheck", null, out);
}

/**
 * Whether trusted compute will have recomputed a task while its answer may wait for that, as far as is known: what takes
 * longer all the same is served when the time is over.
 */
function isRecheckedSoon(state: State, nowMs: number, { kernel, spec }: Task, untilMs: number): boolean {
  const { breakers: { local }, config } = state;
  const recheckedMs = nowMs + backlogMs(state) + (kernel.local.of(spec.input.length).at(0.95) ?? 0);
  return recheckedMs <= untilMs && allows(local, nowMs, config.breaker);
}

/**
 * How long an answer that has just come may be held back: for as long as it took to come, or as such tasks take on
 * average, so that nobody escapes by answering at once; and not into the time that its deadline needs. It is one of
 * thirty, and what is found out later is revoked: more would set the 97th percentile of all. What is `dear` has no price
 * before it was recomputed, and waits while it can.
 */
function holdUntilMs({ config }: State, nowMs: number, task: Task, dear: boolean): number {
  const { kernel, spec, submittedMs } = task;
  const lastMs = spec.dueMs - config.localMarginMs;
  if (dear) return lastMs;
  const usualMs = kernel.service.of(spec.input.length).meanMs;
  return Math.min(lastMs, nowMs + Math.max(nowMs - submittedMs, usualMs));
}

/** Holds a checked answer back until trusted compute has judged it, or it has waited long enough. */
function holdBack(
  state: State,
  nowMs: number,
  attempt: Attempt,
  task: Task,
  outcome: Outcome,
  untilMs: number,
  out: Effect[],
): void {
  task.awaiting = attempt;
  armServing(state, task, untilMs);
  const about = caseOf(task);
  const subject = subjectOf(attempt, outcome, "awaited");
  const asks = about.trusted === null && (about.runs.size === 0 || !task.serving);
  submitForJudgement(state, nowMs, about, subject, out);
  if (asks) ask(state, nowMs, about, "recheck", task, out);
}

function armServing(state: State, task: Task, untilMs: number): void {
  task.awaitsUntilMs = untilMs;
  state.timers.push(untilMs, { type: "serveBy", task });
}

function taskFailed(
  state: State,
  nowMs: number,
  attempt: Attempt,
  task: Task,
  outcome: Outcome & { readonly type: "failure" },
  out: Effect[],
): void {
  task.lastFailure = { code: outcome.code, message: outcome.message };
  // What a kernel comes to without an output is an answer like any other, but no check can judge it: trusted compute does.
  if (isClaim(outcome)) {
    attempt.state = "checking";
    holdBack(state, nowMs, attempt, task, outcome, holdUntilMs(state, nowMs, task, true), out);
    return;
  }
  unserved(state, nowMs, attempt, "failed", out);
  noteOutcome(state, nowMs, attempt, false);
  blame(nowMs, attempt);
  failover(state, nowMs, task, out);
}

function unserved(
  state: State,
  nowMs: number,
  attempt: Attempt,
  verdict: "unserved" | "failed" | "refuted",
  out: Effect[],
): void {
  closeAttempt(state, attempt);
  const { spec } = attempt.task ?? { spec: null };
  out.push({
    type: "audit",
    task: spec?.task ?? 0,
    attempt: attempt.no,
    project: spec?.project ?? 0,
    worker: attempt.worker.peer.id,
    kernel: attempt.kernel.kernel.no,
    verdict,
    fuel: 0,
    latencyMs: nowMs - attempt.assignedMs,
  });
}

function subjectOf(attempt: Attempt, outcome: Outcome, kind: Subject["kind"]): Subject {
  return { peer: attempt.worker.peer, kernel: attempt.kernel, outcome, kind, attempt, served: null };
}

// Trusted compute beside the coordinator: what waits for it, in which order, and how long that will take.
import type { Outcome, Work } from "../ports.ts";
import { allows, sent, wentBadly, wentWell } from "./breaker.ts";
import type { Case, KernelState, Run, State, Task } from "./state.ts";
import type { Effect, Purpose, TaskSpec } from "./types.ts";

/** Orders judgements by purpose; within a rank the oldest goes first. */
const ranks: Record<Purpose, number> = { serve: 0, recheck: 1, confirm: 1, shadow: 2, window: 3 };
/** Larger than any run number. */
const rankSpan = 1e14;

/** A new question to trusted compute. */
export function newCase(kernel: KernelState, work: TaskSpec): Case {
  return {
    kernel,
    work,
    trusted: null,
    confirmed: false,
    confirming: false,
    confirmsFailed: 0,
    runs: new Set(),
    openShadows: 0,
    waiting: [],
    disputed: [],
    task: null,
  };
}

/** The question about a task's own answer; one per task, whoever asks. */
export function caseOf(task: Task): Case {
  return task.case ??= newCase(task.kernel, task.spec);
}

/** Asks for a run. `task`: waits for it until it is due; null for judgements nobody waits for. */
export function ask(
  state: State,
  nowMs: number,
  about: Case,
  purpose: Purpose,
  task: Task | null,
  out: Effect[],
): void {
  const run: Run = {
    no: state.nextRun++,
    purpose,
    task,
    case: about,
    state: "waiting",
    startedMs: 0,
  };
  if (purpose !== "confirm") about.runs.add(run);
  if (task === null) {
    state.judgementsWaiting++;
    state.judgementBytes += about.work.input.length;
    state.judgementRuns.push(ranks[purpose] * rankSpan + run.no, run);
  } else {
    state.urgentWaiting++;
    state.urgentRuns.push(task.share, task.spec.dueMs, run);
  }
  pump(state, nowMs, out);
}

/** Whether one more judgement that nobody waits for may be asked for. */
export function hasJudgementRoom({ config, judgementsWaiting, judgementBytes }: State): boolean {
  return judgementsWaiting < config.judgementsWaitingMax && judgementBytes < config.judgementBytesMax;
}

/** Drops the waiting runs of a question that nobody asks any more: what is counted as waiting is work to come. */
export function dropRuns(state: State, about: Case): void {
  const { task, trusted, waiting, openShadows, runs } = about;
  const wanted = waiting.length > 0 || openShadows > 0 || (task !== null && !task.done);
  if (wanted && trusted === null) return;
  for (const run of runs) if (run.state === "waiting") drop(state, run);
}

/** Takes the waiting runs of a task that has ended off the queue of tasks; answers whether there were any. */
export function dropUrgentRuns(state: State, about: Case): boolean {
  let found = false;
  for (const run of about.runs) {
    if (run.state !== "waiting" || run.task === null) continue;
    drop(state, run);
    found = true;
  }
  return found;
}

function drop(state: State, run: Run): void {
  run.state = "dropped";
  run.case.runs.delete(run);
  notWaiting(state, run);
}

function notWaiting(state: State, run: Run): void {
  if (run.task !== null) {
    state.urgentWaiting--;
    return;
  }
  state.judgementsWaiting--;
  state.judgementBytes -= run.case.work.input.length;
}

/** Starts waiting runs while there are slots; while trusted compute mostly fails, only a few as probes. */
export function pump(state: State, nowMs: number, out: Effect[]): void {
  const { breakers: { local: breaker }, config } = state;
  while (state.runsRunning < config.localSlots) {
    if (state.urgentWaiting + state.judgementsWaiting === 0 || !allows(breaker, nowMs, config.breaker)) {
      return;
    }
    const run = nextRun(state);
    if (run === undefined) return;
    sent(breaker);
    notWaiting(state, run);
    if (run.task !== null) {
      state.shares.charge(run.task.share, localMs(state, run.case.kernel, run.case.work.input.length, 0.5));
    }
    run.state = "running";
    run.startedMs = nowMs;
    state.runs.set(run.no, run);
    state.runsRunning++;
    out.push({ type: "compute", run: run.no, purpose: run.purpose, work: run.case.work });
  }
}

/** Urgent runs first, and of several slots the last is theirs; but judgements have their turn however urgent the rest is. */
function nextRun(state: State): Run | undefined {
  const { config, runsRunning, urgentWaiting, judgementsWaiting } = state;
  const turn = state.urgentInARow >= config.urgentRunsMax;
  const slotFree = urgentWaiting === 0 && runsRunning < Math.max(1, config.localSlots - 1);
  if (judgementsWaiting > 0 && (turn || slotFree)) {
    state.urgentInARow = 0;
    let run = state.judgementRuns.pop();
    while (run?.state === "dropped") run = state.judgementRuns.pop();
    return run;
  }
  if (urgentWaiting === 0) return undefined;
  state.urgentInARow = judgementsWaiting > 0 ? state.urgentInARow + 1 : 0;
  return state.urgentRuns.pop(state.shares);
}

/** Takes a run that ended off the slots; undefined for one nobody knows. */
export function finishRun(state: State, nowMs: number, no: number, outcome: Outcome): Run | undefined {
  const run = state.runs.get(no);
  if (run === undefined) return undefined;
  state.runs.delete(no);
  state.runsRunning--;
  run.case.runs.delete(run);
  const tookMs = nowMs - run.startedMs;
  const { breakers: { local: breaker }, config } = state;
  if (isVerdict(outcome)) wentWell(breaker, config.breaker);
  else if (wentBadly(breaker, nowMs, config.breaker)) {
    state.timers.push(breaker.untilMs, { type: "probe", tier: "local" });
  }
  const { kernel, work } = run.case;
  if (isVerdict(outcome)) kernel.local.add(work.input.length, tookMs);
  if (outcome.type === "output") kernel.fuel.add(work.input.length, outcome.fuel);
  state.localMeanMs += (tookMs - state.localMeanMs) / 8;
  return run;
}

/** Whether trusted compute itself failed, which says nothing about anybody. */
export function isVerdict(outcome: Outcome): boolean {
  return outcome.type === "output" ||
    (outcome.code !== "kernel.environment" && outcome.code !== "kernel.late");
}

/** What a claim of fuel is paid that nobody has recomputed: no more than trusted compute saw such tasks use. */
export function boundedFuel({ fuel }: KernelState, work: Work, claimed: number): number {
  return Math.min(claimed, fuel.at(work.input.length) ?? 0);
}

/** What local compute of a kernel takes, at a quantile. */
export function localMs(state: State, kernel: KernelState, inputBytes: number, q: number): number {
  return kernel.local.of(inputBytes).at(q) ?? state.config.localGuessMs;
}

/** How long an urgent run asked for now may have to wait for a slot, if it is unlucky. */
export function longestWaitMs(state: State): number {
  const { localSlots } = state.config;
  return state.runsRunning < localSlots ? 0 : (1 + state.urgentWaiting / localSlots) * state.localMeanMs;
}

/** How long an urgent run asked for now waits for a slot. */
export function backlogMs(state: State): number {
  const { localSlots } = state.config;
  const busy = state.runsRunning < localSlots ? 0 : 0.5 + state.urgentWaiting / localSlots;
  return busy * state.localMeanMs;
}

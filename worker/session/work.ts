// What happens to kernels and tasks: each task taken is answered exactly once, by a result, a failure or a hand-back.
import {
  type Cancel,
  codes,
  type FromWorker,
  type HandBack,
  type KernelOffer,
  messageType,
  type TaskMessage,
} from "../../protocol/mod.ts";
import { type HeldJob, type Offer, release, send, type State } from "./state.ts";
import type { Effect, Event, JobOutcome } from "./types.ts";

/** A kernel the coordinator may send tasks for: fetch and verify it. */
export function takeOffer(state: State, message: KernelOffer, out: Effect[]): void {
  const [, kernelNo, digest, signature] = message;
  const kernel = digest.toHex();
  state.offers.set(kernelNo, {
    kernelNo,
    kernel,
    signature: signature.slice(), // the frame it is a view of goes away
    state: "preparing",
    againMs: Infinity,
    unfit: null,
  });
  out.push({ type: "prepare", kernel, signature: signature.slice() });
}

/** A bundle was verified or refused: the coordinator hears of it. */
export function prepared(state: State, event: Event & { type: "prepared" }, out: Effect[]): void {
  const { kernel, code, text, nowMs } = event;
  for (const offer of state.offers.values()) {
    if (offer.kernel !== kernel || offer.state !== "preparing") continue;
    offer.unfit = code === "kernel.unfit" ? text : null;
    offer.state = code === null ? "ready" : "refused";
    offer.againMs = code !== null && codes[code].retry ? nowMs + state.config.prepareAgainMs : Infinity;
    if (code !== null) {
      out.push({ type: "say", level: "warning", text: `Kernel refused: ${text} (${code}).` });
    }
    if (state.phase === "live") sendKernelState(state, offer, event, out);
  }
}

/** A kernel is taken out of service: the coordinator hears of it, and what still comes for it is refused. */
export function unfit(state: State, event: Event & { type: "unfit" }, out: Effect[]): void {
  const { kernel, text, nowMs } = event;
  out.push({ type: "say", level: "warning", text: `Kernel taken out of service: ${text}.` });
  for (const offer of state.offers.values()) {
    if (offer.kernel !== kernel || offer.state === "refused") continue;
    offer.state = "refused";
    offer.againMs = Infinity;
    offer.unfit = text;
    if (state.phase === "live") sendKernelState(state, offer, { code: "kernel.unfit", text, nowMs }, out);
  }
}

function sendKernelState(
  state: State,
  offer: Offer,
  { code, text, nowMs }: Pick<Event & { type: "prepared" }, "code" | "text" | "nowMs">,
  out: Effect[],
): void {
  send(
    state,
    [messageType.kernelState, offer.kernelNo, code === null, code, code === null ? null : text],
    nowMs,
    out,
  );
}

/** Tries bundles again whose refusal can have passed. */
export function prepareAgain(state: State, nowMs: number, out: Effect[]): void {
  for (const offer of state.offers.values()) {
    if (offer.state !== "refused" || nowMs < offer.againMs) continue;
    offer.state = "preparing";
    offer.againMs = Infinity;
    out.push({ type: "prepare", kernel: offer.kernel, signature: offer.signature });
  }
}

/** Takes a task, or gives it back at once. Returns what was wrong where the message breaks the protocol. */
export function takeTask(state: State, message: TaskMessage, nowMs: number, out: Effect[]): string | null {
  const [, attempt, fence, kernelNo, input, assets, budgetMs, , fuelLimit, priority, trace] = message;
  const known = state.byAttempt.get(attempt);
  if (known !== undefined) {
    return known.fence === fence ? null : `attempt ${attempt} came again with another fence`;
  }
  const refusal = reasonNotToCompute(state);
  if (refusal !== null) {
    state.counters.handedBack++;
    send(state, handBack([[attempt, fence]], refusal), nowMs, out);
    return null;
  }
  const offer = state.offers.get(kernelNo);
  if (offer?.state !== "ready") {
    state.counters.failures++;
    const text = `Cannot compute task: kernel ${kernelNo} is not ready on this worker`;
    send(state, [messageType.failure, attempt, fence, "kernel.unknown", text, 0, 0], nowMs, out);
    return null;
  }
  const job = state.jobsMade++;
  const held: HeldJob = { job, attempt, fence, trace, cancelled: false, reply: null };
  state.jobs.set(job, held);
  state.byAttempt.set(attempt, held);
  state.open++;
  out.push({
    type: "compute",
    job: {
      job,
      kernel: offer.kernel,
      input,
      assets: assets === null ? [] : assets.map((digest) => digest.toHex()),
      dueMs: nowMs + budgetMs,
      fuelLimit,
      priority,
    },
  });
  return null;
}

function reasonNotToCompute(state: State): string | null {
  if (state.finish !== null) return state.finish.reason;
  if (state.pause !== null) return state.pause.reason;
  return state.open >= state.window ? "the window is full" : null;
}

/** An attempt is not needed any more: it is still answered once, when it holds no slot. */
export function cancelTask(state: State, message: Cancel, out: Effect[]): void {
  const [, attempt, fence] = message;
  const job = state.byAttempt.get(attempt);
  if (job === undefined || job.fence !== fence || job.cancelled) return;
  job.cancelled = true;
  state.open--;
  out.push({ type: "cancel", job: job.job });
}

/** A job was computed: deliver the answer, or keep it while there is no connection. */
export function computed(state: State, event: Event & { type: "computed" }, out: Effect[]): void {
  const job = state.jobs.get(event.job);
  if (job === undefined || job.reply !== null) return;
  answer(state, job, replyOf(job, event.outcome), event.nowMs, out);
}

function replyOf(job: HeldJob, outcome: JobOutcome): FromWorker {
  const { attempt, fence, trace } = job;
  const { fuel, computeUs } = outcome;
  if (job.cancelled) {
    return [messageType.failure, attempt, fence, "task.cancelled", "Not needed any more", fuel, computeUs];
  }
  if (outcome.type === "output") {
    return [messageType.result, attempt, fence, outcome.output, fuel, computeUs, trace];
  }
  return [messageType.failure, attempt, fence, outcome.code, outcome.message, fuel, computeUs];
}

/** Jobs that will not be computed here go back; on a live connection in one message. */
export function returned(state: State, event: Event & { type: "returned" }, out: Effect[]): void {
  const pairs: [number, number][] = [];
  for (const no of event.jobs) {
    const job = state.jobs.get(no);
    if (job === undefined || job.reply !== null) continue;
    if (state.phase !== "live") {
      answer(state, job, handBack([[job.attempt, job.fence]], event.reason), event.nowMs, out);
      continue;
    }
    pairs.push([job.attempt, job.fence]);
    release(state, job);
  }
  if (pairs.length === 0) return;
  state.counters.handedBack += pairs.length;
  send(state, handBack(pairs, event.reason), event.nowMs, out);
}

/** Gives back everything that has no answer yet. */
export function handBackAll(state: State, reason: string, nowMs: number, out: Effect[]): void {
  const jobs = [...state.jobs.keys()];
  for (const job of jobs) out.push({ type: "forget", job });
  returned(state, { type: "returned", jobs, reason, nowMs }, out);
}

function handBack(pairs: readonly (readonly [number, number])[], reason: string): HandBack {
  return [messageType.handBack, pairs, reason];
}

function answer(state: State, job: HeldJob, reply: FromWorker, nowMs: number, out: Effect[]): void {
  if (state.phase === "live") {
    count(state, reply);
    release(state, job);
    return send(state, reply, nowMs, out);
  }
  const bytes = outputBytes(reply);
  if (state.undeliveredBytes + bytes > state.config.undeliveredBytesMax) {
    job.reply = handBack([[job.attempt, job.fence]], "too many results wait for a connection");
    return;
  }
  state.undeliveredBytes += bytes;
  job.reply = reply;
}

/** Sends what was computed while there was no connection. */
export function deliverKept(state: State, nowMs: number, out: Effect[]): void {
  for (const job of [...state.jobs.values()]) {
    const reply = job.reply;
    if (reply === null) continue;
    count(state, reply);
    release(state, job);
    send(state, reply, nowMs, out);
  }
  state.undeliveredBytes = 0;
}

function count(state: State, reply: FromWorker): void {
  if (reply[0] === messageType.result) state.counters.results++;
  else if (reply[0] === messageType.failure) state.counters.failures++;
  else state.counters.handedBack++;
}

function outputBytes(reply: FromWorker): number {
  return reply[0] === messageType.result ? reply[3].length : 0;
}

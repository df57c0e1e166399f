// One task on its way: from `run()` to the one moment it is settled.
import { type Answer, P2c2rError } from "../protocol/mod.ts";
import type { Alarms, Sleeper } from "./_alarms.ts";
import type { KernelHandle } from "./_kernel_table.ts";
import type { Link } from "./_link.ts";

/**
 * | state | means | leaves it when |
 * | --- | --- | --- |
 * | preparing | its assets are being uploaded | handed to the traffic: waiting |
 * | waiting | in the queue: no connection, kernel not opened or window full | sent |
 * | sent | the coordinator has it | answered or refused: settled; given up here: abandoned; session lost: waiting |
 * | abandoned | settled here, but the coordinator still counts it | final word, or end of its connection: settled |
 * | settled | done | |
 */
export type CallState = "preparing" | "waiting" | "sent" | "abandoned" | "settled";

/** What a task consists of, checked and encoded. */
export interface Work {
  readonly input: Uint8Array;
  readonly assets: readonly Uint8Array[] | null;
  readonly priority: number;
  /** 0 sampled, 1 always. */
  readonly verify: number;
  readonly idempotencyKey: string | null;
  readonly exclude: readonly Uint8Array[] | null;
  readonly fuelLimit: number | null;
}

/** When and how a call ends early. */
export interface CallEnds {
  readonly deadlineMs: number;
  readonly alarms: Alarms;
  /** How long past the deadline an answer may be on the road. */
  readonly graceMs: number;
  readonly signal: AbortSignal | undefined;
  /** What is wrong with the connection, if anything. */
  readonly trouble: () => P2c2rError | undefined;
  /** Called when the call ended on this side, with the state it had until then. */
  readonly onGivenUp: (call: Call, before: CallState) => void;
}

/** A task between `run()` and its answer. Settles once, at the latest a grace after its deadline. */
export class Call implements Sleeper {
  readonly kernel: KernelHandle;
  readonly work: Work;
  readonly startMs = performance.now();
  readonly dueMs: number;
  /** Settles with the coordinator's message. */
  readonly answer: Promise<Answer>;
  state: CallState = "preparing";
  /** The request number of its latest submission. */
  no = 0;
  /** The connection it was sent over last; null where that has ended. */
  link: Link | null = null;
  /** From start to settlement, once settled. */
  latencyMs = 0;
  readonly #ends: CallEnds;
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (error: P2c2rError) => void;
  #alarmMs: number;

  constructor(kernel: KernelHandle, work: Work, ends: CallEnds) {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.answer = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.kernel = kernel;
    this.work = work;
    this.dueMs = this.startMs + ends.deadlineMs;
    this.#ends = ends;
    this.#alarmMs = this.dueMs;
    ends.alarms.set(this, this.#alarmMs);
    ends.signal?.addEventListener("abort", this.#aborted);
    if (ends.signal?.aborted) this.#aborted();
  }

  /** Its deadline has come, or the grace after it has passed. */
  wake(): void {
    const overMs = this.dueMs + this.#ends.graceMs;
    if (this.state === "sent" && this.#alarmMs < overMs) {
      // The coordinator's own refusal says more than this side knows.
      this.#alarmMs = overMs;
      this.#ends.alarms.set(this, overMs);
      return;
    }
    const { deadlineMs, trouble } = this.#ends;
    this.giveUp(
      new P2c2rError("task.deadline", `Cannot answer within ${deadlineMs} ms: ${lateness[this.state]}`, {
        cause: trouble(),
      }),
    );
  }

  /** Whether nobody waits for it any more. */
  get over(): boolean {
    return this.state === "abandoned" || this.state === "settled";
  }

  /** The coordinator's answer. */
  settle(answer: Answer): void {
    if (this.#finish("settled")) this.#resolve(answer);
  }

  /** The coordinator's refusal, or a failure on the way to it. */
  fail(error: P2c2rError): void {
    if (this.#finish("settled")) this.#reject(error);
  }

  /** Ends it on this side; the coordinator may still be at work. */
  giveUp(error: P2c2rError): void {
    const before = this.state;
    if (!this.#finish(before === "sent" ? "abandoned" : "settled")) return;
    this.#reject(error);
    this.#ends.onGivenUp(this, before);
  }

  #finish(state: CallState): boolean {
    if (this.over) return false;
    this.state = state;
    this.latencyMs = performance.now() - this.startMs;
    this.#ends.alarms.callOff(this, this.#alarmMs);
    this.#ends.signal?.removeEventListener("abort", this.#aborted);
    return true;
  }

  readonly #aborted = (): void => {
    const cause: unknown = this.#ends.signal?.reason;
    this.giveUp(new P2c2rError("task.cancelled", "Cannot answer: the caller gave the task up", { cause }));
  };
}

const lateness: Readonly<Record<CallState, string>> = {
  preparing: "its assets are not uploaded",
  waiting: "it still waits to be sent",
  sent: "the coordinator has not answered",
  abandoned: "it was given up",
  settled: "it was settled",
};

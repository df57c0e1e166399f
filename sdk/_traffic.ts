// The tasks of a client and the connection they travel over: queue, window, numbers, and what a drop means for each.
import {
  type Answer,
  codes,
  isCode,
  type KernelOpened,
  limits,
  messageType as t,
  P2c2rError,
  type Refusal,
  type Revoked,
} from "../protocol/mod.ts";
import { Answered } from "./_answered.ts";
import type { Call, CallState } from "./_call.ts";
import { type KernelHandle, KernelTable } from "./_kernel_table.ts";
import type { Link, TaskReply } from "./_link.ts";

/** What the traffic needs of its client. */
export interface TrafficHooks {
  /** A refused call that is not over: returns whether it is taken care of; else it fails. */
  readonly onRefused: (call: Call, error: P2c2rError) => boolean;
  /** An answer of this kernel (where still known) was wrong. */
  readonly onRevoked: (revoked: Revoked, kernel: KernelHandle | undefined) => void;
}

/** Tasks in flight and waiting. */
export class Traffic {
  readonly kernels = new KernelTable();
  readonly #hooks: TrafficHooks;
  readonly #queueMax: number;
  /** Sent calls, also abandoned ones, by number. */
  readonly #sent = new Map<number, Call>();
  readonly #answered = new Answered();
  #link: Link | null = null;
  #lastNo = 0;
  #waiting = 0;

  constructor(queueMax: number, hooks: TrafficHooks) {
    this.#queueMax = queueMax;
    this.#hooks = hooks;
  }

  /** Tasks that wait here. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Takes a call; it fails at once where the queue is full. */
  enqueue(call: Call): void {
    if (call.over) return;
    if (this.#waiting >= this.#queueMax) {
      const state = `${this.#waiting} tasks wait in this client already`;
      return call.fail(new P2c2rError("task.overload", `Cannot submit task: ${state}`));
    }
    call.no = ++this.#lastNo;
    call.state = "waiting";
    this.#waiting++;
    call.kernel.push(call);
    this.#pump();
  }

  /** A call ended on this side. */
  givenUp(call: Call, before: CallState): void {
    if (before === "waiting") {
      this.#waiting--;
      call.kernel.gaveUpOne();
    } else if (before === "sent" && call.link !== null) {
      call.link.push([t.withdraw, call.no]);
    }
  }

  /** A connection was welcomed: tasks go over it from now on. */
  adopt(link: Link, resumed: boolean): void {
    this.#link = link;
    if (!resumed) this.kernels.forgetSession();
    const lost: Call[] = [];
    for (const call of this.#sent.values()) {
      // After a drain the earlier connection still answers what it carries, unless its session moved to this one.
      if (call.link !== null && !resumed) continue;
      if (resumed && call.kernel.opened !== undefined) {
        // Abandoned ones too: repeated and withdrawn, they get a final word whether they had arrived or not.
        this.#send(call, link);
        if (call.state === "abandoned") link.push([t.withdraw, call.no]);
      } else if (call.state === "abandoned") {
        this.#sent.delete(call.no);
      } else lost.push(call);
    }
    this.#putBack(lost);
    this.#pump();
  }

  /** A connection ended. What it carried waits for its session to be resumed, or for the next one. */
  lose(link: Link): void {
    if (this.#link === link) this.#link = null;
    const superseded = this.#link !== null;
    const lost: Call[] = [];
    for (const call of this.#sent.values()) {
      if (call.link !== link) continue;
      call.link = null;
      if (!superseded) continue;
      if (call.state === "abandoned") this.#sent.delete(call.no);
      else lost.push(call);
    }
    this.#putBack(lost);
    this.#pump();
  }

  /** What a connection had to say. */
  take(reply: TaskReply): void {
    switch (reply[0]) {
      case t.kernelOpened:
        return this.#opened(reply);
      case t.answer:
        return this.#answer(reply);
      case t.refusal:
        return this.#refusal(reply);
      case t.revoked:
        return this.#hooks.onRevoked(reply, this.#answered.get(reply[1]));
      default:
        return reply satisfies never;
    }
  }

  /** Ends everything. */
  failAll(error: P2c2rError): void {
    this.#link = null;
    const waiting = this.kernels.all().flatMap((kernel) => kernel.takeAll());
    this.#waiting = 0;
    const sent = [...this.#sent.values()];
    this.#sent.clear();
    for (const call of [...sent, ...waiting]) call.fail(error);
  }

  #opened(opened: KernelOpened): void {
    const kernel = this.kernels.at(opened[1]);
    if (kernel === undefined) return;
    if (opened[2] !== null) {
      kernel.opened = opened;
      return this.#pump();
    }
    kernel.asked = false; // it may come; the next task asks again
    const calls = kernel.takeAll();
    this.#waiting -= calls.length;
    const name = kernel.version === null ? kernel.id : `${kernel.id} ${kernel.version}`;
    for (const call of calls) {
      call.fail(new P2c2rError("kernel.unknown", `Cannot run ${name}: the coordinator does not have it`));
    }
  }

  #answer(answer: Answer): void {
    const call = this.#finished(answer[1]);
    if (call === undefined) return;
    this.#answered.set(call.no, call.kernel);
    call.settle(answer);
    this.#pump();
  }

  #refusal([, no, text, message, hint, retryMs]: Refusal): void {
    const call = this.#finished(no);
    if (call === undefined) return;
    const code = isCode(text) ? text : "internal";
    const error = new P2c2rError(code, message, {
      hint: hint === "" ? codes[code].hint : hint,
      retryMs: retryMs ?? undefined,
    });
    if (!call.over && !this.#hooks.onRefused(call, error)) call.fail(error);
    this.#pump();
  }

  /** The final word on a number: whatever comes for it later means nothing. */
  #finished(no: number): Call | undefined {
    const call = this.#sent.get(no);
    if (call === undefined) return undefined;
    this.#sent.delete(no);
    if (call.link !== null) call.link.inFlight--;
    call.link = null;
    return call;
  }

  #putBack(calls: readonly Call[]): void {
    const byKernel = Map.groupBy(calls, (call) => call.kernel);
    for (const [kernel, lost] of byKernel) {
      for (const call of lost) {
        this.#sent.delete(call.no);
        call.state = "waiting";
      }
      this.#waiting += lost.length;
      kernel.putBack(lost);
    }
  }

  #pump(): void {
    const link = this.#link;
    if (link === null || link.ended || link.draining) return;
    for (const kernel of this.kernels.all()) {
      if (kernel.asked || kernel.live === 0) continue;
      kernel.asked = true;
      link.push([t.openKernel, kernel.no, kernel.id, kernel.version]);
    }
    while (link.inFlight < link.windowMax) {
      const kernel = this.kernels.next();
      const call = kernel?.peek();
      if (kernel === undefined || call === undefined) return;
      kernel.shift();
      this.#waiting--;
      this.#send(call, link);
    }
  }

  #send(call: Call, link: Link): void {
    const { work } = call;
    // Too late is for the call's own timer to say: it is about to fire.
    const leftMs = Math.max(limits.deadlineMsMin, Math.ceil(call.dueMs - performance.now()));
    if (!call.over) call.state = "sent";
    call.link = link;
    link.inFlight++;
    this.#sent.set(call.no, call);
    link.push([
      t.submit,
      call.no,
      call.kernel.no,
      work.input,
      work.assets,
      Math.min(leftMs, limits.deadlineMsMax),
      work.priority,
      work.verify,
      work.idempotencyKey,
      work.exclude,
      work.fuelLimit,
      null,
      null,
    ]);
  }
}

// The kernels a client has named, each with its number, what the session knows of it, and the tasks that wait for it.
import { Fifo, type KernelOpened, limits, P2c2rError } from "../protocol/mod.ts";
import type { Call } from "./_call.ts";

/** A kernel in a certain version, or in the newest. The number is the same in all sessions of a client. */
export class KernelHandle {
  /** Tasks in their order. Some may be over; they are skipped, and swept before they outnumber the others. */
  readonly waiting = new Fifo<Call>();
  /** Those of `waiting` that are not over. */
  live = 0;
  /** Whether this session was asked to open it. */
  asked = false;
  /** What this session answered. */
  opened: KernelOpened | undefined;

  constructor(readonly no: number, readonly id: string, readonly version: string | null) {}

  /** Adds a task at the end. */
  push(call: Call): void {
    this.waiting.push(call);
    this.live++;
  }

  /** The task that waits longest, without those that are over. */
  peek(): Call | undefined {
    for (let call = this.waiting.peek(); call !== undefined; call = this.waiting.peek()) {
      if (call.state === "waiting") return call;
      this.waiting.shift();
    }
    return undefined;
  }

  /** Takes the task that {@link peek} showed. */
  shift(): void {
    this.waiting.shift();
    this.live--;
  }

  /** Counts a waiting task that is over now. */
  gaveUpOne(): void {
    this.live--;
    if (this.waiting.length > 2 * this.live + 64) this.waiting.reset(this.waitingLive());
  }

  /** Puts tasks back to where their numbers belong. */
  putBack(calls: readonly Call[]): void {
    const all = [...calls, ...this.waitingLive()].sort((a, b) => a.no - b.no);
    this.waiting.reset(all);
    this.live = all.length;
  }

  /** Takes all tasks out. */
  takeAll(): Call[] {
    const calls = this.waitingLive();
    this.waiting.reset([]);
    this.live = 0;
    return calls;
  }

  waitingLive(): Call[] {
    return this.waiting.list().filter((call) => call.state === "waiting");
  }
}

/** All kernels of a client. */
export class KernelTable {
  readonly #byName = new Map<string, KernelHandle>();
  readonly #byNo: KernelHandle[] = [];

  /** @throws P2c2rError `request.invalid` when one client names too many */
  get(id: string, version: string | null): KernelHandle {
    const name = `${id}\n${version ?? ""}`;
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    if (this.#byNo.length >= limits.connectionKernelsMax) {
      throw new P2c2rError(
        "request.invalid",
        `Cannot use kernel ${id}: this client names ${limits.connectionKernelsMax} kernels already`,
      );
    }
    const handle = new KernelHandle(this.#byNo.length, id, version);
    this.#byName.set(name, handle);
    this.#byNo.push(handle);
    return handle;
  }

  /** The kernel of a number. */
  at(no: number): KernelHandle | undefined {
    return this.#byNo[no];
  }

  /** All of them. */
  all(): readonly KernelHandle[] {
    return this.#byNo;
  }

  /** Of the opened kernels, the one whose first task waits longest. */
  next(): KernelHandle | undefined {
    let best: KernelHandle | undefined;
    let bestNo = Infinity;
    for (const handle of this.#byNo) {
      if (handle.live === 0 || handle.opened === undefined) continue;
      const no = handle.peek()?.no ?? Infinity;
      if (no < bestNo) [best, bestNo] = [handle, no];
    }
    return best;
  }

  /** A new session knows none of them. */
  forgetSession(): void {
    for (const handle of this.#byNo) {
      handle.asked = false;
      handle.opened = undefined;
    }
  }
}

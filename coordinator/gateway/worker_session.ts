// One worker's session: what it lends, what it has in hand, and whether it can come back to it.
//
// state    message or event          →  state, what happens
// new      ready                     →  joining, its record is read; what it says meanwhile waits
// new      anything but ready        →  over, protocol.order
// new      readyMsMax pass           →  over, protocol.order
// joining  record was read           →  joined, the core hears of it, then of what waited
// joined   ready                     →  joined, as `resume` (a resumed session may introduce itself again)
// joined   kernelState, result, …    →  joined, the core hears of it
// joined   goodbye                   →  over
// joined   connection ends           →  dropped; closed with 1000, or protocol broken: over
// dropped  connection resumes        →  joined, what it finished meanwhile still counts
// dropped  resumeMs pass             →  over
// new, joining   connection ends     →  over
// any      another session of the same key becomes ready  →  over
import { type FromWorker, messageType, P2c2rError } from "../../protocol/mod.ts";
import type {
  Echo,
  Failure,
  HandBack,
  KernelState,
  Probe,
  Ready,
  ResultMessage,
  Standing,
} from "../../protocol/mod.ts";
import type { Event, Explanation } from "../scheduler/mod.ts";
import type { WorkerEffect } from "../scheduler/shell.ts";
import type { WorkerRecord } from "../verify/mod.ts";
import type { Connection } from "./connection.ts";
import { InHand } from "./in_hand.ts";
import type { Session } from "./sessions.ts";
import { type Assignment, failureOf, lent, outputOf, taskMessage } from "./worker_messages.ts";
import type { WorkerAbout, WorkerIdentity, WorkerSessionParts } from "./worker_ports.ts";

/** What happens to a worker, before it is stamped with its number and the time. */
type Happening = Unstamped<Extract<Event, { readonly worker: number }>>;
type Unstamped<E> = E extends unknown ? Omit<E, "nowMs" | "worker"> : never;

/** A worker as the coordinator knows it, connected or not. */
export class WorkerSession implements Session {
  readonly id: string;
  readonly no: number;
  readonly who: WorkerIdentity;
  readonly #parts: WorkerSessionParts;
  readonly #inHand: InHand;
  readonly #bornMs: number;
  #connection: Connection<FromWorker> | null = null;
  #state: "new" | "joining" | "joined" | "over" = "new";
  #droppedMs = 0;
  #backlog: Exclude<FromWorker, Probe | Echo>[] = [];
  #ready: Ready | null = null;
  #paused: string | null = null;
  #standing: { readonly message: Standing; readonly atMs: number } | null = null;
  readonly #refusedKernels = new Map<number, string>();

  /** Starts without a connection: `attach` follows. */
  constructor(id: string, no: number, who: WorkerIdentity, parts: WorkerSessionParts) {
    this.id = id;
    this.no = no;
    this.who = who;
    this.#parts = parts;
    this.#inHand = new InHand(parts.limits.attemptsMax);
    this.#bornMs = parts.shell.nowMs();
  }

  /** The worker's id. */
  get owner(): string {
    return this.who.id;
  }

  get connection(): Connection<FromWorker> | null {
    return this.#connection;
  }

  /** Whether the core knows it. */
  get joined(): boolean {
    return this.#state === "joined";
  }

  get droppedMs(): number {
    return this.#droppedMs;
  }

  /** What it said about itself, for people who ask. */
  about(): WorkerAbout {
    const standing = this.#standing?.message;
    return {
      software: this.#ready?.[3] ?? "",
      slots: this.#ready?.[1] ?? 0,
      paused: this.#paused,
      standing: standing === undefined ? null : { state: standing[1], reason: standing[2] },
      refusedKernels: this.#refusedKernels,
    };
  }

  /** Goes on over a connection, after welcome and offers. */
  attach(connection: Connection<FromWorker>): void {
    const resumes = this.joined;
    if (resumes && this.#connection !== null) this.#raise({ type: "dropped" });
    this.#connection = connection;
    if (!resumes) return;
    if (this.#standing !== null) connection.send(this.#standingNow(this.#standing));
    this.#raise({ type: "returned" });
  }

  /** Has lost its connection. */
  detach(): void {
    this.#connection = null;
    this.#droppedMs = this.#parts.shell.nowMs();
    if (this.joined) this.#raise({ type: "dropped" });
  }

  /** Is over for good. The core hears of it if it knew the worker. */
  end(): void {
    const known = this.joined;
    this.#state = "over";
    this.#connection = null;
    this.#backlog = [];
    this.#inHand.clear();
    if (known) this.#raise({ type: "left" });
  }

  /** Whether it has waited too long to introduce itself. */
  overdue(nowMs: number): boolean {
    return this.#state === "new" && nowMs - this.#bornMs > this.#parts.limits.readyMsMax;
  }

  /** Takes one message of the connected worker. */
  receive(message: Exclude<FromWorker, Probe | Echo>, connection: Connection<FromWorker>): void {
    switch (this.#state) {
      case "joined":
        return this.#take(message, connection);
      case "joining":
        if (this.#backlog.push(message) <= this.#parts.limits.joinBacklogMax) return;
        throw new P2c2rError("protocol.limit", "Cannot go on: too many messages before the first task");
      case "new":
        if (message[0] === messageType.ready) return this.#introduce(message, connection);
        throw new P2c2rError("protocol.order", "Cannot go on: the first message of a session is ready");
      case "over":
        return;
      default:
        this.#state satisfies never;
    }
  }

  /** A round trip was measured. */
  measured(rttMs: number): void {
    if (this.joined) this.#raise({ type: "measured", rttMs });
  }

  /** Says why it has no work, if it was not told so already. */
  explain({ state, reason, forMs }: Explanation): void {
    const told = this.#standing?.message;
    if (state === "working" || this.#paused !== null || (told?.[1] === state && told[2] === reason)) return;
    this.#stand([messageType.standing, state, reason, forMs && Math.ceil(forMs)]);
  }

  /** Sends what the core wants sent. */
  deliver(effect: WorkerEffect): void {
    switch (effect.type) {
      case "assign":
        return this.#assign(effect);
      case "cancel":
        return this.#connection?.send([messageType.cancel, effect.attempt, effect.fence]);
      case "standing": {
        const { state, reason, untilMs } = effect;
        return this.#stand([messageType.standing, state, reason, untilMs && Math.ceil(untilMs)]);
      }
      default:
        effect satisfies never;
    }
  }

  #stand(message: Standing): void {
    this.#standing = { message, atMs: this.#parts.shell.nowMs() };
    this.#connection?.send(message);
  }

  #assign(effect: Assignment): void {
    const kernel = this.#parts.kernels.at(effect.work.kernel);
    if (kernel === undefined || this.#connection === null) {
      this.#parts.counters.unsent++;
      return;
    }
    this.#inHand.add(effect);
    this.#connection.send(taskMessage(effect, kernel));
  }

  #introduce(message: Ready, connection: Connection<FromWorker>): void {
    this.#state = "joining";
    this.#ready = message;
    this.#parts.join(this, message[3]).then(
      (record) => this.#join(message, record, connection),
      (error: unknown) => {
        if (error instanceof P2c2rError) return connection.fail(error);
        this.#parts.onBug(error);
        connection.fail(new P2c2rError("internal", "Cannot join: the coordinator has a defect"));
      },
    );
  }

  #join(message: Ready, record: WorkerRecord, connection: Connection<FromWorker>): void {
    if (this.#state !== "joining") return;
    this.#state = "joined";
    const { slots, window } = lent(message[1], message[2]);
    const spec = {
      worker: this.no,
      id: this.who.id,
      network: this.who.network,
      tier: this.who.tier,
      invite: this.who.invite,
      slots,
      window,
      tags: (message[4] ?? []).map((tag) => tag.toHex()),
      record,
    };
    this.#parts.shell.raise({ type: "joined", nowMs: this.#parts.shell.nowMs(), spec });
    connection.probe(this.#parts.shell.nowMs());
    const backlog = this.#backlog;
    this.#backlog = [];
    try {
      for (const waiting of backlog) if (this.joined) this.#take(waiting, connection);
    } catch (error) {
      if (!(error instanceof P2c2rError)) throw error;
      connection.fail(error);
    }
  }

  #take(message: Exclude<FromWorker, Probe | Echo>, connection: Connection<FromWorker>): void {
    switch (message[0]) {
      case messageType.result:
      case messageType.failure:
        return this.#finish(message, connection);
      case messageType.kernelState:
        return this.#kernelState(message, connection);
      case messageType.ready:
      case messageType.resume:
        return this.#resume(message[1], message[2], connection);
      case messageType.pause:
        connection.stray();
        this.#paused = message[1];
        return this.#raise({ type: "paused" });
      case messageType.handBack:
        return this.#handBack(message, connection);
      case messageType.assetsHeld:
        connection.stray();
        return this.#raise({ type: "held", assets: message[1].map((digest) => digest.toHex()) });
      case messageType.goodbye:
        return connection.close();
      default:
        message satisfies never;
    }
  }

  #finish(message: ResultMessage | Failure, connection: Connection<FromWorker>): void {
    const [type, attempt, fence] = message;
    const kernel = this.#parts.kernels.at(this.#inHand.take(attempt, fence)?.work.kernel ?? -1);
    if (kernel === undefined) {
      this.#parts.counters.unknownResults++;
      return connection.stray();
    }
    const outcome = type === messageType.result ? outputOf(message, kernel) : failureOf(message);
    this.#parts.shell.answered(this.no, attempt, fence, outcome);
  }

  #kernelState([, kernelNo, ready, code, text]: KernelState, connection: Connection<FromWorker>): void {
    connection.stray();
    if (this.#parts.kernels.at(kernelNo) === undefined) {
      throw new P2c2rError("protocol.malformed", `Cannot go on: kernel ${kernelNo} was never offered`);
    }
    if (ready) this.#refusedKernels.delete(kernelNo);
    else this.#refusedKernels.set(kernelNo, `${code ?? "not ready"}: ${text ?? "no reason given"}`);
    this.#raise({ type: "kernelReady", kernel: kernelNo, ready });
  }

  #resume(claimedSlots: number, claimedWindow: number, connection: Connection<FromWorker>): void {
    connection.stray();
    this.#paused = null;
    this.#raise({ type: "resumed", ...lent(claimedSlots, claimedWindow) });
  }

  #handBack([, attempts]: HandBack, connection: Connection<FromWorker>): void {
    for (const [attempt, fence] of attempts) {
      if (this.#inHand.take(attempt, fence) === undefined) connection.stray();
      else this.#raise({ type: "handedBack", attempt, fence });
    }
  }

  #standingNow({ message, atMs }: { readonly message: Standing; readonly atMs: number }): Standing {
    const [type, state, reason, untilMs] = message;
    if (untilMs === null) return message;
    return [type, state, reason, Math.max(0, Math.ceil(untilMs - (this.#parts.shell.nowMs() - atMs)))];
  }

  #raise(happening: Happening): void {
    this.#parts.shell.raise({ ...happening, nowMs: this.#parts.shell.nowMs(), worker: this.no });
  }
}

// One backend's session: its own numbers for kernels and requests, what it waits for, and what it missed while it was away.
//
// state      message or effect      →  state, what happens
// connected  openKernel             →  connected, kernelOpened
// connected  submit, new number     →  connected, admitted: later one answer or refusal; not admitted: refusal at once
// connected  submit, known number   →  connected, nothing
// connected  withdraw               →  connected, the core ends the task
// connected  connection ends        →  dropped; closed with 1000, or protocol broken: over
// dropped    answer, refusal        →  dropped, kept for the resume while there is room
// dropped    connection resumes     →  connected, welcome, what was kept
// dropped    resumeMs pass          →  over, its tasks are abandoned
import { type FromBackend, limits, messageType, P2c2rError } from "../../protocol/mod.ts";
import type { Answer, Echo, OpenKernel, Probe, Refusal, Revoked, Submit } from "../../protocol/mod.ts";
import type { Kernel } from "../ports.ts";
import { answerMessage, kernelOpenedMessage, refusalMessage, taskRequest } from "./backend_messages.ts";
import type { ByteBudget } from "./byte_budget.ts";
import type { Connection } from "./connection.ts";
import type { KernelTable } from "./kernels.ts";
import type { GatewayLimits } from "./limits.ts";
import type { Project } from "./projects.ts";
import type { Session } from "./sessions.ts";
import type { Answered, Client, Refused, TaskRequest, Ticket } from "./task.ts";
import type { TaskDesk } from "./task_desk.ts";

/** What a session needs from its gateway. */
export interface BackendSessionParts {
  readonly desk: TaskDesk;
  readonly kernels: KernelTable;
  readonly limits: GatewayLimits;
  /** Shared by all dropped sessions. */
  readonly undelivered: ByteBudget;
}

/** Who opens a session. */
export interface BackendIdentity {
  readonly project: Project;
  /** The API key's public prefix: revoking it ends the session. */
  readonly keyPrefix: string;
}

/** A backend as the coordinator knows it, connected or not. */
export class BackendSession implements Session, Client {
  readonly id: string;
  readonly no: number;
  readonly who: BackendIdentity;
  readonly #parts: BackendSessionParts;
  readonly #kernels = new Map<number, Kernel>();
  readonly #tickets = new Map<number, Ticket>();
  readonly #kept: (Answer | Refusal)[] = [];
  /** Numbers in flight or answered at the resume: a repetition that crosses the answer is not a new request. */
  readonly #caughtUp = new Set<number>();
  /** The latest revocations: one that was under way when the connection broke is worth saying twice. */
  #revocations: Revoked[] = [];
  #keptBytes = 0;
  #connection: Connection<FromBackend> | null = null;
  #droppedMs = 0;

  /** Starts without a connection: `attach` follows. */
  constructor(id: string, no: number, who: BackendIdentity, parts: BackendSessionParts) {
    this.id = id;
    this.no = no;
    this.who = who;
    this.#parts = parts;
  }

  /** The project's id. */
  get owner(): string {
    return this.who.project.id;
  }

  /** The connection, while there is one. */
  get connection(): Connection<FromBackend> | null {
    return this.#connection;
  }

  /** Requests without an answer. */
  get inFlight(): number {
    return this.#tickets.size;
  }

  /** Since when it has no connection. */
  get droppedMs(): number {
    return this.#droppedMs;
  }

  /** Goes on over a new connection, after the welcome. */
  attach(connection: Connection<FromBackend>): void {
    this.#connection = connection;
    this.#caughtUp.clear();
    for (const requestNo of this.#tickets.keys()) this.#caughtUp.add(requestNo);
    for (const message of this.#kept) {
      connection.send(message);
      this.#caughtUp.add(message[1]);
    }
    for (const revocation of this.#revocations) connection.send(revocation);
    this.#forgetKept();
  }

  /** Has lost its connection. */
  detach(nowMs: number): void {
    this.#connection = null;
    this.#droppedMs = nowMs;
  }

  /** Is over: gives up everything it waits for, and answers which tasks that were. */
  end(): readonly number[] {
    this.#connection = null;
    this.#forgetKept();
    const tickets = [...this.#tickets.values()];
    this.#tickets.clear();
    this.#parts.desk.abandon(tickets);
    return tickets.map(({ task }) => task);
  }

  /** Takes one message of the connected backend. */
  receive(message: Exclude<FromBackend, Probe | Echo>, connection: Connection<FromBackend>): void {
    switch (message[0]) {
      case messageType.openKernel:
        return this.#openKernel(message, connection);
      case messageType.submit:
        return this.#submit(message, connection);
      case messageType.withdraw: {
        const ticket = this.#tickets.get(message[1]);
        return ticket === undefined ? connection.stray() : this.#parts.desk.withdraw(ticket);
      }
      default:
        message satisfies never;
    }
  }

  /** Passes an answer on, or keeps it until the backend is back. */
  answered({ requestNo, request }: Ticket, answer: Answered): void {
    this.#tickets.delete(requestNo);
    this.#say(answerMessage(requestNo, answer, request.trace), answer.output.length);
  }

  /** Passes a refusal on, or keeps it until the backend is back. */
  refused({ requestNo }: Ticket, refusal: Refused): void {
    this.#tickets.delete(requestNo);
    this.#say(refusalMessage(requestNo, refusal), 0);
  }

  /** Takes an answer back. */
  revoke(requestNo: number, output: Uint8Array | null, reason: string): void {
    const message: Revoked = [messageType.revoked, requestNo, output, reason];
    this.#revocations.push(message);
    if (this.#revocations.length > this.#parts.limits.revocationsKeptMax) {
      this.#revocations = this.#revocations.slice(this.#revocations.length / 2);
    }
    this.#connection?.send(message);
  }

  #openKernel([, kernelNo, id, version]: OpenKernel, connection: Connection<FromBackend>): void {
    connection.stray();
    const kernel = this.#parts.kernels.find(id, version);
    if (this.#kernels.size >= limits.connectionKernelsMax && !this.#kernels.has(kernelNo)) {
      throw new P2c2rError("protocol.limit", "Cannot open kernel: the session names too many already");
    }
    if (kernel !== undefined) this.#kernels.set(kernelNo, kernel);
    connection.send(kernelOpenedMessage(kernelNo, kernel));
  }

  #submit(message: Submit, connection: Connection<FromBackend>): void {
    const requestNo = message[1];
    if (this.#tickets.has(requestNo) || this.#caughtUp.has(requestNo)) return connection.stray();
    if (this.#tickets.size >= limits.backendWindowMax) {
      throw new P2c2rError(
        "protocol.limit",
        `Cannot take another task: ${limits.backendWindowMax} are in flight on this connection`,
      );
    }
    const { desk } = this.#parts;
    try {
      const request = this.#request(message);
      const before = desk.repeated(request);
      if (before !== undefined) return connection.send(answerMessage(requestNo, before, request.trace));
      const ticket = desk.admit(this, requestNo, request);
      this.#tickets.set(requestNo, ticket);
      desk.start(ticket);
    } catch (error) {
      if (!(error instanceof P2c2rError)) throw error;
      connection.stray();
      desk.countRefusal(error.code);
      const { code, hint, retryMs = null } = error;
      connection.send(
        refusalMessage(requestNo, { code, message: error.message, hint, retryMs, attempts: 0 }),
      );
    }
  }

  #request(message: Submit): TaskRequest {
    const kernel = this.#kernels.get(message[2]);
    if (kernel !== undefined) return taskRequest(this.who.project, kernel, message);
    throw new P2c2rError("kernel.unknown", `Cannot submit task: kernel ${message[2]} is not opened here`);
  }

  #say(message: Answer | Refusal, outputBytes: number): void {
    if (this.#connection?.open === true) return this.#connection.send(message);
    // What does not fit is computed again when the backend repeats its request.
    if (!this.#parts.undelivered.take(outputBytes)) return;
    this.#kept.push(message);
    this.#keptBytes += outputBytes;
  }

  #forgetKept(): void {
    this.#kept.length = 0;
    this.#parts.undelivered.give(this.#keptBytes);
    this.#keptBytes = 0;
  }
}

// Workers: opens and resumes their sessions, gives effects to the session they name, ends what stays away.
import { type FromWorker, limits, messageType, P2c2rError, parseFromWorker } from "../../protocol/mod.ts";
import type { KernelOffer } from "../../protocol/mod.ts";
import type { Shell, WorkerEffect } from "../scheduler/shell.ts";
import type { Explanation } from "../scheduler/mod.ts";
import type { WorkerRecord } from "../verify/mod.ts";
import { Connection, type ConnectionHandler, type ConnectionParts } from "./connection.ts";
import type { KernelTable } from "./kernels.ts";
import type { GatewayLimits } from "./limits.ts";
import { newSessionId, type Session, Sessions } from "./sessions.ts";
import type { Sweepable } from "./sweep.ts";
import type { WorkerCounters, WorkerIdentity, WorkerSessionParts } from "./worker_ports.ts";
import { WorkerSession } from "./worker_session.ts";

/** So many sessions are looked at in one turn, so long apart: a probe to each of ten thousand at once would stop all else. */
const SLICE_SESSIONS = 500;
const SLICE_MS = 20;

/** Credit of one worker, in micro-credits. */
export interface WorkerCredit {
  readonly claimed: number;
  readonly pending: number;
  readonly granted: number;
  readonly refused: number;
}

/** A worker as it introduces itself. */
export interface WorkerArrival {
  readonly id: string;
  readonly publicKey: string;
  readonly software: string;
}

/** What the gateway needs from the rest of the coordinator. */
export interface WorkerGatewayParts {
  readonly shell: Pick<Shell<unknown>, "raise" | "nowMs" | "answered">;
  readonly kernels: KernelTable;
  readonly limits: GatewayLimits;
  readonly instance: string;
  readonly connection: ConnectionParts;
  /** Notes that a worker is here and reads what is remembered of it, everything noted so far included. */
  readonly arrive: (worker: WorkerArrival) => Promise<WorkerRecord>;
  /** Why a session's worker has work or has none. */
  readonly explain: (worker: number) => Explanation | undefined;
  /** Reads what workers earned. */
  readonly credits: (workers: readonly string[]) => Promise<ReadonlyMap<string, WorkerCredit>>;
}

/** All workers' sessions. */
export class WorkerGateway implements Sweepable {
  readonly counters: WorkerCounters = { unknownResults: 0, unsent: 0 };
  readonly #parts: WorkerGatewayParts;
  readonly #sessions = new Sessions<WorkerSession>();
  readonly #sessionParts: WorkerSessionParts;
  readonly #offers: readonly KernelOffer[];
  readonly #networks = new Map<string, number>();
  readonly #told = new Map<string, string>();
  #nextNo = 1;
  #creditDueMs = 0;
  /** Questions about credit that the store has not answered yet. */
  #asked = 0;

  /** Starts without sessions. */
  constructor(parts: WorkerGatewayParts) {
    this.#parts = parts;
    const { shell, kernels, limits, connection } = parts;
    this.#offers = kernels.offered.map(({ kernel, signature }) => [
      messageType.kernelOffer,
      kernel.no,
      Uint8Array.fromHex(kernel.digest),
      signature,
    ]);
    this.#sessionParts = {
      shell,
      kernels,
      limits,
      counters: this.counters,
      onBug: connection.onBug,
      join: (session, software) => this.#join(session, session.who, software),
    };
  }

  /** All sessions, dropped ones included. */
  sessions(): Iterable<WorkerSession> {
    return this.#sessions.all();
  }

  /** Whether one more session may come from a network. @throws P2c2rError `rate.limited` */
  assertRoom(network: string): void {
    const { workersMax, workersPerNetworkMax } = this.#parts.limits;
    const here = this.#networks.get(network) ?? 0;
    if (this.#sessions.size < workersMax && here < workersPerNetworkMax) return;
    throw new P2c2rError("rate.limited", "Cannot open session: there are too many workers already", {
      retryMs: limits.resumeMs,
    });
  }

  /** Takes over an open socket of an authenticated worker. */
  open(socket: WebSocket, who: WorkerIdentity, resume: string | null): void {
    const known = resume === null ? undefined : this.#sessions.find(resume, who.id);
    const found = known?.joined === true ? known : undefined;
    const session = found ?? this.#create(who);
    const replaced = session.connection;
    const connection = new Connection<FromWorker>(socket, this.#handler(session), this.#parts.connection);
    connection.send([
      messageType.welcome,
      session.id,
      found !== undefined,
      this.#parts.instance,
      limits.heartbeatMs,
      limits.resumeMs,
      limits.workerWindowMax,
      null,
    ]);
    for (const offer of this.#offers) connection.send(offer);
    session.attach(connection);
    replaced?.close();
  }

  /** Gives an effect to the session it names. */
  deliver(effect: WorkerEffect): void {
    this.#sessions.at(effect.worker)?.deliver(effect);
  }

  /** Ends the sessions of workers that came by an invite; answers how many. */
  endInvite(invite: string): number {
    const found = [...this.#sessions.all()].filter(({ who }) => who.invite === invite);
    for (const session of found) {
      const error = new P2c2rError("auth.refused", "Cannot go on: the invite of this worker was revoked");
      if (session.connection === null) this.#end(session);
      else session.connection.fail(error);
    }
    return found.length;
  }

  /** Tells everyone that the end is near. */
  drain(graceMs: number): void {
    for (const session of this.#sessions.all()) {
      session.connection?.send([messageType.drain, "coordinator.draining", graceMs]);
    }
  }

  /** Closes everything with a code; resolves when all sockets are closed. */
  async closeAll(error: P2c2rError): Promise<void> {
    const open = [...this.#sessions.all()].flatMap(({ connection }) => connection ?? []);
    for (const connection of open) connection.fail(error);
    await Promise.all(open.map((connection) => connection.gone));
  }

  /** Looks at connections, ends the sessions that were not resumed in time, tells workers what they earned. */
  sweep(nowMs: number, excused: boolean): void {
    const tells = nowMs >= this.#creditDueMs;
    // A store that does not answer is not asked again meanwhile.
    const asks = tells && this.#asked === 0;
    if (tells) this.#creditDueMs = nowMs + this.#parts.limits.creditMs;
    const all = [...this.#sessions.all()];
    const { shell, connection } = this.#parts;
    for (let slice = 0; slice * SLICE_SESSIONS < all.length; slice++) {
      const some = all.slice(slice * SLICE_SESSIONS, (slice + 1) * SLICE_SESSIONS);
      const look = (atMs: number) => {
        const sessions = some.filter((session) => this.#sessions.at(session.no) === session);
        for (const session of sessions) this.#look(session, atMs, excused);
        if (tells) this.#tellStanding(sessions);
        if (asks) this.#tellCredit(sessions);
      };
      if (slice === 0) look(nowMs);
      else connection.after(slice * SLICE_MS, () => look(shell.nowMs()));
    }
  }

  #look(session: WorkerSession, nowMs: number, excused: boolean): void {
    if (session.overdue(nowMs)) {
      const error = new P2c2rError("protocol.order", "Cannot wait any longer: ready was not sent");
      session.connection?.fail(error);
    } else if (session.connection !== null) session.connection.sweep(nowMs, excused);
    else if (nowMs - session.droppedMs > limits.resumeMs) this.#end(session);
  }

  #create(who: WorkerIdentity): WorkerSession {
    const session = new WorkerSession(newSessionId(), this.#nextNo++, who, this.#sessionParts);
    this.#sessions.add(session);
    this.#networks.set(who.network, (this.#networks.get(who.network) ?? 0) + 1);
    return session;
  }

  /** A key has one session: a program that starts again does not wait for its old self to time out. */
  async #join(session: Session, who: WorkerIdentity, software: string): Promise<WorkerRecord> {
    for (const other of this.#sessions.of(session.owner)) {
      if (other === session) continue;
      const error = new P2c2rError("protocol.order", "Cannot go on: another session of this key took over");
      if (other.connection === null) this.#end(other);
      else other.connection.fail(error);
    }
    return await this.#parts.arrive({ id: who.id, publicKey: who.publicKey, software });
  }

  #handler(session: WorkerSession): ConnectionHandler<FromWorker> {
    return {
      parse: parseFromWorker,
      receive: (message, connection) => session.receive(message, connection),
      measured: (rttMs) => session.measured(rttMs),
      ended: (connection, over) => {
        if (session.connection !== connection) return;
        if (over || !session.joined) this.#end(session);
        else session.detach();
      },
    };
  }

  #end(session: WorkerSession): void {
    this.#sessions.remove(session);
    if (this.#sessions.of(session.owner).size === 0) this.#told.delete(session.owner);
    const here = (this.#networks.get(session.who.network) ?? 1) - 1;
    if (here === 0) this.#networks.delete(session.who.network);
    else this.#networks.set(session.who.network, here);
    session.end();
  }

  /** Says why there is no work where that has changed; that there is work again, the work itself says. */
  #tellStanding(sessions: readonly WorkerSession[]): void {
    for (const session of sessions) {
      if (!session.joined || session.connection === null) continue;
      const explanation = this.#parts.explain(session.no);
      if (explanation !== undefined) session.explain(explanation);
    }
  }

  #tellCredit(sessions: readonly WorkerSession[]): void {
    const owners = sessions.filter((each) => each.joined && each.connection !== null)
      .map((each) => each.owner);
    if (owners.length === 0) return;
    this.#asked++;
    this.#parts.credits(owners).then(
      (credits) => this.#sayCredit(sessions, credits),
      // The store tells its own troubles; the next sweep asks again.
      (error: unknown) => error instanceof P2c2rError || this.#parts.connection.onBug(error),
    ).finally(() => this.#asked--);
  }

  #sayCredit(sessions: readonly WorkerSession[], credits: ReadonlyMap<string, WorkerCredit>): void {
    for (const session of sessions) {
      const credit = credits.get(session.owner);
      if (credit === undefined || session.connection === null || !session.joined) continue;
      const { claimed, pending, granted, refused } = credit;
      const text = `${session.id} ${claimed} ${pending} ${granted} ${refused}`;
      if (this.#told.get(session.owner) === text) continue;
      this.#told.set(session.owner, text);
      session.connection.send([messageType.credit, claimed, pending, granted, refused]);
    }
  }
}

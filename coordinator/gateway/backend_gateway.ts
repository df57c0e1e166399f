// Backends: opens and resumes their sessions, gives effects to the session they name, ends what stays away.
import { type FromBackend, limits, messageType, P2c2rError, parseFromBackend } from "../../protocol/mod.ts";
import type { BackendEffect, Shell } from "../scheduler/shell.ts";
import { type BackendIdentity, BackendSession, type BackendSessionParts } from "./backend_session.ts";
import { ByteBudget } from "./byte_budget.ts";
import { Connection, type ConnectionHandler, type ConnectionParts } from "./connection.ts";
import type { KernelTable } from "./kernels.ts";
import type { GatewayLimits } from "./limits.ts";
import { newSessionId, Sessions } from "./sessions.ts";
import type { Sweepable } from "./sweep.ts";
import type { TaskDesk } from "./task_desk.ts";

/** What the gateway needs from the rest of the coordinator. */
export interface BackendGatewayParts {
  readonly shell: Pick<Shell<unknown>, "raise" | "nowMs">;
  readonly desk: TaskDesk;
  readonly kernels: KernelTable;
  readonly limits: GatewayLimits;
  readonly instance: string;
  readonly connection: ConnectionParts;
}

/** All backends' sessions. */
export class BackendGateway implements Sweepable {
  readonly #parts: BackendGatewayParts;
  readonly #sessions = new Sessions<BackendSession>();
  readonly #sessionParts: BackendSessionParts;
  /** 0 is the pseudo-session of tasks over HTTP. */
  #nextNo = 1;
  #unreachable = 0;

  /** Starts without sessions. */
  constructor(parts: BackendGatewayParts) {
    this.#parts = parts;
    const { desk, kernels, limits } = parts;
    const undelivered = new ByteBudget(limits.undeliveredBytesMax);
    this.#sessionParts = { desk, kernels, limits, undelivered };
  }

  /** Sessions, dropped ones included. */
  get size(): number {
    return this.#sessions.size;
  }

  /** Sessions that have a connection now. */
  get connected(): number {
    let count = 0;
    for (const session of this.#sessions.all()) if (session.connection !== null) count++;
    return count;
  }

  /** Revocations that found nobody to tell. */
  get unreachable(): number {
    return this.#unreachable;
  }

  /** Whether the project may open one more session. @throws P2c2rError `rate.limited` */
  assertRoom(project: string): void {
    const { sessionsPerProjectMax } = this.#parts.limits;
    if (this.#sessions.of(project).size < sessionsPerProjectMax) return;
    throw new P2c2rError(
      "rate.limited",
      `Cannot open session: the project has ${sessionsPerProjectMax} already`,
      { retryMs: limits.resumeMs },
    );
  }

  /** Takes over an open socket of an authenticated backend. */
  open(socket: WebSocket, who: BackendIdentity, resume: string | null): void {
    const found = resume === null ? undefined : this.#sessions.find(resume, who.project.id);
    const session = found ?? this.#create(who);
    const replaced = session.connection;
    const connection = new Connection<FromBackend>(socket, this.#handler(session), this.#parts.connection);
    connection.send([
      messageType.welcome,
      session.id,
      found !== undefined,
      this.#parts.instance,
      limits.heartbeatMs,
      limits.resumeMs,
      limits.backendWindowMax,
      null,
    ]);
    session.attach(connection);
    replaced?.close();
  }

  /** Gives an effect to the session that waits for it; what has its one end went through the desk before. */
  revoke(effect: BackendEffect & { type: "revoke" }): void {
    const session = this.#sessions.at(effect.backend);
    if (session === undefined) this.#unreachable++;
    else session.revoke(effect.request, effect.output, effect.reason);
  }

  /** Ends the sessions opened with a key that is not valid any more. */
  endKey(prefix: string): void {
    for (const session of this.#sessions.all()) {
      if (session.who.keyPrefix !== prefix) continue;
      const refusal = new P2c2rError("auth.refused", "Cannot keep connection: its API key was revoked");
      if (session.connection === null) this.#end(session);
      else session.connection.fail(refusal);
    }
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

  /** Looks at connections and ends the sessions that were not resumed in time. */
  sweep(nowMs: number, excused: boolean): void {
    for (const session of this.#sessions.all()) {
      if (session.connection !== null) session.connection.sweep(nowMs, excused);
      else if (nowMs - session.droppedMs > limits.resumeMs) this.#end(session);
    }
  }

  #create(who: BackendIdentity): BackendSession {
    const session = new BackendSession(newSessionId(), this.#nextNo++, who, this.#sessionParts);
    this.#sessions.add(session);
    return session;
  }

  #handler(session: BackendSession): ConnectionHandler<FromBackend> {
    return {
      parse: parseFromBackend,
      receive: (message, connection) => session.receive(message, connection),
      measured: () => {},
      ended: (connection, over) => {
        if (session.connection !== connection) return;
        session.detach(this.#parts.shell.nowMs());
        if (over) this.#end(session);
      },
    };
  }

  #end(session: BackendSession): void {
    this.#sessions.remove(session);
    const tasks = session.end();
    this.#parts.shell.raise({ type: "backendLeft", nowMs: this.#parts.shell.nowMs(), tasks });
  }
}

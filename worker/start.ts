// A whole worker in one call: the program, the demo's liar and the fleets of the tests all start here.
import { setImmediate } from "node:timers";
import { selfTest } from "../sandbox/mod.ts";
import { type OpenSocket, openSocket } from "./_socket.ts";
import { type Clock, systemClock } from "./clock.ts";
import { cellKindOf, createCompute } from "./compute.ts";
import type { WorkerConfig } from "./config.ts";
import { Connection } from "./connection.ts";
import { CoordinatorHttp } from "./coordinator_http.ts";
import type { CreateIsolate } from "./isolates.ts";
import { type Keep, openKeep } from "./keep.ts";
import { type Command, type SessionConfig, sessionConfig, type SessionStatus } from "./session/mod.ts";
import { settleSigners } from "./signers.ts";

/** Takes a sentence for the helper. */
export type Say = (level: "info" | "warning", text: string) => void;

/** What can be replaced: by tests, and by the demo, whose liar has an isolate that tampers with outputs. */
export interface WorkerPorts {
  readonly say?: Say;
  readonly createIsolate?: CreateIsolate;
  readonly clock?: Clock;
  /** 0 ≤ draw < 1, for the waits between tries to connect. */
  readonly draw?: () => number;
  readonly openSocket?: OpenSocket;
  readonly session?: Partial<SessionConfig>;
  /** Rejects when this machine cannot stop a runaway kernel. */
  readonly selfTest?: () => Promise<unknown>;
}

/** What a worker does, and for whom. */
export interface WorkerStatus extends SessionStatus {
  /** How coordinators name this worker. */
  readonly worker: string;
  readonly coordinator: string;
  readonly slots: number;
}

/** A worker that runs. */
export interface RunningWorker {
  readonly worker: string;
  status(): WorkerStatus;
  command(command: Command): void;
  /** Resolves with the reason when the worker has ended and let go of everything. */
  readonly ended: Promise<string>;
}

/** Name and version of this program, for coordinators. */
const software = "p2c2r-worker/0.1.0";

/**
 * Starts a worker: proves the sandbox, makes or loads the identity, connects.
 *
 * @throws P2c2rError `worker.untested` when this machine cannot stop a runaway, `config.invalid` for a data folder that
 * is damaged or in use
 */
export async function startWorker(config: WorkerConfig, ports: WorkerPorts = {}): Promise<RunningWorker> {
  const keep = await openKeep(config);
  try {
    await (ports.selfTest ?? (() => selfTest(cellKindOf(config))))();
    return compose(config, ports, keep);
  } catch (cause) {
    keep[Symbol.dispose]();
    throw cause;
  }
}

function compose(config: WorkerConfig, ports: WorkerPorts, keep: Keep): RunningWorker {
  const { clock = systemClock, say = () => {} } = ports;
  const { origin } = config.coordinator;
  const stop = new AbortController();
  const http = new CoordinatorHttp(config, keep.identity, stop.signal, (text) => say("info", text));
  const compute = createCompute({
    config,
    keep,
    clock,
    say,
    fetchBlob: (digest, bytesMax) => http.blob(digest, bytesMax),
    createIsolate: ports.createIsolate,
    connection: () => connection,
  });
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  const connection = new Connection({
    config: { ...sessionConfig(config.threads, software), ...ports.session },
    coordinator: config.coordinator,
    clock,
    defer: setImmediate,
    draw: ports.draw ?? Math.random,
    openSocket: ports.openSocket ?? openSocket,
    access: http,
    settle: settleSigners(() => http.signers(), keep.pins, origin, say),
    work: compute,
    say,
    ended: async (reason) => {
      stop.abort();
      await compute.close();
      keep[Symbol.dispose]();
      end(reason);
    },
  });
  greet(config, keep, say);
  connection.assets("held", keep.assets.digests());
  connection.start();
  const { worker } = keep.identity;
  return {
    worker,
    status: () => ({ ...connection.status(), worker, coordinator: origin, slots: config.threads }),
    command: (command) => connection.command(command),
    ended,
  };
}

function greet({ coordinator, threads, isolate }: WorkerConfig, { identity, isNew }: Keep, say: Say): void {
  say(
    "info",
    `${isNew ? "New worker" : "Worker"} ${identity.worker}, ${threads} at a time, each in a ${isolate} ` +
      `of its own, for ${coordinator.origin}.`,
  );
  const isLocal = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(coordinator.hostname);
  if (coordinator.protocol === "http:" && !isLocal) {
    say(
      "warning",
      "The connection is not encrypted: others on the way can read tasks. Ask the operator for https.",
    );
  }
}

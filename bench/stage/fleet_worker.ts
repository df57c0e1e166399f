// A worker for fleets of thousands in one process: the program's own session, parser and outbox, without disk, isolates
// and files of its own. Tasks are answered here and then, as the echo kernel would.
import { setImmediate } from "node:timers";
import { sha256 } from "../../protocol/mod.ts";
import { systemClock } from "../../worker/clock.ts";
import { Connection } from "../../worker/connection.ts";
import { CoordinatorHttp } from "../../worker/coordinator_http.ts";
import { challengeMessage, type Identity } from "../../worker/identity.ts";
import { sessionConfig, type SessionStatus } from "../../worker/session/mod.ts";
import { answerOf } from "./order.ts";
import { openWorkerSocket } from "./socket.ts";

/** A worker that runs. */
export interface FleetWorker {
  readonly id: string;
  status(): SessionStatus;
  /** Says goodbye; resolves when the connection is gone. */
  end(): Promise<void>;
}

/** What all workers of a fleet have in common. */
export interface FleetSettings {
  readonly coordinator: URL;
  readonly window: number;
  /** What the echo kernel uses, whatever the input. */
  readonly fuel: number;
  readonly stop: AbortSignal;
}

/** Starts one; it connects by itself. */
export async function startFleetWorker(settings: FleetSettings): Promise<FleetWorker> {
  const { coordinator, window, fuel, stop } = settings;
  const identity = await newIdentity();
  const http = new CoordinatorHttp({ coordinator, invite: null, tier: "peer" }, identity, stop);
  const ended = Promise.withResolvers<void>();
  const connection = new Connection({
    config: { ...sessionConfig(1, "bench/1"), window },
    coordinator,
    clock: systemClock,
    defer: setImmediate,
    draw: Math.random,
    openSocket: openWorkerSocket,
    access: http,
    settle: () => Promise.resolve(),
    work: {
      prepare: () => Promise.resolve(),
      start: ({ job, input }) => {
        // A copy: the frame it is cut from is a view of memory that the socket reads into.
        const output = answerOf(input).slice();
        connection.computed(job, { type: "output", output, fuel, computeUs: 1 });
      },
      cancel: () => {},
      forget: () => {},
      returnWaiting: () => [],
      rest: () => {},
      wake: () => {},
    },
    say: () => {},
    ended: () => ended.resolve(),
  });
  connection.start();
  return {
    id: identity.worker,
    status: () => connection.status(),
    end() {
      connection.command({ type: "finish", reason: "the benchmark is over", withinMs: 1 });
      return ended.promise;
    },
  };
}

/** A key that lives as long as the process. */
async function newIdentity(): Promise<Identity> {
  const { publicKey, privateKey } = await crypto.subtle.generateKey("Ed25519", false, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
  return {
    publicKey: raw,
    worker: (await sha256(raw)).subarray(0, 16).toHex(),
    sign: async (host, challenge) =>
      new Uint8Array(await crypto.subtle.sign("Ed25519", privateKey, challengeMessage(host, challenge))),
  };
}

// A worker that does what a test tells it, honest by default.
import {
  challengeContext,
  messageType as t,
  parseToWorker,
  type TaskMessage,
  type ToWorker,
} from "../../protocol/mod.ts";
import { Peer } from "./coordinator_peer.ts";
import { ask, outcomeOf } from "./coordinator_rig.ts";

/** A worker's key. */
export interface WorkerKey {
  readonly publicKey: string;
  readonly privateKey: CryptoKey;
}

const url64 = { alphabet: "base64url", omitPadding: true } as const;

/** A new key. */
export async function newWorkerKey(): Promise<WorkerKey> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]) as CryptoKeyPair;
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { publicKey: raw.toBase64(url64), privateKey: pair.privateKey };
}

/** A challenge, signed for a host. */
export async function signedChallenge(
  url: string,
  key: WorkerKey,
  host = new URL(url).host,
): Promise<Record<string, string>> {
  const { publicKey } = key;
  const asked = await ask(`${url}/v1/workers/challenge`, json({ publicKey }));
  const challenge = String(asked.body["challenge"]);
  const context = new TextEncoder().encode(`${challengeContext}${host}\n`);
  const bytes = Uint8Array.fromBase64(challenge, { alphabet: "base64url" });
  const message = Uint8Array.from([...context, ...bytes]);
  const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", key.privateKey, message));
  return { publicKey, challenge, signature: signature.toBase64(url64) };
}

/** A session token, and the worker's id. */
export async function admitted(
  url: string,
  key: WorkerKey,
  invite?: string,
): Promise<{ readonly token: string; readonly worker: string }> {
  const shown = { ...await signedChallenge(url, key), ...(invite === undefined ? {} : { invite }) };
  const { body } = await ask(`${url}/v1/workers/session`, json(shown));
  return { token: String(body["token"]), worker: String(body["worker"]) };
}

/** A POST of JSON. */
export function json(body: unknown): RequestInit {
  return { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

/** How a test's worker behaves. */
export interface WorkerManner {
  readonly key?: WorkerKey;
  readonly slots?: number;
  readonly window?: number;
  readonly session?: string;
  readonly invite?: string;
  /** Does what it wants with a task; by default it answers it right, at once. */
  readonly onTask?: (task: TaskMessage, peer: Peer<ToWorker>) => void;
  /** Says nothing after the welcome. */
  readonly silent?: boolean;
}

/** A connected worker. */
export interface TestWorker {
  readonly peer: Peer<ToWorker>;
  readonly key: WorkerKey;
  readonly worker: string;
  readonly token: string;
  readonly session: string;
  readonly resumed: boolean;
}

/** The right answer to a task. */
export function answerTo([, attempt, fence, , input, , , , fuelLimit]: TaskMessage) {
  const outcome = outcomeOf(input, fuelLimit);
  if (outcome.type === "output") {
    return [t.result, attempt, fence, outcome.output, outcome.fuel, 100, null] as const;
  }
  return [t.failure, attempt, fence, outcome.code, outcome.message, outcome.fuel, 100] as const;
}

/** Connects a worker that is ready for the rig's kernel. */
export async function joinWorker(url: string, manner: WorkerManner = {}): Promise<TestWorker> {
  const { slots = 1, window = 4, session: resume, silent = false } = manner;
  const { onTask = (task, peer) => peer.send(answerTo(task)) } = manner;
  const key = manner.key ?? await newWorkerKey();
  const { token, worker } = await admitted(url, key, manner.invite);
  const query = resume === undefined ? "" : `?session=${resume}`;
  const peer = await Peer.open<ToWorker>(
    `${url}/v1/worker${query}`,
    token,
    parseToWorker,
    (message, self) => {
      if (message[0] === t.probe) self.send([t.echo, message[1]]);
      if (message[0] === t.task) onTask(message, self);
    },
  );
  const [, session, resumed] = await peer.first(t.welcome);
  const offer = await peer.first(t.kernelOffer);
  if (!silent) {
    peer.send([t.ready, slots, window, "test/1", null, null, null], [
      t.kernelState,
      offer[1],
      true,
      null,
      null,
    ]);
  }
  return { peer, key, worker, token, session, resumed };
}

// The scenario's workers: 40 slots in one process, each with a key and a socket of its own, computing by waiting.
// Takes the coordinator's address and the round trip to simulate; prints what they did when its input ends.
// @ts-types="../../worker/_ws.d.ts"
import WebSocket from "ws";
import {
  challengeContext,
  encodeFrame,
  messageType as t,
  parseToWorker,
  subprotocol,
} from "../../protocol/mod.ts";
import type { FromWorker, TaskMessage, ToWorker } from "../../protocol/mod.ts";
import {
  awayMsMax,
  awayMsMin,
  fuelOf,
  honestAnswers,
  type Kind,
  leavingPerS,
  lieChance,
  nowMs,
  slots,
  slowFactor,
  type Stretch,
  swallowChance,
  taskMs,
  truth,
} from "./scenario.ts";

const [url = "", rtt = "0"] = Deno.args;
const oneWayMs = Number(rtt) / 2;
const url64 = { alphabet: "base64url", omitPadding: true } as const;
/** Attempts a slot accepts in flight. */
const WINDOW = 32;

interface Identity {
  readonly id: string;
  readonly token: string;
}

async function newIdentity(): Promise<Identity> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]) as CryptoKeyPair;
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)).toBase64(url64);
  const { challenge } = await post("challenge", { publicKey });
  const bytes = Uint8Array.fromBase64(challenge!, { alphabet: "base64url" });
  const context = new TextEncoder().encode(`${challengeContext}${new URL(url).host}\n`);
  const signed = await crypto.subtle.sign("Ed25519", pair.privateKey, Uint8Array.of(...context, ...bytes));
  const signature = new Uint8Array(signed).toBase64(url64);
  const { token, worker } = await post("session", { publicKey, challenge, signature });
  return { id: worker!, token: token! };
}

async function post(path: string, body: unknown): Promise<Record<string, string>> {
  const init = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await fetch(`${url}/v1/workers/${path}`, init);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return await response.json() as Record<string, string>;
}

/** One slot: its worker, its kind, and what it did. */
class Slot {
  readonly kind: Kind;
  readonly busy: Stretch[] = [];
  readonly ids: string[] = [];
  quarantined = false;
  #identity: Identity;
  #socket: WebSocket | null = null;
  #line = 0;
  #queue: TaskMessage[] = [];
  #computing: TaskMessage | null = null;
  #answers = 0;
  #lost = new Set<number>();

  constructor(kind: Kind, identity: Identity) {
    this.kind = kind;
    this.#identity = identity;
    this.ids.push(identity.id);
  }

  get here(): boolean {
    return this.#socket !== null;
  }

  connect(): void {
    const line = ++this.#line;
    const socket = new WebSocket(`${url.replace(/^http/, "ws")}/v1/worker`, [subprotocol], {
      headers: { authorization: `Bearer ${this.#identity.token}` },
      perMessageDeflate: false,
      maxPayload: 4 * 1024 * 1024,
      handshakeTimeout: 10_000,
      followRedirects: false,
    });
    socket.on("message", (data) => {
      const frame = Uint8Array.from(data);
      later(() => line === this.#line && this.#hear(parseToWorker(frame)));
    });
    socket.on("error", () => {/* `close` follows */});
    socket.on("close", () => {
      if (line === this.#line) this.#socket = null;
    });
    this.#socket = socket;
  }

  /** Goes away without a word; what it had in hand is lost. */
  leave(): void {
    this.#line++;
    this.#socket?.terminate();
    this.#socket = null;
    this.#queue = [];
  }

  /** Comes back as somebody else. */
  async become(): Promise<void> {
    this.#identity = await newIdentity();
    this.ids.push(this.#identity.id);
    this.quarantined = false;
    this.#answers = 0;
  }

  #say(...messages: FromWorker[]): void {
    const socket = this.#socket;
    later(() => socket === this.#socket && socket?.readyState === 1 && socket.send(encodeFrame(messages)));
  }

  #hear(messages: readonly ToWorker[]): void {
    for (const message of messages) {
      if (message[0] === t.probe) this.#say([t.echo, message[1]]);
      if (message[0] === t.welcome) this.#say([t.ready, 1, WINDOW, "bench/1", null, null, null]);
      if (message[0] === t.kernelOffer) this.#say([t.kernelState, message[1], true, null, null]);
      if (message[0] === t.standing && message[1] === "quarantined") this.quarantined = true;
      if (message[0] === t.cancel) this.#cancel(message[1], message[2]);
      if (message[0] === t.task) this.#queue.push(message);
    }
    this.#next();
  }

  #cancel(attempt: number, fence: number): void {
    const at = this.#queue.findIndex((task) => task[1] === attempt);
    if (at >= 0) this.#queue.splice(at, 1);
    else if (this.#computing?.[1] === attempt) this.#lost.add(attempt);
    else return;
    this.#say([t.failure, attempt, fence, "task.cancelled", "cancelled", 0, 0]);
  }

  #next(): void {
    if (this.#computing !== null) return;
    const task = this.#queue.shift();
    if (task === undefined) return;
    this.#computing = task;
    const line = this.#line;
    const beganMs = nowMs();
    const forMs = taskMs(task[4]) * (this.kind === "slow" ? slowFactor : 1);
    setTimeout(() => {
      this.busy.push([beganMs, nowMs()]);
      this.#computing = null;
      if (line === this.#line) this.#answer(task);
      this.#next();
    }, forMs);
  }

  #answer([, attempt, fence, , input]: TaskMessage): void {
    this.#answers++;
    if (this.#lost.delete(attempt)) return;
    const ripe = this.#answers > honestAnswers;
    if (ripe && this.kind === "swallower" && Math.random() < swallowChance) return;
    const output = truth(input);
    if (ripe && this.kind === "liar" && Math.random() < lieChance) output[0] = output[0]! ^ 1;
    this.#say([t.result, attempt, fence, output, fuelOf(input), 1000 * Math.ceil(taskMs(input)), null]);
  }
}

/** The network: everything takes its time, in order. */
function later(run: () => void): void {
  if (oneWayMs === 0) run();
  else setTimeout(run, oneWayMs);
}

const all: Slot[] = [];
for (const [kind, count] of slots) {
  for (let no = 0; no < count; no++) all.push(new Slot(kind, await newIdentity()));
}
for (const slot of all) slot.connect();
const counts = { left: 0 };
const churn = setInterval(() => {
  const here = all.filter((slot) => slot.here);
  for (let no = 0; no < leavingPerS / 4 && here.length > 0; no++) {
    const [slot] = here.splice(Math.floor(Math.random() * here.length), 1);
    slot!.leave();
    counts.left++;
    setTimeout(() => slot!.connect(), awayMsMin + Math.random() * (awayMsMax - awayMsMin));
  }
}, 250);
const renewal = setInterval(() => {
  const caught = all.find((slot) => slot.quarantined && slot.here);
  if (caught === undefined) return;
  caught.leave();
  caught.become().then(() => caught.connect(), (error: unknown) => console.error(error));
}, 1_000);
console.log(JSON.stringify({ ready: true }));
for await (const _ of Deno.stdin.readable) { /* until it ends */ }
clearInterval(churn);
clearInterval(renewal);
console.log(JSON.stringify({ ...counts, slots: all.map(({ kind, ids, busy }) => ({ kind, ids, busy })) }));
Deno.exit(0);

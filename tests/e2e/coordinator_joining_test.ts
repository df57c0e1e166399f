// What joining takes, over HTTP and the socket, as workers and operators meet it.
import type { JoinPolicy } from "../../coordinator/app/mod.ts";
import {
  challengeContext,
  messageType as t,
  parseToWorker,
  tiers,
  type ToWorker,
  verifications,
} from "../../protocol/mod.ts";
import { workOff } from "../../worker/joining_work.ts";
import { assert } from "../deps.ts";
import { joinBackend } from "./coordinator_backend.ts";
import { Peer } from "./coordinator_peer.ts";
import { ask, bearing, type CoordinatorRig, startRig } from "./coordinator_rig.ts";
import { answerTo, json, newWorkerKey, type WorkerKey } from "./coordinator_worker.ts";

const going = new AbortController().signal;

/** What a worker brings beside its key. */
interface Brings {
  readonly invite?: string;
  readonly tier?: "peer" | "cloud";
  /** Whether it does the work it is asked for. */
  readonly works?: boolean;
}

interface Entry {
  readonly status: number;
  readonly work: number;
  readonly token: string;
  readonly worker: string;
  readonly detail: string;
}

async function enter({ url }: CoordinatorRig, key: WorkerKey, brings: Brings = {}): Promise<Entry> {
  const { publicKey } = key;
  const { invite, tier, works = true } = brings;
  const asked = await ask(`${url}/v1/workers/challenge`, json({ publicKey, ...(invite && { invite }) }));
  const challenge = String(asked.body["challenge"]);
  const bytes = Uint8Array.fromBase64(challenge, { alphabet: "base64url" });
  const work = Number(asked.body["work"]);
  const nonce = works ? await workOff(bytes, work, going, () => {}) : null;
  const context = new TextEncoder().encode(`${challengeContext}${new URL(url).host}\n`);
  const message = Uint8Array.of(...context, ...bytes);
  const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", key.privateKey, message))
    .toBase64({ alphabet: "base64url", omitPadding: true });
  const session = { publicKey, challenge, signature, invite, tier, nonce };
  const { status, body } = await ask(`${url}/v1/workers/session`, json(session));
  const text = (name: string) => String(body[name] ?? "");
  return { status, work, token: text("token"), worker: text("worker"), detail: text("detail") };
}

/** Connects, says ready, and answers tasks right. */
async function connect({ url }: CoordinatorRig, token: string): Promise<Peer<ToWorker>> {
  const peer = await Peer.open<ToWorker>(`${url}/v1/worker`, token, parseToWorker, (message, self) => {
    if (message[0] === t.probe) self.send([t.echo, message[1]]);
    if (message[0] === t.task) self.send(answerTo(message));
  });
  const offer = await peer.first(t.kernelOffer);
  peer.send([t.ready, 1, 4, "test/1", null, null, null], [t.kernelState, offer[1], true, null, null]);
  return peer;
}

async function operator(rig: CoordinatorRig, path: string, body?: unknown, method = "POST") {
  const init = body === undefined ? { method } : { ...json(body), method };
  return await ask(`${rig.url}/v1/admin/${path}`, bearing(rig.running.operatorToken, init));
}

async function invited(
  rig: CoordinatorRig,
  wish: Record<string, unknown>,
): Promise<{ invite: string; token: string }> {
  const { status, body } = await operator(rig, "invites", { name: "club", ...wish });
  assert.equal(status, 201);
  return body as unknown as { invite: string; token: string };
}

const works: JoinPolicy = { mode: "work", bits: 8 };

Deno.test("a new worker works for its first token, and for no other once it is known", async () => {
  await using rig = await startRig({}, works);
  const key = await newWorkerKey();
  const lazy = await enter(rig, key, { works: false });
  assert.deepEqual([lazy.status, lazy.work], [401, 8]);
  assert.match(lazy.detail, /work of 8 bits/);
  const first = await enter(rig, key);
  assert.equal(first.status, 200);
  using peer = await connect(rig, first.token);
  await peer.first(t.standing);
  const again = await enter(rig, key, { works: false });
  assert.deepEqual([again.status, again.work], [200, 0]);
});

Deno.test("work is good for its own challenge only, and worth what it says", async () => {
  await using rig = await startRig({}, { mode: "work", bits: 12 });
  const { url } = rig;
  const key = await newWorkerKey();
  const asked = await ask(`${url}/v1/workers/challenge`, json({ publicKey: key.publicKey }));
  const bytes = Uint8Array.fromBase64(String(asked.body["challenge"]), { alphabet: "base64url" });
  const easy = await workOff(bytes, 1, going, () => {});
  const right = await workOff(bytes, 12, going, () => {});
  const context = new TextEncoder().encode(`${challengeContext}${new URL(url).host}\n`);
  const signed = await crypto.subtle.sign("Ed25519", key.privateKey, Uint8Array.of(...context, ...bytes));
  const signature = new Uint8Array(signed).toBase64({ alphabet: "base64url", omitPadding: true });
  const session = { publicKey: key.publicKey, challenge: asked.body["challenge"], signature };
  if (easy !== right) {
    assert.equal((await ask(`${url}/v1/workers/session`, json({ ...session, nonce: easy }))).status, 401);
  }
  assert.equal(
    (await ask(`${url}/v1/workers/session`, json({ ...session, nonce: right }))).status,
    401,
    "used up",
  );
  const other = await enter(rig, key);
  assert.equal(other.status, 200);
});

Deno.test("an invite lets so many workers in without work, until it is revoked", async () => {
  await using rig = await startRig({}, { mode: "invite", bits: 20 });
  const [key, second, third] = [await newWorkerKey(), await newWorkerKey(), await newWorkerKey()];
  assert.match((await enter(rig, key)).detail, /takes an invite/);
  const { invite, token } = await invited(rig, { uses: 2, days: 3 });
  assert.match(token, /^p2c2ri_/);
  const first = await enter(rig, key, { invite: token });
  assert.deepEqual([first.status, first.work], [200, 0]);
  using peer = await connect(rig, first.token);
  await peer.first(t.standing);
  assert.equal((await enter(rig, second, { invite: token })).status, 200);
  assert.match((await enter(rig, third, { invite: token })).detail, /used up/);
  assert.equal((await enter(rig, third, { invite: `p2c2ri_${"A".repeat(32)}` })).status, 401);
  assert.equal((await enter(rig, key)).status, 200, "it came by the invite before");
  const listed = (await operator(rig, "invites", undefined, "GET")).body["invites"] as Record<
    string,
    unknown
  >[];
  assert.deepEqual([listed[0]?.["id"], listed[0]?.["uses"], listed[0]?.["hash"]], [invite, 2, undefined]);
  const revoked = await operator(rig, `invites/${invite}`, undefined, "DELETE");
  assert.equal(revoked.body["sessionsEnded"], 1);
  assert.equal((await peer.closed).code, 4401);
  assert.match((await enter(rig, key)).detail, /revoked/);
  await assert.rejects(Peer.open(`${rig.url}/v1/worker`, first.token, parseToWorker, () => {}));
  assert.equal((await operator(rig, `invites/${invite}`, undefined, "DELETE")).status, 404);
});

Deno.test("a cloud worker comes by an invite for its tier or the operator's token, and is believed", async () => {
  await using rig = await startRig({}, works);
  const [key, other] = [await newWorkerKey(), await newWorkerKey()];
  assert.match((await enter(rig, key, { tier: "cloud" })).detail, /cloud tier takes an invite/);
  const peerInvite = await invited(rig, {});
  assert.match((await enter(rig, key, { tier: "cloud", invite: peerInvite.token })).detail, /tier peer/);
  const cloudInvite = await invited(rig, { tier: "cloud" });
  assert.equal((await enter(rig, key, { invite: cloudInvite.token })).status, 401, "as a peer");
  const entry = await enter(rig, key, { tier: "cloud", invite: cloudInvite.token });
  assert.equal(entry.status, 200);
  assert.equal((await enter(rig, other, { tier: "cloud", invite: rig.running.operatorToken })).status, 200);
  assert.equal((await enter(rig, other, { invite: rig.running.operatorToken })).status, 401, "not as a peer");
  using peer = await connect(rig, entry.token);
  await peer.first(t.standing);
  const [worker] = (await rig.running.status()).workers;
  assert.equal(worker?.tier, "cloud");
  const backend = await joinBackend(rig.url, rig.key);
  backend.submit(1, Uint8Array.of(1, 2, 3));
  const answer = await backend.end(1);
  assert.ok(answer[0] === t.answer);
  assert.deepEqual([tiers[answer[3]], verifications[answer[4]]], ["cloud", "trusted"]);
  backend.peer[Symbol.dispose]();
});

Deno.test("invites are the operator's: others, and wishes out of range, are refused", async () => {
  await using rig = await startRig({}, works);
  assert.equal((await ask(`${rig.url}/v1/admin/invites`, json({ name: "x" }))).status, 401);
  for (
    const wish of [{ uses: 0 }, { uses: 100_001 }, { days: 0 }, { days: 3_651 }, { tier: "local" }, {
      name: "",
    }]
  ) {
    assert.equal(
      (await operator(rig, "invites", { name: "club", ...wish })).status,
      400,
      JSON.stringify(wish),
    );
  }
});

Deno.test("work gets dearer while many join", async () => {
  await using rig = await startRig({}, { mode: "work", bits: 1 });
  let most = 0;
  for (let no = 0; no < 130; no++) {
    const { status, work } = await enter(rig, await newWorkerKey());
    assert.equal(status, 200);
    most = Math.max(most, work);
  }
  assert.ok(most >= 2 && most <= 4, `${most} bits`);
});

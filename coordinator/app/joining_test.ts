import { challengeContext, nonceOf, sha256, solveWork, workBitsMax } from "../../protocol/mod.ts";
import { openStore } from "../store/mod.ts";
import { assert } from "../../tests/deps.ts";
import { toBase64Url } from "./base64url.ts";
import { Joining } from "./joining.ts";
import { WorkerDoor } from "./worker_door.ts";

const host = "coordinator.example";
const minuteMs = 60_000;

async function key(): Promise<{ readonly publicKey: string; readonly privateKey: CryptoKey }> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]) as CryptoKeyPair;
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { publicKey: toBase64Url(raw), privateKey: pair.privateKey };
}

/** A new worker joins, and does what work it takes; answers how much that was. */
async function joins(joining: Joining, nowMs: number): Promise<number> {
  const { publicKey, privateKey } = await key();
  const { challenge, work } = await joining.challenge(publicKey, null, nowMs);
  const bytes = Uint8Array.fromBase64(challenge, { alphabet: "base64url" });
  const nonce = nonceOf(solveWork(await sha256(bytes), work, 0, 1e7)!).toHex();
  const text = new TextEncoder().encode(`${challengeContext}${host}\n`);
  const signed = await crypto.subtle.sign("Ed25519", privateKey, Uint8Array.of(...text, ...bytes));
  const signature = toBase64Url(new Uint8Array(signed));
  await joining.admit(
    { publicKey, challenge, signature },
    { invite: null, tier: "peer", nonce },
    host,
    nowMs,
  );
  return work;
}

Deno.test("challenge() asks for one bit more at twice the calm number of new workers, and for less once it is calm", async () => {
  const store = await openStore({ path: ":memory:" });
  const joining = new Joining({
    door: new WorkerDoor(new Uint8Array(32), 10_000),
    policy: { mode: "work", bits: 0 },
    workers: store.workers,
    invites: store.invites,
    operatorToken: "an operator's token of many letters",
    wallMs: () => 0,
  });
  const asked: number[] = [];
  for (let no = 0; no < 125; no++) asked.push(await joins(joining, 0));
  assert.deepEqual([asked[59], asked[60], asked[119], asked[120]], [0, 1, 1, 2]);
  const later = async (nowMs: number) => (await joining.challenge((await key()).publicKey, null, nowMs)).work;
  assert.equal(await later(minuteMs), 1);
  assert.equal(await later(3 * minuteMs), 0);
  await store.close();
});

Deno.test("challenge() never asks for more than workers will do", async () => {
  const store = await openStore({ path: ":memory:" });
  const joining = new Joining({
    door: new WorkerDoor(new Uint8Array(32), 10_000),
    policy: { mode: "work", bits: workBitsMax + 5 },
    workers: store.workers,
    invites: store.invites,
    operatorToken: "an operator's token of many letters",
    wallMs: () => 0,
  });
  assert.equal((await joining.challenge((await key()).publicKey, null, 0)).work, workBitsMax);
  await store.close();
});

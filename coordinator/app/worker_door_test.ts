import { assert } from "../../tests/deps.ts";
import { challengeContext, limits } from "../../protocol/mod.ts";
import { toBase64Url } from "./base64url.ts";
import { type SignedChallenge, WorkerDoor } from "./worker_door.ts";

const secret = new Uint8Array(32).fill(7);
const host = "coordinator.example:8765";

interface Key {
  readonly publicKey: string;
  sign(challenge: string, host?: string): Promise<string>;
}

async function admit(door: WorkerDoor, signed: SignedChallenge, to: string, nowMs: number) {
  const { key, worker, work } = await door.prove(signed, to, nowMs);
  return { worker, work, ...door.token(key, { tier: "cloud", invite: "0011223344556677" }, nowMs) };
}

async function newKey(): Promise<Key> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]) as CryptoKeyPair;
  return {
    publicKey: toBase64Url(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey))),
    async sign(challenge, to = host) {
      const context = new TextEncoder().encode(`${challengeContext}${to}\n`);
      const bytes = Uint8Array.fromBase64(challenge, { alphabet: "base64url" });
      const message = Uint8Array.of(...context, ...bytes);
      return toBase64Url(new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, message)));
    },
  };
}

Deno.test("admit() gives a token to the signer of a challenge, and workerOf() names the worker", async () => {
  const door = new WorkerDoor(secret, 10);
  const key = await newKey();
  const { challenge, expiresMs } = door.challenge(key.publicKey, 1_000, 5);
  assert.equal(expiresMs, 1_000 + limits.challengeMs);
  const signed = { publicKey: key.publicKey, challenge, signature: await key.sign(challenge) };
  const admitted = await admit(door, signed, host, 2_000);
  const raw = Uint8Array.fromBase64(key.publicKey, { alphabet: "base64url" });
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", raw));
  assert.equal(admitted.worker, digest.subarray(0, 16).toHex());
  assert.equal(admitted.expiresMs, 2_000 + limits.sessionTokenMs);
  assert.deepEqual(door.workerOf(admitted.token, 3_000), {
    id: admitted.worker,
    publicKey: key.publicKey,
    tier: "cloud",
    invite: "0011223344556677",
  });
  assert.equal(admitted.work, 5);
  // A restarted coordinator with the same secret knows its tokens; one with another does not.
  assert.equal(new WorkerDoor(secret, 10).workerOf(admitted.token, 3_000).id, admitted.worker);
  const other = new WorkerDoor(new Uint8Array(32).fill(8), 10);
  assert.throws(() => other.workerOf(admitted.token, 3_000), { code: "auth.expired" });
});

Deno.test("admit() refuses: another host, another key, used before, expired, changed, of another coordinator", async () => {
  const door = new WorkerDoor(secret, 100);
  const [key, thief] = [await newKey(), await newKey()];
  const fresh = () => door.challenge(key.publicKey, 0, 0).challenge;
  const refused = async (
    fields: Partial<Record<"publicKey" | "challenge" | "signature", string>>,
    code: string,
    nowMs = 0,
  ) => {
    const challenge = fields.challenge ?? fresh();
    const signature = fields.signature ?? await key.sign(challenge);
    const signed = { publicKey: fields.publicKey ?? key.publicKey, challenge, signature };
    await assert.rejects(admit(door, signed, host, nowMs), { code });
    return challenge;
  };
  const relayed = fresh();
  await refused({ challenge: relayed, signature: await key.sign(relayed, "evil.example") }, "auth.refused");
  const stolen = fresh();
  await refused({ challenge: stolen, signature: await thief.sign(stolen) }, "auth.refused");
  await refused({ challenge: stolen }, "auth.refused"); // used up by the attempt before
  await refused({ publicKey: thief.publicKey }, "auth.refused");
  await refused({}, "auth.expired", limits.challengeMs);
  const changed = fresh();
  await refused({ challenge: (changed.startsWith("A") ? "B" : "A") + changed.slice(1) }, "auth.refused");
  await refused({
    challenge: new WorkerDoor(secret.map((byte) => byte + 1), 1).challenge(key.publicKey, 0, 0).challenge,
  }, "auth.refused");
  await refused({ signature: "AAAA" }, "request.invalid");
  await refused({ publicKey: "AAAA" }, "request.invalid");
  await refused({ challenge: "AAAA", signature: toBase64Url(new Uint8Array(64)) }, "request.invalid");
});

Deno.test("admit() remembers used challenges until they expire, in bounded memory", async () => {
  const door = new WorkerDoor(secret, 2);
  const key = await newKey();
  const enter = async (nowMs: number) => {
    const { challenge } = door.challenge(key.publicKey, nowMs, 0);
    const signature = await key.sign(challenge);
    return await admit(door, { publicKey: key.publicKey, challenge, signature }, host, nowMs);
  };
  await enter(0);
  await enter(0);
  await assert.rejects(enter(1), { code: "rate.limited", retryMs: limits.challengeMs });
  await enter(limits.challengeMs);
});

Deno.test("workerOf() refuses what is no token, a challenge, and an old token", async () => {
  const door = new WorkerDoor(secret, 10);
  const key = await newKey();
  const { challenge } = door.challenge(key.publicKey, 0, 0);
  const signed = { publicKey: key.publicKey, challenge, signature: await key.sign(challenge) };
  const { token, expiresMs } = await admit(door, signed, host, 0);
  assert.equal(door.workerOf(token, expiresMs - 1).publicKey, key.publicKey);
  const changed = token.slice(0, -2) + (token.endsWith("AA") ? "BB" : "AA");
  for (const wrong of ["", "x", challenge, changed]) {
    assert.throws(() => door.workerOf(wrong, 1), { code: "auth.expired" });
  }
  assert.throws(() => door.workerOf(token, expiresMs), { code: "auth.expired" });
});

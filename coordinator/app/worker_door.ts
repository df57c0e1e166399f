// How a worker proves who it is: a challenge, a signature over it, a token. Nothing is stored but used challenges.
import { challengeContext, limits, P2c2rError } from "../../protocol/mod.ts";
import { sha256HexSync } from "../gateway/mod.ts";
import { fromBase64Url, toBase64Url } from "./base64url.ts";
import { Seal } from "./seal.ts";

const RANDOM_BYTES = 16;
const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const WORK_BYTES = 1;
const CHALLENGE_BYTES = RANDOM_BYTES + WORK_BYTES + 8 + 32;
const WORKER_ID_BYTES = 16;
const TIER_BYTES = 1;
const INVITE_BYTES = 8;
const TOKEN_PAYLOAD_BYTES = PUBLIC_KEY_BYTES + TIER_BYTES + INVITE_BYTES;
const TOKEN_BYTES = TOKEN_PAYLOAD_BYTES + 8 + 32;
const noInvite = "00".repeat(INVITE_BYTES);

/** A worker's answer to a challenge, as it came: base64url texts. */
export interface SignedChallenge {
  readonly publicKey: string;
  readonly challenge: string;
  readonly signature: string;
}

/** A signature that is right: whose, over what, and the work that the challenge asked for. */
export interface Proof {
  readonly worker: string;
  readonly key: Uint8Array<ArrayBuffer>;
  readonly challenge: Uint8Array<ArrayBuffer>;
  /** Zero bits. */
  readonly work: number;
}

/** What a token says beside the key. */
export interface Standing {
  readonly tier: "peer" | "cloud";
  /** The invite it came by, 8 bytes in hex. */
  readonly invite: string | null;
}

/** A worker that proved who it is. */
export interface AdmittedWorker extends Standing {
  /** Lower-case hex of the first 16 bytes of its public key's SHA-256. */
  readonly id: string;
  /** base64url. */
  readonly publicKey: string;
}

/** Gives out challenges and, for the right signature, tokens. */
export class WorkerDoor {
  readonly #challenges: Seal;
  readonly #tokens: Seal;
  readonly #usedMax: number;
  /** Random part of used challenges, and when they expire: the oldest first. */
  readonly #used = new Map<string, number>();

  /** Remembers at most so many used challenges. */
  constructor(secret: Uint8Array, usedMax: number) {
    this.#challenges = new Seal(secret, "p2c2r worker challenge");
    this.#tokens = new Seal(secret, "p2c2r worker token");
    this.#usedMax = usedMax;
  }

  /** How a key is named. @throws P2c2rError `request.invalid` */
  idOf(publicKey: string): string {
    return workerId(bytesOf(publicKey, PUBLIC_KEY_BYTES, "publicKey"));
  }

  /** A challenge for one key that asks for so many bits of work. @throws P2c2rError `request.invalid` */
  challenge(
    publicKey: string,
    nowMs: number,
    work: number,
  ): { readonly challenge: string; readonly expiresMs: number } {
    const key = bytesOf(publicKey, PUBLIC_KEY_BYTES, "publicKey");
    const expiresMs = Math.floor(nowMs) + limits.challengeMs;
    const payload = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES + WORK_BYTES));
    payload[RANDOM_BYTES] = work;
    return { challenge: toBase64Url(this.#challenges.make(payload, expiresMs, key)), expiresMs };
  }

  /**
   * Whose signature this is over a challenge for this host.
   *
   * @throws P2c2rError `request.invalid`, `auth.refused`, `auth.expired`, `rate.limited`
   */
  async prove(signed: SignedChallenge, host: string, nowMs: number): Promise<Proof> {
    const key = bytesOf(signed.publicKey, PUBLIC_KEY_BYTES, "publicKey");
    const challenge = bytesOf(signed.challenge, CHALLENGE_BYTES, "challenge");
    const signature = bytesOf(signed.signature, SIGNATURE_BYTES, "signature");
    const payload = this.#challenges.open(challenge, RANDOM_BYTES + WORK_BYTES, nowMs, key);
    if (payload === "forged") throw refused("challenge is not one of this coordinator for this key");
    if (payload === "expired") {
      throw new P2c2rError("auth.expired", "Cannot admit worker: challenge has expired");
    }
    this.#use(payload.subarray(0, RANDOM_BYTES), nowMs);
    if (!await signedBy(key, signature, host, challenge)) throw refused("signature is wrong");
    return { worker: workerId(key), key, challenge, work: payload[RANDOM_BYTES] ?? 0 };
  }

  /** A token of a key. */
  token(
    key: Uint8Array,
    { tier, invite }: Standing,
    nowMs: number,
  ): { readonly token: string; readonly expiresMs: number } {
    const payload = new Uint8Array(TOKEN_PAYLOAD_BYTES);
    payload.set(key);
    payload[PUBLIC_KEY_BYTES] = tier === "cloud" ? 1 : 0;
    payload.set(Uint8Array.fromHex(invite ?? noInvite), PUBLIC_KEY_BYTES + TIER_BYTES);
    const expiresMs = Math.floor(nowMs) + limits.sessionTokenMs;
    return { token: toBase64Url(this.#tokens.make(payload, expiresMs)), expiresMs };
  }

  /** The worker behind a token. @throws P2c2rError `auth.expired` */
  workerOf(token: string, nowMs: number): AdmittedWorker {
    const sealed = fromBase64Url(token, TOKEN_BYTES);
    const payload = sealed === undefined ? "forged" : this.#tokens.open(sealed, TOKEN_PAYLOAD_BYTES, nowMs);
    if (typeof payload === "string") {
      throw new P2c2rError("auth.expired", `Cannot admit worker: token is ${payload}`);
    }
    const key = payload.subarray(0, PUBLIC_KEY_BYTES);
    const invite = payload.subarray(PUBLIC_KEY_BYTES + TIER_BYTES).toHex();
    return {
      id: workerId(key),
      publicKey: toBase64Url(key),
      tier: payload[PUBLIC_KEY_BYTES] === 1 ? "cloud" : "peer",
      invite: invite === noInvite ? null : invite,
    };
  }

  /** A challenge is good once. It counts as used before its signature is checked, so that guessing needs new ones. */
  #use(random: Uint8Array, nowMs: number): void {
    for (const [oldest, expiresMs] of this.#used) {
      if (expiresMs > nowMs) break;
      this.#used.delete(oldest);
    }
    const name = random.toHex();
    if (this.#used.has(name)) throw refused("challenge was used before");
    if (this.#used.size >= this.#usedMax) {
      throw new P2c2rError("rate.limited", "Cannot admit worker: too many arrive at once", {
        retryMs: limits.challengeMs,
      });
    }
    this.#used.set(name, nowMs + limits.challengeMs);
  }
}

function workerId(publicKey: Uint8Array): string {
  return sha256HexSync(publicKey).slice(0, 2 * WORKER_ID_BYTES);
}

async function signedBy(
  publicKey: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
  host: string,
  challenge: Uint8Array,
): Promise<boolean> {
  const context = new TextEncoder().encode(`${challengeContext}${host}\n`);
  const message = new Uint8Array(context.length + challenge.length);
  message.set(context);
  message.set(challenge, context.length);
  const key = await importKey(publicKey);
  return key !== undefined && await crypto.subtle.verify("Ed25519", key, signature, message);
}

/** Not every 32 bytes are a key. */
async function importKey(publicKey: Uint8Array<ArrayBuffer>): Promise<CryptoKey | undefined> {
  try {
    return await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}

function bytesOf(text: string, length: number, name: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64Url(text, length);
  if (bytes !== undefined) return bytes;
  throw new P2c2rError("request.invalid", `Cannot admit worker: ${name} is not ${length} bytes in base64url`);
}

function refused(state: string): P2c2rError {
  return new P2c2rError("auth.refused", `Cannot admit worker: ${state}`, {
    hint: "Ask for a new challenge and sign it with the worker's own key for this host.",
  });
}

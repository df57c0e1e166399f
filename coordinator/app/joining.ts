// What joining costs a worker that nobody knows yet: an invite, or work that is cheap once and dear a thousand times.
//
//   policy   a new key is let in                         a known key
//   open     always                                      always, unless the invite it came by is revoked
//   work     by an invite, or by proof of work           as above
//   invite   by an invite                                as above
//
// The cloud tier takes an invite for it, or the operator's own token, whatever the policy.
import { P2c2rError } from "../../protocol/mod.ts";
import { nonceBytes, workBitsMax, zeroBits } from "../../protocol/mod.ts";
import { sha256HexSync, sha256Sync } from "../gateway/mod.ts";
import type { InviteStore, StoredInvite, StoredWorker, WorkerStore } from "../store/mod.ts";
import { toBase64Url } from "./base64url.ts";
import { sameSecret } from "./caller.ts";
import type { SignedChallenge, WorkerDoor } from "./worker_door.ts";

/** Who may join. */
export const joinModes = ["open", "work", "invite"] as const;

/** What joining takes. */
export interface JoinPolicy {
  readonly mode: typeof joinModes[number];
  /** Zero bits of the proof of work while few join. */
  readonly bits: number;
}

/** New workers a minute beyond which the work doubles, and doubles again at twice as many. */
const CALM_PER_MINUTE = 60;
const MINUTE_MS = 60_000;
const INVITE_START = "p2c2ri_";
const INVITE_BYTES = 24;
const INVITE_ID_BYTES = 8;
const inviteShape = /^p2c2ri_[A-Za-z0-9_-]{32}$/;
const nonceShape = new RegExp(`^[0-9a-f]{${2 * nonceBytes}}$`);

/** What a worker brings beside its signature. */
export interface Credentials {
  readonly invite: string | null;
  readonly tier: "peer" | "cloud";
  /** 16 lower-case hex digits. */
  readonly nonce: string | null;
}

/** What joining needs from the rest of the coordinator. */
export interface JoiningParts {
  readonly door: WorkerDoor;
  readonly policy: JoinPolicy;
  readonly workers: Pick<WorkerStore, "load">;
  readonly invites: InviteStore;
  readonly operatorToken: string;
  /** Wall clock. */
  readonly wallMs: () => number;
}

/** An invite as the operator asks for it. */
export interface InviteWish {
  readonly name: string;
  readonly tier: "peer" | "cloud";
  readonly usesMax: number | null;
  readonly expiresMs: number | null;
}

/** Decides who may join. All methods throw P2c2rErrors. */
export class Joining {
  readonly #parts: JoiningParts;
  /** New workers of late: decays by half each minute. */
  #newcomers = 0;
  #countedMs = 0;

  /** Starts calm. */
  constructor(parts: JoiningParts) {
    this.#parts = parts;
  }

  /** A challenge, and the work it asks for: none of a key that is known or brings an invite. */
  async challenge(
    publicKey: string,
    invite: string | null,
    nowMs: number,
  ): Promise<{ readonly challenge: string; readonly expiresMs: number; readonly work: number }> {
    const { door, policy, workers } = this.#parts;
    const worker = door.idOf(publicKey);
    const free = policy.mode !== "work" || invite !== null || isKnown(await workers.load(worker));
    const work = free ? 0 : this.#bits(nowMs);
    return { ...door.challenge(publicKey, nowMs, work), work };
  }

  /** A token for whoever signed the challenge and brings what joining takes. */
  async admit(
    signed: SignedChallenge,
    credentials: Credentials,
    host: string,
    nowMs: number,
  ): Promise<{ readonly token: string; readonly worker: string; readonly expiresMs: number }> {
    const { door, policy, workers } = this.#parts;
    const proof = await door.prove(signed, host, nowMs);
    const { worker } = proof;
    const { tier } = credentials;
    const stored = await workers.load(worker);
    const invite = await this.#inviteOf(credentials, worker, stored?.invite ?? null);
    const known = isKnown(stored);
    if (invite === null && !known && credentials.invite === null) {
      if (policy.mode === "invite") throw refused("it takes an invite to join");
      if (policy.mode === "work") this.#checkWork(proof.challenge, proof.work, credentials.nonce);
    }
    if (!known) this.#count(nowMs);
    return { worker, ...door.token(proof.key, { tier, invite: invite?.id ?? null }, nowMs) };
  }

  /** Refuses a worker whose invite was revoked since its token was made. @throws P2c2rError `auth.refused` */
  async assertStands({ invite }: { readonly invite: string | null }): Promise<void> {
    if (invite === null) return;
    const found = await this.#parts.invites.get(invite);
    if (found === undefined || found.revokedMs !== null) throw refused("the invite it came by is revoked");
  }

  /** Makes an invite. The token is known to the caller only; the store keeps its hash. */
  async invite(wish: InviteWish): Promise<{ readonly invite: string; readonly token: string }> {
    const token = INVITE_START + toBase64Url(crypto.getRandomValues(new Uint8Array(INVITE_BYTES)));
    const id = crypto.getRandomValues(new Uint8Array(INVITE_ID_BYTES)).toHex();
    await this.#parts.invites.create({ ...wish, id, hash: hashOf(token), createdMs: this.#parts.wallMs() });
    return { invite: id, token };
  }

  /** The invite a worker joins by, the one it shows or the one it came by before; null for none. */
  async #inviteOf(
    { invite, tier }: Credentials,
    worker: string,
    before: string | null,
  ): Promise<StoredInvite | null> {
    const { invites, operatorToken, wallMs } = this.#parts;
    if (invite !== null && tier === "cloud" && sameSecret(invite, operatorToken)) return null;
    const came = invite === null ? before : null;
    const found = invite !== null && inviteShape.test(invite)
      ? await invites.find(hashOf(invite))
      : came === null
      ? undefined
      : await invites.get(came);
    if (found === undefined) {
      if (invite !== null || came !== null) throw refused("its invite is unknown");
      if (tier === "cloud") throw refused("the cloud tier takes an invite for it, or the operator's token");
      return null;
    }
    if (found.tier !== tier) throw refused(`its invite is for the tier ${found.tier}`);
    if (found.revokedMs !== null) throw refused("its invite is revoked");
    // Who came by it before stays when it expires or is used up; only revoking it sends workers away.
    if (came !== null || await invites.use(found.id, worker, wallMs())) return found;
    throw refused("its invite is expired or used up");
  }

  #checkWork(challenge: Uint8Array, bits: number, nonce: string | null): void {
    if (bits === 0) return;
    if (nonce === null || !nonceShape.test(nonce)) throw refused(`it takes work of ${bits} bits to join`);
    const hashed = new Uint8Array(32 + nonceBytes);
    hashed.set(sha256Sync(challenge));
    hashed.set(Uint8Array.fromHex(nonce), 32);
    if (zeroBits(sha256Sync(hashed)) < bits) throw refused(`its work is worth less than ${bits} bits`);
  }

  /** The more join, the dearer it is: one bit more at twice the calm rate, two at four times, and so on. */
  #bits(nowMs: number): number {
    const rate = this.#decayed(nowMs) / CALM_PER_MINUTE;
    const extra = rate < 1 ? 0 : 1 + Math.floor(Math.log2(rate));
    return Math.min(this.#parts.policy.bits + extra, workBitsMax);
  }

  #count(nowMs: number): void {
    this.#newcomers = this.#decayed(nowMs) + 1;
    this.#countedMs = nowMs;
  }

  #decayed(nowMs: number): number {
    return this.#newcomers * 2 ** (-Math.max(0, nowMs - this.#countedMs) / MINUTE_MS);
  }
}

function isKnown(stored: StoredWorker | undefined): boolean {
  return stored !== undefined && stored.publicKey !== null;
}

function hashOf(token: string): string {
  return sha256HexSync(token);
}

function refused(state: string): P2c2rError {
  return new P2c2rError("auth.refused", `Cannot admit worker: ${state}`, {
    hint: "Ask the operator for an invite and start the worker with --invite, or with a newer program.",
  });
}

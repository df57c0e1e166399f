// API keys: made here, kept as hashes by the store, believed for a moment without asking it again.
import { P2c2rError } from "../../protocol/mod.ts";
import { sha256HexSync } from "../gateway/mod.ts";
import type { ProjectStore } from "../store/mod.ts";
import { toBase64Url } from "./base64url.ts";
import type { AppLimits } from "./limits.ts";

const KEY_START = "p2c2r_";
const KEY_BYTES = 24;
const PREFIX_LENGTH = 8;
const keyShape = /^p2c2r_[A-Za-z0-9_-]{32}$/;

/** Who an API key speaks for. */
export interface KeyHolder {
  readonly project: string;
  readonly prefix: string;
}

interface Believed {
  readonly holder: KeyHolder;
  readonly untilMs: number;
}

/** Makes, checks and revokes keys. */
export class ApiKeys {
  readonly #store: ProjectStore;
  readonly #limits: Pick<AppLimits, "keyBelievedMs" | "keysBelievedMax">;
  readonly #believed = new Map<string, Believed>();

  /** Keys live in the store. */
  constructor(store: ProjectStore, limits: Pick<AppLimits, "keyBelievedMs" | "keysBelievedMax">) {
    this.#store = store;
    this.#limits = limits;
  }

  /** A new key of a project. The text is known to the caller only; the store keeps its hash. */
  async make(project: string, wallMs: number): Promise<string> {
    const random = toBase64Url(crypto.getRandomValues(new Uint8Array(KEY_BYTES)));
    const key = KEY_START + random;
    const prefix = random.slice(0, PREFIX_LENGTH);
    await this.#store.addKey({ hash: hashOf(key), prefix, project, createdMs: wallMs });
    return key;
  }

  /** Who holds a key. The store finds it by its hash, so how long that takes says nothing about other keys. @throws P2c2rError `auth.refused` */
  async holderOf(key: string, nowMs: number): Promise<KeyHolder> {
    if (!keyShape.test(key)) throw unknownKey();
    const hash = hashOf(key);
    const believed = this.#believed.get(hash);
    if (believed !== undefined && believed.untilMs > nowMs) return believed.holder;
    const found = await this.#store.findKey(hash);
    if (found === undefined || found.revokedMs !== null) {
      this.#believed.delete(hash);
      throw unknownKey();
    }
    const holder = { project: found.project, prefix: found.prefix };
    this.#believe(hash, { holder, untilMs: nowMs + this.#limits.keyBelievedMs });
    return holder;
  }

  /** Makes a key worthless at once. Answers false when there is none of that prefix. */
  async revoke(prefix: string, wallMs: number): Promise<boolean> {
    const revoked = await this.#store.revokeKey(prefix, wallMs);
    for (const [hash, { holder }] of this.#believed) {
      if (holder.prefix === prefix) this.#believed.delete(hash);
    }
    return revoked;
  }

  #believe(hash: string, believed: Believed): void {
    this.#believed.delete(hash);
    this.#believed.set(hash, believed);
    if (this.#believed.size <= this.#limits.keysBelievedMax) return;
    for (const oldest of this.#believed.keys()) {
      this.#believed.delete(oldest);
      return;
    }
  }
}

function hashOf(key: string): string {
  return sha256HexSync(key);
}

function unknownKey(): P2c2rError {
  return new P2c2rError("auth.refused", "Cannot authenticate: the API key is unknown or revoked");
}

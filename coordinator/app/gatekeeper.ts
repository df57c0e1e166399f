// Lets callers in: who they are, and how often they may ask.
import type { Context } from "hono";
import { P2c2rError } from "../../protocol/mod.ts";
import type { ApiKeys, KeyHolder } from "./api_keys.ts";
import { addressOf, bearerOf, networkOf, sameSecret, socketBearerOf } from "./caller.ts";
import type { AppLimits } from "./limits.ts";
import { RateLimiter } from "./rate_limiter.ts";
import type { Secrets } from "./secrets.ts";
import type { AdmittedWorker, WorkerDoor } from "./worker_door.ts";

/** What Deno.serve says about a request. */
export type AppEnv = { Bindings: Partial<Deno.ServeHandlerInfo<Deno.Addr>> };
export type AppContext = Context<AppEnv>;

/** What the gatekeeper decides by. */
export interface GatekeeperParts {
  readonly keys: ApiKeys;
  readonly door: WorkerDoor;
  readonly secrets: Secrets;
  readonly limits: AppLimits;
  readonly nowMs: () => number;
  /** Whether the last address of X-Forwarded-For is the caller's. */
  readonly trustProxy: boolean;
}

/** Authenticates and counts. All methods throw P2c2rErrors `auth.*` or `rate.limited`. */
export class Gatekeeper {
  readonly #parts: GatekeeperParts;
  readonly #limiters;

  /** Starts with full buckets. */
  constructor(parts: GatekeeperParts) {
    this.#parts = parts;
    const { limits } = parts;
    const limiter = (what: string, rate: keyof AppLimits & `${string}Per${string}`) =>
      new RateLimiter(what, limits[rate], limits.bucketsMax);
    this.#limiters = {
      challenges: limiter("challenges from this address", "challengesPerAddress"),
      sessions: limiter("worker sessions from this address", "sessionsPerAddress"),
      refusals: limiter("refused keys from this address", "refusalsPerAddress"),
      open: limiter("requests from this address", "openRequestsPerAddress"),
      blobs: limiter("files fetched by this worker", "blobsPerWorker"),
      uploads: limiter("uploads of this project", "uploadsPerProject"),
    };
  }

  /** Counts a request of a named limit. */
  count(limit: "challenges" | "sessions" | "open" | "blobs" | "uploads", name: string): void {
    this.#limiters[limit].take(name, this.#parts.nowMs());
  }

  /** The address a request comes from. */
  address(c: AppContext): string {
    const remote = c.env.remoteAddr;
    const host = remote !== undefined && "hostname" in remote ? remote.hostname : undefined;
    return addressOf(c.req.raw.headers, host, this.#parts.trustProxy);
  }

  /** The opaque mark of the caller's network. */
  network(c: AppContext): string {
    return networkOf(this.address(c), this.#parts.secrets.seal);
  }

  /** The holder of the API key that a request carries. */
  backend(c: AppContext): Promise<KeyHolder> {
    return this.#refusing(
      c,
      () => this.#parts.keys.holderOf(bearerOf(c.req.raw.headers), this.#parts.nowMs()),
    );
  }

  /** The worker whose token a request carries, as a header or, for sockets, as a subprotocol. */
  worker(c: AppContext): Promise<AdmittedWorker> {
    return this.#refusing(
      c,
      () => this.#parts.door.workerOf(socketBearerOf(c.req.raw.headers), this.#parts.nowMs()),
    );
  }

  /** Lets only the operator on. */
  async operator(c: AppContext): Promise<void> {
    await this.#refusing(c, () => {
      if (sameSecret(bearerOf(c.req.raw.headers), this.#parts.secrets.operatorToken)) return;
      throw new P2c2rError("auth.forbidden", "Cannot do this: it takes the operator's token", {
        hint: "Send the token from operator.token in the coordinator's data folder.",
      });
    });
  }

  /** Who guesses keys is stopped by their number, before the store is asked. */
  async #refusing<T>(c: AppContext, admit: () => T | Promise<T>): Promise<T> {
    const address = this.address(c);
    const nowMs = this.#parts.nowMs();
    this.#limiters.refusals.assertRoom(address, nowMs);
    try {
      return await admit();
    } catch (error) {
      if (error instanceof P2c2rError && error.code.startsWith("auth.")) {
        this.#limiters.refusals.take(address, nowMs);
      }
      throw error;
    }
  }
}

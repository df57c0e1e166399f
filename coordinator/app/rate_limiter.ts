// Token buckets by name of whoever asks, in bounded memory.
import { P2c2rError } from "../../protocol/mod.ts";
import type { Rate } from "./limits.ts";

interface Bucket {
  tokens: number;
  atMs: number;
}

/** One named limit. */
export class RateLimiter {
  readonly #what: string;
  readonly #rate: Rate;
  readonly #bucketsMax: number;
  readonly #buckets = new Map<string, Bucket>();

  /** `what` completes "Cannot go on: too many …". */
  constructor(what: string, rate: Rate, bucketsMax: number) {
    this.#what = what;
    this.#rate = rate;
    this.#bucketsMax = bucketsMax;
  }

  /** Takes one token. @throws P2c2rError `rate.limited` with the time until there is one */
  take(name: string, nowMs: number): void {
    const bucket = this.#bucket(name, nowMs);
    if (bucket.tokens < 1) throw this.#refusal(bucket);
    bucket.tokens -= 1;
  }

  /** Throws as `take` would, without taking. */
  assertRoom(name: string, nowMs: number): void {
    const bucket = this.#bucket(name, nowMs);
    if (bucket.tokens < 1) throw this.#refusal(bucket);
  }

  #bucket(name: string, nowMs: number): Bucket {
    const { burst, perS } = this.#rate;
    const known = this.#buckets.get(name);
    const gained = known === undefined ? burst : Math.max(0, nowMs - known.atMs) * perS / 1000;
    const bucket = { tokens: Math.min(burst, (known?.tokens ?? 0) + gained), atMs: nowMs };
    // Deleting first keeps the map ordered by last use.
    this.#buckets.delete(name);
    this.#buckets.set(name, bucket);
    if (this.#buckets.size > this.#bucketsMax) {
      for (const longestUnseen of this.#buckets.keys()) {
        this.#buckets.delete(longestUnseen);
        break;
      }
    }
    return bucket;
  }

  #refusal({ tokens }: Bucket): P2c2rError {
    const retryMs = Math.ceil((1 - tokens) * 1000 / this.#rate.perS);
    return new P2c2rError("rate.limited", `Cannot go on: too many ${this.#what}`, { retryMs });
  }
}

// Assets in memory, bounded; the least recently used goes first. What is not here comes from disk or the coordinator.
import { limits } from "../../protocol/mod.ts";
import type { Asset } from "../../sandbox/mod.ts";

/** What {@link Assets} needs. */
export interface AssetsOptions {
  readonly blobs: { get(digest: string, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> };
  readonly bytesMax: number;
}

/** Assets by digest. */
export class Assets {
  readonly #options: AssetsOptions;
  readonly #held = new Map<string, Asset>();
  #bytes = 0;

  constructor(options: AssetsOptions) {
    this.#options = options;
  }

  /** All of them if all are in memory, without waiting: the usual case. */
  now(digests: readonly string[]): readonly Asset[] | undefined {
    const found: Asset[] = [];
    for (const digest of digests) {
      const asset = this.#held.get(digest);
      if (asset === undefined) return undefined;
      this.#held.delete(digest);
      this.#held.set(digest, asset);
      found.push(asset);
    }
    return found;
  }

  /** All of them, fetched where they are missing. @throws P2c2rError as {@link Blobs.get} */
  async get(digests: readonly string[]): Promise<readonly Asset[]> {
    return await Promise.all(digests.map((digest) => this.#get(digest)));
  }

  /** Gives the memory back. */
  clear(): void {
    this.#held.clear();
    this.#bytes = 0;
  }

  async #get(digest: string): Promise<Asset> {
    const held = this.#held.get(digest);
    if (held !== undefined) return held;
    const asset = { digest, bytes: await this.#options.blobs.get(digest, limits.blobBytesMax) };
    if (!this.#held.has(digest)) this.#bytes += asset.bytes.length;
    this.#held.set(digest, asset);
    for (const [oldest, { bytes }] of this.#held) {
      if (this.#bytes <= this.#options.bytesMax || oldest === digest) break;
      this.#held.delete(oldest);
      this.#bytes -= bytes.length;
    }
    return asset;
  }
}

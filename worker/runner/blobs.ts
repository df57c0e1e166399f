// Blobs by digest: from disk where they are, else from the coordinator, verified before anyone sees them.
import { type Code, P2c2rError, sha256Hex } from "../../protocol/mod.ts";

/** Gets the bytes that are said to have a digest; they are verified here. */
export type FetchBlob = (digest: string, bytesMax: number) => Promise<Uint8Array<ArrayBuffer>>;

/** Where blobs are kept between runs. */
export interface BlobShelf {
  read(digest: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  write(digest: string, bytes: Uint8Array): Promise<readonly string[]>;
}

/** What {@link Blobs} needs. */
export interface BlobsOptions {
  readonly shelf: BlobShelf;
  readonly fetchBlob: FetchBlob;
  /** The code of an error for bytes with another digest than asked for. */
  readonly strangeCode: Code;
  /** Most fetches at once. */
  readonly fetchesMax: number;
  /** Called with the digest of a blob that was kept, and those that had to go for it. */
  readonly kept: (digest: string, gone: readonly string[]) => void;
  /** Called when a blob could not be kept on disk; it is used all the same. */
  readonly unkept: (cause: unknown) => void;
}

/** Verified blobs by digest. Whoever asks for one that is already on its way waits for the same answer. */
export class Blobs {
  readonly #options: BlobsOptions;
  readonly #coming = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();
  readonly #queue: (() => void)[] = [];
  #fetching = 0;

  constructor(options: BlobsOptions) {
    this.#options = options;
  }

  /** The bytes with this digest. @throws P2c2rError `strangeCode`, or whatever fetching throws */
  get(digest: string, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
    const coming = this.#coming.get(digest);
    if (coming !== undefined) return coming;
    const got = this.#get(digest, bytesMax).finally(() => this.#coming.delete(digest));
    this.#coming.set(digest, got);
    return got;
  }

  async #get(digest: string, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
    const kept = await this.#options.shelf.read(digest);
    if (kept !== undefined) return kept;
    const bytes = await this.#fetch(digest, bytesMax);
    if (await sha256Hex(bytes) !== digest) {
      throw new P2c2rError(
        this.#options.strangeCode,
        `Cannot use blob ${digest.slice(0, 12)}…: the coordinator sent bytes with another digest`,
      );
    }
    await this.#keep(digest, bytes);
    return bytes;
  }

  async #keep(digest: string, bytes: Uint8Array): Promise<void> {
    try {
      this.#options.kept(digest, await this.#options.shelf.write(digest, bytes));
    } catch (cause) {
      this.#options.unkept(cause);
    }
  }

  async #fetch(digest: string, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#fetching >= this.#options.fetchesMax) {
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    } else this.#fetching++;
    try {
      return await this.#options.fetchBlob(digest, bytesMax);
    } finally {
      const next = this.#queue.shift();
      if (next === undefined) this.#fetching--;
      else next(); // the place goes over to the next in line
    }
  }
}

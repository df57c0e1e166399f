// A project's assets: what it may use, counted against its quota, and the bytes behind. The index is the authority and
// is written first; bytes that a crash kept from arriving are asked for again, because `put` always stores them.
import { limits, P2c2rError } from "../../protocol/mod.ts";
import type { AssetIndex, BlobStore } from "./ports.ts";

export interface AssetsOptions {
  readonly index: AssetIndex;
  readonly blobs: BlobStore;
  /** Wall clock. */
  readonly nowMs: () => number;
}

export class Assets {
  readonly #options: AssetsOptions;
  /** Sizes in bytes by digest, by project. */
  readonly #projects = new Map<string, Promise<Map<string, number>>>();
  readonly #loaded = new Map<string, Map<string, number>>();
  /** Uploads under way: a second one of the same asset starts when the first is through, however that ended. */
  readonly #uploads = new Map<string, Promise<unknown>>();

  constructor(options: AssetsOptions) {
    this.#options = options;
  }

  /** Loads what a project has, once. `has` answers false before. Rejects with `store.failed`. */
  async load(project: string): Promise<void> {
    await this.#digests(project);
  }

  /** Whether a project may use an asset: another project's uploads are not its own, even when it knows the digest. */
  has(project: string, digest: string): boolean {
    return this.bytesOf(project, digest) !== undefined;
  }

  /** The size of an asset that the project may use. */
  bytesOf(project: string, digest: string): number | undefined {
    return this.#loaded.get(project)?.get(digest);
  }

  /** Whether a project may use an asset and its bytes are really here. */
  async present(project: string, digest: string): Promise<boolean> {
    return (await this.#digests(project)).has(digest) && await this.#options.blobs.has(digest);
  }

  /**
   * Stores an asset for a project.
   * @throws `asset.too_large` (this one, or all of the project's), `request.invalid` (not the digest's bytes), `store.failed`
   */
  async put(
    project: string,
    digest: string,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<"created" | "present"> {
    if (bytes.length > limits.blobBytesMax) throw tooLarge(bytes.length);
    const key = `${project}/${digest}`;
    const before = this.#uploads.get(key) ?? Promise.resolve();
    const store = () => this.#store(project, digest, bytes);
    const upload = before.then(store, store);
    this.#uploads.set(key, upload);
    try {
      return await upload;
    } finally {
      if (this.#uploads.get(key) === upload) this.#uploads.delete(key);
    }
  }

  /** The bytes of an asset that the project may use. */
  async get(project: string, digest: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (!(await this.#digests(project)).has(digest)) return undefined;
    return await this.#options.blobs.get(digest);
  }

  async #store(
    project: string,
    digest: string,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<"created" | "present"> {
    const { index, blobs, nowMs } = this.#options;
    if (await this.present(project, digest)) return "present";
    const added = await index.add({ project, digest, bytes: bytes.length, createdMs: nowMs() });
    try {
      await blobs.put(digest, bytes);
    } catch (error) {
      if (added) await index.remove(project, digest);
      throw error;
    }
    (await this.#digests(project)).set(digest, bytes.length);
    return "created";
  }

  #digests(project: string): Promise<Map<string, number>> {
    const known = this.#projects.get(project);
    if (known !== undefined) return known;
    const loading = this.#load(project);
    this.#projects.set(project, loading);
    return loading;
  }

  async #load(project: string): Promise<Map<string, number>> {
    try {
      const stored = await this.#options.index.list(project);
      const digests = new Map(stored.map(({ digest, bytes }) => [digest, bytes]));
      this.#loaded.set(project, digests);
      return digests;
    } catch (error) {
      this.#projects.delete(project);
      throw error;
    }
  }
}

function tooLarge(bytes: number): P2c2rError {
  const [found, limit] = [bytes, limits.blobBytesMax].map((size) => size.toLocaleString("en-US"));
  return new P2c2rError("asset.too_large", `Cannot store asset: it is ${found} bytes, the limit is ${limit}`);
}

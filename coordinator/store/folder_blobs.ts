// Blobs as files: `<folder>/<first two digits>/<digest>`, written beside and renamed, so that a file under its digest
// is whole. What a crash or the disk did to it all the same is found when it is read.
import { P2c2rError } from "../../protocol/mod.ts";
import { digestOf, requireDigest, requireMatch } from "./digest.ts";
import { storeFailure, storing } from "./failure.ts";
import type { BlobStore } from "./ports.ts";
import { WarmBytes } from "./warm_bytes.ts";

export interface FolderBlobsOptions {
  /** Made when missing. */
  readonly folder: string;
  /** Bytes kept in memory for `peek`. Default: 256 MiB. */
  readonly warmBytesMax?: number;
}

/** Opens a folder of blobs. Throws `store.failed` when it cannot be made or written. */
export async function openFolderBlobs(
  { folder, warmBytesMax = 256 * 1024 * 1024 }: FolderBlobsOptions,
): Promise<BlobStore> {
  const arriving = `${folder}/arriving`;
  await storing(`open blob folder ${folder}`, async () => {
    await removeIfThere(arriving);
    await Deno.mkdir(arriving, { recursive: true });
  });
  return new FolderBlobs(folder, arriving, warmBytesMax);
}

class FolderBlobs implements BlobStore {
  readonly #folder: string;
  readonly #arriving: string;
  readonly #warm: WarmBytes;
  /** Reads under way: a hundred workers that want one new asset cost one read. */
  readonly #reads = new Map<string, Promise<Uint8Array<ArrayBuffer> | undefined>>();
  #arrivals = 0;

  constructor(folder: string, arriving: string, warmBytesMax: number) {
    this.#folder = folder;
    this.#arriving = arriving;
    this.#warm = new WarmBytes(warmBytesMax);
  }

  async put(digest: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await requireMatch(digest, bytes);
    const beside = `${this.#arriving}/${this.#arrivals++}`;
    await storing(`write blob ${digest}`, async () => {
      try {
        await Deno.writeFile(beside, bytes);
        await Deno.mkdir(this.#fanOut(digest), { recursive: true });
        await Deno.rename(beside, this.#path(digest));
      } catch (error) {
        await removeIfThere(beside);
        throw error;
      }
    });
    this.#warm.set(digest, bytes);
  }

  async get(digest: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    requireDigest(digest);
    const warm = this.#warm.get(digest);
    if (warm !== undefined) return warm;
    let read = this.#reads.get(digest);
    if (read === undefined) {
      read = this.#read(digest).finally(() => this.#reads.delete(digest));
      this.#reads.set(digest, read);
    }
    return await read;
  }

  peek(digest: string): Uint8Array<ArrayBuffer> | undefined {
    requireDigest(digest);
    return this.#warm.get(digest);
  }

  async has(digest: string): Promise<boolean> {
    requireDigest(digest);
    if (this.#warm.get(digest) !== undefined) return true;
    try {
      return (await Deno.stat(this.#path(digest))).isFile;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw storeFailure(`look for blob ${digest}`, error);
    }
  }

  async delete(digest: string): Promise<void> {
    requireDigest(digest);
    this.#warm.delete(digest);
    await storing(`delete blob ${digest}`, () => removeIfThere(this.#path(digest)));
  }

  async #read(digest: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const bytes = await storing(`read blob ${digest}`, () => readIfThere(this.#path(digest)));
    if (bytes === undefined) return undefined;
    const found = await digestOf(bytes);
    if (found !== digest) {
      await this.delete(digest);
      throw new P2c2rError("store.failed", `Cannot read blob ${digest}: the file's SHA-256 is ${found}`, {
        hint: "Upload it again: the damaged file was removed. Check the disk.",
      });
    }
    this.#warm.set(digest, bytes);
    return bytes;
  }

  #fanOut(digest: string): string {
    return `${this.#folder}/${digest.slice(0, 2)}`;
  }

  #path(digest: string): string {
    return `${this.#fanOut(digest)}/${digest}`;
  }
}

async function readIfThere(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

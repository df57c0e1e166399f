// Blobs on disk, named by their SHA-256 and bounded in bytes; what was not used longest goes first.
import { digestFromHex, sha256Hex } from "../../protocol/mod.ts";
import { readIfThere, removeIfThere, removeUnfinished, writeAtomically } from "./atomic_file.ts";

/** A bounded folder of blobs. */
export class BlobFolder {
  readonly #path: string;
  readonly #bytesMax: number;
  /** Sizes by digest, least recently used first. */
  readonly #sizes = new Map<string, number>();
  #bytes = 0;
  /** One write at a time: two at once could both see room for one. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(path: string, bytesMax: number) {
    this.#path = path;
    this.#bytesMax = bytesMax;
  }

  /** Opens a folder, made where there is none, and drops what exceeds the bound. */
  static async open(path: string, bytesMax: number): Promise<BlobFolder> {
    await Deno.mkdir(path, { recursive: true, mode: 0o700 });
    await removeUnfinished(path);
    const folder = new BlobFolder(path, bytesMax);
    for (const { digest, size } of await blobsIn(path)) {
      folder.#sizes.set(digest, size);
      folder.#bytes += size;
    }
    await folder.#makeRoom(0);
    return folder;
  }

  /** Digests held, least recently used first. */
  digests(): readonly string[] {
    return [...this.#sizes.keys()];
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The blob, or undefined where it is not held; one that was damaged on disk is removed. */
  async read(digest: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const size = this.#sizes.get(digest);
    if (size === undefined) return undefined;
    const path = `${this.#path}/${digest}`;
    const bytes = await readIfThere(path);
    if (bytes === undefined || await sha256Hex(bytes) !== digest) {
      await this.#remove(digest);
      return undefined;
    }
    if (this.#sizes.delete(digest)) this.#sizes.set(digest, size);
    const now = new Date();
    await Deno.utime(path, now, now);
    return bytes;
  }

  /** Keeps a blob whose digest was verified. Returns the digests that had to go. One larger than the bound is not kept. */
  write(digest: string, bytes: Uint8Array): Promise<readonly string[]> {
    const done = this.#last.then(() => this.#write(digest, bytes));
    this.#last = done.catch(() => undefined); // the caller hears of it; the next write does not care
    return done;
  }

  async #write(digest: string, bytes: Uint8Array): Promise<readonly string[]> {
    if (this.#sizes.has(digest) || bytes.length > this.#bytesMax) return [];
    const gone = await this.#makeRoom(bytes.length);
    await writeAtomically(`${this.#path}/${digest}`, bytes, 0o600);
    this.#sizes.set(digest, bytes.length);
    this.#bytes += bytes.length;
    return gone;
  }

  async #makeRoom(bytes: number): Promise<readonly string[]> {
    const gone: string[] = [];
    for (const digest of this.#sizes.keys()) {
      if (this.#bytes + bytes <= this.#bytesMax) break;
      await this.#remove(digest);
      gone.push(digest);
    }
    return gone;
  }

  async #remove(digest: string): Promise<void> {
    const size = this.#sizes.get(digest);
    if (size === undefined) return;
    this.#sizes.delete(digest);
    this.#bytes -= size;
    await removeIfThere(`${this.#path}/${digest}`);
  }
}

async function blobsIn(path: string): Promise<{ digest: string; size: number }[]> {
  const found: { digest: string; size: number; usedMs: number }[] = [];
  for await (const entry of Deno.readDir(path)) {
    if (!entry.isFile || digestFromHex(entry.name) === undefined) continue;
    const { size, mtime } = await Deno.stat(`${path}/${entry.name}`);
    found.push({ digest: entry.name, size, usedMs: mtime?.getTime() ?? 0 });
  }
  return found.sort((a, b) => a.usedMs - b.usedMs);
}

// Answers of one project, kept for the next time it asks the same. Errors are not kept.
import type { Tier } from "../../protocol/mod.ts";
import type { Served } from "./state.ts";

/** What an entry costs beside its output: key, links, objects. Without it, empty outputs would be kept without end. */
export const entryBytes = 512;
/** A view keeps at most so many bytes of its frame alive beside its own. */
const WASTE_BYTES_MAX = 256;

/** An answer that can be given again. */
export interface CacheEntry {
  readonly output: Uint8Array;
  readonly tier: Tier;
  readonly fuel: number;
  /** Whether it is known to be right, not only checked. */
  readonly proven: boolean;
  /** The worker whose bytes these are; null for trusted compute. */
  readonly source: { readonly id: string; readonly tags: ReadonlySet<string> } | null;
  /** The peer's result behind it while it can be revoked: who gets it again is revoked with it. */
  readonly served: Served | null;
}

/** Least recently used first out, bounded in bytes. Keys are project and identity. */
export class ResultCache {
  readonly #entries = new Map<string, CacheEntry>();
  readonly #bySource = new Map<string, Set<string>>();
  readonly #bytesMax: number;
  #bytes = 0;

  /** Keeps at most so many bytes. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Bytes it holds. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The key of a project's task. */
  static key(project: number, identity: string): string {
    return `${project}:${identity}`;
  }

  /** The answer, made the most recently used. */
  get(key: string): CacheEntry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  /** Keeps an answer; one larger than the whole cache is not kept. */
  put(key: string, entry: CacheEntry): void {
    this.delete(key);
    if (bytesOf(entry) > this.#bytesMax) return;
    this.#entries.set(key, { ...entry, output: withoutFrame(entry.output) });
    this.#bytes += bytesOf(entry);
    if (entry.source !== null) this.#keysOf(entry.source.id).add(key);
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#bytesMax) break;
      this.delete(oldest);
    }
  }

  /** Forgets an answer. */
  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= bytesOf(entry);
    if (entry.source === null) return;
    const keys = this.#keysOf(entry.source.id);
    keys.delete(key);
    if (keys.size === 0) this.#bySource.delete(entry.source.id);
  }

  /** A result became final: its bytes stay, its history does not. */
  finalise(key: string, served: Served): void {
    const entry = this.#entries.get(key);
    if (entry?.served !== served) return;
    this.#entries.set(key, { ...entry, served: null, proven: entry.proven || served.verdict === "right" });
  }

  /** Forgets everything that came from a worker. */
  evictWorker(id: string): void {
    for (const key of this.#bySource.get(id) ?? []) this.delete(key);
  }

  #keysOf(id: string): Set<string> {
    let keys = this.#bySource.get(id);
    if (keys === undefined) this.#bySource.set(id, keys = new Set());
    return keys;
  }
}

function bytesOf(entry: CacheEntry): number {
  return entry.output.length + entryBytes;
}

/** Outputs are views into the frame they came in; what is kept for long must not keep the rest of it alive. */
function withoutFrame(output: Uint8Array): Uint8Array {
  return output.buffer.byteLength > output.length + WASTE_BYTES_MAX ? output.slice() : output;
}

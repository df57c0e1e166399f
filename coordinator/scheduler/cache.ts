// Answers of one project, kept for the next time it asks the same. Errors are not kept.
import type { Tier } from "../../protocol/mod.ts";
import { BytePool } from "../byte_pool.ts";
import type { Served } from "./state.ts";

/** What an entry costs beside its output: key, links, objects. Without it, empty outputs would be kept without end. */
export const entryBytes = 512;

/** How many times its own size a long output may keep alive: what is accounted is its length alone. */
const WASTE_MAX = 1.1;

/** A worker, by its key. */
export interface Source {
  readonly id: string;
  readonly tags: ReadonlySet<string>;
}

/** An answer that can be given again. */
export interface CacheEntry {
  readonly output: Uint8Array;
  readonly tier: Tier;
  readonly fuel: number;
  /** Whether it is known to be right, not only checked. */
  readonly proven: boolean;
  /** The worker whose bytes these are; null for trusted compute. */
  readonly source: Source | null;
  /** The peer's result behind it while it can be revoked: who gets it again is revoked with it. */
  readonly served: Served | null;
}

/** What came from one worker. Forgetting all of it is one assignment: its entries are dropped when they are come upon. */
interface Origin {
  readonly id: string;
  entries: number;
  forgotten: boolean;
}

/**
 * An entry in the list by age. Not the order of a Map: one that loses its oldest key and gains a new one for every answer
 * walks over the holes it has left (8 µs an answer with 100,000 entries, where the links cost 0.3).
 */
interface Node extends CacheEntry {
  readonly key: string;
  readonly origin: Origin | null;
  output: Uint8Array;
  proven: boolean;
  served: Served | null;
  older: Node | null;
  newer: Node | null;
}

/** Least recently used first out, bounded in bytes. Keys are identities. */
export class ResultCache {
  readonly #nodes = new Map<string, Node>();
  readonly #origins = new Map<string, Origin>();
  readonly #bytesMax: number;
  /** Outputs lie in the order of their use, so that old ones go together. */
  readonly #pool = new BytePool(WASTE_MAX);
  #oldest: Node | null = null;
  #newest: Node | null = null;
  #bytes = 0;

  /** Keeps at most so many bytes. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Bytes it holds. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The answer, made the most recently used. */
  get(key: string): CacheEntry | undefined {
    const node = this.#nodes.get(key);
    if (node === undefined) return undefined;
    if (node.origin?.forgotten === true) {
      this.#drop(node);
      return undefined;
    }
    if (node !== this.#newest) {
      this.#unlink(node);
      node.output = this.#pool.keep(node.output);
      this.#link(node);
    }
    return node;
  }

  /** Keeps an answer; one larger than the whole cache is not kept. */
  put(key: string, { output, tier, fuel, proven, source, served }: CacheEntry): void {
    this.delete(key);
    if (output.length + entryBytes > this.#bytesMax) return;
    const own = this.#pool.keep(output);
    const origin = source === null ? null : this.#originOf(source.id);
    if (origin !== null) origin.entries++;
    const node = { key, output: own, tier, fuel, proven, source, served, origin, older: null, newer: null };
    this.#nodes.set(key, node);
    this.#bytes += bytesOf(node);
    this.#link(node);
    while (this.#bytes > this.#bytesMax && this.#oldest !== null) this.#drop(this.#oldest);
  }

  /** Forgets an answer. */
  delete(key: string): void {
    const node = this.#nodes.get(key);
    if (node !== undefined) this.#drop(node);
  }

  /** A result became final: its bytes stay, its history does not. */
  finalise(key: string, served: Served): void {
    const node = this.#nodes.get(key);
    if (node?.served !== served) return;
    node.served = null;
    node.proven ||= served.verdict === "right";
  }

  /** Forgets everything that came from a worker; the memory comes back as entries age. */
  evictWorker(id: string): void {
    const origin = this.#origins.get(id);
    if (origin === undefined) return;
    origin.forgotten = true;
    this.#origins.delete(id);
  }

  #originOf(id: string): Origin {
    let origin = this.#origins.get(id);
    if (origin === undefined) this.#origins.set(id, origin = { id, entries: 0, forgotten: false });
    return origin;
  }

  #drop(node: Node): void {
    const { key, origin } = node;
    this.#unlink(node);
    this.#nodes.delete(key);
    this.#bytes -= bytesOf(node);
    if (origin !== null && --origin.entries === 0 && !origin.forgotten) this.#origins.delete(origin.id);
  }

  #link(node: Node): void {
    node.older = this.#newest;
    node.newer = null;
    if (node.older === null) this.#oldest = node;
    else node.older.newer = node;
    this.#newest = node;
  }

  #unlink({ older, newer }: Node): void {
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    if (newer === null) this.#newest = older;
    else newer.older = older;
  }
}

function bytesOf({ output }: Node): number {
  return output.length + entryBytes;
}

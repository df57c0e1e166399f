// What a project may call a worker: a name that lasts within the project and says nothing outside it.
import { sha256Sync } from "./identity.ts";

const NAME_BYTES = 8;
const REMEMBERED_MAX = 16_384;

/** The name of a worker (by its id) to a project (by its id): the first 8 bytes of a SHA-256 over both, in hex. */
export function sourceOf(project: string, worker: string): string {
  return sha256Sync(`${project}\n${worker}`).subarray(0, NAME_BYTES).toHex();
}

/** Remembers names, because every answer carries one. */
export class Sources {
  readonly #names = new Map<string, string>();

  /** As `sourceOf`; trusted compute has no name. */
  of(project: string, worker: string | null): string | null {
    if (worker === null) return null;
    const key = `${project} ${worker}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    if (this.#names.size >= REMEMBERED_MAX) this.#names.clear();
    const name = sourceOf(project, worker);
    this.#names.set(key, name);
    return name;
  }
}

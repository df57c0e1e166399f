// What a project may call a worker: a name that lasts within the project and says nothing outside it.
import { sha256HexSync } from "./identity.ts";

const NAME_BYTES = 8;
const REMEMBERED_MAX = 16_384;

/** The name of a worker (by its id) to a project (by its id): the first 8 bytes of a SHA-256 over both, in hex. */
export function sourceOf(project: string, worker: string): string {
  return sha256HexSync(`${project}\n${worker}`).slice(0, 2 * NAME_BYTES);
}

/** Remembers names, because every answer carries one. */
export class Sources {
  /** By project, then by worker. */
  readonly #names = new Map<string, Map<string, string>>();
  #size = 0;

  /** As `sourceOf`; trusted compute has no name. */
  of(project: string, worker: string | null): string | null {
    if (worker === null) return null;
    const known = this.#names.get(project)?.get(worker);
    if (known !== undefined) return known;
    if (this.#size >= REMEMBERED_MAX) {
      this.#names.clear();
      this.#size = 0;
    }
    const name = sourceOf(project, worker);
    const names = this.#names.get(project) ?? new Map<string, string>();
    this.#names.set(project, names.set(worker, name));
    this.#size++;
    return name;
  }
}

// The newest release seen of each kernel: an older one, however well signed, is a roll-back and is refused.
import { readJson, recordOf, writeJson } from "./json_file.ts";

type Floors = Map<string, Map<string, number>>;

/** The newest releases seen from one coordinator. */
export class ReleaseFloors {
  readonly #path: string;
  readonly #coordinator: string;
  readonly #all: Floors;
  #last: Promise<void> = Promise.resolve();

  private constructor(path: string, coordinator: string, all: Floors) {
    this.#path = path;
    this.#coordinator = coordinator;
    this.#all = all;
  }

  /** Opens the file of floors. @throws P2c2rError `config.invalid` when it is damaged */
  static async open(path: string, coordinator: string): Promise<ReleaseFloors> {
    return new ReleaseFloors(path, coordinator, await readJson(path, parseFile) ?? new Map());
  }

  /** The lowest release of a kernel that is accepted. */
  floor(id: string): number {
    return this.#all.get(this.#coordinator)?.get(id) ?? 0;
  }

  /** Remembers a release that was accepted, on disk before it is used. */
  raise(id: string, release: number): Promise<void> {
    const done = this.#last.then(() => this.#raise(id, release));
    this.#last = done.catch(() => undefined); // the caller hears of it
    return done;
  }

  async #raise(id: string, release: number): Promise<void> {
    if (release <= this.floor(id)) return;
    const floors = this.#all.get(this.#coordinator) ?? new Map<string, number>();
    this.#all.set(this.#coordinator, floors.set(id, release));
    const coordinators = Object.fromEntries(
      [...this.#all].map(([coordinator, kernels]) => [coordinator, Object.fromEntries(kernels)]),
    );
    await writeJson(this.#path, { format: 1, coordinators });
  }
}

function parseFile(value: unknown): Floors {
  const file = recordOf(value);
  if (file["format"] !== 1) throw new TypeError("its format is not 1");
  const all: Floors = new Map();
  for (const [coordinator, kernels] of Object.entries(recordOf(file["coordinators"]))) {
    const floors = new Map<string, number>();
    for (const [id, release] of Object.entries(recordOf(kernels))) {
      if (!Number.isSafeInteger(release) || (release as number) < 0) {
        throw new TypeError(`the release of ${id} is no number`);
      }
      floors.set(id, release as number);
    }
    all.set(coordinator, floors);
  }
  return all;
}

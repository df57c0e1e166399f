// Whose kernels this worker runs: the signers pinned for its coordinator, by the helper or on first use.
import {
  parseSigners,
  type Pins,
  pinsOf,
  type RosterEntry,
  signerEntries,
  successors,
} from "../../sandbox/mod.ts";
import { readJson, recordOf, writeJson } from "./json_file.ts";

/** What came of comparing the signers a coordinator offers with those pinned. */
export interface Settled {
  /** Whether these are the first signers known of this coordinator: they were pinned. */
  readonly isFirst: boolean;
  /** Pinned now, on the word of a signer that was pinned before. */
  readonly added: Pins;
  /** Not pinned any longer: the coordinator does not list them any more. */
  readonly dropped: Pins;
  /** Offered and not pinned, so their kernels will be refused. */
  readonly refused: Pins;
}

/** The signers pinned for one coordinator. */
export class SignerPins {
  readonly #path: string;
  readonly #coordinator: string;
  readonly #all: Map<string, Pins>;

  private constructor(path: string, coordinator: string, all: Map<string, Pins>) {
    this.#path = path;
    this.#coordinator = coordinator;
    this.#all = all;
  }

  /**
   * Opens the file of pins. Signers given explicitly replace what was pinned for this coordinator.
   *
   * @throws P2c2rError `config.invalid` when the file is damaged
   */
  static async open(path: string, coordinator: string, explicit: Pins): Promise<SignerPins> {
    const pins = new SignerPins(path, coordinator, await readJson(path, parseFile) ?? new Map());
    if (explicit.size > 0) await pins.#pin(explicit);
    return pins;
  }

  /** The signers whose kernels are accepted. */
  get pins(): Pins {
    return this.#all.get(this.#coordinator) ?? new Map();
  }

  /**
   * Pins what is offered on first use. Later a signer is pinned when one that is pinned vouches for it, and dropped when
   * it is offered no longer while another pinned one is: a coordinator can make nobody trusted, and leave nobody without
   * a signer.
   */
  async settle(roster: readonly RosterEntry[]): Promise<Settled> {
    const [offered, before] = [await pinsOf(roster), this.pins];
    const none = new Map();
    if (before.size === 0 && offered.size > 0) {
      await this.#pin(offered);
      return { isFirst: true, added: offered, dropped: none, refused: none };
    }
    const added = await successors(roster, before);
    const stays = new Map([...before].filter(([keyId]) => offered.has(keyId)));
    const after = new Map([...stays, ...added]);
    const dropped = after.size === 0 ? none : without(before, stays);
    if (added.size + dropped.size > 0) await this.#pin(after);
    return { isFirst: false, added, dropped, refused: without(offered, after) };
  }

  async #pin(signers: Pins): Promise<void> {
    this.#all.set(this.#coordinator, signers);
    const coordinators = Object.fromEntries(
      [...this.#all].map(([coordinator, pins]) => [coordinator, signerEntries(pins)]),
    );
    await writeJson(this.#path, { format: 1, coordinators });
  }
}

function without(all: Pins, some: Pins): Pins {
  return new Map([...all].filter(([keyId]) => !some.has(keyId)));
}

async function parseFile(value: unknown): Promise<Map<string, Pins>> {
  const file = recordOf(value);
  if (file["format"] !== 1) throw new TypeError("its format is not 1");
  const all = new Map<string, Pins>();
  for (const [coordinator, entries] of Object.entries(recordOf(file["coordinators"]))) {
    all.set(coordinator, await parseSigners(entries));
  }
  return all;
}

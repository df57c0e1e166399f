// Whose kernels this worker runs: the signers pinned for its coordinator, by the helper or on first use.
import { parseSigners, type Pins, signerEntries } from "../../sandbox/mod.ts";
import { readJson, recordOf, writeJson } from "./json_file.ts";

/** What came of comparing the signers a coordinator offers with those pinned. */
export type Settled =
  | { readonly type: "kept" }
  /** First use: these were pinned. */
  | { readonly type: "trusted"; readonly signers: Pins }
  /** Not pinned, so their kernels will be refused. */
  | { readonly type: "refused"; readonly signers: Pins };

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

  /** Pins what is offered on first use; later only compares. */
  async settle(offered: Pins): Promise<Settled> {
    const { pins } = this;
    if (pins.size === 0 && offered.size > 0) {
      await this.#pin(offered);
      return { type: "trusted", signers: offered };
    }
    const strange = new Map([...offered].filter(([keyId]) => !pins.has(keyId)));
    return strange.size === 0 ? { type: "kept" } : { type: "refused", signers: strange };
  }

  async #pin(signers: Pins): Promise<void> {
    this.#all.set(this.#coordinator, signers);
    const coordinators = Object.fromEntries(
      [...this.#all].map(([coordinator, pins]) => [coordinator, signerEntries(pins)]),
    );
    await writeJson(this.#path, { format: 1, coordinators });
  }
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

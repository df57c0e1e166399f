// Somebody without a right to anything, who tries all doors.
import type { Agenda } from "./agenda.ts";
import { COORDINATOR, type Host } from "./host.ts";
import { identityOf } from "./instant_crypto.ts";
import { assets } from "./kernels.ts";
import { clearPath } from "./network.ts";
import { Process } from "./process.ts";
import type { Dice } from "./random.ts";
import { keep } from "./watch/mod.ts";

/** A request that must be refused. */
interface Try {
  readonly path: string;
  readonly init: RequestInit;
}

/** A guess at what somebody else has. */
const GUESSED_KEY = `p2c2r_${"g".repeat(32)}`;
/** Whoever guesses too often is not even heard. */
const REFUSALS = [401, 403, 429];
/** What the store's trouble comes to. */
const FAILING = 500;
const MISUSED_HELPER = 0;
const IDENTITY_OF_STRANGER = 99;

/** Knocks at doors. */
export class Stranger {
  readonly #dice: Dice;
  readonly #host: Host;
  readonly #fetch: typeof fetch;

  constructor({ agenda, dice, host }: { readonly agenda: Agenda; readonly dice: Dice; readonly host: Host }) {
    this.#dice = dice;
    this.#host = host;
    const client = { process: new Process(agenda), path: clearPath(1, 1), address: "203.0.113.7" };
    this.#fetch = host.fetcher(client);
  }

  /** Tries one door. */
  knock(): void {
    void this.#knock();
  }

  async #knock(): Promise<void> {
    const tries = [
      () => this.#task(),
      () => this.#upload(),
      () => this.#file(),
      () => this.#joining(MISUSED_HELPER),
      () => this.#joiningTwice(),
    ];
    const { starts } = this.#host;
    try {
      const { path, init } = await this.#dice.pick(tries)();
      const { status } = await this.#fetch(new URL(path, COORDINATOR), init);
      // Which challenges were used is forgotten with the process.
      if (this.#host.starts !== starts) return;
      keep(
        REFUSALS.includes(status) || status >= FAILING,
        "doors",
        () => `a stranger at ${path} got ${status}`,
      );
    } catch (error) {
      // Nothing listened, or it died meanwhile.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  #task(): Try {
    const query = "kernel=kernel1&version=1.0.0&deadlineMs=100";
    const headers = { authorization: `Bearer ${GUESSED_KEY}`, "content-type": "application/octet-stream" };
    return { path: `/v1/tasks?${query}`, init: { method: "POST", headers, body: Uint8Array.of(1, 2, 3) } };
  }

  #upload(): Try {
    const { digest, bytes } = assets[0]!;
    const headers = { authorization: `Bearer ${GUESSED_KEY}` };
    return { path: `/v1/assets/${digest}`, init: { method: "PUT", headers, body: bytes } };
  }

  /** With a token that is sealed by nobody. */
  #file(): Try {
    const token = new Uint8Array(81).fill(1).toBase64({ alphabet: "base64url", omitPadding: true });
    return {
      path: `/v1/blobs/${assets[0]!.digest}`,
      init: { headers: { authorization: `Bearer ${token}` } },
    };
  }

  /** As anybody may, and once more with the same proof. */
  async #joiningTwice(): Promise<Try> {
    const first = await this.#joining(IDENTITY_OF_STRANGER);
    const { status } = await this.#fetch(new URL(first.path, COORDINATOR), first.init);
    keep(status === 200 || status >= FAILING, "doors", () => `a signed challenge was refused: ${status}`);
    return first;
  }

  /** With a key of its own, in somebody's name. */
  async #joining(name: number): Promise<Try> {
    const publicKey = base64Url(identityOf(name).publicKey);
    const asked = await this.#fetch(new URL("/v1/workers/challenge", COORDINATOR), post({ publicKey }));
    const { challenge } = await asked.json() as { challenge?: string };
    if (challenge === undefined) throw new TypeError("there was no challenge");
    const bytes = Uint8Array.fromBase64(challenge, { alphabet: "base64url" });
    const signed = await identityOf(IDENTITY_OF_STRANGER).sign(COORDINATOR.host, bytes);
    return {
      path: "/v1/workers/session",
      init: post({ publicKey, challenge, signature: base64Url(signed) }),
    };
  }
}

function post(value: unknown): RequestInit {
  return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

function base64Url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

// A game's server that asks over plain HTTP: each order under an idempotency key, asked for again when the connection breaks.
import { isCode } from "../../protocol/mod.ts";
import type { Kernel } from "../../coordinator/ports.ts";
import type { Agenda } from "./agenda.ts";
import type { Ask } from "./backend.ts";
import type { ClientTraits } from "./cast.ts";
import { COORDINATOR, type Host } from "./host.ts";
import { isRightOutput, sameBytes } from "./kernels.ts";
import { clearPath, type Path } from "./network.ts";
import { Process } from "./process.ts";
import type { Dice } from "./random.ts";
import { keep } from "./watch/mod.ts";

/** What a customer needs of the world. */
export interface CustomerParts extends ClientTraits {
  readonly agenda: Agenda;
  readonly dice: Dice;
  readonly host: Host;
  readonly kernels: readonly Kernel[];
}

/** An answer, or why there is none. */
interface Told {
  readonly status: number;
  readonly code: string | null;
  readonly output: Uint8Array | null;
}

const TRIES_MAX = 4;
const AGAIN_MS = 30;
/** Of the orders that were answered, those that are given once more under their key. */
const REPEATED = 0.3;

/** One game server without a connection of its own. */
export class Customer {
  readonly path: Path;
  readonly #parts: CustomerParts;
  readonly #process: Process;
  readonly #fetch: typeof fetch;
  #orders = 0;
  #open = 0;

  constructor(parts: CustomerParts) {
    this.#parts = parts;
    this.path = clearPath(parts.delayMs, parts.delayMs / 2);
    this.#process = new Process(parts.agenda);
    this.#fetch = parts.host.fetcher({ process: this.#process, path: this.path, address: parts.address });
  }

  /** Orders that nobody has heard the end of. */
  get open(): number {
    return this.#open;
  }

  /** Gives an order. */
  order(ask: Ask): void {
    void this.#settle(ask, `order ${this.#parts.apiKey} ${this.#orders++}`);
  }

  async #settle(ask: Ask, key: string): Promise<void> {
    const { dice, host } = this.#parts;
    this.#open++;
    const first = await this.#insist(ask, key);
    this.#open--;
    if (first === undefined || first.output === null || !dice.chance(REPEATED)) return;
    const starts = host.starts;
    const again = await this.#insist(ask, key);
    // A coordinator that was started anew remembers nothing; what was wrong may have been taken back, and is forgotten then.
    if (again === undefined || host.starts !== starts || !isRight(ask, first.output)) return;
    keep(again.output !== null && sameBytes(again.output, first.output), "one answer a key", () => {
      return `${key} was answered rightly, and then with ${again.code ?? "other bytes"}`;
    });
    const input = Uint8Array.of(...ask.input, 1);
    const other = await this.#insist({ ...ask, input }, key);
    if (other === undefined || host.starts !== starts) return;
    keep(other.code === "request.invalid", "one answer a key", () => {
      return `another task under ${key} came to ${other.code ?? "an answer"}`;
    });
  }

  /** Asks until there is an answer, or patience ends. */
  async #insist(ask: Ask, key: string): Promise<Told | undefined> {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      try {
        return await this.#ask(ask, key);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        await new Promise<void>((again) => this.#process.after(AGAIN_MS, again));
      }
    }
    return undefined;
  }

  async #ask(ask: Ask, key: string): Promise<Told> {
    const octets = ask.input[1]! % 2 === 0;
    const { url, body, type } = octets ? this.#octets(ask) : this.#json(ask);
    const response = await this.#fetch(url, {
      method: "POST",
      headers: {
        authorization: `Bearer ${this.#parts.apiKey}`,
        "content-type": type,
        "idempotency-key": key,
      },
      body,
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const told = toldBy(response, bytes, octets);
    keep(told.status !== 401 && told.status !== 403, "doors", () => `a good key was refused: ${told.code}`);
    keep(told.code !== "internal", "doors", () => "the coordinator owned up to a defect");
    return told;
  }

  #json({ kernel, input, assets, deadlineMs, priority, always, exclude }: Ask) {
    const { id, version } = this.#kernel(kernel);
    const verify = always ? "always" : "sampled";
    const task = {
      kernel: id,
      version,
      assets,
      deadlineMs,
      priority,
      verify,
      exclude,
      input: input.toBase64(),
    };
    const url = new URL("/v1/tasks", COORDINATOR);
    return { url, body: JSON.stringify(task), type: "application/json" };
  }

  #octets({ kernel, input, assets, deadlineMs, priority, always, exclude }: Ask) {
    const { id, version } = this.#kernel(kernel);
    const url = new URL("/v1/tasks", COORDINATOR);
    const fields = { kernel: id, version, deadlineMs, priority, verify: always ? "always" : "sampled" };
    for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, `${value}`);
    for (const digest of assets) url.searchParams.append("asset", digest);
    for (const tag of exclude) url.searchParams.append("exclude", tag);
    return { url, body: Uint8Array.from(input), type: "application/octet-stream" };
  }

  #kernel(no: number): Kernel {
    const found = this.#parts.kernels.find((kernel) => kernel.no === no);
    if (found === undefined) throw new RangeError(`Cannot ask for kernel ${no}: there is none`);
    return found;
  }
}

/** What a response says: an output, or a problem with a code (RFC 9457). */
function toldBy({ status, headers }: Response, bytes: Uint8Array, octets: boolean): Told {
  if (status === 200) {
    const output = octets ? bytes : Uint8Array.fromBase64(JSON.parse(new TextDecoder().decode(bytes)).output);
    return { status, code: null, output };
  }
  const said = headers.get("content-type") ?? "";
  keep(said.startsWith("application/problem+json"), "doors", () => `status ${status} came as ${said}`);
  const { code } = JSON.parse(new TextDecoder().decode(bytes)) as { code: unknown };
  keep(typeof code === "string" && isCode(code), "doors", () => `a problem has the code ${code}`);
  return { status, code, output: null };
}

function isRight({ kernel, input, assets }: Ask, output: Uint8Array): boolean {
  return isRightOutput({ kernel, input, assets, fuelLimit: 1_000_000 }, output);
}

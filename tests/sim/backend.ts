// A game's backend: submits tasks over one connection, resumes it, and knows what it was promised.
import {
  type Answer,
  encodeFrame,
  type FromBackend,
  messageType,
  parseToBackend,
  type Refusal,
  type Revoked,
  type ToBackend,
} from "../../protocol/mod.ts";
import type { Kernel } from "../../coordinator/ports.ts";
import type { Agenda } from "./agenda.ts";
import type { ClientTraits } from "./cast.ts";
import { COORDINATOR, type Host } from "./host.ts";
import { assets, sameBytes, type SimAsset, truth } from "./kernels.ts";
import { clearPath, type Path, type Wire } from "./network.ts";
import { Process } from "./process.ts";
import type { Dice } from "./random.ts";
import { keep } from "./watch/mod.ts";

/** A task as the backend asks for it. */
export interface Ask {
  readonly kernel: number;
  readonly input: Uint8Array;
  /** Digests. */
  readonly assets: readonly string[];
  readonly deadlineMs: number;
  readonly priority: number;
  readonly always: boolean;
  readonly exclude: readonly string[];
  readonly idempotencyKey: string | null;
}

/** How a request stands. */
export interface Request {
  readonly ask: Ask;
  readonly sentMs: number;
  state: "open" | "answered" | "refused" | "lost";
  endedMs: number;
  /** The refusal's code. */
  code: string | null;
  output: Uint8Array | null;
  tier: number;
  withdrawn: boolean;
}

/** What a backend needs of the world. */
export interface BackendParts extends ClientTraits {
  readonly agenda: Agenda;
  readonly dice: Dice;
  readonly host: Host;
  readonly kernels: readonly Kernel[];
}

const AGAIN_MS = 40;
/** A connection that brings no welcome by then is given up. */
const WELCOME_MS_MAX = 400;

/** One game server. */
export class Backend {
  readonly path: Path;
  readonly requests = new Map<number, Request>();
  readonly #parts: BackendParts;
  #process: Process;
  #wire: Wire | null = null;
  #session: string | null = null;
  #live = false;
  #nextNo = 1;

  constructor(parts: BackendParts) {
    this.#parts = parts;
    this.path = clearPath(parts.delayMs, parts.delayMs / 2);
    this.#process = new Process(parts.agenda);
    this.#begin();
  }

  /** Whether tasks can be sent. */
  get connected(): boolean {
    return this.#live && this.#wire?.open === true;
  }

  /** Asks for a task, if there is a connection to do so over. */
  submit(ask: Ask): Request | null {
    if (!this.connected || !this.#process.alive) return null;
    const no = this.#nextNo++;
    const request: Request = {
      ask,
      sentMs: this.#parts.agenda.nowMs,
      state: "open",
      endedMs: 0,
      code: null,
      output: null,
      tier: -1,
      withdrawn: false,
    };
    this.requests.set(no, request);
    this.#send([submission(no, ask)]);
    return request;
  }

  /** Takes back the request before the last. */
  withdraw(): void {
    const no = this.#nextNo - 2;
    const request = this.requests.get(no);
    if (request?.state !== "open" || !this.connected) return;
    request.withdrawn = true;
    this.#send([[messageType.withdraw, no]]);
  }

  /** Its connection breaks. */
  cut(): void {
    this.#wire?.cut();
  }

  /** It dies with everything it waited for, and starts anew. */
  crash(againMs: number): void {
    if (!this.#process.alive) return;
    this.#process.kill();
    this.#wire?.cut();
    this.#live = false;
    this.#session = null;
    this.#giveUp();
    this.#parts.agenda.after(againMs, () => {
      this.#process = new Process(this.#parts.agenda);
      this.#nextNo = 1;
      this.requests.clear();
      this.#begin();
    });
  }

  /** A game's server brings its maps along, and connects meanwhile. */
  #begin(): void {
    for (const asset of assets) void this.#upload(this.#process, asset);
    this.#connect();
  }

  async #upload(process: Process, { digest, bytes }: SimAsset): Promise<void> {
    const { host, apiKey, address } = this.#parts;
    const ask = host.fetcher({ process, path: this.path, address });
    const headers = { authorization: `Bearer ${apiKey}` };
    for (;;) {
      try {
        const { status } = await ask(new URL(`/v1/assets/${digest}`, COORDINATOR), {
          method: "PUT",
          headers,
          body: bytes,
        });
        // A body that broke off is refused as such; anything else that is wrong with these bytes is the coordinator's doing.
        keep(
          status < 400 || status >= 500,
          "doors",
          () => `an upload of its own bytes was refused: ${status}`,
        );
        if (status < 400) return;
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
      await new Promise<void>((again) => process.after(AGAIN_MS, again));
    }
  }

  #connect(): void {
    const { host, dice, apiKey, address } = this.#parts;
    const process = this.#process;
    const again = () => process.after(AGAIN_MS * dice.between(1, 2), () => this.#connect());
    this.#live = false;
    const wire = host.connect(
      {
        process,
        path: this.path,
        address,
        end: {
          frame: (frame) => this.#wire === wire && this.#heard(frame),
          closed: () => this.#wire === wire && this.#lost(again),
        },
      },
      { path: "/v1/backend", token: apiKey, session: this.#session },
      () => {},
      (status) => {
        keep(status !== 401 && status !== 403, "doors", () => `a good key was refused: ${status}`);
        if (this.#wire === wire) this.#lost(again);
      },
    );
    this.#wire = wire;
    if (wire === null) return void again();
    process.after(WELCOME_MS_MAX, () => this.#wire === wire && !this.#live && wire.cut());
  }

  #lost(again: () => void): void {
    this.#live = false;
    again();
  }

  #heard(frame: Uint8Array): void {
    for (const message of parseToBackend(frame)) this.#take(message);
  }

  #take(message: ToBackend): void {
    switch (message[0]) {
      case messageType.welcome:
        return this.#welcomed(message[1], message[2]);
      case messageType.probe:
        return this.#send([[messageType.echo, message[1]]]);
      case messageType.answer:
        return this.#answered(message);
      case messageType.refusal:
        return this.#refused(message);
      case messageType.revoked:
        return this.#revoked(message);
      default:
        return;
    }
  }

  #welcomed(session: string, resumed: boolean): void {
    if (!resumed) this.#giveUp();
    this.#session = session;
    this.#live = true;
    const open = [...this.requests].filter(([, { state }]) => state === "open");
    this.#send([...this.#opening(), ...open.map(([no, { ask }]) => submission(no, ask))]);
  }

  #opening(): FromBackend[] {
    return this.#parts.kernels.map(({ no, id, version }) => [messageType.openKernel, no, id, version]);
  }

  #answered([, no, output, tier]: Answer): void {
    const request = this.#end(no, "answered");
    if (request === undefined) return;
    request.output = output.slice();
    request.tier = tier;
  }

  #refused([, no, code]: Refusal): void {
    const request = this.#end(no, "refused");
    if (request === undefined) return;
    request.code = code;
    // The frame that opened it was lost.
    if (code === "kernel.unknown") this.#send(this.#opening());
  }

  #revoked([, no, output]: Revoked): void {
    const request = this.requests.get(no);
    if (request?.state !== "answered" || request.output === null) return;
    const { kernel, input, assets } = request.ask;
    const right = truth({ kernel, input, assets, fuelLimit: 1_000_000 });
    const sound = right.type === "failure"
      ? output === null
      : output !== null && sameBytes(output, right.output);
    keep(sound, "revocation", () => `a backend was sent wrong bytes to set request ${no} right`);
    request.output = output?.slice() ?? null;
  }

  #end(no: number, state: "answered" | "refused"): Request | undefined {
    const request = this.requests.get(no);
    if (request?.state !== "open") return undefined;
    request.state = state;
    request.endedMs = this.#parts.agenda.nowMs;
    return request;
  }

  /** The session is gone, and with it everything in flight. */
  #giveUp(): void {
    for (const request of this.requests.values()) if (request.state === "open") request.state = "lost";
  }

  #send(messages: FromBackend[]): void {
    this.#wire?.toServer(encodeFrame(messages));
  }
}

function submission(no: number, ask: Ask): FromBackend {
  const { kernel, input, deadlineMs, priority, always, idempotencyKey } = ask;
  const exclude = ask.exclude.length === 0 ? null : ask.exclude.map((tag) => Uint8Array.fromHex(tag));
  const verify = always ? 1 : 0;
  return [
    messageType.submit,
    no,
    kernel,
    input,
    ask.assets.length === 0 ? null : ask.assets.map((digest) => Uint8Array.fromHex(digest)),
    deadlineMs,
    priority,
    verify,
    idempotencyKey,
    exclude,
    null,
    null,
    null,
  ];
}

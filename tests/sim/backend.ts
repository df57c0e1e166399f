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
import type { Project } from "../../coordinator/gateway/mod.ts";
import type { Agenda } from "./agenda.ts";
import type { Host } from "./host.ts";
import { sameBytes, truth } from "./kernels.ts";
import { clearPath, type Path, type Wire } from "./network.ts";
import { Process } from "./process.ts";
import type { Dice } from "./random.ts";
import { keep } from "./watch/mod.ts";

/** A task as the backend asks for it. */
export interface Ask {
  readonly kernel: number;
  readonly input: Uint8Array;
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
export interface BackendParts {
  readonly agenda: Agenda;
  readonly dice: Dice;
  readonly host: Host;
  readonly kernels: readonly Kernel[];
  readonly project: string;
  readonly weight: number;
  readonly delayMs: number;
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
    this.#connect();
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
      this.#connect();
    });
  }

  #connect(): void {
    const { host, dice, project, weight } = this.#parts;
    const process = this.#process;
    const again = () => process.after(AGAIN_MS * dice.between(1, 2), () => this.#connect());
    this.#live = false;
    const wire = host.connect(
      {
        process,
        path: this.path,
        end: {
          frame: (frame) => this.#wire === wire && this.#heard(frame),
          closed: () => this.#wire === wire && this.#lost(again),
        },
      },
      (coordinator, socket) => {
        coordinator.projects.weigh(project, weight);
        const who: Project = coordinator.projects.of(project);
        coordinator.backends.open(socket, { project: who, keyPrefix: "key" }, this.#session);
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
    const { kernel, input } = request.ask;
    const right = truth({ kernel, input, assets: [], fuelLimit: 1_000_000 });
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
    null,
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

// The shell around the session machine: sockets, timers and the runner become events, effects become what they say.
import { clipText, P2c2rError, parseToWorker, type ToWorker } from "../protocol/mod.ts";
import type { OpenSocket, Socket } from "./_socket.ts";
import type { Clock } from "./clock.ts";
import {
  causeOf,
  type Command,
  type Effect,
  type Event,
  initialState,
  type JobOutcome,
  type SessionConfig,
  type SessionStatus,
  type State,
  statusOf,
  step,
} from "./session/mod.ts";
import { Outgoing } from "./outgoing.ts";

export type { OpenSocket, SocketListener } from "./_socket.ts";

/** An event before it gets its time. */
type Happening = Event extends infer E ? E extends Event ? Omit<E, "nowMs"> : never : never;

/** What computes. */
export interface Work {
  prepare(kernel: string, signature: Uint8Array): Promise<unknown>;
  start(job: (Effect & { type: "compute" })["job"]): void;
  cancel(job: number): void;
  forget(job: number): void;
  returnWaiting(): readonly number[];
  rest(): void;
  wake(): void;
}

/** What a {@link Connection} needs. */
export interface ConnectionOptions {
  readonly config: SessionConfig;
  readonly coordinator: URL;
  readonly clock: Clock;
  /** Runs a function after the current turn of the event loop. */
  readonly defer: (run: () => void) => void;
  /** 0 ≤ draw < 1. */
  readonly draw: () => number;
  readonly openSocket: OpenSocket;
  readonly access: {
    readonly hasToken: boolean;
    token(): Promise<string>;
    forgetToken(): void;
  };
  /** Runs before each connection is made; a rejection is a failed try. */
  readonly settle: () => Promise<void>;
  readonly work: Work;
  readonly say: (level: "info" | "warning", text: string) => void;
  /** Called once, when everything was said and sent. */
  readonly ended: (reason: string) => void;
}

/** How often the machine hears that time passes. */
const tickMs = 500;
/** Longest reason in a close frame. */
const closeReasonBytesMax = 123;

/** A worker's connection to its coordinator, for as long as the worker lives. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #state: State;
  readonly #events: Happening[] = [];
  readonly #effects: Effect[] = [];
  #stepping = false;
  #socket: Socket | undefined;
  #outgoing: Outgoing | undefined;
  #closing: Promise<void> = Promise.resolve();
  #stopTick = () => {};
  #stopConnect = () => {};

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#state = initialState(options.config);
  }

  /** Connects, and goes on doing so until it ends. */
  start(): void {
    this.#tickLater();
    this.#feed({ type: "started" });
  }

  /** What the worker does now. */
  status(): SessionStatus {
    return statusOf(this.#state, this.#options.clock.nowMs());
  }

  command(command: Command): void {
    this.#feed({ type: "command", command });
  }

  computed(job: number, outcome: JobOutcome): void {
    this.#feed({ type: "computed", job, outcome });
  }

  returned(jobs: readonly number[], reason: string): void {
    this.#feed({ type: "returned", jobs, reason });
  }

  unfit(kernel: string, text: string): void {
    this.#feed({ type: "unfit", kernel, text });
  }

  assets(type: "held" | "dropped", assets: readonly string[]): void {
    this.#feed({ type, assets });
  }

  /** Events that come while effects run wait for their turn. */
  #feed(happening: Happening): void {
    this.#events.push(happening);
    if (this.#stepping) return;
    this.#stepping = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
        const event = { ...next, nowMs: this.#options.clock.nowMs() } as Event;
        step(this.#state, event, this.#effects);
        for (const effect of this.#effects) this.#run(effect);
        this.#effects.length = 0;
      }
    } finally {
      this.#stepping = false;
    }
  }

  #run(effect: Effect): void {
    const { work } = this.#options;
    switch (effect.type) {
      case "connect":
        return this.#connectLater(effect);
      case "close":
        return this.#close(effect.closeCode, effect.text);
      case "send":
        return this.#outgoing?.push(effect.message);
      case "prepare":
        return void this.#prepare(effect.kernel, effect.signature);
      case "compute":
        return work.start(effect.job);
      case "cancel":
        return work.cancel(effect.job);
      case "forget":
        return work.forget(effect.job);
      case "returnWaiting":
        return this.returned(work.returnWaiting(), effect.reason);
      case "rest":
        return work.rest();
      case "wake":
        return work.wake();
      case "say":
        return this.#options.say(effect.level, effect.text);
      case "exit":
        return void this.#end(effect.reason);
      default:
        effect satisfies never;
    }
  }

  #tickLater(): void {
    this.#stopTick = this.#options.clock.after(tickMs, () => {
      this.#tickLater();
      this.#feed({ type: "tick" });
    });
  }

  #connectLater({ connection, afterMs, session }: Effect & { type: "connect" }): void {
    this.#stopConnect = this.#options.clock.after(afterMs, () => void this.#connect(connection, session));
  }

  async #connect(connection: number, session: string | null): Promise<void> {
    const { access, settle } = this.#options;
    try {
      const mayBeOld = access.hasToken;
      const token = await access.token();
      await settle();
      if (connection !== this.#state.connection || this.#state.phase === "ended") return;
      this.#open(connection, session, token, mayBeOld);
    } catch (cause) {
      this.#closed(connection, errorOf(cause));
    }
  }

  #open(connection: number, session: string | null, token: string, mayBeOld: boolean): void {
    let wasOpen = false;
    const socket = this.#options.openSocket(this.#address(session), token, {
      opened: () => {
        wasOpen = true;
        this.#feed({ type: "opened", connection });
      },
      frame: (frame) => this.#received(connection, frame),
      text: () => {
        const text = "a text frame came, frames are binary";
        this.#feed({ type: "broken", connection, code: "protocol.malformed", text });
      },
      closed: (why) => {
        if (why.code.startsWith("auth.")) this.#options.access.forgetToken();
        // A token of an earlier connection can have expired: that alone is no failure to back off for.
        if (why.code.startsWith("auth.") && mayBeOld && !wasOpen) void this.#connect(connection, session);
        else this.#closed(connection, why);
      },
    });
    this.#socket = socket;
    const { clock, defer } = this.#options;
    this.#outgoing = new Outgoing(socket, clock, defer, () => {
      const text = "the coordinator does not read what this worker sends";
      this.#feed({ type: "broken", connection, code: "protocol.slow", text });
    });
  }

  #address(session: string | null): URL {
    const address = new URL("/v1/worker", this.#options.coordinator);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    if (session !== null) address.searchParams.set("session", session);
    return address;
  }

  #received(connection: number, frame: Uint8Array): void {
    let messages: readonly ToWorker[];
    try {
      messages = parseToWorker(frame);
    } catch (cause) {
      const { code, message } = errorOf(cause);
      return this.#feed({ type: "broken", connection, code, text: message });
    }
    for (const message of messages) this.#feed({ type: "message", connection, message });
  }

  #closed(connection: number, why: P2c2rError): void {
    if (connection === this.#state.connection) {
      this.#outgoing?.close();
      this.#outgoing = undefined;
      this.#socket = undefined;
    }
    this.#feed({ type: "closed", connection, code: why.code, text: why.message, draw: this.#options.draw() });
  }

  /** The machine goes on at once; what was sent still leaves. */
  #close(closeCode: number, text: string): void {
    const { connection } = this.#state;
    this.#outgoing?.flush();
    const closed = this.#socket?.close(closeCode, clipText(text, closeReasonBytesMax));
    this.#closing = closed ?? this.#closing;
    this.#closed(connection, new P2c2rError(causeOf(closeCode), text));
  }

  async #prepare(kernel: string, signature: Uint8Array): Promise<void> {
    try {
      await this.#options.work.prepare(kernel, signature);
      this.#feed({ type: "prepared", kernel, code: null, text: "" });
    } catch (cause) {
      const { code, message, hint } = errorOf(cause);
      this.#feed({ type: "prepared", kernel, code, text: `${message}. ${hint}` });
    }
  }

  async #end(reason: string): Promise<void> {
    this.#stopTick();
    this.#stopConnect();
    await (this.#socket?.close(1000, "goodbye") ?? this.#closing);
    this.#options.ended(reason);
  }
}

function errorOf(cause: unknown): P2c2rError {
  if (cause instanceof P2c2rError) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  return new P2c2rError("internal", text, { cause });
}

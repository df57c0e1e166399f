// One connection to a coordinator, from dialling to its end: welcome, heartbeat, frames in and out.
import { setImmediate } from "node:timers";
import {
  type Answer,
  codes,
  type FromBackend,
  isCode,
  type KernelOpened,
  limits,
  messageType as t,
  Outbox,
  P2c2rError,
  parseToBackend,
  type Refusal,
  type Revoked,
  type ToBackend,
  type Welcome,
} from "../protocol/mod.ts";
import { openSocket, type Socket } from "./_socket.ts";

/** Where to dial, and as whom. */
export interface Dial {
  /** Address of the WebSocket, without a query. */
  readonly url: string;
  readonly apiKey: string;
  /** The session to go on with. */
  readonly session: string | undefined;
  /** After how long a silent peer is dropped. Default `limits.silenceMsMax`. */
  readonly silenceMsMax?: number;
}

/** What tasks have to say to each other. */
export type TaskReply = KernelOpened | Answer | Refusal | Revoked;

/** What a link reports. `onEnd` comes exactly once and last, also when there never was a welcome. */
export interface LinkEvents {
  readonly onWelcome: (link: Link, resumed: boolean) => void;
  readonly onReply: (link: Link, reply: TaskReply) => void;
  readonly onDrain: (link: Link) => void;
  readonly onEnd: (link: Link, error: P2c2rError) => void;
}

/** From dialling to the welcome. */
const welcomeMs = 10_000;
/** No coordinator can ask for a faster heartbeat. */
const heartbeatMsMin = 100;

/** A connection. It probes a quiet peer each heartbeat and drops one that stays silent. */
export class Link {
  readonly #events: LinkEvents;
  readonly #socket: Socket;
  readonly #outbox: Outbox<FromBackend>;
  readonly #silenceMsMax: number;
  #timer: ReturnType<typeof setTimeout>;
  #welcome: Welcome | undefined;
  #heardMs = performance.now();
  #sentMs = 0;
  #probes = 0;
  #draining = false;
  #ended = false;
  #reason: P2c2rError | undefined;
  /** Tasks sent over this link that have had no final word yet; kept by the traffic. */
  inFlight = 0;

  constructor(dial: Dial, events: LinkEvents) {
    this.#events = events;
    this.#silenceMsMax = dial.silenceMsMax ?? limits.silenceMsMax;
    const query = dial.session === undefined ? "" : `?session=${encodeURIComponent(dial.session)}`;
    this.#socket = openSocket(dial.url + query, dial.apiKey, {
      onOpen: () => {},
      onFrame: (frame) => this.#read(frame),
      onEnd: (error) => this.#end(error),
    });
    this.#outbox = new Outbox<FromBackend>({
      send: (frame) => {
        this.#sentMs = performance.now();
        this.#socket.send(frame);
      },
      defer: setImmediate,
      bufferedBytes: () => this.#socket.bufferedBytes(),
      onOverflow: () =>
        this.#fail(new P2c2rError("protocol.slow", "Cannot go on: the coordinator does not read")),
    });
    this.#timer = setTimeout(() => {
      this.#fail(new P2c2rError("connection.lost", `Cannot go on: no welcome within ${welcomeMs} ms`));
    }, welcomeMs);
  }

  /** Names the session; empty before the welcome. */
  get session(): string {
    return this.#welcome?.[1] ?? "";
  }

  /** Most tasks in flight. */
  get windowMax(): number {
    return this.#welcome?.[6] ?? 0;
  }

  /** How often each side sends something. */
  get heartbeatMs(): number {
    return Math.max(heartbeatMsMin, this.#welcome?.[4] ?? limits.heartbeatMs);
  }

  /** Whether the coordinator asked to send new work elsewhere. */
  get draining(): boolean {
    return this.#draining;
  }

  /** Whether the end has been reported. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Sends a message with this turn's frame. */
  push(message: FromBackend): void {
    this.#outbox.push(message);
  }

  /** Says goodbye; `onEnd` follows. */
  close(): void {
    this.#outbox.flush();
    this.#outbox.close();
    this.#socket.close(1000, "");
  }

  #read(frame: Uint8Array): void {
    if (this.#reason !== undefined) return;
    this.#heardMs = performance.now();
    try {
      for (const message of parseToBackend(frame)) this.#take(message);
    } catch (error) {
      if (!(error instanceof P2c2rError)) throw error;
      this.#fail(error);
    }
  }

  #take(message: ToBackend): void {
    if (message[0] === t.error) return this.#told(message[1], message[2], message[3]);
    if ((message[0] === t.welcome) === (this.#welcome !== undefined)) {
      throw new P2c2rError("protocol.order", "Cannot go on: a welcome comes first and once");
    }
    switch (message[0]) {
      case t.welcome:
        return this.#welcomed(message);
      case t.probe:
        return this.push([t.echo, message[1]]);
      case t.echo:
        return;
      case t.drain:
        this.#draining = true;
        return this.#events.onDrain(this);
      default:
        return this.#events.onReply(this, message);
    }
  }

  #welcomed(welcome: Welcome): void {
    this.#welcome = welcome;
    clearTimeout(this.#timer);
    this.#timer = setInterval(() => this.#beat(), this.heartbeatMs);
    this.#events.onWelcome(this, welcome[2]);
  }

  #beat(): void {
    const nowMs = performance.now();
    if (nowMs - this.#heardMs > this.#silenceMsMax) {
      return this.#fail(
        new P2c2rError(
          "connection.lost",
          `Cannot go on: the coordinator was silent for ${this.#silenceMsMax} ms`,
        ),
      );
    }
    if (nowMs - this.#sentMs >= this.heartbeatMs / 2) this.push([t.probe, this.#probes++]);
  }

  /** The coordinator says why it is about to close. */
  #told(code: string, message: string, hint: string): void {
    const known = isCode(code) ? code : "connection.lost";
    this.#reason = new P2c2rError(known, message, { hint: hint === "" ? codes[known].hint : hint });
    this.#socket.close(1000, "");
  }

  /** This side has to end it. */
  #fail(error: P2c2rError): void {
    this.#reason ??= error;
    const close = "close" in codes[error.code] ? (codes[error.code] as { close: number }).close : 1000;
    this.#outbox.close();
    if (error.code === "connection.lost" || error.code === "protocol.slow") this.#socket.terminate();
    else this.#socket.close(close, error.code);
  }

  #end(error: P2c2rError): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#outbox.close();
    this.#events.onEnd(this, this.#reason ?? error);
  }
}

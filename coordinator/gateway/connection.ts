// One open WebSocket: frames in, messages out, proof of life, limits, and one coded close. Knows nothing of tasks.
import {
  type Code,
  codes,
  limits,
  type Message,
  messageType,
  Outbox,
  P2c2rError,
} from "../../protocol/mod.ts";
import type { Echo, Probe } from "../../protocol/mod.ts";

/** What a connection asks of whoever stands behind it. */
export interface ConnectionHandler<In extends Message> {
  parse(frame: Uint8Array): readonly In[];
  /** Takes one message. A P2c2rError thrown here ends the connection with its code. */
  receive(message: Exclude<In, Probe | Echo>, connection: Connection<In>): void;
  /** A round trip of this connection was measured. */
  measured(rttMs: number, connection: Connection<In>): void;
  /** Called once, however it ended. `over`: the peer said goodbye or broke the protocol, its session is not to be resumed. */
  ended(connection: Connection<In>, over: boolean): void;
}

/** Limits of one connection between two sweeps. */
export interface FloodLimits {
  readonly framesMax: number;
  readonly messagesMax: number;
  readonly strayMax: number;
}

/** What a connection needs beside its socket. */
export interface ConnectionParts {
  readonly flood: FloodLimits;
  readonly nowMs: () => number;
  /** Runs a function after the current turn of the event loop. */
  readonly defer: (run: () => void) => void;
  /** Runs a function once after a delay. */
  readonly after: (delayMs: number, run: () => void) => void;
  /** Takes errors that are bugs of ours, not mistakes of a peer. */
  readonly onBug: (error: unknown) => void;
  /** Counts coded closes, by code. */
  readonly onClose: (code: Code) => void;
}

/** WebSocket's code for a peer that has no more to say: its session is over. */
const CLOSE_NORMAL = 1000;
/** WebSocket's code for a failure of ours. */
const CLOSE_INTERNAL = 1011;
/**
 * The server resets a connection on which a frame arrives after it sent its close, and the peer then never learns the
 * code. A peer with frames under way gets this long to read why before the close follows; what it sends is ignored.
 */
const LINGER_MS = 50;
/** Closes that say nothing against the peer: its session can be resumed. */
const resumable: ReadonlySet<Code> = new Set<Code>([
  "protocol.slow",
  "protocol.silent",
  "coordinator.draining",
]);

/** A peer's open socket. */
export class Connection<In extends Message> {
  readonly #socket: WebSocket;
  readonly #handler: ConnectionHandler<In>;
  readonly #parts: ConnectionParts;
  readonly #outbox: Outbox;
  readonly #gone = Promise.withResolvers<void>();
  #ended = false;
  #heard = true;
  #lastHeardMs: number;
  #frames = 0;
  #messages = 0;
  #stray = 0;
  #probeNo = 0;
  #probedMs = -Infinity;
  #awaitsEcho = false;

  /** Takes over a socket that is open or about to open. */
  constructor(socket: WebSocket, handler: ConnectionHandler<In>, parts: ConnectionParts) {
    this.#socket = socket;
    this.#handler = handler;
    this.#parts = parts;
    this.#lastHeardMs = parts.nowMs();
    this.#outbox = new Outbox({
      send: (frame) => this.#transmit(frame),
      copies: true,
      defer: parts.defer,
      bufferedBytes: () => socket.bufferedAmount,
      onOverflow: () => this.#cut("protocol.slow"),
    });
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event) => this.#take(event.data);
    socket.onclose = (event) => {
      this.#end(event.code === CLOSE_NORMAL);
      this.#gone.resolve();
    };
    // A vanished peer gives `error`, then `close`: the latter is enough.
    socket.onerror = (event) => event.preventDefault();
  }

  /** Whether messages can still be sent. */
  get open(): boolean {
    return !this.#ended && this.#socket.readyState === WebSocket.OPEN;
  }

  /** Resolves when the socket is closed on both sides, or lost. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  /** Says something at the end of this turn. */
  send(message: Message): void {
    this.#outbox.push(message);
  }

  /** Counts a message that nobody asked for. */
  stray(): void {
    if (++this.#stray > this.#parts.flood.strayMax) {
      throw new P2c2rError("protocol.limit", `Cannot go on: ${this.#stray} messages that nobody asked for`);
    }
  }

  /** Says why, then closes with the code's own number. */
  fail(error: P2c2rError): void {
    if (this.#ended) return;
    this.#outbox.push([messageType.error, error.code, error.message, error.hint]);
    this.#outbox.flush();
    this.#cut(error.code);
  }

  /** Closes with nothing to complain about, after what was said so far. */
  close(): void {
    if (this.#ended) return;
    this.#outbox.flush();
    this.#shut(CLOSE_NORMAL, "");
    this.#end(true);
  }

  /** The regular look: life, floods, slow reading, round trips. `excused`: this process stood still itself. */
  sweep(nowMs: number, excused: boolean): void {
    this.#frames = this.#messages = this.#stray = 0;
    if (this.#heard || excused) this.#lastHeardMs = nowMs;
    this.#heard = false;
    if (this.#socket.bufferedAmount > limits.bufferedBytesMax) return this.#cut("protocol.slow");
    if (nowMs - this.#lastHeardMs > limits.silenceMsMax) {
      return this.fail(new P2c2rError("protocol.silent", "Cannot keep connection: the peer has gone silent"));
    }
    if (nowMs - this.#probedMs >= limits.heartbeatMs) this.probe(nowMs);
  }

  /** Asks for an echo, which measures the round trip. */
  probe(nowMs: number): void {
    this.#probedMs = nowMs;
    this.#awaitsEcho = true;
    this.#outbox.push([messageType.probe, ++this.#probeNo]);
  }

  #take(data: unknown): void {
    if (this.#ended) return;
    this.#heard = true;
    try {
      this.#read(data);
    } catch (error) {
      if (error instanceof P2c2rError) return this.fail(error);
      this.#parts.onBug(error);
      this.fail(new P2c2rError("internal", "Cannot go on: the coordinator has a defect"));
    }
  }

  #read(data: unknown): void {
    if (!(data instanceof ArrayBuffer)) {
      throw new P2c2rError("protocol.malformed", "Cannot read frame: it is text, frames are binary");
    }
    const { framesMax, messagesMax } = this.#parts.flood;
    if (++this.#frames > framesMax) {
      throw new P2c2rError("protocol.limit", `Cannot go on: more than ${framesMax} frames a second`);
    }
    const messages = this.#handler.parse(new Uint8Array(data));
    this.#messages += messages.length;
    if (this.#messages > messagesMax) {
      throw new P2c2rError("protocol.limit", `Cannot go on: more than ${messagesMax} messages a second`);
    }
    for (const message of messages) {
      this.#dispatch(message);
      if (this.#ended) return;
    }
  }

  #dispatch(message: In): void {
    if (message[0] === messageType.probe) {
      this.stray();
      return this.#outbox.push([messageType.echo, message[1]]);
    }
    if (message[0] === messageType.echo) return this.#echoed(message[1]);
    this.#handler.receive(message as Exclude<In, Probe | Echo>, this);
  }

  #echoed(number: number): void {
    if (!this.#awaitsEcho || number !== this.#probeNo) return this.stray();
    this.#awaitsEcho = false;
    this.#handler.measured(this.#parts.nowMs() - this.#probedMs, this);
  }

  #transmit(frame: Uint8Array<ArrayBuffer>): void {
    if (this.open) this.#socket.send(frame);
  }

  #cut(code: Code): void {
    if (this.#ended) return;
    this.#parts.onClose(code);
    this.#parts.after(LINGER_MS, () => this.#shut(closeNumber(code), code));
    this.#end(!resumable.has(code));
  }

  #shut(number: number, reason: string): void {
    if (this.#socket.readyState < WebSocket.CLOSING) this.#socket.close(number, reason);
  }

  #end(over: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#outbox.close();
    this.#handler.ended(this, over);
  }
}

/** The number a WebSocket closes with for a code. */
function closeNumber(code: Code): number {
  const facts = codes[code];
  return "close" in facts ? facts.close : CLOSE_INTERNAL;
}

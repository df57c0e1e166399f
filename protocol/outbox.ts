// Gathers what one turn of the event loop has to say to a peer and sends it as one frame.
import { encodeFrame, lendFrame } from "./codec.ts";
import { limits } from "./limits.ts";
import { measured, type Size } from "./measure.ts";
import type { Message } from "./messages.ts";

/** What an {@link Outbox} needs from the connection it writes to. */
export interface OutboxOptions {
  /** Hands one frame to the socket. Must not throw. */
  readonly send: (frame: Uint8Array<ArrayBuffer>) => void;
  /** `send` has copied the frame when it returns, as a WebSocket of the platform does: it is lent, not given. Default: false. */
  readonly copies?: boolean;
  /** Runs a function after the current turn of the event loop has said what it had to say. */
  readonly defer: (run: () => void) => void;
  /** Bytes that wait in the socket because the peer does not read. */
  readonly bufferedBytes?: () => number;
  /** Called once when more than `limits.bufferedBytesMax` wait; the outbox is closed then and drops everything. */
  readonly onOverflow?: () => void;
}

/**
 * Messages to one peer, in order, one frame per turn; more than one where a frame would pass its limits.
 *
 * @example
 * ```ts
 * import { messageType, Outbox, type ToBackend } from "./mod.ts";
 *
 * export function greet(socket: WebSocket, defer: (run: () => void) => void): void {
 *   const outbox = new Outbox<ToBackend>({ send: (frame) => socket.send(frame), defer });
 *   outbox.push([messageType.probe, 1]);
 *   outbox.push([messageType.probe, 2]); // both leave in one frame
 * }
 * ```
 */
export class Outbox<M extends Message = Message> {
  readonly #options: OutboxOptions;
  readonly #size: Size = { bytes: 0, values: 0 };
  #messages: M[] = [];
  #frameBytes = 0;
  #frameValues = 0;
  #deferred = false;
  #closed = false;

  /** Makes an empty outbox. */
  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Messages that wait for the end of this turn. */
  get waiting(): number {
    return this.#messages.length;
  }

  /**
   * Adds a message. Texts for people are shortened to their limit; after `close()` nothing happens.
   *
   * @throws P2c2rError `internal` when the message does not fit the schema: a bug of the caller
   */
  push(message: M): void {
    if (this.#closed) return;
    const size = this.#size;
    const sound = measured(message, size);
    if (
      this.#frameBytes + size.bytes > limits.frameBytesMax - frameHeadBytes ||
      this.#frameValues + size.values >= limits.frameValuesMax ||
      this.#messages.length >= limits.frameMessagesMax
    ) this.flush();
    this.#messages.push(sound);
    this.#frameBytes += size.bytes;
    this.#frameValues += size.values;
    if (this.#deferred) return;
    this.#deferred = true;
    this.#options.defer(this.#turn);
  }

  /** Sends what has been gathered now, for a last word before a close. */
  flush(): void {
    if (this.#messages.length === 0) return;
    const { send, copies, bufferedBytes, onOverflow } = this.#options;
    if (bufferedBytes !== undefined && bufferedBytes() > limits.bufferedBytesMax) {
      this.close();
      onOverflow?.();
      return;
    }
    const messages = this.#messages;
    this.#messages = [];
    this.#frameBytes = 0;
    this.#frameValues = 0;
    send(copies === true ? lendFrame(messages) : encodeFrame(messages));
  }

  /** Drops what waits and everything pushed later. */
  close(): void {
    this.#closed = true;
    this.#messages = [];
  }

  readonly #turn = (): void => {
    this.#deferred = false;
    this.flush();
  };
}

/** The head of the array that is the frame. */
const frameHeadBytes = 5;

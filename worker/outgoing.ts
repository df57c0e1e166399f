// What leaves over one connection: gathered per turn, and held back while the line is slower than the results come.
import { type FromWorker, messageType, Outbox } from "../protocol/mod.ts";
import type { Socket } from "./_socket.ts";
import type { Clock } from "./clock.ts";

/** Bytes in the socket above which nothing more is put in. The window bounds what is held back. */
const socketBytesMax = 1024 * 1024;
/** How often a full socket is looked at. */
const lookEveryMs = 20;

/** Messages on their way into one socket, in order; signs of life overtake. */
export class Outgoing {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #outbox: Outbox<FromWorker>;
  #held: FromWorker[] = [];
  #stopLooking: (() => void) | undefined;

  /** `defer` runs a function after the current turn; `overflowed` is called when the coordinator does not read at all. */
  constructor(socket: Socket, clock: Clock, defer: (run: () => void) => void, overflowed: () => void) {
    this.#socket = socket;
    this.#clock = clock;
    this.#outbox = new Outbox<FromWorker>({
      send: (frame) => socket.send(frame),
      defer,
      bufferedBytes: () => socket.bufferedBytes,
      onOverflow: overflowed,
    });
  }

  push(message: FromWorker): void {
    const isSignOfLife = message[0] === messageType.echo || message[0] === messageType.probe;
    if (isSignOfLife || (this.#held.length === 0 && this.#hasRoom())) return this.#outbox.push(message);
    this.#held.push(message);
    this.#stopLooking ??= this.#clock.after(lookEveryMs, () => this.#look());
  }

  /** Sends everything now, for a last word before a close. */
  flush(): void {
    for (const message of this.#held.splice(0)) this.#outbox.push(message);
    this.#outbox.flush();
  }

  /** Drops what was not sent. */
  close(): void {
    this.#stopLooking?.();
    this.#stopLooking = undefined;
    this.#held = [];
    this.#outbox.close();
  }

  #look(): void {
    this.#stopLooking = undefined;
    let sent = 0;
    while (sent < this.#held.length && this.#hasRoom()) this.#outbox.push(this.#held[sent++]!);
    this.#held.splice(0, sent);
    if (this.#held.length > 0) this.#stopLooking = this.#clock.after(lookEveryMs, () => this.#look());
  }

  #hasRoom(): boolean {
    return this.#socket.bufferedBytes <= socketBytesMax;
  }
}

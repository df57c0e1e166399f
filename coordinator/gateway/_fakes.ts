// What the tests of this folder stand on: a socket without a network, a shell that records, a clock set by hand.
import { encodeFrame, type Message, parseToBackend, parseToWorker } from "../../protocol/mod.ts";
import type { Kernel, Outcome } from "../ports.ts";
import type { Event } from "../scheduler/mod.ts";
import type { ConnectionParts } from "./connection.ts";

/** A WebSocket whose other end is the test. */
export class FakeSocket {
  readonly sent: Uint8Array[] = [];
  readyState: number = WebSocket.OPEN;
  bufferedAmount = 0;
  binaryType = "blob";
  closed: readonly [number, string] | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: ((event: { readonly code: number }) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;

  /** The socket as the code under test knows it. */
  get asWebSocket(): WebSocket {
    return this as unknown as WebSocket;
  }

  send(frame: Uint8Array): void {
    this.sent.push(new Uint8Array(frame));
  }

  close(code: number, reason: string): void {
    this.closed = [code, reason];
    this.readyState = WebSocket.CLOSING;
  }

  /** The peer says something. */
  receive(...messages: Message[]): void {
    this.onmessage?.({ data: encodeFrame(messages).buffer });
  }

  /** The peer is gone; 1000: it closed, 0: it vanished. */
  lose(code = 0): void {
    this.readyState = WebSocket.CLOSED;
    this.onclose?.({ code });
  }

  /** Everything that was sent, as messages. */
  get messages(): readonly Message[] {
    return this.sent.flatMap((frame): readonly Message[] => {
      try {
        return parseToBackend(frame);
      } catch {
        return parseToWorker(frame); // it goes to a worker
      }
    });
  }

  /** The types of the messages sent. */
  get types(): readonly number[] {
    return this.messages.map((message) => message[0]);
  }
}

/** Connection parts whose turn ends, and whose time passes, when the test says so. */
export class FakeLoop {
  nowMs = 10_000;
  readonly bugs: unknown[] = [];
  readonly closes: string[] = [];
  readonly #turn: (() => void)[] = [];
  readonly #later: (() => void)[] = [];

  readonly parts: ConnectionParts = {
    flood: { framesMax: 100, messagesMax: 1_000, strayMax: 20 },
    nowMs: () => this.nowMs,
    defer: (run) => this.#turn.push(run),
    after: (_, run) => this.#later.push(run),
    onBug: (error) => this.bugs.push(error),
    onClose: (code) => this.closes.push(code),
  };

  /** Ends the turn: outboxes flush. */
  turn(): void {
    for (const run of this.#turn.splice(0)) run();
  }

  /** Lets every delay pass. */
  pass(): void {
    this.turn();
    for (const run of this.#later.splice(0)) run();
  }
}

/** A shell that only remembers. */
export class FakeShell {
  readonly events: Event[] = [];
  clockMs = 10_000;

  nowMs(): number {
    return this.clockMs;
  }

  raise(event: Event): void {
    this.events.push(event);
  }

  answered(worker: number, attempt: number, fence: number, outcome: Outcome): void {
    const nowMs = this.clockMs;
    this.events.push({ type: "answered", nowMs, worker, attempt, fence, outcome, draw: 0.5, seed: 1n });
  }

  /** The types of what happened, in order. */
  get types(): readonly string[] {
    return this.events.map((event) => event.type);
  }
}

/** A kernel for tests. */
export const testKernel: Kernel = {
  no: 3,
  id: "echo",
  version: "1.2.0",
  release: 4,
  digest: "ab".repeat(32),
  fuelMax: 1_000,
  inputBytesMax: 64,
  outputBytesMax: 64,
  assetsMax: 1,
  assetBytesMax: 1_024,
  wallMsMax: 100,
  detection: 0.9,
  price: 1_000_000,
};

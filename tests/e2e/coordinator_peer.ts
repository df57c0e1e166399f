// The other end of a coordinator's socket, as bare as a test needs it: it sends what it is told, right or wrong.
// @ts-types="../../sdk/_ws.d.ts"
import WebSocket from "ws";
import { encodeFrame, type Message, subprotocol } from "../../protocol/mod.ts";

const WAIT_MS = 5_000;

/** How a socket ended. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** One WebSocket, with everything it received. */
export class Peer<In extends Message> implements Disposable {
  readonly received: In[] = [];
  readonly closed: Promise<Closed>;
  readonly #socket: WebSocket;
  readonly #waiting = new Set<() => void>();
  #end: Closed | null = null;

  private constructor(
    socket: WebSocket,
    parse: (frame: Uint8Array) => readonly In[],
    take: (message: In) => void,
  ) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => {
        this.#end = { code, reason: new TextDecoder().decode(reason) };
        resolve(this.#end);
        this.#wake();
      });
    });
    socket.on("error", () => {/* `close` follows */});
    socket.on("message", (data) => {
      for (const message of parse(Uint8Array.from(data))) {
        this.received.push(message);
        take(message);
      }
      this.#wake();
    });
  }

  /** Opens a socket; rejects with the status of the HTTP answer when it is not upgraded. */
  static open<In extends Message>(
    url: string,
    token: string,
    parse: (frame: Uint8Array) => readonly In[],
    take: (message: In, peer: Peer<In>) => void = () => {},
    protocols: readonly string[] = [subprotocol],
  ): Promise<Peer<In>> {
    const headers: Record<string, string> = token === "" ? {} : { authorization: `Bearer ${token}` };
    const socket = new WebSocket(url.replace(/^http/, "ws"), protocols, {
      headers,
      perMessageDeflate: false,
      maxPayload: 64 * 1024 * 1024,
      handshakeTimeout: WAIT_MS,
    });
    return new Promise((resolve, reject) => {
      const peer: Peer<In> = new Peer(socket, parse, (message) => take(message, peer));
      socket.on("open", () => resolve(peer));
      socket.on("unexpected-response", (_, response) => {
        reject(new Error(`HTTP ${response.statusCode}`));
        socket.terminate();
      });
      socket.on("error", reject);
    });
  }

  /** Sends messages in one frame. */
  send(...messages: Message[]): void {
    this.sendRaw(encodeFrame(messages));
  }

  /** Sends bytes, or text, as they are. */
  sendRaw(data: Uint8Array | string): void {
    this.#socket.send(data as Uint8Array, () => {});
  }

  /** Vanishes without a word. */
  drop(): void {
    this.#socket.terminate();
  }

  /** Closes as a peer that has no more to say. */
  close(): void {
    this.#socket.close(1000, "");
  }

  /** Waits for something that was received, or that received messages brought about. */
  async until<T>(what: string, found: () => T | undefined | false): Promise<T> {
    const untilMs = performance.now() + WAIT_MS;
    for (;;) {
      const value = found();
      if (value !== undefined && value !== false) return value;
      if (this.#end !== null) throw new Error(`${what}: closed with ${this.#end.code} ${this.#end.reason}`);
      await this.#change(what, untilMs);
    }
  }

  /** The first message of a type, as soon as it is here. */
  first<T extends In[0]>(type: T): Promise<Extract<In, { readonly 0: T }>> {
    const is = (message: In): message is Extract<In, { readonly 0: T }> => message[0] === type;
    return this.until(`message ${type}`, () => this.received.find(is));
  }

  [Symbol.dispose](): void {
    this.drop();
  }

  #change(what: string, untilMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(wake);
        reject(new Error(`${what}: nothing came in ${WAIT_MS} ms`));
      }, Math.max(0, untilMs - performance.now()));
      this.#waiting.add(wake);
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

// A TCP proxy that counts what WebSockets on their way through it put on the wire. Every frame is one write of its sender
// and leaves at once (neither side has Nagle's algorithm on), so it takes as many packets as it fills:
// 1,500 bytes of MTU less 20 of IPv4 and 32 of TCP with timestamps (RFC 9293, RFC 7323) carry 1,448.

/** Bytes of one packet that are no payload. */
const HEADER_BYTES = 52;
const SEGMENT_BYTES = 1_500 - HEADER_BYTES;
const READ_BYTES = 256 * 1024;

/** What went one way, all connections together. */
export interface Counted {
  readonly frames: number;
  /** Bytes of WebSocket frames, their own heads included. */
  readonly bytes: number;
  /** The same in packets of an MTU of 1,500, TCP and IP included. */
  readonly wireBytes: number;
}

/** Counts one direction of one connection: an HTTP head, then frames if it became a WebSocket. */
class Direction {
  readonly #add: (frameBytes: number) => void;
  #state: "head" | "frames" | "other" = "head";
  #head = "";
  /** What is known of the frame that is coming in. */
  readonly #frameHead = new Uint8Array(14);
  #headBytes = 0;
  #leftBytes = 0;
  #frameBytes = 0;

  constructor(add: (frameBytes: number) => void) {
    this.#add = add;
  }

  take(bytes: Uint8Array): void {
    let at = 0;
    if (this.#state === "head") {
      this.#head += new TextDecoder("latin1").decode(bytes);
      const end = this.#head.indexOf("\r\n\r\n");
      if (end < 0) return;
      at = bytes.length - (this.#head.length - end - 4);
      this.#state = /upgrade: *websocket/i.test(this.#head.slice(0, end)) ? "frames" : "other";
    }
    if (this.#state === "frames") this.#frames(bytes, at);
  }

  #frames(bytes: Uint8Array, from: number): void {
    for (let at = from; at < bytes.length;) {
      if (this.#leftBytes > 0) {
        const taken = Math.min(this.#leftBytes, bytes.length - at);
        this.#leftBytes -= taken;
        at += taken;
        if (this.#leftBytes === 0) this.#add(this.#frameBytes);
        continue;
      }
      this.#frameHead[this.#headBytes++] = bytes[at++]!;
      this.#begin();
    }
  }

  /** RFC 6455, 5.2: two bytes, a longer length where they say so, a mask where they say so. */
  #begin(): void {
    if (this.#headBytes < 2) return;
    const view = new DataView(this.#frameHead.buffer);
    const short = this.#frameHead[1]! & 0x7f;
    const mask = (this.#frameHead[1]! & 0x80) === 0 ? 0 : 4;
    const head = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + mask;
    if (this.#headBytes < head) return;
    const payload = short === 126 ? view.getUint16(2) : short === 127 ? Number(view.getBigUint64(2)) : short;
    this.#frameBytes = head + payload;
    this.#leftBytes = payload;
    this.#headBytes = 0;
    if (payload === 0) this.#add(this.#frameBytes);
  }
}

/** A running proxy. */
export class CountingProxy implements Disposable {
  readonly url: string;
  readonly #listener: Deno.TcpListener;
  readonly #target: { readonly hostname: string; readonly port: number };
  readonly #open = new Set<Deno.TcpConn>();
  #up = zero();
  #down = zero();

  /** In front of a coordinator. */
  constructor(target: URL) {
    this.#target = { hostname: target.hostname, port: Number(target.port) };
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.url = `http://127.0.0.1:${this.#listener.addr.port}`;
    void this.#accept();
  }

  /** What went towards the coordinator and back since the last call. */
  take(): { readonly up: Counted; readonly down: Counted } {
    const taken = { up: this.#up, down: this.#down };
    this.#up = zero();
    this.#down = zero();
    return taken;
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const conn of this.#open) conn.close();
    this.#open.clear();
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      const server = await Deno.connect(this.#target);
      for (const conn of [client, server]) {
        conn.setNoDelay(true);
        this.#open.add(conn);
      }
      void this.#pump(client, server, new Direction((bytes) => add(this.#up, bytes)));
      void this.#pump(server, client, new Direction((bytes) => add(this.#down, bytes)));
    }
  }

  async #pump(from: Deno.TcpConn, to: Deno.TcpConn, direction: Direction): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    try {
      for (let got = await from.read(buffer); got !== null; got = await from.read(buffer)) {
        const bytes = buffer.subarray(0, got);
        direction.take(bytes);
        for (let at = 0; at < got;) at += await to.write(bytes.subarray(at));
      }
      await to.closeWrite();
    } catch (error) {
      // One side went away: so does the other.
      if (!isGone(error)) throw error;
      for (const conn of [from, to]) {
        if (this.#open.delete(conn)) conn.close();
      }
    }
  }
}

function isGone(error: unknown): boolean {
  const { BadResource, BrokenPipe, ConnectionReset, NotConnected, Interrupted } = Deno.errors;
  return [BadResource, BrokenPipe, ConnectionReset, NotConnected, Interrupted].some((kind) =>
    error instanceof kind
  );
}

function zero() {
  return { frames: 0, bytes: 0, wireBytes: 0 };
}

function add(sum: { frames: number; bytes: number; wireBytes: number }, frameBytes: number): void {
  sum.frames++;
  sum.bytes += frameBytes;
  sum.wireBytes += frameBytes + HEADER_BYTES * Math.ceil(frameBytes / SEGMENT_BYTES);
}

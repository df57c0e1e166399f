// The client side of NATS's text protocol (docs.nats.io/reference/reference-protocols/nats-protocol), only as much as
// request-reply takes: load generator and workers speak it without a library, as those of this project speak theirs,
// so that the server is what is measured.
import { setImmediate } from "node:timers";

const cr = 13;
const space = 32;
const readBytes = 64 * 1024;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A message: what it was sent to, where its answer is to go, what it carries. Views that hold until the next one. */
export interface NatsMessage {
  readonly subject: Uint8Array;
  readonly reply: Uint8Array | null;
  readonly payload: Uint8Array;
}

/** A connection to a NATS server. */
export class NatsLine {
  readonly #conn: Deno.TcpConn;
  readonly #onMessage: (message: NatsMessage, line: NatsLine) => void;
  #in = new Uint8Array(readBytes);
  #inBytes = 0;
  /** One gathers while the other is written: a burst makes them large, and neither is made anew for what is small. */
  #out = new Uint8Array(readBytes);
  #spare = new Uint8Array(readBytes);
  #outBytes = 0;
  #deferred = false;
  #writing = false;

  private constructor(conn: Deno.TcpConn, onMessage: (message: NatsMessage, line: NatsLine) => void) {
    this.#conn = conn;
    this.#onMessage = onMessage;
  }

  /** Connects and subscribes; `queue` null: by itself. */
  static async open(
    port: number,
    subjects: readonly string[],
    queue: string | null,
    onMessage: (message: NatsMessage, line: NatsLine) => void,
  ): Promise<NatsLine> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    conn.setNoDelay(true);
    const line = new NatsLine(conn, onMessage);
    line.#text(`CONNECT {"verbose":false,"pedantic":false,"lang":"bench","version":"1"}\r\n`);
    for (const [at, subject] of subjects.entries()) {
      line.#text(`SUB ${subject} ${queue === null ? "" : `${queue} `}${at + 1}\r\n`);
    }
    const ready = Promise.withResolvers<void>();
    line.#onPong = ready.resolve;
    line.#text("PING\r\n");
    void line.#read();
    await ready.promise;
    return line;
  }

  #onPong: () => void = () => {};

  /** Publishes; what one turn of the event loop publishes leaves in one write. `head` is `PUB subject [reply] `. */
  publish(head: Uint8Array, payload: Uint8Array): void {
    const length = encoder.encode(`${payload.length}\r\n`);
    this.#room(head.length + length.length + payload.length + 2);
    for (const part of [head, length, payload]) {
      this.#out.set(part, this.#outBytes);
      this.#outBytes += part.length;
    }
    this.#out[this.#outBytes++] = cr;
    this.#out[this.#outBytes++] = 10;
    this.#defer();
  }

  #text(text: string): void {
    const bytes = encoder.encode(text);
    this.#room(bytes.length);
    this.#out.set(bytes, this.#outBytes);
    this.#outBytes += bytes.length;
    this.#defer();
  }

  #room(bytes: number): void {
    if (this.#outBytes + bytes <= this.#out.length) return;
    const larger = new Uint8Array(2 * (this.#outBytes + bytes));
    larger.set(this.#out.subarray(0, this.#outBytes));
    this.#out = larger;
  }

  #defer(): void {
    if (this.#deferred || this.#writing) return;
    this.#deferred = true;
    setImmediate(() => void this.#write());
  }

  async #write(): Promise<void> {
    this.#deferred = false;
    this.#writing = true;
    while (this.#outBytes > 0) {
      const full = this.#out;
      const bytes = this.#outBytes;
      this.#out = this.#spare;
      this.#outBytes = 0;
      for (let at = 0; at < bytes;) at += await this.#conn.write(full.subarray(at, bytes));
      this.#spare = full;
    }
    this.#writing = false;
  }

  async #read(): Promise<void> {
    for (;;) {
      if (this.#inBytes === this.#in.length) {
        const larger = new Uint8Array(2 * this.#in.length);
        larger.set(this.#in);
        this.#in = larger;
      }
      const got = await this.#conn.read(this.#in.subarray(this.#inBytes));
      if (got === null) return;
      this.#inBytes += got;
      const used = this.#take();
      this.#in.copyWithin(0, used, this.#inBytes);
      this.#inBytes -= used;
    }
  }

  /** Takes whole commands off what has come; answers how many bytes they were. */
  #take(): number {
    let at = 0;
    for (;;) {
      const end = this.#in.indexOf(cr, at);
      if (end < 0 || end + 1 >= this.#inBytes) return at;
      const letter = this.#in[at];
      if (letter === 0x4d /* M of MSG */) {
        const next = this.#message(at, end);
        if (next < 0) return at;
        at = next;
        continue;
      }
      const word = decoder.decode(this.#in.subarray(at, at + 4));
      if (word === "PING") this.#text("PONG\r\n");
      else if (word === "PONG") this.#onPong();
      else if (word.startsWith("-")) throw new Error(decoder.decode(this.#in.subarray(at, end)));
      at = end + 2;
    }
  }

  /** `MSG subject sid [reply] bytes`, and the payload behind it; answers where the next command starts, -1: not all is here. */
  #message(at: number, end: number): number {
    const subjectAt = at + 4;
    const subjectEnd = this.#in.indexOf(space, subjectAt);
    const sidEnd = this.#in.indexOf(space, subjectEnd + 1);
    const replyEnd = this.#in.indexOf(space, sidEnd + 1);
    const hasReply = replyEnd >= 0 && replyEnd < end;
    let bytes = 0;
    for (let i = hasReply ? replyEnd + 1 : sidEnd + 1; i < end; i++) bytes = bytes * 10 + this.#in[i]! - 48;
    const payloadAt = end + 2;
    const next = payloadAt + bytes + 2;
    if (next > this.#inBytes) return -1;
    this.#onMessage({
      subject: this.#in.subarray(subjectAt, subjectEnd),
      reply: hasReply ? this.#in.subarray(sidEnd + 1, replyEnd) : null,
      payload: this.#in.subarray(payloadAt, payloadAt + bytes),
    }, this);
    return next;
  }
}

/** The first part of a publication. */
export function publicationHead(subject: string | Uint8Array, reply = ""): Uint8Array {
  const name = typeof subject === "string" ? subject : decoder.decode(subject);
  return encoder.encode(`PUB ${name} ${reply === "" ? "" : `${reply} `}`);
}

// The wire between a peer and a coordinator, written down: every byte that the peer receives.

/** A connection that passes through. */
interface Line {
  readonly near: Deno.TcpConn;
  readonly far: Deno.TcpConn;
  readonly received: Uint8Array[];
}

const binary = 2;

/** A TCP proxy that keeps what goes to those who dial it. */
export class Wiretap implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #target: URL;
  readonly #lagMs: number;
  readonly #lines: Line[] = [];
  readonly #open = new Set<Line>();
  readonly #running: Promise<void>;

  /** `lagMs`: how long what the peer receives is held up on the way. */
  constructor(target: URL, lagMs = 0) {
    this.#target = target;
    this.#lagMs = lagMs;
    this.#running = this.#run();
  }

  /** What to dial instead of the coordinator. */
  get url(): URL {
    return new URL(`http://127.0.0.1:${this.#listener.addr.port}`);
  }

  /** What was received so far, connection by connection. */
  get received(): readonly Uint8Array[] {
    return this.#lines.map(({ received }) => joined(received));
  }

  /** The WebSocket frames that were received so far, connection by connection. */
  get frames(): readonly (readonly Uint8Array[])[] {
    return this.received.map((bytes) => framesOf(bytes));
  }

  /** Ends every connection without a word. */
  cut(): void {
    for (const line of [...this.#open]) this.#close(line);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.cut();
    await this.#running;
  }

  async #run(): Promise<void> {
    const copying: Promise<void>[] = [];
    for await (const near of this.#listener) {
      const { hostname, port } = this.#target;
      const far = await Deno.connect({ hostname, port: Number(port) }).catch(() => undefined);
      if (far === undefined) {
        near.close();
        continue;
      }
      near.setNoDelay(true);
      far.setNoDelay(true);
      const line: Line = { near, far, received: [] };
      this.#lines.push(line);
      this.#open.add(line);
      copying.push(
        this.#copy(line, near, far, uncompressed),
        this.#copy(line, far, near, (part) => {
          line.received.push(part);
          return part;
        }),
      );
    }
    await Promise.all(copying);
  }

  async #copy(
    line: Line,
    from: Deno.TcpConn,
    to: Deno.TcpConn,
    pass: (part: Uint8Array) => Uint8Array,
  ): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      for (let size = await from.read(buffer); size !== null; size = await from.read(buffer)) {
        const part = pass(buffer.slice(0, size));
        if (from === line.far && this.#lagMs > 0) {
          await new Promise((resolve) => setTimeout(resolve, this.#lagMs));
        }
        for (let at = 0; at < size;) at += await to.write(part.subarray(at));
      }
    } catch {
      // One end is gone: the other end hears of it below.
    }
    this.#close(line);
  }

  #close(line: Line): void {
    if (!this.#open.delete(line)) return;
    line.near.close();
    line.far.close();
  }
}

/** Asks for no compression, which would hide words: the header gets another name of the same length. */
function uncompressed(part: Uint8Array): Uint8Array {
  const text = new TextDecoder("latin1").decode(part);
  const at = text.search(/\r\naccept-encoding:/i);
  if (at >= 0) part.set(new TextEncoder().encode("x"), at + 2);
  return part;
}

/** The payloads of the whole binary frames in what a server sent after it switched protocols (RFC 6455 §5.2). */
function framesOf(bytes: Uint8Array): Uint8Array[] {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 4096));
  const headEnd = head.indexOf("\r\n\r\n") + 4;
  if (!/^HTTP\/1\.1 101 /.test(head) || headEnd < 4) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: Uint8Array[] = [];
  for (let at = headEnd; at + 2 <= bytes.length;) {
    const [first, second] = [view.getUint8(at), view.getUint8(at + 1)];
    if ((first & 0x70) !== 0 || second >= 0x80) throw new Error("A frame that is compressed or masked");
    const sizeBytes = second === 127 ? 8 : second === 126 ? 2 : 0;
    const start = at + 2 + sizeBytes;
    if (start > bytes.length) break;
    const size = sizeBytes === 8
      ? Number(view.getBigUint64(at + 2))
      : sizeBytes === 2
      ? view.getUint16(at + 2)
      : second;
    if (start + size > bytes.length) break;
    if ((first & 0x0f) === binary) frames.push(bytes.subarray(start, start + size));
    at = start + size;
  }
  return frames;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

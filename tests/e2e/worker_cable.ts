// The network between a worker and a coordinator, in the hands of a test: it can be cut, stalled and led elsewhere.

interface Line {
  readonly near: Deno.TcpConn;
  readonly far: Deno.TcpConn;
}

/** A TCP proxy. */
export class Cable implements AsyncDisposable {
  readonly #listener: Deno.TcpListener;
  readonly #lines = new Set<Line>();
  readonly #running: Promise<void>;
  #port: number;
  /** While true, bytes are read and kept back. */
  stalled = false;

  constructor(target: URL) {
    this.#port = Number(target.port);
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#running = this.#run();
  }

  /** What the worker dials. */
  get url(): URL {
    return new URL(`http://127.0.0.1:${this.#listener.addr.port}`);
  }

  /** New connections lead there. */
  leadTo(target: URL): void {
    this.#port = Number(target.port);
  }

  /** Ends every connection without a word. */
  cut(): void {
    for (const line of this.#lines) close(line);
    this.#lines.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.cut();
    await this.#running;
  }

  async #run(): Promise<void> {
    const copying: Promise<void>[] = [];
    for await (const near of this.#listener) {
      const far = await Deno.connect({ hostname: "127.0.0.1", port: this.#port }).catch(() => undefined);
      if (far === undefined) {
        near.close();
        continue;
      }
      const line = { near, far };
      this.#lines.add(line);
      copying.push(this.#copy(line, near, far), this.#copy(line, far, near));
    }
    await Promise.all(copying);
  }

  async #copy(line: Line, from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    const part = new Uint8Array(65_536);
    try {
      for (let size = await from.read(part); size !== null; size = await from.read(part)) {
        if (this.stalled) continue;
        for (let at = 0; at < size;) at += await to.write(part.subarray(at, size));
      }
    } catch {
      // Cut, or one end is gone: the other end hears of it below.
    }
    if (this.#lines.delete(line)) close(line);
  }
}

function close({ near, far }: Line): void {
  for (const end of [near, far]) {
    try {
      end.close();
    } catch {
      // Closed by its other direction already.
    }
  }
}

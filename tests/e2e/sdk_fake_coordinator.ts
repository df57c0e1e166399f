// A coordinator that does what a test tells it: real HTTP, real WebSockets, the real protocol, no scheduler behind it.
import {
  encodeFrame,
  type FromBackend,
  messageType as t,
  parseFromBackend,
  sha256Hex,
  type Submit,
  subprotocol,
  type ToBackend,
} from "../../protocol/mod.ts";

/** One WebSocket of a backend. */
export class FakeConnection {
  readonly received: FromBackend[] = [];
  /** Submissions that have had no final word. */
  readonly unsettled = new Set<number>();
  open = true;

  constructor(readonly socket: WebSocket, readonly session: string, readonly askedFor: string | null) {}

  /** Sends messages in one frame. */
  send(...messages: ToBackend[]): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(encodeFrame(messages));
  }

  /** Sends bytes as they are. */
  sendRaw(bytes: Uint8Array<ArrayBuffer> | string): void {
    this.socket.send(bytes);
  }

  /** Answers a submission with some bytes. */
  answer(submit: Submit, output: Uint8Array = submit[3]): void {
    this.unsettled.delete(submit[1]);
    this.send([t.answer, submit[1], output, 0, 0, 1, 1000, 2500, 0.5, null, "worker-a"]);
  }

  /** Refuses a submission. */
  refuse(submit: Submit, code: string, retryMs: number | null = null): void {
    this.unsettled.delete(submit[1]);
    this.send([t.refusal, submit[1], code, `Cannot compute: ${code}`, "", retryMs, 0]);
  }

  /** Ends the connection. */
  drop(code = 3000): void {
    this.socket.close(code);
  }

  /** What was submitted over this connection. */
  get submits(): Submit[] {
    return this.received.filter((message) => message[0] === t.submit);
  }
}

/** What a test changes. */
export interface FakeOptions {
  windowMax?: number;
  heartbeatMs?: number;
  /** Whether a session asked for goes on. */
  resume?: boolean;
  /** Called for each submission; answers it with its own input by default. */
  onSubmit?: (submit: Submit, connection: FakeConnection) => void;
  /** Refuses upgrades with this answer. */
  refuseUpgrade?: () => Response | undefined;
  /** Leaves withdrawn submissions open. */
  ignoreWithdraw?: boolean;
  /** Refuses requests for assets with this answer. */
  refuseAsset?: () => Response | Promise<Response> | undefined;
  /** Called instead of sending a welcome. */
  onOpen?: (connection: FakeConnection) => void;
}

/** The API key it takes. */
export const apiKey = "p2c2r_test-key";

/** A scripted coordinator on a port of its own. */
export class FakeCoordinator implements AsyncDisposable {
  readonly connections: FakeConnection[] = [];
  readonly assets = new Map<string, Uint8Array>();
  readonly requests: string[] = [];
  /** The kernels it has. */
  readonly kernels = new Set(["echo", "physics", "pathfind"]);
  readonly options: FakeOptions;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #sessions = 0;
  #watchers: { readonly check: () => boolean; readonly done: () => void }[] = [];

  constructor(options: FakeOptions = {}, port = 0) {
    this.options = options;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port, onListen: () => {} },
      (request) => this.#handle(request),
    );
  }

  /** Its address. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Its port. */
  get port(): number {
    return this.#server.addr.port;
  }

  /** The latest connection. */
  get last(): FakeConnection {
    const last = this.connections.at(-1);
    if (last === undefined) throw new Error("nobody has connected");
    return last;
  }

  /** All submissions over all connections. */
  get submits(): Submit[] {
    return this.connections.flatMap((connection) => connection.submits);
  }

  /** Waits until something holds that messages, requests and ends of connections can change. */
  async until(what: string, check: () => boolean, withinMs = 5_000): Promise<void> {
    if (check()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const watcher = { check, done: resolve };
    this.#watchers.push(watcher);
    const timer = setTimeout(() => reject(new Error(`not within ${withinMs} ms: ${what}`)), withinMs);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#watchers = this.#watchers.filter((other) => other !== watcher);
    }
  }

  /** Stops at once. */
  async stop(): Promise<void> {
    for (const connection of this.connections) connection.drop(1001);
    await this.#server.shutdown();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #happened(): void {
    for (const watcher of this.#watchers) if (watcher.check()) watcher.done();
  }

  async #handle(request: Request): Promise<Response> {
    const url = new URL(request.url);
    this.requests.push(`${request.method} ${url.pathname}`);
    try {
      if (request.headers.get("authorization") !== `Bearer ${apiKey}`) return problem(401, "auth.refused");
      if (url.pathname === "/v1/backend") return this.#upgrade(request, url.searchParams.get("session"));
      if (url.pathname.startsWith("/v1/assets/")) return await this.#asset(request, url.pathname.slice(11));
      return problem(404, "request.not_found");
    } finally {
      this.#happened();
    }
  }

  async #asset(request: Request, digest: string): Promise<Response> {
    const refusal = await this.options.refuseAsset?.();
    if (refusal !== undefined) return refusal;
    if (request.method === "HEAD") return new Response(null, { status: this.assets.has(digest) ? 200 : 404 });
    const bytes = await request.bytes();
    if (await sha256Hex(bytes) !== digest) return problem(400, "request.invalid");
    this.assets.set(digest, bytes);
    return new Response(null, { status: 201 });
  }

  #upgrade(request: Request, asked: string | null): Response {
    const refusal = this.options.refuseUpgrade?.();
    if (refusal !== undefined) return refusal;
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: subprotocol });
    const resumed = asked !== null && this.options.resume === true;
    const connection = new FakeConnection(socket, resumed ? asked : `session-${++this.#sessions}`, asked);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.connections.push(connection);
      if (this.options.onOpen !== undefined) this.options.onOpen(connection);
      else this.welcome(connection, resumed);
      this.#happened();
    };
    socket.onmessage = ({ data }) => {
      for (const message of parseFromBackend(new Uint8Array(data))) this.#take(message, connection);
      this.#happened();
    };
    socket.onerror = () => {};
    socket.onclose = () => {
      connection.open = false;
      this.#happened();
    };
    return response;
  }

  /** Sends the welcome. */
  welcome(connection: FakeConnection, resumed: boolean): void {
    const { windowMax = 16, heartbeatMs = 5_000 } = this.options;
    connection.send([t.welcome, connection.session, resumed, "fake", heartbeatMs, 30_000, windowMax, null]);
  }

  #take(message: FromBackend, connection: FakeConnection): void {
    connection.received.push(message);
    if (message[0] === t.openKernel) {
      const known = this.kernels.has(message[2]);
      const digest = known ? new Uint8Array(32) : null;
      connection.send([
        t.kernelOpened,
        message[1],
        digest,
        known ? message[3] ?? "1.0.0" : null,
        1000,
        1000,
        1000,
        50,
      ]);
    }
    if (message[0] === t.withdraw && this.options.ignoreWithdraw !== true) {
      const known = connection.submits.find((submit) => submit[1] === message[1]);
      if (known !== undefined && connection.unsettled.has(known[1])) {
        connection.refuse(known, "task.cancelled");
      }
    }
    if (message[0] !== t.submit) return;
    connection.unsettled.add(message[1]);
    if (this.options.onSubmit !== undefined) this.options.onSubmit(message, connection);
    else connection.answer(message);
  }
}

/** An answer as the coordinator's HTTP interface gives it. */
export function problem(status: number, code: string, more: Record<string, unknown> = {}): Response {
  const body = {
    type: "about:blank",
    title: code,
    status,
    detail: `Cannot go on: ${code}`,
    code,
    hint: "Try.",
    ...more,
  };
  return Response.json(body, { status, headers: { "content-type": "application/problem+json" } });
}

// A coordinator played by a test: real HTTP, real WebSocket, real frames, and every decision the test's own.
import { challengeContext, encodeFrame, type FromWorker, limits, messageType } from "../../protocol/mod.ts";
import { parseFromWorker, sha256Hex, subprotocol, type ToWorker } from "../../protocol/mod.ts";
import { type RosterEntry, type Signer, signerEntries } from "../../sandbox/mod.ts";
import { assert } from "../deps.ts";
import type { SignedKernel } from "./worker_kernels.ts";

/** How long a test waits for anything: a worker gets what everybody else leaves of the machine. */
const patienceMs = 60_000;

/** Waits until `found` gives something. */
export async function eventually<T>(what: string, found: () => T | undefined | false): Promise<T> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    const value = found();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > untilMs) throw new Error(`Gave up waiting: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** One connection of a worker. */
export class FakeConnection {
  readonly messages: FromWorker[] = [];
  /** The `session` that the worker asked to resume. */
  readonly asked: string | null;
  closed: { readonly code: number; readonly reason: string } | undefined;
  isOpen = false;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket, asked: string | null) {
    this.#socket = socket;
    this.asked = asked;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.isOpen = true;
    socket.onmessage = ({ data }) => {
      for (const message of parseFromWorker(new Uint8Array(data as ArrayBuffer))) {
        this.messages.push(message);
        if (message[0] === messageType.probe) this.send([messageType.echo, message[1]]);
      }
    };
    socket.onclose = ({ code, reason }) => this.closed = { code, reason };
    socket.onerror = () => {}; // a worker that was killed; `onclose` follows
  }

  send(...messages: ToWorker[]): void {
    this.#socket.send(encodeFrame(messages));
  }

  sendRaw(frame: Uint8Array<ArrayBuffer> | string): void {
    this.#socket.send(frame);
  }

  welcome(session: string, resumed: boolean): void {
    this.send([messageType.welcome, session, resumed, "fake", 5_000, limits.resumeMs, 1024, null]);
  }

  offer(kernelNo: number, { digest, signature }: SignedKernel): void {
    this.send([messageType.kernelOffer, kernelNo, Uint8Array.fromHex(digest), signature]);
  }

  task(attempt: number, kernelNo: number, input: Uint8Array, assets: readonly string[] = []): void {
    const digests = assets.map((asset) => Uint8Array.fromHex(asset));
    this.send([
      messageType.task,
      attempt,
      1,
      kernelNo,
      input,
      digests,
      20_000,
      10_000,
      limits.fuelMax,
      0,
      null,
      null,
    ]);
  }

  close(code: number, reason = ""): void {
    this.#socket.close(code, reason);
  }

  /** The first message of a type, with the first number given after it. */
  async heard<T extends FromWorker[0]>(type: T, first?: number): Promise<Extract<FromWorker, { 0: T }>> {
    return await eventually(`message ${type} ${first ?? ""} among ${JSON.stringify(this.messages)}`, () => {
      const found = this.messages.find((message) =>
        message[0] === type && (first === undefined || message[1] === first)
      );
      return found as Extract<FromWorker, { 0: T }> | undefined;
    });
  }
}

/** A coordinator whose decisions are a test's. */
export class FakeCoordinator implements AsyncDisposable {
  readonly connections: FakeConnection[] = [];
  readonly blobs = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly fetched: string[] = [];
  /** Each HTTP answer waits so long. */
  delayMs = 0;
  signers: readonly RosterEntry[];
  readonly #tokens = new Set<string>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #taken = 0;

  constructor(signer: Signer) {
    this.signers = signerEntries(new Map([[signer.keyId, signer.publicKey]]));
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${this.#server.addr.port}`);
  }

  /** The next connection of a worker that no test has seen. */
  async connection(): Promise<FakeConnection> {
    const connection = await eventually("a connection", () => {
      const next = this.connections[this.#taken];
      return next?.isOpen ? next : undefined;
    });
    this.#taken++;
    return connection;
  }

  /** The next connection, welcomed, with these kernels offered as 1, 2, … and reported ready. */
  async joined(
    session: string,
    resumed: boolean,
    ...kernels: readonly SignedKernel[]
  ): Promise<FakeConnection> {
    const connection = await this.connection();
    connection.welcome(session, resumed);
    await connection.heard(messageType.ready);
    for (const [i, kernel] of kernels.entries()) {
      for (const [digest, bytes] of kernel.blobs) this.blobs.set(digest, bytes);
      connection.offer(i + 1, kernel);
    }
    for (const i of kernels.keys()) {
      const state = await connection.heard(messageType.kernelState, i + 1);
      assert.deepEqual(state.slice(2), [true, null, null]);
    }
    return connection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.connections) connection.close(1001);
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    const url = new URL(request.url);
    if (url.pathname === "/v1/workers/challenge") return Response.json({ challenge: "AAAAAAAAAAA" });
    if (url.pathname === "/v1/workers/session") return await this.#session(request);
    if (url.pathname === "/v1/signers") return Response.json({ signers: this.signers });
    if (!this.#tokens.has(request.headers.get("authorization") ?? "")) {
      return Response.json({ code: "auth.expired", detail: "unknown token" }, { status: 401 });
    }
    if (url.pathname === "/v1/worker") return this.#upgrade(request, url.searchParams.get("session"));
    return this.#blob(url.pathname.replace("/v1/blobs/", ""));
  }

  async #session(request: Request): Promise<Response> {
    const { publicKey, challenge, signature } = await request.json() as Record<string, string>;
    const bytes = (text = "") => Uint8Array.fromBase64(text, { alphabet: "base64url" });
    const context = new TextEncoder().encode(`${challengeContext}${request.headers.get("host")}\n`);
    const key = await crypto.subtle.importKey("raw", bytes(publicKey), "Ed25519", false, ["verify"]);
    const message = Uint8Array.of(...context, ...bytes(challenge));
    if (!await crypto.subtle.verify("Ed25519", key, bytes(signature), message)) {
      return Response.json({ code: "auth.refused", detail: "wrong signature" }, { status: 401 });
    }
    const token = crypto.randomUUID();
    this.#tokens.add(`Bearer ${token}`);
    const worker = (await sha256Hex(bytes(publicKey))).slice(0, 32);
    return Response.json({ token, worker, expiresMs: 86_400_000 });
  }

  #upgrade(request: Request, asked: string | null): Response {
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: subprotocol });
    this.connections.push(new FakeConnection(socket, asked));
    return response;
  }

  #blob(digest: string): Response {
    this.fetched.push(digest);
    const bytes = this.blobs.get(digest);
    return bytes === undefined
      ? Response.json({ code: "request.not_found", detail: "no such blob" }, { status: 404 })
      : new Response(bytes);
  }
}

// The client of a game backend: tasks in, answers out, whatever happens to the connection in between.
import { limits, P2c2rError, sha256Hex } from "../protocol/mod.ts";
import { Alarms } from "./_alarms.ts";
import { Call } from "./_call.ts";
import { Dialer } from "./_dialer.ts";
import { checkedOptions, checkedWork, type Settings } from "./_options.ts";
import { Traffic } from "./_traffic.ts";
import { Uploads } from "./_uploads.ts";
import {
  answerOf,
  decoded,
  digestOf,
  encoded,
  revocationOf,
  type RevokedListener,
  typedListener,
} from "./_values.ts";
import { type AnyKernel, codecOf, type InputOf, type OutputOf } from "./kernels.ts";
import type {
  Answer,
  Asset,
  ConnectOptions,
  Revocation,
  RunOptions,
  RunRawOptions,
  Unsubscribe,
} from "./types.ts";

/** How often a task is submitted again because the coordinator lost its assets. */
const assetRoundsMax = 2;

/**
 * A connection of a game backend to a coordinator, made by {@link connect}. It reconnects by itself; tasks in flight
 * survive a drop. One connection is open at a time, a second one only while the first is draining.
 *
 * @example
 * ```ts
 * import { connect } from "./mod.ts";
 *
 * export async function shortcut(url: string, apiKey: string): Promise<void> {
 *   await using client = await connect(url, { apiKey });
 *   console.log(client.connected, client.waiting);
 * }
 * ```
 */
export class Client implements AsyncDisposable {
  readonly #settings: Settings;
  readonly #dialer: Dialer;
  readonly #traffic: Traffic;
  readonly #uploads: Uploads;
  readonly #alarms = new Alarms();
  readonly #listeners = new Set<RevokedListener>();
  readonly #firstWelcome = Promise.withResolvers<void>();
  readonly #assetsOf = new WeakMap<Call, { readonly assets: readonly Asset[]; rounds: number }>();
  #ended: P2c2rError | undefined;

  private constructor(settings: Settings) {
    this.#settings = settings;
    this.#uploads = new Uploads(settings.httpUrl, settings.apiKey);
    this.#traffic = new Traffic(settings.queueMax, {
      onRefused: (call, error) => this.#submitAgain(call, error),
      onRevoked: (revoked, kernel) => {
        for (const listener of this.#listeners) queueMicrotask(() => listener(revoked, kernel));
      },
    });
    this.#dialer = new Dialer(settings.socketUrl, settings.apiKey, {
      onWelcome: (link, resumed) => {
        this.#traffic.adopt(link, resumed);
        this.#firstWelcome.resolve();
      },
      onReply: (reply) => this.#traffic.take(reply),
      onLost: (link) => this.#traffic.lose(link),
      onFatal: (error) => this.#end(error),
    });
  }

  /**
   * Connects to a coordinator; see {@link connect}.
   *
   * @throws P2c2rError `request.invalid`, `auth.refused` and other `auth.*`, `connection.lost`
   */
  static async open(url: string, options: ConnectOptions): Promise<Client> {
    const client = new Client(checkedOptions(url, options));
    const { connectMs } = client.#settings;
    const timer = setTimeout(() => {
      const state = `no coordinator answered at ${client.#settings.socketUrl} within ${connectMs} ms`;
      client.#end(
        client.#dialer.trouble ?? new P2c2rError("connection.lost", `Cannot connect: ${state}`),
      );
    }, connectMs);
    try {
      client.#dialer.start();
      await client.#firstWelcome.promise;
      return client;
    } catch (error) {
      await client.#dialer.close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whether tasks can be sent right now. Tasks started meanwhile wait, up to their deadlines. */
  get connected(): boolean {
    return this.#dialer.connected;
  }

  /** Tasks that wait in this client for a connection or for room in the coordinator's window. */
  get waiting(): number {
    return this.#traffic.waiting;
  }

  /**
   * Computes one task and decodes its answer. Settles at the latest a grace (`graceMs` of {@link ConnectOptions})
   * after the deadline, also without a connection.
   *
   * @throws P2c2rError `task.deadline`, `task.infeasible`, `task.overload`, `task.cancelled`, `task.balance`,
   * `task.too_large`, `kernel.*`, `request.invalid`, `connection.closed`
   * @example
   * ```ts
   * import { type Asset, type Client, P2c2rError, type PathfindInput } from "./mod.ts";
   *
   * export async function paths(client: Client, grid: Asset, input: PathfindInput): Promise<void> {
   *   try {
   *     const { output, tier, latencyMs } = await client.run("pathfind", input, { deadlineMs: 50, assets: [grid] });
   *     console.log(output, tier, latencyMs);
   *   } catch (error) {
   *     if (!(error instanceof P2c2rError)) throw error;
   *     console.log(error.code, error.hint);
   *   }
   * }
   * ```
   */
  async run<K extends AnyKernel>(
    kernel: K,
    input: InputOf<K>,
    options: RunOptions,
  ): Promise<Answer<OutputOf<K>>> {
    const codec = codecOf(kernel);
    const call = this.#start(codec.id, codec.version, encoded(codec, input), options);
    const message = await call.answer;
    return answerOf(call, message, decoded<OutputOf<K>>(codec, message[2]));
  }

  /**
   * Computes one task of a kernel without a codec: bytes in, bytes out.
   *
   * @throws P2c2rError as {@link Client.run}
   * @example
   * ```ts
   * import type { Client } from "./mod.ts";
   *
   * export async function raw(client: Client): Promise<Uint8Array> {
   *   const { output } = await client.runRaw("pathfind", new Uint8Array(16), { deadlineMs: 50 });
   *   return output;
   * }
   * ```
   */
  async runRaw(kernel: string, input: Uint8Array, options: RunRawOptions): Promise<Answer> {
    const call = this.#start(kernel, options.version ?? null, input, options);
    const message = await call.answer;
    return answerOf(call, message, message[2].slice());
  }

  /**
   * Makes a handle of immutable bytes that tasks can name. They are uploaded when the first task needs them, and
   * again if the coordinator has lost them. The bytes are kept, not copied: do not change them.
   *
   * @throws P2c2rError `asset.too_large`
   * @example
   * ```ts
   * import type { Asset, Client } from "./mod.ts";
   *
   * export async function upload(client: Client, bytes: Uint8Array): Promise<Asset> {
   *   return await client.asset(bytes);
   * }
   * ```
   */
  async asset(bytes: Uint8Array): Promise<Asset> {
    if (bytes.length > limits.blobBytesMax) {
      const state = `it is ${bytes.length} bytes, limit is ${limits.blobBytesMax}`;
      throw new P2c2rError("asset.too_large", `Cannot make asset: ${state}`);
    }
    return { digest: await sha256Hex(bytes), bytes };
  }

  /** Hears of every answer that turns out to have been wrong, with the right bytes. */
  onRevoked(listener: (revocation: Revocation) => void): Unsubscribe;
  /**
   * Hears of wrong answers of one kernel, with the right output decoded.
   *
   * @example
   * ```ts
   * import type { Client } from "./mod.ts";
   *
   * export function watch(client: Client): void {
   *   client.onRevoked("pathfind", ({ task, output, reason }) => console.log(task, output, reason));
   * }
   * ```
   */
  onRevoked<K extends AnyKernel>(
    kernel: K,
    listener: (revocation: Revocation<OutputOf<K>>) => void,
  ): Unsubscribe;
  onRevoked<K extends AnyKernel>(
    ...[first, second]:
      | [listener: (revocation: Revocation) => void]
      | [kernel: K, listener: (revocation: Revocation<OutputOf<K>>) => void]
  ): Unsubscribe {
    const listener: RevokedListener = typeof first === "function"
      ? (revoked, kernel) => first(revocationOf(revoked, kernel, (output) => output.slice()))
      : typedListener(first, second!);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends the connection. Tasks that have no answer yet reject with `connection.closed`. */
  async close(): Promise<void> {
    this.#end(new P2c2rError("connection.closed", "Cannot go on: the client was closed"));
    await this.#dialer.close();
  }

  /** The same as {@link Client.close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #end(error: P2c2rError): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#uploads.close();
    this.#traffic.failAll(error);
    this.#alarms.stop();
    this.#firstWelcome.reject(error);
  }

  #start(id: string, version: string | null, input: Uint8Array, options: RunOptions): Call {
    if (this.#ended !== undefined) throw this.#ended;
    const assets = options.assets ?? [];
    const work = checkedWork(input, assets.map(digestOf), options);
    const call = new Call(this.#traffic.kernels.get(id, version), work, {
      deadlineMs: options.deadlineMs,
      alarms: this.#alarms,
      graceMs: this.#settings.graceMs,
      signal: options.signal,
      trouble: () => this.#dialer.trouble,
      onGivenUp: (given, before) => this.#traffic.givenUp(given, before),
    });
    const handles = assets.filter((asset) => typeof asset !== "string");
    if (handles.length > 0) this.#assetsOf.set(call, { assets: handles, rounds: 0 });
    this.#submit(call, handles);
    return call;
  }

  #submit(call: Call, assets: readonly Asset[]): void {
    const uploaded = this.#uploads.ensure(assets);
    if (uploaded === undefined) return this.#traffic.enqueue(call);
    uploaded.then(
      () => this.#ended === undefined ? this.#traffic.enqueue(call) : call.fail(this.#ended),
      (error: P2c2rError) => call.fail(this.#ended ?? error),
    );
  }

  #submitAgain(call: Call, error: P2c2rError): boolean {
    const known = this.#assetsOf.get(call);
    if (error.code !== "task.asset_unknown" || known === undefined || known.rounds >= assetRoundsMax) {
      return false;
    }
    known.rounds++;
    call.state = "preparing";
    this.#uploads.forget(known.assets);
    this.#submit(call, known.assets);
    return true;
  }
}

/**
 * Connects a game backend to a coordinator.
 *
 * @param url Address of the coordinator: `http`, `https`, `ws` or `wss`
 * @returns A client that stays connected until it is closed
 * @throws P2c2rError `request.invalid`, `auth.refused` and other `auth.*` at once, `connection.lost` after `connectMs`
 * @example
 * ```ts
 * import { connect } from "./mod.ts";
 *
 * export async function main(): Promise<void> {
 *   await using client = await connect("http://127.0.0.1:8765", { apiKey: "p2c2r_…" });
 *   const map = await client.asset(new Uint8Array(65_536));
 *   const answer = await client.runRaw("pathfind", new Uint8Array(64), { deadlineMs: 50, assets: [map] });
 *   console.log(answer.tier, answer.verified, answer.latencyMs);
 * }
 * ```
 */
export function connect(url: string, options: ConnectOptions): Promise<Client> {
  return Client.open(url, options);
}

// Keeps a client connected: dials, waits with jitter between attempts, goes on with the session after a drop, and dials
// again before a draining connection closes. One connection at a time carries new tasks; a second one exists only
// between a drain and the end of what the first still has to answer.
import { codes, type P2c2rError } from "../protocol/mod.ts";
import { backoffMs } from "./_backoff.ts";
import { Link, type TaskReply } from "./_link.ts";

/** What a dialer reports. */
export interface DialerHooks {
  readonly onWelcome: (link: Link, resumed: boolean) => void;
  readonly onReply: (reply: TaskReply) => void;
  readonly onLost: (link: Link) => void;
  /** Trying again cannot help. Nothing follows. */
  readonly onFatal: (error: P2c2rError) => void;
}

/** A longer wait asked for by a coordinator is cut to this. */
const waitMsMax = 60_000;

/** The connections of one client. */
export class Dialer {
  readonly #url: string;
  readonly #apiKey: string;
  readonly #hooks: DialerHooks;
  readonly #links = new Set<Link>();
  #current: Link | undefined;
  #dialing: Link | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #welcomedMs = 0;
  #session: string | undefined;
  #closed = false;
  #onIdle: (() => void) | undefined;
  #lastError: P2c2rError | undefined;

  constructor(url: string, apiKey: string, hooks: DialerHooks) {
    this.#url = url;
    this.#apiKey = apiKey;
    this.#hooks = hooks;
  }

  /** Whether a connection takes new tasks. */
  get connected(): boolean {
    return !this.#closed && this.#current !== undefined && !this.#current.draining;
  }

  /** Why there is no connection; undefined where there is one. */
  get trouble(): P2c2rError | undefined {
    return this.connected ? undefined : this.#lastError;
  }

  /** Connects, and stays connected until `close()` or a fatal error. */
  start(): void {
    this.#dial();
  }

  /** Closes all connections; resolves when they have ended. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    if (this.#links.size === 0) return;
    const idle = Promise.withResolvers<void>();
    this.#onIdle = idle.resolve;
    for (const link of this.#links) link.close();
    await idle.promise;
  }

  #dial(): void {
    this.#timer = undefined;
    const link = new Link({ url: this.#url, apiKey: this.#apiKey, session: this.#session }, {
      onWelcome: (link, resumed) => this.#welcomed(link, resumed),
      onReply: (_link, reply) => {
        if (this.#closed) return;
        this.#attempt = 0; // it works: the next drop is a new story
        this.#hooks.onReply(reply);
      },
      onDrain: (link) => {
        if (link === this.#current) this.#redial(0);
      },
      onEnd: (link, error) => this.#ended(link, error),
    });
    this.#dialing = link;
    this.#links.add(link);
  }

  #welcomed(link: Link, resumed: boolean): void {
    this.#dialing = undefined;
    if (this.#closed) return;
    this.#current = link;
    this.#session = link.session;
    this.#welcomedMs = performance.now();
    this.#hooks.onWelcome(link, resumed);
  }

  #ended(link: Link, error: P2c2rError): void {
    this.#links.delete(link);
    if (this.#closed) {
      if (this.#links.size === 0) this.#onIdle?.();
      return;
    }
    this.#lastError = error;
    if (link === this.#dialing) this.#dialing = undefined;
    else this.#hooks.onLost(link);
    if (link === this.#current) {
      this.#current = undefined;
      // A server that takes connections and drops them at once, without a word, is no success.
      if (performance.now() - this.#welcomedMs > link.heartbeatMs) this.#attempt = 0;
    }
    if (!codes[error.code].retry) {
      this.#closed = true;
      clearTimeout(this.#timer);
      for (const other of this.#links) other.close();
      return this.#hooks.onFatal(error);
    }
    this.#redial(Math.min(waitMsMax, error.retryMs ?? 0));
  }

  /** Dials after a wait, unless a connection takes new tasks or is about to. */
  #redial(waitMs: number): void {
    if (this.#closed || this.#dialing !== undefined || this.#timer !== undefined || this.connected) return;
    this.#timer = setTimeout(() => this.#dial(), waitMs + backoffMs(this.#attempt++, Math.random()));
  }
}

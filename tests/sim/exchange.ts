// HTTP without a network: a request takes its time on the way there, its answer on the way back, and either can break.
import type { Agenda } from "./agenda.ts";
import type { FaultKind } from "./faults.ts";
import type { Path } from "./network.ts";
import type { Process } from "./process.ts";
import type { Dice } from "./random.ts";

/** Who asks, and from where. */
export interface HttpClient {
  readonly process: Process;
  readonly path: Path;
  /** An address of a network of its own, as the coordinator sees it. */
  readonly address: string;
}

/** What an exchange is made of. */
export interface ExchangeParts {
  readonly agenda: Agenda;
  readonly dice: Dice;
  readonly client: HttpClient;
  readonly server: Process;
  /** The coordinator's HTTP interface. */
  readonly handle: (request: Request, address: string) => Promise<Response>;
  readonly count: (fault: FaultKind) => void;
}

/** Where an exchange breaks, if it does. */
type Tear = "on the way" | "in the body" | "on the way back";

const NOTICED_MS_MAX = 20;
const SLOW_MS_MIN = 100;
const SLOW_MS_MAX = 1_500;
/** Whose bytes may be changed on the way: they are named by their digest. */
const FILES = "/v1/blobs/";

/** One request and its answer. */
export class Exchange {
  /** Rejects with a TypeError, as `fetch` does, when it breaks. */
  readonly answer: Promise<Response>;
  readonly #parts: ExchangeParts;
  readonly #url: URL;
  readonly #init: RequestInit;
  readonly #settled = Promise.withResolvers<Response>();
  readonly #gone = new AbortController();
  readonly #tear: Tear | null;
  #over = false;

  constructor(parts: ExchangeParts, url: URL, init: RequestInit) {
    this.#parts = parts;
    this.#url = url;
    this.#init = init;
    this.answer = this.#settled.promise;
    const { dice, client: { path } } = parts;
    this.#tear = dice.chance(path.tearRate)
      ? dice.pick(["on the way", "in the body", "on the way back"])
      : null;
    if (this.#tear !== null) parts.count("httpTorn");
    this.#later(() => {
      if (this.#tear === "on the way") this.cut();
      else parts.server.enter(() => void this.#serve());
    });
  }

  /** Whether its answer can still come. */
  get open(): boolean {
    return !this.#over;
  }

  /** It breaks: both ends notice in their own time. */
  cut(): void {
    if (this.#over) return;
    this.#over = true;
    const { agenda, dice, client, server } = this.#parts;
    agenda.after(dice.between(0, NOTICED_MS_MAX), () => server.enter(() => this.#gone.abort()));
    agenda.after(dice.between(0, NOTICED_MS_MAX), () => {
      client.process.enter(() => this.#settled.reject(new TypeError("the connection was reset")));
    });
  }

  async #serve(): Promise<void> {
    const { client, handle, server } = this.#parts;
    const { method = "GET", headers = {}, body = null } = this.#init;
    const bytes = typeof body === "string"
      ? new TextEncoder().encode(body)
      : body as Uint8Array<ArrayBuffer> | null;
    const torn = this.#tear === "in the body" && bytes !== null;
    const request = new Request(this.#url, {
      method,
      headers: { ...headers as Record<string, string>, host: this.#url.host },
      signal: this.#gone.signal,
      ...(bytes === null ? {} : { body: torn ? brokenOff(bytes) : bytes }),
    });
    if (torn) this.cut();
    const response = await handle(request, client.address);
    const content = new Uint8Array(await response.arrayBuffer());
    if (this.#over || !server.leaves()) return;
    if (this.#tear !== null) return this.cut();
    this.#deliver(response, content);
  }

  #deliver({ status, headers }: Response, content: Uint8Array<ArrayBuffer>): void {
    const { client, count, dice } = this.#parts;
    const isFile = status === 200 && this.#url.pathname.startsWith(FILES);
    const slow = isFile && dice.chance(client.path.slowFileRate);
    const wrong = isFile && content.length > 0 && dice.chance(client.path.wrongFileRate);
    if (slow) count("fileSlow");
    if (wrong) {
      count("fileWrong");
      content[dice.below(content.length)]! ^= 1 << dice.below(8);
    }
    this.#later(() => {
      if (this.#over) return;
      this.#over = true;
      client.process.enter(() => this.#settled.resolve(new Response(content, { status, headers })));
    }, slow ? dice.between(SLOW_MS_MIN, SLOW_MS_MAX) : 0);
  }

  #later(act: () => void, moreMs = 0): void {
    const { agenda, dice, client: { path } } = this.#parts;
    const tripMs = path.delayMs + dice.draw() * path.jitterMs + moreMs;
    agenda.at(Math.max(agenda.nowMs + tripMs, path.blockedUntilMs), act);
  }
}

/** The first half of some bytes, then no more. */
function brokenOff(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let said = false;
  return new ReadableStream({
    pull(controller) {
      if (said) controller.error(new Error("the connection was reset"));
      else controller.enqueue(bytes.slice(0, bytes.length >> 1));
      said = true;
    },
  });
}

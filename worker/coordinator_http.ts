// The coordinator's HTTP side as a worker uses it: prove who you are, fetch what is named by digest.
import { type Code, isCode, P2c2rError } from "../protocol/mod.ts";
import { parseRoster, type RosterEntry } from "../sandbox/mod.ts";
import type { WorkerConfig } from "./config.ts";
import { workOff } from "./joining_work.ts";
import type { Identity } from "./identity.ts";

/** How long a short question may take, and a blob. */
const questionMsMax = 10_000;
const blobMsMax = 60_000;
const questionBytesMax = 64 * 1024;

/** The coordinator's HTTP side. */
export class CoordinatorHttp {
  readonly #origin: URL;
  readonly #config: Pick<WorkerConfig, "coordinator" | "invite" | "tier">;
  readonly #say: (text: string) => void;
  readonly #identity: Identity;
  readonly #stop: AbortSignal;
  readonly #fetch: typeof fetch;
  #token: string | undefined;

  /** `stop` ends every question under way; `say` hears what takes a while; `ask` is how requests are sent. */
  constructor(
    config: Pick<WorkerConfig, "coordinator" | "invite" | "tier">,
    identity: Identity,
    stop: AbortSignal,
    say: (text: string) => void = () => {},
    ask: typeof fetch = (input, init) => fetch(input, init),
  ) {
    this.#config = config;
    this.#say = say;
    this.#origin = config.coordinator;
    this.#identity = identity;
    this.#stop = stop;
    this.#fetch = ask;
  }

  /** Whether a token is at hand that may have expired. */
  get hasToken(): boolean {
    return this.#token !== undefined;
  }

  /** A session token: the one at hand, or a new one for a signed challenge. */
  async token(): Promise<string> {
    return this.#token ??= await this.#authenticate();
  }

  /** The next token is a new one. */
  forgetToken(): void {
    this.#token = undefined;
  }

  /** The signers that this coordinator offers: to be trusted on first use, or on the word of one that is trusted. */
  async signers(): Promise<readonly RosterEntry[]> {
    const answer = await this.#json("/v1/signers", {});
    return await parseRoster(answer["signers"]);
  }

  /** The bytes behind a digest, not verified yet; a token that expired is replaced once. */
  async blob(digest: string, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
    const mayBeOld = this.hasToken;
    try {
      return await this.#blob(digest, bytesMax);
    } catch (cause) {
      if (!mayBeOld || !(cause instanceof P2c2rError) || !cause.code.startsWith("auth.")) throw cause;
      this.forgetToken();
      return await this.#blob(digest, bytesMax);
    }
  }

  async #blob(digest: string, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
    const headers = { authorization: `Bearer ${await this.token()}` };
    return await this.#bytes(`/v1/blobs/${digest}`, { headers }, blobMsMax, bytesMax);
  }

  async #authenticate(): Promise<string> {
    const publicKey = this.#identity.publicKey.toBase64({ alphabet: "base64url", omitPadding: true });
    const { invite, tier } = this.#config;
    const asked = await this.#json("/v1/workers/challenge", postOf({ publicKey, invite }));
    const challenge = textOf(asked, "challenge");
    const bytes = bytesOf(challenge);
    const nonce = await workOff(bytes, asked["work"], this.#stop, this.#say);
    const signed = await this.#identity.sign(this.#origin.host, bytes);
    const signature = signed.toBase64({ alphabet: "base64url", omitPadding: true });
    const session = postOf({ publicKey, challenge, signature, invite, tier, nonce });
    return textOf(await this.#json("/v1/workers/session", session), "token");
  }

  async #json(path: string, init: RequestInit): Promise<Readonly<Record<string, unknown>>> {
    const bytes = await this.#bytes(path, init, questionMsMax, questionBytesMax);
    const value = parseJson(bytes);
    if (value === undefined) throw malformed(path, "it is not a JSON object");
    return value;
  }

  async #bytes(
    path: string,
    init: RequestInit,
    msMax: number,
    bytesMax: number,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const signal = AbortSignal.any([this.#stop, AbortSignal.timeout(msMax)]);
    try {
      const response = await this.#fetch(new URL(path, this.#origin), { ...init, signal, redirect: "error" });
      const body = await bodyOf(response, response.ok ? bytesMax : questionBytesMax);
      if (response.ok) return body;
      throw problemOf(response.status, body);
    } catch (cause) {
      if (cause instanceof P2c2rError) throw cause;
      throw new P2c2rError("connection.lost", `Cannot reach ${this.#origin.origin}: ${reasonOf(cause)}`, {
        cause,
      });
    }
  }
}

/** The error that a refused HTTP request means, from its status and its body (RFC 9457 where the peer is a coordinator). */
export function problemOf(status: number, body: Uint8Array): P2c2rError {
  const problem = parseJson(body) ?? {};
  const { code, detail, hint } = problem;
  return new P2c2rError(
    typeof code === "string" && isCode(code) ? code : codeOf(status),
    typeof detail === "string" ? detail : `The coordinator answered with HTTP status ${status}`,
    { hint: typeof hint === "string" ? hint : undefined },
  );
}

function codeOf(status: number): Code {
  if (status === 401) return "auth.expired";
  if (status === 403) return "auth.forbidden";
  if (status === 404) return "request.not_found";
  if (status === 426) return "protocol.version";
  if (status === 429) return "rate.limited";
  return "connection.lost"; // a proxy on the way, or a coordinator that is starting or stopping
}

/** The body, read to its end but never beyond the bound. */
async function bodyOf(response: Response, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > bytesMax) {
      throw new P2c2rError("protocol.limit", `Cannot read answer: it has more than ${bytesMax} bytes`);
    }
    parts.push(part);
  }
  const body = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}

function postOf(value: unknown): RequestInit {
  return {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(value),
  };
}

function parseJson(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as Readonly<Record<string, unknown>>
      : undefined;
  } catch {
    return undefined; // not JSON: the caller says what that means
  }
}

function textOf(answer: Readonly<Record<string, unknown>>, field: string): string {
  const value = answer[field];
  if (typeof value !== "string" || value === "") throw malformed(field, "it is missing");
  return value;
}

function bytesOf(text: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text, { alphabet: "base64url" });
  } catch (cause) {
    throw malformed("challenge", "it is not base64url", cause);
  }
}

function malformed(what: string, state: string, cause?: unknown): P2c2rError {
  return new P2c2rError("protocol.malformed", `Cannot read the coordinator's ${what}: ${state}`, {
    hint: "Check that the address is a coordinator's.",
    cause,
  });
}

/** The innermost reason, such as "tcp connect error: Connection refused (os error 111)". */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if (cause.cause instanceof Error) return reasonOf(cause.cause);
  return cause.message.split(": ").slice(-2).join(": ");
}

// Every expected failure has a stable code. This table is the only place that says what a code means on HTTP and on a socket.

interface CodeFacts {
  /** HTTP status of a problem+json answer (RFC 9457). */
  readonly status: number;
  /** WebSocket close code, where the failure ends a connection. */
  readonly close?: number;
  /** Whether the same call can succeed later. */
  readonly retry: boolean;
  /** What to do, when the place of failure knows nothing better. */
  readonly hint: string;
}

/** The codes, what they mean on HTTP and WebSocket, and whether trying again can help. */
export const codes = {
  "protocol.malformed": {
    status: 400,
    close: 4400,
    retry: false,
    hint: "Send frames as docs/protocol.md describes them.",
  },
  "protocol.limit": {
    status: 413,
    close: 4413,
    retry: false,
    hint: "Stay below the limits of protocol/limits.ts.",
  },
  "protocol.order": {
    status: 409,
    close: 4409,
    retry: false,
    hint: "Send this message only when docs/protocol.md allows it.",
  },
  "protocol.version": {
    status: 426,
    close: 4426,
    retry: false,
    hint: "Connect with the WebSocket subprotocol p2c2r.v1.",
  },
  "protocol.slow": { status: 429, close: 4429, retry: true, hint: "Read from the connection faster." },
  "protocol.silent": {
    status: 408,
    close: 4408,
    retry: true,
    hint: "Send a message at least once per heartbeat.",
  },
  "auth.missing": {
    status: 401,
    close: 4401,
    retry: false,
    hint: "Send an Authorization header with a Bearer token.",
  },
  "auth.refused": { status: 401, close: 4401, retry: false, hint: "Use a key that this coordinator knows." },
  "auth.expired": { status: 401, close: 4401, retry: true, hint: "Ask for a new challenge and sign it." },
  "auth.forbidden": { status: 403, close: 4403, retry: false, hint: "Use a key with the right to do this." },
  "request.invalid": { status: 400, retry: false, hint: "Correct the request as the message says." },
  "request.too_large": { status: 413, retry: false, hint: "Send less in one request." },
  "request.not_found": { status: 404, retry: false, hint: "Check the address against docs/protocol.md." },
  "rate.limited": { status: 429, retry: true, hint: "Wait for the time given and try again." },
  "kernel.unknown": { status: 404, retry: false, hint: "Name a kernel that GET /v1/kernels lists." },
  "kernel.refused": { status: 422, retry: false, hint: "Correct the input as the kernel says." },
  "kernel.trapped": { status: 502, retry: false, hint: "Report this input to the kernel's author." },
  "kernel.exhausted": {
    status: 502,
    retry: false,
    hint: "Send a smaller input, or raise the kernel's fuel limit.",
  },
  "kernel.output_too_large": {
    status: 502,
    retry: false,
    hint: "Send a smaller input, or raise the kernel's output limit.",
  },
  "kernel.environment": { status: 503, retry: true, hint: "Free memory on the machine that computes." },
  "kernel.unfit": {
    status: 503,
    retry: false,
    hint: "Start the worker again, and report the kernel to its author if it goes on.",
  },
  "kernel.late": { status: 504, retry: true, hint: "Send a smaller input, or use a faster machine." },
  "bundle.malformed": { status: 422, retry: false, hint: "Build the bundle again." },
  "bundle.digest": {
    status: 422,
    retry: false,
    hint: "Fetch the bundle again: its bytes are not what its manifest says.",
  },
  "bundle.signature": {
    status: 422,
    retry: false,
    hint: "Sign the bundle with a key that this machine pins.",
  },
  "bundle.release": {
    status: 422,
    retry: false,
    hint: "Install a release at least as new as the one seen before.",
  },
  "bundle.imports": {
    status: 422,
    retry: false,
    hint: "Import nothing but what docs/kernels.md says the sandbox answers.",
  },
  "bundle.memory": {
    status: 422,
    retry: false,
    hint: "Declare one memory with a maximum within the manifest's limit.",
  },
  "bundle.feature": {
    status: 422,
    retry: false,
    hint: "Compile without this feature: results would differ by machine.",
  },
  "bundle.derived": {
    status: 422,
    retry: false,
    hint: "Build the bundle again: what runs has to come from the component.",
  },
  "task.deadline": { status: 504, retry: true, hint: "Allow more time, or connect more workers." },
  "task.infeasible": {
    status: 503,
    retry: true,
    hint: "Allow more time: nothing here can answer that fast now.",
  },
  "task.overload": { status: 503, retry: true, hint: "Wait for the time given and try again." },
  "task.cancelled": {
    status: 499,
    retry: false,
    hint: "Submit the task again if its answer is wanted after all.",
  },
  "task.too_large": {
    status: 413,
    retry: false,
    hint: "Split the task: its input or assets exceed the kernel's limits.",
  },
  "task.asset_unknown": {
    status: 409,
    retry: true,
    hint: "Upload the asset to /v1/assets, then submit again.",
  },
  "task.balance": { status: 402, retry: false, hint: "Add credit to the project." },
  "asset.too_large": { status: 413, retry: false, hint: "Upload smaller assets, or delete some." },
  "worker.draining": { status: 503, retry: true, hint: "Send work to another worker." },
  "worker.untested": {
    status: 503,
    retry: false,
    hint: "Update Deno: this machine cannot stop a runaway kernel.",
  },
  "coordinator.draining": { status: 503, close: 1012, retry: true, hint: "Reconnect in a moment." },
  "connection.lost": {
    status: 503,
    retry: true,
    hint: "Check that the coordinator runs and can be reached.",
  },
  "connection.closed": { status: 503, retry: false, hint: "Open a new client: this one was closed." },
  "config.usage": { status: 500, retry: false, hint: "See --help for what is allowed." },
  "config.invalid": { status: 500, retry: false, hint: "Correct the setting as the message says." },
  "store.failed": { status: 503, retry: true, hint: "Check the data folder and the disk." },
  "internal": { status: 500, close: 1011, retry: true, hint: "Report this with the coordinator's log." },
} as const satisfies Record<string, CodeFacts>;

/** A stable, dotted error code. */
export type Code = keyof typeof codes;

/** Options of a {@link P2c2rError} beside code and message. */
export interface ErrorOptions {
  /** One imperative sentence that says what to do. Default: the code's own hint. */
  readonly hint?: string | undefined;
  /** What led to this failure. */
  readonly cause?: unknown;
  /** After how many milliseconds trying again makes sense. */
  readonly retryMs?: number | undefined;
}

/** The one class of expected failures. Match on `code`, never on `message`. */
export class P2c2rError extends Error {
  /** The name of the class, as `toString()` shows it. */
  override readonly name = "P2c2rError";
  /** The stable code. */
  readonly code: Code;
  /** One imperative sentence: what to do about it. */
  readonly hint: string;
  /** After how many milliseconds trying again makes sense, where that is known. */
  readonly retryMs: number | undefined;

  /** Makes an error with a code of {@link codes} and a message "action: state". */
  constructor(code: Code, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? codes[code].hint;
    this.retryMs = options.retryMs;
  }
}

/** Whether a text that came over the wire is one of this version's codes. */
export function isCode(text: string): text is Code {
  return Object.hasOwn(codes, text);
}

const byClose = new Map<number, Code>();
for (const [code, facts] of Object.entries(codes) as [Code, CodeFacts][]) {
  if (facts.close !== undefined && !byClose.has(facts.close)) byClose.set(facts.close, code);
}

/** What a WebSocket close code says where no error message came before it; `connection.lost` where it says nothing. */
export function codeOfClose(close: number): Code {
  return byClose.get(close) ?? "connection.lost";
}

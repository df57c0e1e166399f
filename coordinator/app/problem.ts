// Failures as RFC 9457 problem details.
import { type Code, codes, P2c2rError } from "../../protocol/mod.ts";

const titles: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  409: "Conflict",
  413: "Content Too Large",
  422: "Unprocessable Content",
  426: "Upgrade Required",
  429: "Too Many Requests",
  499: "Client Closed Request",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** The body of every failed request. */
export interface Problem {
  readonly type: "about:blank";
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: Code;
  readonly hint: string;
  readonly retryMs?: number;
}

/** An error as the answer to a request. */
export function problemResponse(error: P2c2rError): Response {
  const { status } = codes[error.code];
  const problem: Problem = {
    type: "about:blank",
    title: titles[status] ?? "Error",
    status,
    detail: error.message,
    code: error.code,
    hint: error.hint,
    ...(error.retryMs === undefined ? {} : { retryMs: error.retryMs }),
  };
  const headers = new Headers({ "content-type": "application/problem+json" });
  if (error.retryMs !== undefined) headers.set("retry-after", `${Math.ceil(error.retryMs / 1000)}`);
  if (status === 401) headers.set("www-authenticate", "Bearer");
  if (status === 426) headers.set("upgrade", "websocket");
  return new Response(JSON.stringify(problem), { status, headers });
}

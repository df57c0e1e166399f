// What an HTTP answer that is not a success means: problem+json where a coordinator wrote it, else the status.
import { type Code, codes, isCode, P2c2rError } from "../protocol/mod.ts";

interface Problem {
  readonly code?: unknown;
  readonly detail?: unknown;
  readonly hint?: unknown;
  readonly retryMs?: unknown;
}

/** Makes a typed error of an HTTP answer; `doing` is the first half of its message. */
export function problemError(doing: string, status: number, body: string): P2c2rError {
  const problem = parseProblem(body);
  const { code, detail, hint, retryMs } = problem;
  const known: Code = typeof code === "string" && isCode(code) ? code : codeOfStatus(status);
  const state = typeof detail === "string" && detail !== "" ? detail : `the server answered HTTP ${status}`;
  return new P2c2rError(known, `${doing}: ${state}`, {
    hint: typeof hint === "string" && hint !== "" ? hint : codes[known].hint,
    retryMs: typeof retryMs === "number" && retryMs >= 0 ? retryMs : undefined,
  });
}

function parseProblem(body: string): Problem {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {}; // not JSON: the status says what is left to say
  }
}

/** Only what a proxy in between can mean; a coordinator names its codes itself. */
function codeOfStatus(status: number): Code {
  if (status === 401) return "auth.refused";
  if (status === 403) return "auth.forbidden";
  if (status === 413) return "request.too_large";
  if (status === 429) return "rate.limited";
  return "connection.lost";
}

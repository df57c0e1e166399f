// Asks a running coordinator as its operator: the address, the token of the data folder, one request.
import type { Problem } from "../coordinator/app/problem.ts";

/** Where the coordinator is and where its operator's token lies. */
export interface OperatorOptions {
  readonly coordinator: string;
  readonly data: string;
}

/** What flags say when they are not given. */
export const operatorDefaults: OperatorOptions = { coordinator: "http://127.0.0.1:8765", data: "data" };

/** Why a tool cannot go on: a sentence for people and an exit code. */
export class OperatorError extends Error {
  override readonly name = "OperatorError";

  /** Makes one. */
  constructor(message: string, readonly exitCode: number, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Exit code of a tool that was called wrongly, or that lacks something only its caller can name. */
export const USAGE_EXIT_CODE = 64;
/** Exit code when the coordinator does not answer, or refuses. */
const UNAVAILABLE = 69;
const ANSWER_MS_MAX = 10_000;

/** Sends one request and reads its JSON. @throws OperatorError */
export async function askOperator(
  { coordinator, data }: OperatorOptions,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const headers: Record<string, string> = { authorization: `Bearer ${await tokenOf(data)}` };
  if (body !== undefined) headers["content-type"] = "application/json";
  const response = await reach(new URL(path, coordinator), {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  throw new OperatorError(refusalText(response.status, text), UNAVAILABLE);
}

async function reach(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const question = "is a coordinator running there?";
    throw new OperatorError(`Cannot reach ${url.origin}: ${why}; ${question}`, UNAVAILABLE, { cause });
  }
}

/** The environment's token, for coordinators that keep none in a folder; otherwise the data folder's. */
async function tokenOf(data: string): Promise<string> {
  const named = Deno.env.get("P2C2R_OPERATOR_TOKEN");
  if (named !== undefined) return named;
  const path = `${data}/operator.token`;
  try {
    return (await Deno.readTextFile(path)).trim();
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotFound ? "is not there" : "cannot be read";
    throw new OperatorError(
      `${path} ${why}: name the coordinator's data folder with --data, or set P2C2R_OPERATOR_TOKEN`,
      USAGE_EXIT_CODE,
      { cause },
    );
  }
}

function refusalText(status: number, text: string): string {
  try {
    const { detail, hint, code } = JSON.parse(text) as Problem;
    return `${detail} (${code}). ${hint}`;
  } catch (error) {
    if (error instanceof SyntaxError) return `The coordinator answered ${status}: ${text.slice(0, 200)}`;
    throw error;
  }
}

/** Reads flags; one that does not exist is a sentence. @throws OperatorError */
export function readFlags<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new OperatorError(why, USAGE_EXIT_CODE, { cause });
  }
}

/** Runs a tool's work and turns its errors into a sentence and an exit code. */
export async function runTool(work: () => Promise<void>): Promise<number> {
  try {
    await work();
    return 0;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    console.error(error.message);
    return error.exitCode;
  }
}

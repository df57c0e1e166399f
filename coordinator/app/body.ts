// Bodies of requests: counted while they come in, cut off when they are too large or too slow.
import { P2c2rError } from "../../protocol/mod.ts";
import { appLimits } from "./limits.ts";

/** How long a body may pause and take. */
export interface BodyPace {
  readonly bodyPauseMsMax: number;
  readonly bodyMsMax: number;
}

/**
 * Reads a whole body.
 *
 * @throws P2c2rError `request.too_large`, `protocol.silent`, `request.invalid`
 */
export async function readBody(
  request: Request,
  bytesMax: number,
  pace: BodyPace = appLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > bytesMax) throw tooLarge(bytesMax);
  if (request.body === null) return new Uint8Array(0);
  const reader = request.body.getReader();
  const until = performance.now() + pace.bodyMsMax;
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await inTime(
        reader.read(),
        Math.min(pace.bodyPauseMsMax, until - performance.now()),
      );
      if (done) return joined(chunks, size);
      size += value.length;
      if (size > bytesMax) throw tooLarge(bytesMax);
      chunks.push(value);
    }
  } catch (error) {
    reader.cancel(error).catch(() => {/* whatever ended the reading, the rest of the body is not wanted */});
    if (error instanceof P2c2rError) throw error;
    throw new P2c2rError("request.invalid", "Cannot read body: the client stopped sending", { cause: error });
  }
}

/** Reads a JSON object. @throws P2c2rError as `readBody` */
export async function readJson(request: Request, bytesMax: number): Promise<Record<string, unknown>> {
  const bytes = await readBody(request, bytesMax);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new P2c2rError("request.invalid", "Cannot read body: it is not JSON in UTF-8", { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new P2c2rError("request.invalid", "Cannot read body: it is not a JSON object");
}

async function inTime<T>(work: Promise<T>, delayMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    // Made only when it is late: an error takes its stack with it, which costs more than reading the body.
    timer = setTimeout(() => {
      const hint = "Send the body faster, or a smaller one.";
      reject(new P2c2rError("protocol.silent", "Cannot read body: it comes too slowly", { hint }));
    }, Math.max(0, delayMs));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

function tooLarge(bytesMax: number): P2c2rError {
  return new P2c2rError("request.too_large", `Cannot read body: it is larger than ${bytesMax} bytes`);
}

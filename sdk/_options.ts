// What callers hand in, checked before anything is sent: a wrong option is refused here, with its name, value and range.
import { limits, P2c2rError } from "../protocol/mod.ts";
import { utf8Length } from "../protocol/utf8.ts";
import type { Work } from "./_call.ts";
import type { ConnectOptions, RunOptions } from "./types.ts";

/** Checked settings of a client. */
export interface Settings {
  /** Without a slash at the end. */
  readonly httpUrl: string;
  readonly socketUrl: string;
  readonly apiKey: string;
  readonly connectMs: number;
  readonly graceMs: number;
  readonly queueMax: number;
}

const settingMsMax = 24 * 60 * 60 * 1000;

/** @throws P2c2rError `request.invalid` */
export function checkedOptions(url: string, options: ConnectOptions): Settings {
  const address = parseUrl(url);
  if (typeof options.apiKey !== "string" || !/^[\x21-\x7e]+$/.test(options.apiKey)) {
    throw invalid("connect", "apiKey must be a key as the operator issued it, p2c2r_…");
  }
  return {
    httpUrl: address,
    socketUrl: `${address.replace(/^http/, "ws")}/v1/backend`,
    apiKey: options.apiKey,
    connectMs: within("connect", "connectMs", options.connectMs ?? 10_000, 1, settingMsMax),
    graceMs: within("connect", "graceMs", options.graceMs ?? 100, 0, settingMsMax),
    queueMax: within("connect", "queueMax", options.queueMax ?? 8_192, 0, Number.MAX_SAFE_INTEGER),
  };
}

function parseUrl(url: string): string {
  const parsed = URL.parse(url);
  const scheme = parsed?.protocol.replace(/^ws/, "http");
  if (parsed === null || (scheme !== "http:" && scheme !== "https:")) {
    throw invalid("connect", `url is "${url}", an address with http, https, ws or wss is needed`);
  }
  return `${scheme}//${parsed.host}${parsed.pathname.replace(/\/+$/, "")}`;
}

/** Checks what a task consists of, all but its assets. @throws P2c2rError `request.invalid` or `task.too_large` */
export function checkedWork(input: Uint8Array, digests: readonly Uint8Array[], options: RunOptions): Work {
  if (input.length > limits.inputBytesMax) {
    throw new P2c2rError(
      "task.too_large",
      `Cannot submit task: input is ${input.length} bytes, limit is ${limits.inputBytesMax}`,
    );
  }
  const { deadlineMs, priority = 0, verify = "sampled", idempotencyKey, exclude, fuelLimit } = options;
  within("submit task", "deadlineMs", deadlineMs, limits.deadlineMsMin, limits.deadlineMsMax);
  whole("priority", priority, limits.priorityMax);
  if (verify !== "sampled" && verify !== "always") {
    throw invalid("submit task", `verify is "${String(verify)}", "sampled" and "always" are allowed`);
  }
  if (fuelLimit !== undefined) whole("fuelLimit", fuelLimit, limits.fuelMax);
  if (idempotencyKey !== undefined) checkKey(idempotencyKey);
  if (exclude !== undefined) checkTags(exclude);
  if (digests.length > limits.taskAssetsMax) {
    throw invalid("submit task", `assets are ${digests.length}, limit is ${limits.taskAssetsMax}`);
  }
  return {
    input,
    assets: digests.length === 0 ? null : digests,
    priority,
    verify: verify === "always" ? 1 : 0,
    idempotencyKey: idempotencyKey ?? null,
    exclude: exclude === undefined || exclude.length === 0 ? null : exclude,
    fuelLimit: fuelLimit ?? null,
  };
}

function checkKey(key: string): void {
  const size = key.isWellFormed() ? utf8Length(key) : 0;
  if (size >= 1 && size <= limits.idempotencyKeyBytesMax) return;
  throw invalid("submit task", `idempotencyKey must be text of 1 to ${limits.idempotencyKeyBytesMax} bytes`);
}

function checkTags(tags: readonly Uint8Array[]): void {
  const sound = tags.length <= limits.taskTagsMax &&
    tags.every((tag) => tag.length >= 1 && tag.length <= limits.tagBytesMax);
  if (sound) return;
  const allowed = `at most ${limits.taskTagsMax} tags of 1 to ${limits.tagBytesMax} bytes are allowed`;
  throw invalid("submit task", `exclude is ${tags.length} tags, ${allowed}`);
}

function within(action: string, name: string, value: number, min: number, max: number): number {
  if (typeof value === "number" && value >= min && value <= max) return value;
  throw invalid(action, `${name} is ${String(value)}, ${min} to ${max} is allowed`);
}

function whole(name: string, value: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= 0 && value <= max) return;
  throw invalid("submit task", `${name} is ${String(value)}, an integer from 0 to ${max} is allowed`);
}

function invalid(action: string, state: string): P2c2rError {
  return new P2c2rError("request.invalid", `Cannot ${action}: ${state}`);
}

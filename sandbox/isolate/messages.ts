// What an isolate and its cell say to each other. One task at a time: every `run` gets one `outcome`.
import { limits } from "../../protocol/limits.ts";
import { isKernelCode, type Outcome } from "../outcome.ts";
import type { MemorySizes } from "../bundle/lent_core.ts";
import { PRINTED_BYTES_MAX } from "../wasi/mod.ts";

/** A core that is lent its memory: compiled, or as bytes. */
export interface Program {
  readonly lent: WebAssembly.Module | Uint8Array;
  readonly memory: MemorySizes;
}

/** Compute this. The cell keeps modules and assets by digest until it is told to drop them. */
export interface RunMessage {
  readonly type: "run";
  /** The bundle's digest; its `code` comes with the first task of a bundle. */
  readonly kernel: string;
  readonly code: Program | undefined;
  readonly input: Uint8Array;
  /** Digests, in the order in which the kernel gets them. */
  readonly assets: readonly string[];
  /** The bytes of those assets that the cell does not have. */
  readonly newAssets: readonly (readonly [digest: string, bytes: Uint8Array])[];
  /** What is not kept any longer; nothing of it is needed by this task. Apart: a manifest can be an asset as well. */
  readonly droppedModules: readonly string[];
  readonly droppedAssets: readonly string[];
  readonly outputBytesMax: number;
  readonly fuelLimit: number;
  readonly wallMs: number;
}

/** From the cell: it can take a task, or this is how its task went. */
export type CellMessage =
  | { readonly type: "ready" }
  | { readonly type: "outcome"; readonly outcome: Outcome };

/**
 * Reads what came out of a cell, into an object of its own. Undefined for anything but a message of this form: a cell
 * that says such a thing is not what was started.
 *
 * @param outputBytesMax of the task in hand
 */
export function readCellMessage(value: unknown, outputBytesMax: number): CellMessage | undefined {
  const { type, outcome } = fieldsOf(value);
  if (type === "ready") return { type };
  if (type !== "outcome") return undefined;
  const read = readOutcome(fieldsOf(outcome), outputBytesMax);
  return read === undefined ? undefined : { type, outcome: read };
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? value as Fields : {};
}

function readOutcome(fields: Fields, outputBytesMax: number): Outcome | undefined {
  const { type, output, code, message, fuel, computeUs } = fields;
  if (!isCount(fuel) || !isCount(computeUs)) return undefined;
  const printed = fields["printed"] === undefined ? {} : readPrinted(fieldsOf(fields["printed"]));
  if (printed === undefined) return undefined;
  if (type === "output" && isBytes(output) && output.length <= outputBytesMax) {
    return { type, output, fuel, computeUs, ...printed };
  }
  if (type === "failure" && isKernelCode(code) && isSentence(message)) {
    return { type, code, message, fuel, computeUs, ...printed };
  }
  return undefined;
}

/** A byte that is not UTF-8 shows as one character, so characters are never more than bytes. */
function readPrinted({ text, droppedBytes }: Fields): Pick<Outcome, "printed"> | undefined {
  const isText = typeof text === "string" && text.length <= PRINTED_BYTES_MAX && text.isWellFormed();
  return isText && isCount(droppedBytes) ? { printed: { text, droppedBytes } } : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isBytes(value: unknown): value is Uint8Array<ArrayBuffer> {
  return value instanceof Uint8Array && value.buffer instanceof ArrayBuffer;
}

function isSentence(value: unknown): value is string {
  return typeof value === "string" && value.length <= limits.textBytesMax && value.isWellFormed() &&
    new TextEncoder().encode(value).length <= limits.textBytesMax;
}

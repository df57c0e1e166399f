// A hostile case as data: a kernel, a task for it, and what that may come to. The same data is fought in threads,
// processes and browsers, so nothing here imports what a browser does not have.
import { answer, type KernelParts } from "../kernels.ts";
import type { ManifestParts } from "../bundles.ts";
import { op } from "../wasm_builder.ts";

/** A task for a hostile kernel. */
export interface HostileTask {
  readonly input?: Uint8Array;
  readonly assets?: readonly Uint8Array[];
  readonly wallMs?: number;
  readonly fuelLimit?: number;
  readonly manifest?: ManifestParts;
}

/** One way to misbehave. */
export interface HostileCase {
  readonly name: string;
  readonly parts: KernelParts;
  readonly task?: HostileTask;
  /** What it may come to: `output`, codes of outcomes, codes with which its bundle is refused. */
  readonly codes: readonly string[];
  /** What the outcome says, where it says something of its own. */
  readonly says?: RegExp;
  /** The output it must give: its bytes, or their number. */
  readonly output?: readonly number[] | number;
  /** How many times the task runs before the run that is judged; a kernel that remembers would show it then. */
  readonly runsBefore?: number;
  /** Nothing inside can stop it in time, so the cell it runs in may have to be ended. */
  readonly deaf?: true;
}

/** Four pages, as every kernel here has unless it says otherwise. */
export const MEMORY_BYTES = 4 * 65_536;
/** The most output that the manifests here allow. */
export const OUTPUT_BYTES_MAX = 65_536;
export const OK = 0;
export const ERR = 1;

/** An input that no test expects by chance. */
export const INPUT = Uint8Array.of(3, 1, 4, 1, 5, 9, 2, 6);

/** Writes bytes into memory. */
export function put(at: number, bytes: Iterable<number>): number[] {
  return [...bytes].flatMap((byte, i) => [...op.i32(at + i), ...op.i32(byte), ...op.store8()]);
}

/** Answers with `length` times the same byte. */
export function fill(tag: number, byte: number, length: number): number[] {
  return [
    ...[...op.i32(2048), ...op.i32(byte), ...op.i32(length), ...op.fill],
    ...answer(tag, op.i32(2048), op.i32(length)),
  ];
}

/** Answers with the number on the stack, as four bytes. */
export const answerNumber = [
  ...op.set(4),
  ...[...op.i32(32), ...op.get(4), ...op.store32()],
  ...answer(OK, op.i32(32), op.i32(4)),
];

// What a load generator is told to do and what it answers, one line of JSON each way.

/** How tasks are offered. `closed`: so many in flight, the next one when one ends. `open`: at a rate, whatever comes back. */
export type Pace =
  | { readonly type: "closed"; readonly depth: number }
  | { readonly type: "open"; readonly ratePerS: number };

/** One measurement. */
export interface Order {
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly pace: Pace;
  /** Time until the answer is due, where the system knows such a thing. Default: far beyond what a task takes. */
  readonly deadlineMs?: number;
  /** Not counted: until the ways are warm. */
  readonly warmMs: number;
  readonly measureMs: number;
}

/** What came of it. Latencies in milliseconds; with an open pace they count from when a task was due, not from when it was sent. */
export interface Figures {
  readonly tasks: number;
  readonly failed: number;
  /** All answers of the order, those of its warming included: what the processes' work is shared among. */
  readonly answered: number;
  readonly tasksPerS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

/** Where an input says how many bytes of it shall come back; the rest is a number that makes it unlike all others. */
const LENGTH_AT = 0;
const NUMBER_AT = 4;
const HEAD_BYTES = 12;

/** An input that no other one equals. */
export function inputOf(no: number, inputBytes: number, outputBytes: number): Uint8Array<ArrayBuffer> {
  const input = new Uint8Array(Math.max(inputBytes, HEAD_BYTES));
  new DataView(input.buffer).setUint32(LENGTH_AT, outputBytes, true);
  numberInput(input, no);
  return input;
}

/** Makes it another input. */
export function numberInput(input: Uint8Array<ArrayBuffer>, no: number): void {
  new DataView(input.buffer).setFloat64(NUMBER_AT, no, true);
}

/** What every worker of every system does: sends back the first bytes, as many as the input says. */
export function answerOf(input: Uint8Array): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, HEAD_BYTES);
  return input.subarray(0, view.getUint32(LENGTH_AT, true));
}

/** Whether these are the bytes that answer an input. */
export function answers(input: Uint8Array, output: Uint8Array): boolean {
  const expected = answerOf(input);
  if (output.length !== expected.length) return false;
  for (let at = 0; at < HEAD_BYTES; at++) if (output[at] !== expected[at]) return false;
  return true;
}

// What a message costs on its way through the codec, in frames of 1 and of 32, and what the wire adds to the payload.
// deno task bench codec [--json]. One run takes about five seconds.
import {
  encodeFrame,
  type Message,
  messageType as t,
  Outbox,
  parseFromBackend,
  parseFromWorker,
  parseToBackend,
  parseToWorker,
} from "../protocol/mod.ts";
import { scan } from "../protocol/scan.ts";

/** One measured figure. */
export interface CodecBenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

const digest = new Uint8Array(32).fill(7);
const input = new Uint8Array(180).fill(1);
const output = new Uint8Array(100).fill(2);
const kibibyte = new Uint8Array(1024).fill(3);
/** Attempts and numbers of a coordinator that has run for a while. */
const number = 5_000_000;

const subjects: readonly {
  readonly message: Message;
  readonly parse: (frame: Uint8Array) => unknown;
  readonly name: string;
}[] = [
  { name: "task", parse: parseToWorker, message: task(input) },
  { name: "result", parse: parseFromWorker, message: result(output) },
  {
    name: "submit",
    parse: parseFromBackend,
    message: [t.submit, number, 0, input, [digest], 50, 0, 0, null, null, null, null, null],
  },
  {
    name: "answer",
    parse: parseToBackend,
    message: [t.answer, number, output, 0, 0, 1, 8200, 3100, 0.41, null, "9f86d081884c7d65"],
  },
];

function task(bytes: Uint8Array): Message {
  return [t.task, number, 1, 1, bytes, [digest], 45, 30, 1_000_000, 0, null, null];
}

function result(bytes: Uint8Array): Message {
  return [t.result, number, 1, bytes, 8200, 1800, null];
}

/** Measures everything once. */
export function codecBench(): readonly CodecBenchRow[] {
  const rows: CodecBenchRow[] = [];
  for (const { name, parse, message } of subjects) {
    for (const size of [1, 32]) {
      const messages = new Array<Message>(size).fill(message);
      const frame = encodeFrame(messages);
      const of = `${name}, frames of ${size}`;
      rows.push(perMessage(`scan ${of}`, size, () => scan(frame)));
      rows.push(perMessage(`parse ${of}`, size, () => parse(frame)));
      rows.push(perMessage(`encode ${of}`, size, () => encodeFrame(messages)));
      rows.push(perMessage(`outbox ${of}`, size, outboxTurn(messages)));
    }
  }
  for (const [name, message] of [["task", task(kibibyte)], ["result", result(kibibyte)]] as const) {
    const frame = encodeFrame(new Array<Message>(32).fill(message));
    rows.push({
      name: `wire ${name} of 1 KiB, frames of 32`,
      value: frame.length / (32 * 1024),
      unit: "bytes per byte",
    });
  }
  return rows;
}

/** One turn of an outbox: check, gather, encode. */
function outboxTurn(messages: readonly Message[]): () => void {
  let turn = () => {};
  const outbox = new Outbox({ send: () => {}, defer: (run) => turn = run });
  return () => {
    for (const message of messages) outbox.push(message);
    turn();
  };
}

/** Nanoseconds per message: the best of five rounds, since other programs share the cores. */
function perMessage(name: string, size: number, run: () => void): CodecBenchRow {
  const rounds = 5;
  const calls = Math.ceil(40_000 / size);
  let bestNs = Infinity;
  for (let round = 0; round < rounds; round++) {
    const startMs = performance.now();
    for (let i = 0; i < calls; i++) run();
    bestNs = Math.min(bestNs, (performance.now() - startMs) * 1e6 / (calls * size));
  }
  return { name, value: bestNs, unit: "ns" };
}

if (import.meta.main) {
  const rows = codecBench();
  if (Deno.args.includes("--json")) console.log(JSON.stringify({ bench: "codec", rows }));
  else for (const { name, value, unit } of rows) console.log(`${name}: ${value.toPrecision(4)} ${unit}`);
}

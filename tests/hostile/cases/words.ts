// Kernels that say too much, or what cannot be said.
import { limits } from "../../../protocol/limits.ts";
import { answer } from "../kernels.ts";
import { op } from "../wasm_builder.ts";
import { ERR, fill, type HostileCase, MEMORY_BYTES, OK, OUTPUT_BYTES_MAX, put } from "./case.ts";

const UNREADABLE = /^The kernel refused with a sentence that is not UTF-8\.$/;

/** Answers with a sentence of these bytes. */
function refuse(bytes: Uint8Array | readonly number[]): number[] {
  return [...put(2048, bytes), ...answer(ERR, op.i32(2048), op.i32(bytes.length))];
}

const notUtf8: Readonly<Record<string, readonly number[]>> = {
  "a byte that never occurs": [0x61, 0xff],
  "a character cut off": [0x61, 0xe2, 0x82],
  "a continuation by itself": [0x80],
  "an overlong slash": [0xc0, 0xaf],
  "an overlong nought": [0xe0, 0x80, 0x80],
  "half of a surrogate pair": [0xed, 0xa0, 0x80],
  "a character above the last": [0xf4, 0x90, 0x80, 0x80],
};

const texts: Readonly<Record<string, string>> = {
  "nothing": "",
  "what breaks lines and terminals": "a\nb\r\n\u001b[2J\u0007\u0000c",
  "a mark of byte order": "\ufeffmark",
  "more than one plane": "Der Fluß ist zu breit: 🌊",
};

/** Exactly these words. */
const exactly = (words: string) => new RegExp(`^${RegExp.escape(words)}$`);

/** Outputs and sentences. */
export const words: readonly HostileCase[] = [
  ...Object.entries(notUtf8).map(([what, bytes]) => ({
    name: `a sentence with ${what}`,
    parts: { run: refuse(bytes) },
    codes: ["kernel.refused"],
    says: UNREADABLE,
  })),
  ...Object.entries(texts).map(([what, text]) => ({
    name: `a sentence with ${what}`,
    parts: { run: refuse(new TextEncoder().encode(text)) },
    codes: ["kernel.refused"],
    says: exactly(text),
  })),
  {
    name: "a sentence that fills the memory",
    parts: { run: fill(ERR, 0x61, MEMORY_BYTES - 2048) },
    codes: ["kernel.refused"],
    says: exactly("a".repeat(limits.textBytesMax)),
  },
  {
    name: "a sentence of continuations that fills the memory",
    parts: { run: fill(ERR, 0x80, MEMORY_BYTES - 2048) },
    codes: ["kernel.refused"],
    says: UNREADABLE,
  },
  {
    name: "an output of one byte more than allowed",
    parts: { run: fill(OK, 7, OUTPUT_BYTES_MAX + 1) },
    codes: ["kernel.output_too_large"],
    says: /the limit is 65536/,
  },
  {
    name: "an output that is the whole memory",
    parts: { run: answer(OK, op.i32(0), op.i32(MEMORY_BYTES)) },
    codes: ["kernel.output_too_large"],
  },
  {
    name: "an output as large as allowed",
    parts: { run: fill(OK, 7, OUTPUT_BYTES_MAX) },
    codes: ["output"],
    output: OUTPUT_BYTES_MAX,
  },
  {
    name: "an output of all that lies behind what it was given",
    parts: { run: answer(OK, op.i32(65_536), op.i32(64)) },
    codes: ["output"],
    output: Array.from({ length: 64 }, () => 0),
  },
];

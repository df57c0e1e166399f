// The first look at a frame, before any decoder sees it. It refuses whatever could surprise one: maps, extensions,
// the unused byte 0xC1, deep nesting, counts without values behind them, bad UTF-8, bytes left over.
// One pass over the heads, no recursion, nothing allocated: a hostile frame costs less than its transport did.
import { P2c2rError } from "./errors.ts";
import { limits } from "./limits.ts";
import { isUtf8 } from "./utf8.ts";

const REFUSED = 0, SCALAR = 1, TEXT = 2, BYTES = 3, ARRAY = 4;

/** What kind of value each of the 256 head bytes starts. */
const kinds = new Uint8Array(256);
/** How many bytes follow a head: the value of a scalar, the length of the rest. 0: the head holds it. */
const widths = new Uint8Array(256);

function define(kind: number, first: number, last: number, width = 0): void {
  kinds.fill(kind, first, last + 1);
  widths.fill(width, first, last + 1);
}
define(SCALAR, 0x00, 0x7f); // small integers
define(ARRAY, 0x90, 0x9f);
define(TEXT, 0xa0, 0xbf);
define(SCALAR, 0xc0, 0xc0); // null
define(SCALAR, 0xc2, 0xc3); // false, true
for (let i = 0; i < 3; i++) define(BYTES, 0xc4 + i, 0xc4 + i, 1 << i);
define(SCALAR, 0xcb, 0xcb, 8); // 64-bit float; no field is a 32-bit one
for (let i = 0; i < 4; i++) {
  define(SCALAR, 0xcc + i, 0xcc + i, 1 << i); // unsigned integers
  define(SCALAR, 0xd0 + i, 0xd0 + i, 1 << i); // signed integers
}
for (let i = 0; i < 3; i++) define(TEXT, 0xd9 + i, 0xd9 + i, 1 << i);
define(ARRAY, 0xdc, 0xdc, 2);
define(ARRAY, 0xdd, 0xdd, 4);
define(SCALAR, 0xe0, 0xff); // small negative integers

/** Values still to come in each open array. Scratch of one synchronous scan, written before it is read. */
const left = new Uint32Array(limits.frameDepthMax);

/**
 * Checks that a frame is one array of 1 to `limits.frameMessagesMax` non-empty arrays, made of null, booleans,
 * integers, 64-bit floats, UTF-8 text, bytes and arrays only, within the limits of a frame, with nothing behind it.
 *
 * @throws P2c2rError `protocol.malformed` or `protocol.limit`
 */
export function scan(frame: Uint8Array): void {
  const end = frame.length;
  if (end > limits.frameBytesMax) throw overLimit(`frame is ${end} bytes, limit is ${limits.frameBytesMax}`);
  let at = 0;
  let values = 0;
  let depth = 0;
  do {
    if (at >= end) throw truncated(end);
    const head = frame[at++]!;
    const kind = kinds[head]!;
    const width = widths[head]!;
    if (kind === REFUSED) throw refused(head, at - 1);
    if (++values > limits.frameValuesMax) {
      throw overLimit(`frame has more than ${limits.frameValuesMax} values`);
    }
    if (end - at < width) throw truncated(end);
    if (depth < 2 && kind !== ARRAY) throw malformed(`${place(depth)} is not an array, byte ${at - 1}`);
    if (kind === SCALAR) {
      at += width;
    } else {
      const length = width === 0 ? head & (kind === TEXT ? 0x1f : 0x0f) : readLength(frame, at, width);
      at += width;
      if (length > end - at) throw truncated(end);
      if (kind === ARRAY) {
        checkArray(depth, length);
        if (length > 0) {
          left[depth++] = length;
          continue;
        }
      } else {
        if (kind === TEXT) checkText(frame, at, length);
        at += length;
      }
    }
    while (depth > 0 && --left[depth - 1]! === 0) depth--;
  } while (depth > 0);
  if (at !== end) throw malformed(`${end - at} bytes follow its last value`);
}

function readLength(frame: Uint8Array, at: number, width: number): number {
  let length = frame[at]!;
  for (let i = 1; i < width; i++) length = length * 256 + frame[at + i]!;
  return length;
}

function checkArray(depth: number, length: number): void {
  if (depth >= limits.frameDepthMax) {
    throw overLimit(`arrays are nested more than ${limits.frameDepthMax} deep`);
  }
  if (depth < 2 && length === 0) throw malformed(`${place(depth)} is an empty array`);
  if (depth === 0 && length > limits.frameMessagesMax) {
    throw overLimit(`frame has ${length} messages, limit is ${limits.frameMessagesMax}`);
  }
}

function checkText(frame: Uint8Array, at: number, length: number): void {
  if (length > limits.textBytesMax) {
    throw overLimit(`text is ${length} bytes, limit is ${limits.textBytesMax}`);
  }
  if (!isUtf8(frame, at, at + length)) throw malformed(`text is not UTF-8, byte ${at}`);
}

function place(depth: number): string {
  return depth === 0 ? "frame" : "message";
}

function refused(head: number, at: number): P2c2rError {
  const what = head >= 0x80 && head <= 0x8f || head === 0xde || head === 0xdf
    ? "map"
    : head === 0xca
    ? "32-bit float"
    : head === 0xc1
    ? "unused MessagePack type"
    : "extension type";
  return malformed(`${what} 0x${head.toString(16)} is not part of the protocol, byte ${at}`);
}

function truncated(end: number): P2c2rError {
  return malformed(`it ends after ${end} bytes, in the middle of a value`);
}

function malformed(state: string): P2c2rError {
  return new P2c2rError("protocol.malformed", `Cannot read frame: ${state}`);
}

function overLimit(state: string): P2c2rError {
  return new P2c2rError("protocol.limit", `Cannot read frame: ${state}`);
}

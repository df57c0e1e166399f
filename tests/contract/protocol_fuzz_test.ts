// Bytes from nowhere: whatever arrives, a parser either reads messages that fit the schema or throws a coded error.
// 20,000 frames in every run, a million with P2C2R_LONG=1. Every frame follows from the seed in the test's message.
import { Packr } from "msgpackr/pack";
import { assert, fc } from "../deps.ts";
import {
  encodeFrame,
  type Message,
  P2c2rError,
  parseFromBackend,
  parseFromWorker,
  parseToBackend,
  parseToWorker,
} from "../../protocol/mod.ts";
import { measured } from "../../protocol/measure.ts";
import { lanes, messageIn } from "./protocol_arbitraries.ts";

const frames = Deno.env.get("P2C2R_LONG") === "1" ? 1_000_000 : 20_000;
const parsers = [parseFromWorker, parseToWorker, parseFromBackend, parseToBackend] as const;

/** Uniform numbers below a bound, from a seed (mulberry32). */
function drawsOf(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 * bound);
  };
}

/** Valid frames of all directions, to be damaged. */
function samples(seed: number): Uint8Array[] {
  return lanes.flatMap((lane) =>
    fc.sample(fc.array(messageIn(lane), { minLength: 1, maxLength: 4 }), { numRuns: 250, seed }).map(
      encodeFrame,
    )
  );
}

/** Heads whose meaning differs, and lengths that lie. */
const heads = [
  0x00,
  0x7f,
  0x80,
  0x8f,
  0x90,
  0x9f,
  0xa0,
  0xbf,
  0xc0,
  0xc1,
  0xc2,
  0xc3,
  0xc4,
  0xc5,
  0xc6,
  0xc7,
  0xc9,
];
for (let head = 0xca; head <= 0xe0; head++) heads.push(head);
heads.push(0xff);

/** One frame with one to four wounds. */
function damaged(frame: Uint8Array, other: Uint8Array, draw: (bound: number) => number): Uint8Array {
  let bytes = [...frame];
  for (let wounds = 1 + draw(4); wounds > 0; wounds--) {
    const at = draw(bytes.length + 1);
    switch (draw(7)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << draw(8));
        break;
      case 1:
        bytes[at] = heads[draw(heads.length)]!;
        break;
      case 2:
        bytes.splice(at, 0, heads[draw(heads.length)]!);
        break;
      case 3:
        bytes.splice(at, 1 + draw(4));
        break;
      case 4:
        bytes.length = Math.min(bytes.length, at);
        break;
      case 5:
        bytes = [...bytes.slice(0, at), ...other.subarray(draw(other.length))];
        break;
      default:
        bytes.splice(at, 0, ...[0xdd, draw(256), draw(256), draw(256), draw(256)]);
    }
  }
  return Uint8Array.from(bytes);
}

/** Parses in all directions. Returns in how many the frame was read; anything unexpected throws. */
function survived(frame: Uint8Array, note: string): number {
  const size = { bytes: 0, values: 0 };
  let read = 0;
  for (const parse of parsers) {
    let messages: readonly Message[];
    try {
      messages = parse(frame);
    } catch (error) {
      assert.ok(
        error instanceof P2c2rError && /^protocol\.(malformed|limit)$/.test(error.code),
        `${note}: ${error}`,
      );
      continue;
    }
    for (const message of messages) measured(message, size);
    assert.deepEqual(parse(encodeFrame(messages)), messages, note);
    read++;
  }
  return read;
}

Deno.test(`parse() answers ${frames.toLocaleString("en")} damaged frames with messages that fit or a coded error`, () => {
  const seed = 20_261_121;
  const draw = drawsOf(seed);
  const valid = samples(seed);
  let read = 0;
  for (let i = 0; i < frames; i++) {
    const frame = damaged(valid[draw(valid.length)]!, valid[draw(valid.length)]!, draw);
    read += survived(frame, `seed ${seed}, frame ${i}`);
  }
  assert.ok(read > frames / 100, `only ${read} readings: the frames are too broken to test the schema`);
  assert.ok(read < 3 * frames);
});

Deno.test("parse() answers random bytes with messages that fit or a coded error", () => {
  const draw = drawsOf(7);
  for (let i = 0; i < frames / 10; i++) {
    const frame = Uint8Array.from(
      { length: draw(64) },
      () => draw(3) === 0 ? draw(256) : heads[draw(heads.length)]!,
    );
    if (draw(2) === 0) frame.set([0x91, 0x90 + draw(14), draw(40)].slice(0, frame.length));
    survived(frame, `random frame ${i}`);
  }
});

Deno.test("parse() answers everything else that MessagePack can carry with a coded error", () => {
  const packers = [
    new Packr({ useRecords: false }),
    new Packr({ useRecords: true }),
    new Packr({ structuredClone: true, moreTypes: true, bundleStrings: true }),
  ];
  const anything = fc.anything({
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withBigInt: false,
  });
  fc.assert(
    fc.property(fc.array(fc.array(anything)), fc.nat(2), (value, which) => {
      survived(new Uint8Array(packers[which]!.pack(value)), "packed value");
    }),
    { numRuns: 2000 },
  );
});

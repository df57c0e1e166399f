import { Buffer } from "node:buffer";
import { Packr } from "msgpackr/pack";
import { assert, fc } from "../tests/deps.ts";
import { lanes, messageIn } from "../tests/contract/protocol_arbitraries.ts";
import {
  encodeFrame,
  lendFrame,
  parseFromBackend,
  parseFromWorker,
  parseToBackend,
  parseToWorker,
} from "./codec.ts";
import { type Code, P2c2rError } from "./errors.ts";
import { limits } from "./limits.ts";
import {
  type FromBackend,
  type Message,
  messageType as t,
  type ResultMessage,
  type Submit,
} from "./messages.ts";
import { rows } from "./schema.ts";

const parsers = {
  fromWorker: parseFromWorker,
  toWorker: parseToWorker,
  fromBackend: parseFromBackend,
  toBackend: parseToBackend,
} as const;
const packer = new Packr({ useRecords: false });
/** A frame as another program might write it: no rule of ours applies. */
const raw = (messages: unknown): Uint8Array => new Uint8Array(packer.pack(messages));
const digest = new Uint8Array(32).fill(7);

const submit: Submit = [
  t.submit,
  1,
  2,
  new Uint8Array([3]),
  [digest],
  50,
  0,
  0,
  null,
  null,
  null,
  null,
  null,
];
const result: ResultMessage = [t.result, 1, 2, new Uint8Array([3, 4]), 5, 6, null];

function refuses(
  parse: (frame: Uint8Array) => unknown,
  messages: unknown,
  code: Code,
  message: RegExp,
): void {
  assert.throws(() => parse(raw(messages)), (error) => {
    assert.ok(error instanceof P2c2rError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  });
}

/** A valid message with one field replaced. */
function changed(message: Message, place: number, value: unknown): unknown[] {
  const copy: unknown[] = [...message];
  copy[place] = value;
  return copy;
}

for (const lane of lanes) {
  Deno.test(`parse() gives back what encodeFrame() was given, ${lane}`, () => {
    fc.assert(
      fc.property(fc.array(messageIn(lane), { minLength: 1, maxLength: 8 }), (messages) => {
        assert.deepEqual(parsers[lane](encodeFrame(messages)), messages);
      }),
      { numRuns: 300 },
    );
  });
}

Deno.test("parse() refuses every message type that its direction does not have", () => {
  for (const lane of lanes) {
    for (let type = 0; type < 256; type++) {
      if (rows.some((row) => row.type === type && row.lanes.includes(lane))) continue;
      refuses(parsers[lane], [[type, ...new Array(12).fill(0)]], "protocol.malformed", /not expected here/);
    }
    for (const type of [null, "13", -1, 1.5, true, [13]]) {
      refuses(parsers[lane], [[type, 1]], "protocol.malformed", /not expected here/);
    }
  }
});

Deno.test("parse() refuses a message of any type that lacks a required field", () => {
  for (const row of rows) {
    for (const lane of row.lanes) {
      for (let given = 0; given < row.required; given++) {
        const short = [row.type, ...new Array(given).fill(0)];
        refuses(parsers[lane], [short], "protocol.malformed", /required/);
      }
    }
  }
});

Deno.test("parse() reads trailing fields that were left out as null", () => {
  const [read] = parseFromBackend(raw([submit.slice(0, 8)]));
  assert.deepEqual(read, submit);
});

Deno.test("parse() cuts off fields that a later version appended", () => {
  const [first, second] = parseFromWorker(raw([[...result, "later", [1, 2]], [t.probe, 1, 2, 3]]));
  assert.deepEqual(first, result);
  assert.deepEqual(second, [t.probe, 1]);
});

Deno.test("parse() reads a reserved field as null whatever a later version puts there", () => {
  for (const value of [1, "later", new Uint8Array(3), [1, [2]], true]) {
    assert.deepEqual(parseFromBackend(raw([changed(submit, 12, value)])), [submit]);
  }
});

Deno.test("parse() takes an integer in every format that holds it exactly, and no other number", () => {
  const probe = (hex: string) => parseFromWorker(Uint8Array.fromHex(`919202${hex}`))[0]![1];
  assert.equal(probe("05"), 5);
  assert.equal(probe("cf0000000000000005"), 5);
  assert.equal(probe("d30000000000000005"), 5);
  assert.equal(probe("cb4014000000000000"), 5);
  assert.equal(probe("cf001fffffffffffff"), Number.MAX_SAFE_INTEGER);
  assert.equal(probe("cb433fffffffffffff"), Number.MAX_SAFE_INTEGER);
  for (
    const hex of [
      "ff", // −1
      "d3ffffffffffffffff", // −1
      "cf0020000000000000", // 2^53
      "cf0020000000000001", // 2^53 + 1
      "cfffffffffffffffff",
      "cb4340000000000000", // 2^53
      "cb4004000000000000", // 2.5
      "cb7ff8000000000000", // not a number
      "cb7ff0000000000000", // infinity
    ]
  ) assert.throws(() => probe(hex), { code: "protocol.malformed" }, hex);
});

Deno.test("parse() holds the range of every field", () => {
  const backend = (place: number, value: unknown) => changed(submit, place, value);
  const bad: [number, unknown, Code][] = [
    [1, "1", "protocol.malformed"],
    [1, null, "protocol.malformed"],
    [2, limits.kernelNoMax + 1, "protocol.malformed"],
    [3, "text", "protocol.malformed"],
    [3, new Uint8Array(limits.inputBytesMax + 1), "protocol.limit"],
    [4, digest, "protocol.malformed"],
    [4, [digest.subarray(1)], "protocol.malformed"],
    [4, [digest, null], "protocol.malformed"],
    [4, new Array(limits.taskAssetsMax + 1).fill(digest), "protocol.limit"],
    [5, 0, "protocol.malformed"],
    [5, limits.deadlineMsMax + 1, "protocol.malformed"],
    [6, limits.priorityMax + 1, "protocol.malformed"],
    [7, 2, "protocol.malformed"],
    [8, "", "protocol.malformed"],
    [8, "ä".repeat(33), "protocol.limit"],
    [9, [new Uint8Array(0)], "protocol.malformed"],
    [9, [new Uint8Array(limits.tagBytesMax + 1)], "protocol.malformed"],
    [10, limits.fuelMax + 1, "protocol.malformed"],
    [11, new Uint8Array(limits.traceBytesMax + 1), "protocol.limit"],
  ];
  for (const [place, value, code] of bad) {
    refuses(parseFromBackend, [backend(place, value)], code, /of submit is/);
  }
  const good: [number, unknown][] = [
    [3, new Uint8Array(limits.inputBytesMax)],
    [4, new Array(limits.taskAssetsMax).fill(digest)],
    [5, limits.deadlineMsMax],
    [8, "ä".repeat(32)],
  ];
  for (const [place, value] of good) {
    assert.deepEqual(parseFromBackend(raw([backend(place, value)])), [backend(place, value)]);
  }
  const standing = [t.standing, "idle", "no", null];
  refuses(parseToWorker, [standing], "protocol.malformed", /state of standing/);
  const pair = [t.handBack, [[1, 2, 3]], ""];
  refuses(parseFromWorker, [pair], "protocol.malformed", /attempts of handBack/);
});

Deno.test("encodeFrame() gives every frame a buffer of its own, of exactly its size", () => {
  const first = encodeFrame([submit]);
  const copy = first.slice();
  const second = encodeFrame([result]);
  assert.notEqual(first.buffer, second.buffer);
  assert.equal(first.buffer.byteLength, first.length);
  assert.deepEqual(first, copy);
  assert.equal(first.constructor, Uint8Array);
});

Deno.test("lendFrame() gives the same bytes in memory that the next frame overwrites", () => {
  const lent = lendFrame([submit]);
  assert.deepEqual(lent.slice(), encodeFrame([submit]));
  assert.equal(lent.constructor, Uint8Array);
  const next = lendFrame([result]);
  assert.equal(next.buffer, lent.buffer);
  assert.deepEqual(next.slice(), encodeFrame([result]));
});

Deno.test("encodeFrame() refuses what a peer would refuse by its size", () => {
  const echo: Message = [t.echo, 1];
  assert.throws(() => encodeFrame([]), { code: "protocol.limit" });
  assert.throws(() => encodeFrame(new Array(limits.frameMessagesMax + 1).fill(echo)), {
    code: "protocol.limit",
  });
  assert.equal(
    parseFromWorker(encodeFrame(new Array(limits.frameMessagesMax).fill(echo))).length,
    limits.frameMessagesMax,
  );
  const large: FromBackend = [
    ...submit.slice(0, 3),
    new Uint8Array(limits.inputBytesMax),
    ...submit.slice(4),
  ] as never;
  assert.throws(() => encodeFrame(new Array(4).fill(large)), { code: "protocol.limit" });
});

Deno.test("parse() hands out views into the frame, plain ones also for a Buffer", () => {
  const frame = encodeFrame([result]);
  const output = (parseFromWorker(frame)[0] as ResultMessage)[3];
  assert.equal(output.buffer, frame.buffer);
  const behind = Buffer.concat([Buffer.from("padding"), frame]).subarray(7);
  const view = (parseFromWorker(behind)[0] as ResultMessage)[3];
  assert.equal(view.constructor, Uint8Array);
  assert.deepEqual(view, result[3]);
});

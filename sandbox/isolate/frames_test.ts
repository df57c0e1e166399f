import { assert, fc } from "../../tests/deps.ts";
import { limits } from "../../protocol/limits.ts";
import {
  answerBytesMax,
  decodeAnswer,
  decodeTask,
  encodeAnswer,
  encodeTask,
  FrameReader,
  LENGTH_BYTES,
} from "./frames.ts";
import { type CellMessage, readCellMessage, type RunMessage } from "./messages.ts";

const bytes = fc.uint8Array({ maxLength: 40 });
const digest = fc.string({ maxLength: 8 });
const count = fc.nat();

const task: fc.Arbitrary<RunMessage> = fc.record({
  type: fc.constant("run" as const),
  kernel: digest,
  code: fc.option(
    fc.tuple(bytes, count, count).map(([lent, initial, maximum]) => ({ lent, memory: { initial, maximum } })),
    {
      nil: undefined,
    },
  ),
  input: bytes,
  assets: fc.array(digest, { maxLength: 3 }),
  newAssets: fc.array(fc.tuple(digest, bytes), { maxLength: 3 }),
  droppedModules: fc.array(digest, { maxLength: 3 }),
  droppedAssets: fc.array(digest, { maxLength: 3 }),
  outputBytesMax: count,
  fuelLimit: count,
  wallMs: count,
});

const answer: fc.Arbitrary<CellMessage> = fc.oneof(
  fc.constant({ type: "ready" as const }),
  fc.record({ output: bytes.map((one) => Uint8Array.from(one)), fuel: count, computeUs: count })
    .map((parts) => ({ type: "outcome" as const, outcome: { type: "output" as const, ...parts } })),
  fc.record({ message: fc.string({ unit: "grapheme", maxLength: 40 }), fuel: count, computeUs: count })
    .map((parts) => ({
      type: "outcome" as const,
      outcome: { type: "failure" as const, code: "kernel.refused" as const, ...parts },
    })),
);

/** Frames cut into pieces of a drawn length, as a pipe would give them. */
function pieces(frames: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer>[] {
  const all = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length, 0));
  let at = 0;
  for (const frame of frames) {
    all.set(frame, at);
    at += frame.length;
  }
  return Array.from(
    { length: Math.ceil(all.length / length) },
    (_, i) => all.slice(i * length, (i + 1) * length),
  );
}

Deno.test("decodeTask() reads what encodeTask() writes", () => {
  fc.assert(fc.property(task, (message) => {
    const { code, ...rest } = message;
    const { code: readCode, ...readRest } = decodeTask(encodeTask(message).subarray(LENGTH_BYTES));
    assert.deepEqual(readRest, rest);
    assert.deepEqual(readCode, code);
  }));
});

Deno.test("decodeAnswer() reads what encodeAnswer() writes, in whatever pieces it comes", () => {
  fc.assert(
    fc.property(fc.array(answer, { maxLength: 4 }), fc.integer({ min: 1, max: 300 }), (messages, length) => {
      const reader = new FrameReader();
      const frames = pieces(messages.map(encodeAnswer), length).flatMap((piece) =>
        reader.take(piece, 100_000)
      );
      assert.deepEqual(frames.map((frame) => readCellMessage(decodeAnswer(frame), 40)), messages);
    }),
  );
});

Deno.test("decodeAnswer() and readCellMessage() survive any bytes, and let no message through that is none", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), answer, fc.nat(), (noise, message, at) => {
      readCellMessage(decodeAnswer(Uint8Array.from(noise)), 40);
      const frame = encodeAnswer(message).slice(LENGTH_BYTES);
      frame.set(noise.subarray(0, 3), at % Math.max(1, frame.length - 3));
      const read = readCellMessage(decodeAnswer(frame), 40);
      if (read !== undefined) {
        assert.deepEqual(readCellMessage(decodeAnswer(encodeAnswer(read).slice(LENGTH_BYTES)), 40), read);
      }
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("FrameReader takes a frame of the longest length and refuses a longer one before it has memory for it", () => {
  const frameOf = (length: number) => Uint8Array.of(...new Uint8Array(Uint32Array.of(length).buffer));
  assert.equal(new FrameReader().take(frameOf(0), 0).length, 1);
  assert.equal(new FrameReader().take(frameOf(1_000), 1_000).length, 0);
  assert.throws(() => new FrameReader().take(frameOf(1_001), 1_000), RangeError);
  assert.throws(() => new FrameReader().take(frameOf(0xffff_ffff), 1_000), RangeError);
});

Deno.test("answerBytesMax() has room for the largest output and for the worst sentence", () => {
  const worst: CellMessage = {
    type: "outcome",
    outcome: {
      type: "failure",
      code: "kernel.output_too_large",
      message: "\u0001".repeat(limits.textBytesMax),
      fuel: Number.MAX_SAFE_INTEGER,
      computeUs: Number.MAX_SAFE_INTEGER,
    },
  };
  assert.ok(encodeAnswer(worst).length - LENGTH_BYTES <= answerBytesMax(0));
  const output = new Uint8Array(10_000);
  const largest = encodeAnswer({
    type: "outcome",
    outcome: { type: "output", output, fuel: 1, computeUs: 1 },
  });
  assert.ok(largest.length - LENGTH_BYTES <= answerBytesMax(output.length));
});

Deno.test("readCellMessage() takes no outcome whose parts are not as they must be", () => {
  const output = { type: "output", output: new Uint8Array(4), fuel: 1, computeUs: 1 };
  const failure = {
    type: "failure",
    code: "kernel.late",
    message: "é".repeat(limits.textBytesMax / 2),
    fuel: 0,
    computeUs: 1,
  };
  const read = (outcome: unknown) => readCellMessage({ type: "outcome", outcome }, 4)?.type;
  assert.deepEqual([read(output), read(failure)], ["outcome", "outcome"]);
  const wrong = [
    null,
    7,
    { ...output, output: new Uint8Array(5) },
    { ...output, output: [1] },
    { ...output, output: new Uint8Array(new SharedArrayBuffer(4)) },
    { ...output, fuel: 0.5 },
    { ...output, fuel: Infinity },
    { ...output, fuel: "1" },
    { ...output, computeUs: -1 },
    { ...output, type: "failure" },
    { ...failure, code: "worker.untested" },
    { ...failure, code: "kernel.unknown" },
    { ...failure, message: `${failure.message}.` },
    { ...failure, message: "\ud800" },
    { ...failure, message: 7 },
    { ...failure, type: "output" },
  ];
  for (const outcome of wrong) assert.equal(read(outcome), undefined, JSON.stringify(outcome));
});

import { assert, fc } from "../tests/deps.ts";
import { messageOf } from "../tests/contract/protocol_arbitraries.ts";
import { encodeFrame } from "./codec.ts";
import { limits } from "./limits.ts";
import { measured } from "./measure.ts";
import { type Message, messageType as t } from "./messages.ts";
import { rows } from "./schema.ts";

Deno.test("measured() is never below what the encoder writes, and returns the same message", () => {
  const size = { bytes: 0, values: 0 };
  for (const row of rows) {
    fc.assert(
      fc.property(messageOf(row), (message) => {
        assert.equal(measured(message, size), message);
        assert.ok(encodeFrame([message]).length <= size.bytes, row.name);
        assert.ok(message.length + 1 <= size.values);
      }),
      { numRuns: 50 },
    );
  }
});

Deno.test("measured() throws the sender's own mistakes at the sender", () => {
  const wrong: unknown[][] = [
    [99, 1],
    [t.probe],
    [t.probe, 1, 2],
    [t.probe, 1.5],
    [t.probe, -1],
    [t.probe, undefined],
    [t.result, 1, 2, "output", 3, 4, null],
    [t.ready, 1, 1, "worker", null, null, "not reserved"],
    [t.openKernel, 1, "half a \ud83d pair", null],
  ];
  for (const message of wrong) {
    assert.throws(() => measured(message as unknown as Message, { bytes: 0, values: 0 }), {
      code: "internal",
    }, String(message));
  }
});

Deno.test("measured() shortens texts for people in a copy and leaves the message alone", () => {
  const size = { bytes: 0, values: 0 };
  const failure: Message = [t.failure, 1, 2, "kernel.refused", "ä".repeat(2000), 0, 0];
  const sent = measured(failure, size) as typeof failure;
  assert.equal(failure[4].length, 2000);
  assert.equal(sent[4], "ä".repeat(limits.textBytesMax / 2));
  assert.deepEqual(sent.toSpliced(4, 1), failure.toSpliced(4, 1));
  const broken: Message = [t.goodbye, "\udc00"];
  assert.deepEqual(measured(broken, size), [t.goodbye, "\ufffd"]);
});

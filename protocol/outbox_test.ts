import { assert } from "../tests/deps.ts";
import { parseFromBackend, parseFromWorker } from "./codec.ts";
import { limits } from "./limits.ts";
import { type FromBackend, type FromWorker, messageType as t } from "./messages.ts";
import { Outbox, type OutboxOptions } from "./outbox.ts";

function harness<M extends FromWorker | FromBackend>(more: Partial<OutboxOptions> = {}) {
  const frames: Uint8Array[] = [];
  const turns: (() => void)[] = [];
  const outbox = new Outbox<M>({
    send: (frame) => frames.push(frame),
    defer: (run) => turns.push(run),
    ...more,
  });
  const endTurn = () => turns.splice(0).forEach((run) => run());
  return { frames, turns, outbox, endTurn };
}

const submitOf = (
  bytes: number,
  requestNo: number,
): FromBackend => [
  t.submit,
  requestNo,
  1,
  new Uint8Array(bytes),
  null,
  50,
  0,
  0,
  null,
  null,
  null,
  null,
  null,
];

Deno.test("Outbox sends what one turn pushed as one frame, in order, and defers once", () => {
  const { frames, turns, outbox, endTurn } = harness<FromWorker>();
  for (let i = 0; i < 5; i++) outbox.push([t.probe, i]);
  assert.equal(turns.length, 1);
  assert.equal(outbox.waiting, 5);
  endTurn();
  assert.equal(frames.length, 1);
  assert.deepEqual(parseFromWorker(frames[0]!), [0, 1, 2, 3, 4].map((i) => [t.probe, i]));
  outbox.push([t.probe, 5]);
  endTurn();
  assert.deepEqual(parseFromWorker(frames[1]!), [[t.probe, 5]]);
});

Deno.test("Outbox gives each frame a buffer of its own, unless its socket copies them", () => {
  for (const copies of [false, true]) {
    const { frames, outbox } = harness<FromWorker>({ copies });
    for (const no of [1, 2]) {
      outbox.push([t.probe, no]);
      outbox.flush();
    }
    assert.equal(frames[0]!.buffer === frames[1]!.buffer, copies);
    assert.deepEqual(parseFromWorker(frames[1]!), [[t.probe, 2]]);
  }
});

Deno.test("Outbox sends nothing for a turn that was flushed by hand", () => {
  const { frames, outbox, endTurn } = harness<FromWorker>();
  outbox.push([t.probe, 1]);
  outbox.flush();
  endTurn();
  outbox.flush();
  assert.equal(frames.length, 1);
});

Deno.test("Outbox splits at the frame's bytes and keeps the order", () => {
  const { frames, outbox, endTurn } = harness<FromBackend>();
  for (let i = 0; i < 9; i++) outbox.push(submitOf(limits.inputBytesMax, i));
  endTurn();
  assert.ok(frames.length >= 3);
  const numbers = frames.flatMap((frame) => parseFromBackend(frame).map((message) => message[1]));
  assert.deepEqual(numbers, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

Deno.test("Outbox splits at the frame's messages", () => {
  const { frames, outbox, endTurn } = harness<FromWorker>();
  for (let i = 0; i < 2 * limits.frameMessagesMax + 1; i++) outbox.push([t.echo, i]);
  endTurn();
  const counts = frames.map((frame) => parseFromWorker(frame).length);
  assert.deepEqual(counts, [limits.frameMessagesMax, limits.frameMessagesMax, 1]);
});

Deno.test("Outbox splits at the frame's values", () => {
  const { frames, outbox, endTurn } = harness<FromWorker>();
  const attempts = new Array(limits.listEntriesMax).fill([1, 2]);
  for (let i = 0; i < 50; i++) outbox.push([t.handBack, attempts, "pause"]);
  endTurn();
  assert.ok(frames.length > 1);
  assert.equal(frames.reduce((sum, frame) => sum + parseFromWorker(frame).length, 0), 50);
});

Deno.test("Outbox throws a message that does not fit the schema and still sends the others", () => {
  const { frames, outbox, endTurn } = harness<FromWorker>();
  outbox.push([t.probe, 1]);
  assert.throws(() => outbox.push([t.probe, 0.5]), { code: "internal" });
  outbox.push([t.probe, 2]);
  endTurn();
  assert.deepEqual(parseFromWorker(frames[0]!), [[t.probe, 1], [t.probe, 2]]);
});

Deno.test("Outbox closes itself towards a peer that does not read, and says so once", () => {
  let overflows = 0;
  let buffered = limits.bufferedBytesMax;
  const { frames, outbox, endTurn } = harness<FromWorker>({
    bufferedBytes: () => buffered,
    onOverflow: () => overflows++,
  });
  outbox.push([t.probe, 1]);
  endTurn();
  assert.equal(frames.length, 1);
  buffered++;
  outbox.push([t.probe, 2]);
  endTurn();
  outbox.push([t.probe, 3]);
  endTurn();
  assert.equal(frames.length, 1);
  assert.equal(overflows, 1);
});

Deno.test("Outbox drops everything after close()", () => {
  const { frames, outbox, endTurn } = harness<FromWorker>();
  outbox.push([t.probe, 1]);
  outbox.close();
  outbox.push([t.probe, 2]);
  endTurn();
  assert.equal(frames.length, 0);
});

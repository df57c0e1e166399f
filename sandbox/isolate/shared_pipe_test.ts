import { setImmediate } from "node:timers";
import { assert, fc } from "../../tests/deps.ts";
import { PipeReader, PipeWriter, sharedPipeMemory } from "./shared_pipe.ts";

const CAPACITY = 128 * 1024;

/** Bytes that say where in the stream they are. */
function bytesFrom(at: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (at + i) % 251);
}

/** Waiting at a pipe keeps no event loop alive: in a cell, its thread does. */
async function kept(waiting: Promise<boolean>): Promise<boolean> {
  const timer = setTimeout(() => {}, 60_000);
  const goesOn = await waiting;
  clearTimeout(timer);
  return goesOn;
}

function pipe() {
  const memory = sharedPipeMemory();
  return { memory, writer: new PipeWriter(memory), reader: new PipeReader(memory) };
}

Deno.test("what PipeWriter writes is what PipeReader reads, whatever the sizes and however often the ring goes round", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: CAPACITY + 9 }), { maxLength: 12 }), (lengths) => {
      const { writer, reader } = pipe();
      let [written, read] = [0, 0];
      for (const length of lengths) {
        written += writer.write(bytesFrom(written, length));
        // A ring is emptied now and then, so that it is at times full and at times not.
        if (length % 3 === 0) continue;
        const piece = reader.read() ?? new Uint8Array();
        assert.deepEqual(piece, bytesFrom(read, piece.length));
        read += piece.length;
        assert.equal(read, written);
      }
    }),
    { numRuns: 40 },
  );
});

Deno.test("write() takes what there is room for, and more when something was read", () => {
  const { writer, reader } = pipe();
  const bytes = bytesFrom(0, CAPACITY + 100);
  assert.equal(writer.write(bytes), CAPACITY);
  assert.equal(writer.write(bytes, CAPACITY), 0);
  assert.equal(reader.read()?.length, CAPACITY);
  assert.equal(writer.write(bytes, CAPACITY), 100);
  assert.deepEqual(reader.read(), bytes.slice(CAPACITY));
  assert.equal(reader.read(), undefined);
});

Deno.test("readable() and writable() resolve when the other side did its part", async () => {
  const { writer, reader } = pipe();
  const readable = reader.readable();
  writer.write(bytesFrom(0, CAPACITY));
  assert.equal(await kept(readable), true);
  const writable = writer.writable();
  reader.read();
  assert.equal(await kept(writable), true);
});

Deno.test("readableSoon() waits for so long without the event loop, and from then on in it", async () => {
  const { writer, reader } = pipe();
  const later = reader.readableSoon(1);
  assert.ok(later instanceof Promise);
  writer.write(bytesFrom(0, 1));
  assert.equal(await kept(later), true);
  assert.equal(reader.readableSoon(60_000), true);
  reader.close();
  assert.equal(reader.readableSoon(60_000), false);
});

Deno.test("a side that rings all the time leaves the event loop to others", async () => {
  const { writer, reader } = pipe();
  writer.write(bytesFrom(0, CAPACITY));
  let isDue = false;
  setImmediate(() => isDue = true);
  // Nothing is to be waited for, so nothing but a turn lets others come in between.
  for (let calls = 0; !isDue; calls++) {
    assert.ok(calls < 100, "nobody else had a turn");
    await reader.readable();
  }
  reader.read();
  isDue = false;
  setImmediate(() => isDue = true);
  for (let calls = 0; !isDue; calls++) {
    assert.ok(calls < 100, "nobody else had a turn");
    await writer.writable();
  }
});

Deno.test("close() wakes whoever waits, and nothing is filled or written behind it", async () => {
  for (const end of ["reader", "writer"] as const) {
    const parts = pipe();
    const readable = parts.reader.readable();
    parts[end].close();
    assert.equal(await kept(readable), false);
    assert.equal(parts.reader.readSync(new Uint8Array(1)), false);
    assert.equal(parts.writer.writeSync(new Uint8Array(1)), false);
  }
});

Deno.test("a side that counts wrongly is found out before a byte is taken or written", () => {
  const WRITTEN = 0;
  const READ = 1;
  for (const wrong of [CAPACITY + 1, -1, 2 ** 31 - 1]) {
    const { memory, writer, reader } = pipe();
    const words = new Int32Array(memory, 0, 2);
    Atomics.store(words, WRITTEN, wrong);
    assert.throws(() => reader.read(), RangeError);
    Atomics.store(words, READ, -wrong);
    assert.throws(() => writer.write(new Uint8Array(1)), RangeError);
  }
});

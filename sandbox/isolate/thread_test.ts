import { assert } from "../../tests/deps.ts";
import { bundleOf } from "../../tests/hostile/bundles.ts";
import { kernel } from "../../tests/hostile/kernels.ts";
import { toFileUrl, withTempFolder } from "../../tools/temp_folder.ts";
import { type CellEvent, createCellStock } from "./cell_stock.ts";
import { createIsolate } from "./isolate.ts";
import { startThread, threadOptions, threads } from "./thread.ts";

/** Programs that stand where the one of a thread should: what they do once they were given a task. */
const rogues: Readonly<Record<string, string>> = {
  "crashes": "throw new Error()",
  "posts a message": "postMessage({ type: 'ready' })",
  "says nothing that is a frame": "say(new TextEncoder().encode('garbage, and more of it'.repeat(100)))",
  "announces a frame without end": "say(new Uint8Array(32).fill(255))",
  "floods": "for (let i = 0; i < 100; i++) say(new Uint8Array(65_536))",
  "counts more bytes than the ring has": "Atomics.store(out, 0, 1 << 20); ring(3)",
  "counts backwards": "Atomics.store(out, 0, 0); ring(3)",
  "says that it is over": "Atomics.store(out, 2, 1); ring(3)",
  "ends the other pipe": "Atomics.store(words, 2, 1); Atomics.add(words, 4, 1); Atomics.notify(words, 4)",
  "says that it is ready again": "ready()",
  "rings and says nothing": "while (Atomics.load(out, 2) === 0) ring(3)",
  "gives no room": "Atomics.store(words, 1, 0); while (Atomics.load(words, 2) === 0) ring(4, words)",
  "does not come back": "for (;;) Atomics.wait(out, 0, Atomics.load(out, 0), 50)",
};

/** Says that it is ready, waits for the first bytes of a task, and does what it does. */
const rogue = (does: string, timesReady = 1) => `
  const { tasks, answers } = await new Promise((resolve) => {
    addEventListener("message", ({ data }) => resolve(data));
  });
  const [words, out] = [new Int32Array(tasks), new Int32Array(answers, 0, 5)];
  const memory = new Uint8Array(answers, 64);
  let written = 0;
  function ring(bell, of = out) { Atomics.add(of, bell, 1); Atomics.notify(of, bell); }
  function say(bytes) {
    for (const byte of bytes) memory[written++ % memory.length] = byte;
    Atomics.store(out, 0, written);
    ring(3);
  }
  function ready(times = 1) {
    const text = new TextEncoder().encode('{"type":"ready"}');
    const size = 32 + text.length;
    const bytes = new Uint8Array(size * times);
    for (let at = 0; at < bytes.length; at += size) {
      new DataView(bytes.buffer, at).setUint32(0, size - 4, true);
      new DataView(bytes.buffer, at).setUint32(4, text.length, true);
      bytes.set(text, at + 32);
    }
    say(bytes);
  }
  ready(${timesReady});
  while (Atomics.load(words, 0) === 0) Atomics.wait(words, 3, 0, 1_000);
  ${does};
`;

const honest = await bundleOf(kernel({ memory: { initial: 16, maximum: 16 } }), {
  limits: { inputBytesMax: 200_000, outputBytesMax: 200_000, memoryPages: 16 },
});

for (const [what, does] of Object.entries(rogues)) {
  Deno.test(`a thread that ${what} is ended, and the next task is right in another one`, async () => {
    await withTempFolder(async (folder) => {
      const main = `${folder}/rogue.js`;
      await Deno.writeTextFile(main, rogue(does));
      const events: CellEvent["type"][] = [];
      let started = 0;
      const start = () =>
        started++ === 0 ? startThread(new URL(toFileUrl(main)), threadOptions) : threads.start();
      const stock = createCellStock({
        kind: { ...threads, start, graceMs: 300 },
        spares: 0,
        // A busy machine is no fault of a thread.
        startMsMax: 60_000,
        report: ({ type }) => events.push(type),
      });
      const isolate = createIsolate({ stock });
      const task = { bundle: honest, input: new Uint8Array(200_000), assets: [], fuelLimit: 100_000 };
      try {
        const outcome = await isolate.run({ ...task, wallMs: 100 });
        assert.equal(outcome.type, "failure");
        assert.match(outcome.type === "failure" ? outcome.code : "", /^kernel\.(environment|late)$/);
        assert.deepEqual(events.filter((type) => type !== "died" && type !== "stuck"), []);
        assert.equal(events.length, 1);
        assert.equal((await isolate.run({ ...task, wallMs: 20_000 })).type, "output");
      } finally {
        await Promise.all([isolate.close(), stock.close()]);
      }
    });
  });
}

Deno.test("end() is the last that is heard of a thread, whatever is in its pipe", async () => {
  await withTempFolder(async (folder) => {
    const main = `${folder}/rogue.js`;
    await Deno.writeTextFile(main, rogue("0", 2));
    const cell = startThread(new URL(toFileUrl(main)), threadOptions);
    const heard: unknown[] = [];
    await new Promise<void>((resolve) => {
      const hear = (what: unknown) => {
        heard.push(what);
        void cell.end().then(resolve);
      };
      cell.listen({ message: hear, died: hear });
    });
    assert.deepEqual(heard, [{ type: "ready" }]);
  });
});

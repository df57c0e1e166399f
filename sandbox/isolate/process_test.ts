import { fileURLToPath } from "node:url";
import { assert } from "../../tests/deps.ts";
import { bundleOf } from "../../tests/hostile/bundles.ts";
import { kernel } from "../../tests/hostile/kernels.ts";
import { withTempFolder } from "../../tools/temp_folder.ts";
import { type CellEvent, createCellStock } from "./cell_stock.ts";
import { createIsolate } from "./isolate.ts";
import { PROCESS_FLAGS, processes, startProcess } from "./process.ts";

const MAIN = fileURLToPath(new URL("./process_main.ts", import.meta.url));

Deno.test("a process outlives polite signals and ends by itself when the one that started it is gone", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...PROCESS_FLAGS, MAIN],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  assert.ok((await reader.read()).value !== undefined, "it is ready");
  // As a terminal and a service manager send them to everything that belongs to a program.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) child.kill(signal);
  // What the system does to the pipes of a program that died.
  await child.stdin.close();
  assert.equal((await child.status).code, 0);
  await reader.cancel();
});

Deno.test("a process that is ended is gone when end() resolves, and nothing is heard of it", async () => {
  const cell = processes.start();
  const heard: string[] = [];
  await new Promise<void>((resolve) =>
    cell.listen({ message: () => resolve(), died: (reason) => heard.push(reason) })
  );
  await cell.end();
  await cell.end();
  assert.deepEqual(heard, []);
});

Deno.test("a process is given no permission, and no way to ask for one", () => {
  assert.deepEqual(PROCESS_FLAGS.filter((flag) => flag.startsWith("--allow") || /^-[A-Z]/.test(flag)), []);
  assert.ok(PROCESS_FLAGS.includes("--no-prompt"));
});

/** Programs that stand where the one of a cell should: what they do once they were given a task. */
const rogues: Readonly<Record<string, string>> = {
  "ends": "Deno.exit(0)",
  "crashes": "throw new Error()",
  "says nothing that is a frame": "say('garbage, and more of it'.repeat(100))",
  "announces a frame without end": "say(Uint8Array.of(255, 255, 255, 255))",
  "floods": "for (;;) say(new Uint8Array(65_536))",
  "says that it is ready again": "ready()",
  "claims an output above the limit": `frame("", 65_537, 1)`,
  "claims a code of another part": `
    frame(JSON.stringify({ type: "outcome", outcome:
      { type: "failure", code: "auth.refused", message: "", fuel: 0, computeUs: 0 } }), 0, 0)`,
  "does not come back": "for (;;);",
  "does not read": "0",
};

/** Says that it is ready, waits for the first bytes of a task, does what it does, and then reads no more. */
const rogue = (does: string) => `
  function say(what) { Deno.stdout.writeSync(typeof what === "string" ? new TextEncoder().encode(what) : what); }
  function frame(text, bodyBytes, isOutput) {
    const encoded = new TextEncoder().encode(text);
    const bytes = new Uint8Array(32 + bodyBytes + encoded.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, bytes.length - 4, true);
    view.setUint32(4, encoded.length, true);
    view.setUint32(24, bodyBytes, true);
    view.setUint32(28, isOutput, true);
    bytes.set(encoded, 32 + bodyBytes);
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  }
  function ready() { frame(JSON.stringify({ type: "ready" }), 0, 0); }
  ready();
  Deno.stdin.readSync(new Uint8Array(1));
  ${does};
  setTimeout(() => {}, 60_000);
`;

const honest = await bundleOf(kernel());

for (const [what, does] of Object.entries(rogues)) {
  Deno.test(`a process that ${what} is ended, and the next task is right in another one`, async () => {
    await withTempFolder(async (folder) => {
      const main = `${folder}/rogue.js`;
      await Deno.writeTextFile(main, rogue(does));
      const events: CellEvent["type"][] = [];
      let started = 0;
      const start = () => started++ === 0 ? startProcess(main) : processes.start();
      const stock = createCellStock({
        kind: { ...processes, start, graceMs: 300 },
        spares: 0,
        report: ({ type }) => events.push(type),
      });
      const isolate = createIsolate({ stock });
      const task = { bundle: honest, input: new Uint8Array(4_000), assets: [], fuelLimit: 100_000 };
      try {
        const outcome = await isolate.run({ ...task, wallMs: 100 });
        assert.equal(outcome.type, "failure");
        assert.match(outcome.type === "failure" ? outcome.code : "", /^kernel\.(environment|late)$/);
        assert.deepEqual(events.filter((type) => type !== "died" && type !== "killed"), []);
        assert.equal(events.length, 1);
        assert.equal((await isolate.run({ ...task, wallMs: 20_000 })).type, "output");
      } finally {
        await Promise.all([isolate.close(), stock.close()]);
      }
    });
  });
}

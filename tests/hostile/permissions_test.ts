import { assert } from "../deps.ts";
import { threadOptions } from "../../sandbox/isolate/thread.ts";
import type { ProbeReport } from "./permission_probe.ts";

async function probe(): Promise<ProbeReport> {
  const worker = new Worker(new URL("./permission_probe.ts", import.meta.url), threadOptions);
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = (event: MessageEvent<ProbeReport>) => resolve(event.data);
      worker.onerror = (event) => reject(new Error(event.message));
    });
  } finally {
    worker.terminate();
  }
}

Deno.test("a thread's own JavaScript reaches no file, network, environment or program", async () => {
  const report = Object.entries(await probe());
  const withAnswer = (answer: string) => report.filter(([, found]) => found === answer).map(([name]) => name);
  // Exact, so that a runtime that gives more is noticed. What is allowed here reaches nothing outside the process, and
  // a kernel, which is WebAssembly without imports, reaches none of it.
  assert.deepEqual(withAnswer("allowed"), [
    "import a data address",
    "evaluate text",
    "start a thread",
    "speak to all threads",
    "share memory",
    "compile WebAssembly",
    "read a precise clock",
  ]);
  assert.deepEqual(withAnswer("answered no"), ["ask for more permission"]);
  assert.equal(
    withAnswer("NotCapable").length,
    report.length - 8,
    "all else is refused for lack of permission",
  );
});

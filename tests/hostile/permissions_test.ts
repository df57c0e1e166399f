import { fileURLToPath } from "node:url";
import { PROCESS_FLAGS } from "../../sandbox/isolate/process.ts";
import { chromium, withPage } from "../browser/chromium.ts";
import { assert } from "../deps.ts";
import type { ProbeReport } from "./probes.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PROBES_MIN = 49;
const NOT_FOUND = new TextEncoder().encode(
  "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
);
/** Longest time for all probes of a program. */
const REPORT_MS_MAX = 60_000;

/** Somebody who listens where the probes try to get to, and writes down the first line of whoever comes. */
async function withListener(work: (port: number, heard: readonly string[]) => Promise<void>): Promise<void> {
  const heard: string[] = [];
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const listening = (async () => {
    for await (const connection of listener) {
      heard.push("somebody");
      using _ = connection;
      const bytes = new Uint8Array(200);
      try {
        const count = await connection.read(bytes);
        heard[heard.length - 1] =
          new TextDecoder().decode(bytes.subarray(0, count ?? 0)).split("\r\n", 1)[0] ?? "";
        await connection.write(NOT_FOUND);
      } catch (error) {
        // Whoever came has gone again; that somebody came is noted.
        if (!(error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe)) {
          throw error;
        }
      }
    }
  })();
  try {
    await work((listener.addr as Deno.NetAddr).port, heard);
  } finally {
    listener.close();
    await listening;
  }
}

/** Runs a program of this folder; whatever Deno itself would fetch for it, it would fetch from the listener. */
async function reportOf(args: readonly string[], port: number, input = ""): Promise<ProbeReport> {
  const here = `http://127.0.0.1:${port}`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...args],
    cwd: ROOT,
    env: { NPM_CONFIG_REGISTRY: here, JSR_URL: here, NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
    signal: AbortSignal.timeout(REPORT_MS_MAX),
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { stdout } = await child.output();
  return JSON.parse(new TextDecoder().decode(stdout)) as ProbeReport;
}

/** Exact, so that a runtime that gives more, or less, is noticed. */
function expectExactly(report: ProbeReport, allowed: readonly string[]): void {
  const probes = Object.keys(report);
  assert.ok(probes.length >= PROBES_MIN, `${probes.length} probes`);
  assert.deepEqual(probes.filter((name) => report[name] === "allowed").sort(), [...allowed].sort());
}

/** What Deno allows without any permission. Nothing of it leaves the process; a kernel is WebAssembly and reaches none. */
const ANYWHERE = [
  "compile WebAssembly",
  "fetch an address of data",
  "import an address of data",
  "open a cache",
  "read its folder's name",
  "share memory",
  "speak to all threads",
  "start a thread of data",
];

Deno.test("a thread's own JavaScript reaches no file, network, environment or program", async () => {
  await withListener(async (port, heard) => {
    const read = "--allow-read=sandbox,protocol,tests/hostile";
    const report = await reportOf(["--no-prompt", read, "tests/hostile/probe_threads.ts", `${port}`], port);
    expectExactly(report, [...ANYWHERE, "evaluate text", "evaluate text behind a function's back"]);
    // The one request that Deno lets a thread make, and a reason why no kernel may bring JavaScript along.
    assert.deepEqual(heard, ["GET /p2c2r-probe-that-is-not-there HTTP/1.1"]);
  });
});

Deno.test("a process's own JavaScript reaches no file, network, environment or program", async () => {
  await withListener(async (port, heard) => {
    const report = await reportOf([...PROCESS_FLAGS, "tests/hostile/probe_process.ts"], port, `${port}`);
    // A program has a store of its own, kept by Deno under the path of its main module.
    expectExactly(report, [...ANYWHERE, "keep something in local storage"]);
    assert.deepEqual(heard, []);
  });
});

Deno.test({
  name: "a browser's worker reaches nothing but itself" + (chromium === undefined ? " (needs Chromium)" : ""),
  ignore: chromium === undefined,
  async fn() {
    await withListener(async (port, heard) => {
      await withPage(async (page) => {
        const report = await page.call("tests/hostile/probe_page.ts", "report", port) as ProbeReport;
        expectExactly(report, [
          "compile WebAssembly",
          "open a cache",
          "open a private file system",
          "open an indexed database",
          "speak to all threads",
          "start a thread with permissions", // an option that browsers do not know
        ]);
        assert.deepEqual(page.strange, []);
      });
      assert.deepEqual(heard, []);
    });
  },
});

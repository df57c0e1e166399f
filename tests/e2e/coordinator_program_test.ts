// The coordinator as the program that an operator starts: its words, its files, its exit codes, its end.
import { assert } from "../deps.ts";
import { coordinatorGrants } from "../../tools/coordinator.ts";
import { readConfig } from "../../coordinator/config.ts";
import { askDeno } from "../../tools/child.ts";
import { repositoryRoot } from "../../tools/source_files.ts";
import { withTempFolder } from "../../tools/temp_folder.ts";
import { ask, bearing } from "./coordinator_rig.ts";

/** It takes two seconds at most; a machine that does much else may need more. */
const STOP_MS_MAX = 10_000;

/** The program with the permissions that `deno task coordinator` gives it. */
function program(data: string, ...flags: string[]): string[] {
  const root = repositoryRoot();
  const bundles = `${root}/tasks-as/bundles`;
  const config = readConfig({ args: ["--data", data], env: () => undefined, cores: 2, bundles });
  assert.ok(config !== "help");
  const grants = coordinatorGrants(root, config);
  return ["run", "--no-prompt", "--no-check", ...grants, "coordinator/main.ts", "--data", data, ...flags];
}

interface Line {
  readonly type: string;
  readonly sentence: string;
  readonly [field: string]: unknown;
}

/** A coordinator in a process of its own. */
class Program implements AsyncDisposable {
  readonly lines: Line[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  #wake = () => {};

  constructor(data: string, ...flags: string[]) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: program(data, "--port", "0", "--json", "--exit-on-eof", ...flags),
      cwd: repositoryRoot(),
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#stdin = this.#child.stdin.getWriter();
    this.#reading = this.#read();
  }

  /** The first line of a type. */
  async line(type: string): Promise<Line> {
    for (;;) {
      const found = this.lines.find((line) => line.type === type);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  async endInput(): Promise<void> {
    await this.#stdin.close();
  }

  /** How it ended, once it did. */
  async ended(): Promise<Deno.CommandStatus> {
    const status = await this.#child.status;
    await this.#reading;
    return status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stdin.close().catch(() => {/* it was closed by the test */});
    await this.ended();
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + text).split("\n");
      rest = parts.pop() ?? "";
      this.lines.push(...parts.map((part) => JSON.parse(part) as Line));
      this.#wake();
    }
  }
}

Deno.test("the program makes its data folder, shows the first key once, serves, and ends with its input", async () => {
  await withTempFolder(async (folder) => {
    const data = `${folder}/data`;
    let operator = "";
    {
      await using first = new Program(data);
      const { url } = await first.line("listening") as unknown as { url: string };
      const { key } = await first.line("firstKey");
      assert.match(String(key), /^p2c2r_[\w-]{32}$/);
      const { command } = await first.line("worker");
      assert.equal(
        command,
        `deno run --no-prompt -P=worker --allow-net=${new URL(url).host} worker/main.ts --coordinator ${url}`,
      );
      operator = (await Deno.readTextFile(`${data}/operator.token`)).trim();
      if (Deno.build.os !== "windows") {
        for (const file of ["operator.token", "seal.secret"]) {
          assert.equal((await Deno.stat(`${data}/${file}`)).mode! & 0o777, 0o600);
        }
      }
      assert.equal((await ask(`${url}/v1/status`, bearing(operator))).body["health"], "well");
      const beganMs = performance.now();
      await first.endInput();
      assert.equal((await first.ended()).code, 0);
      assert.ok(performance.now() - beganMs < STOP_MS_MAX);
      assert.equal(first.lines.at(-1)?.type, "stopped");
    }
    await using second = new Program(data);
    const { url } = await second.line("listening") as unknown as { url: string };
    await second.line("worker");
    assert.ok(!second.lines.some((line) => line.type === "firstKey"));
    assert.equal((await ask(`${url}/v1/status`, bearing(operator))).status, 200);
    const listed = await askDeno(repositoryRoot(), [
      ...["run", "--no-prompt", "--no-check", "--allow-net=127.0.0.1", "--allow-read", "--allow-env"],
      ...["tools/project.ts", "list", "--coordinator", url, "--data", data],
    ]);
    assert.match(listed.stdout, / {2}first {2}1000000000000 micro-credits {2}weight 100 {2}keys: p2c2r_/);
  });
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`the program stops in order on ${signal}, also when it comes twice at once`, async () => {
    await withTempFolder(async (data) => {
      await using running = new Program(data);
      await running.line("worker");
      const beganMs = performance.now();
      running.kill(signal);
      running.kill(signal);
      assert.deepEqual((await running.ended()).code, 0);
      assert.ok(performance.now() - beganMs < STOP_MS_MAX);
      assert.equal(running.lines.at(-1)?.type, "stopped");
    });
  });
}

Deno.test("the program says in a sentence why it cannot start, and exits with a code for it", async () => {
  await withTempFolder(async (data) => {
    await using running = new Program(data);
    const { port } = await running.line("listening");
    const start = (folder: string, ...flags: string[]) =>
      askDeno(repositoryRoot(), program(folder, ...flags));
    const [taken, busy, wrong, unknown, unreadable] = await Promise.all([
      start(`${data}/other`, "--port", String(port)),
      start(data, "--port", "0"),
      start(data, "--port", "many"),
      start(data, "--loud"),
      start(`${data}/p2c2r.sqlite`, "--port", "0"),
    ]);
    assert.deepEqual([taken.code, busy.code, wrong.code, unknown.code, unreadable.code], [
      69,
      74,
      78,
      64,
      74,
    ]);
    assert.match(taken.stderr, new RegExp(`Cannot listen on 127.0.0.1:${port}: the port is in use`));
    assert.match(wrong.stderr, /--port is "many", allowed is a whole number from 0 to 65535/);
    assert.match(unknown.stderr, /--loud/);
    await using second = new Program(`${data}/other`);
    await second.line("worker");
    assert.ok(
      second.lines.some((line) => line.type === "firstKey"),
      "the failed start has used up the first key",
    );
  });
});

Deno.test("the program with --memory writes nothing", async () => {
  await withTempFolder(async (folder) => {
    const data = `${folder}/none`;
    await using running = new Program(data, "--memory");
    const { key } = await running.line("firstKey");
    const { url } = await running.line("listening") as unknown as { url: string };
    assert.equal((await ask(`${url}/readyz`)).status, 200);
    assert.equal((await ask(`${url}/v1/kernels`, bearing(String(key)))).status, 200);
    await assert.rejects(Deno.stat(data), Deno.errors.NotFound);
  });
});

// The worker as a program of its own, with the permissions a helper gives it and not one more.
import { fileURLToPath } from "node:url";
import { relative } from "node:path";

const endMsMax = 60_000;
const root = fileURLToPath(new URL("../../", import.meta.url));

/** A line that the program wrote in its `--json` mode. */
export type Line = { readonly type: string } & Readonly<Record<string, unknown>>;

/** A worker program that runs. */
export class WorkerProgram {
  readonly lines: Line[] = [];
  /** Everything that was no JSON, and standard error. */
  text = "";
  readonly status: Promise<Deno.CommandStatus>;
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #reading: Promise<unknown>;

  constructor(args: readonly string[]) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [...args],
      cwd: root,
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.status = this.#child.status;
    this.#stdin = this.#child.stdin.getWriter();
    this.#reading = Promise.all([
      this.#read(this.#child.stdout, (line) => this.#take(line)),
      this.#read(this.#child.stderr, (line) => this.text += `${line}\n`),
    ]);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Sends a signal; one that comes after the end is of no use and no harm. */
  signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }

  async type(line: string): Promise<void> {
    await this.#stdin.write(new TextEncoder().encode(`${line}\n`));
  }

  async endInput(): Promise<void> {
    await this.#stdin.close();
  }

  /** Kills what still runs and lets go of the pipes. */
  async end(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.status;
    await this.#reading;
    await this.#stdin.abort().catch(() => {
      // The pipe can be gone with its reader.
    });
  }

  /** The exit code, once everything the program wrote has been read; an end that does not come is made to. */
  async exitCode(): Promise<number> {
    const impatience = setTimeout(() => this.#child.kill("SIGKILL"), endMsMax);
    const { code } = await this.status;
    clearTimeout(impatience);
    await this.#reading;
    return code;
  }

  #take(line: string): void {
    try {
      this.lines.push(JSON.parse(line) as Line);
    } catch {
      this.text += `${line}\n`; // not in JSON mode
    }
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>, line: (text: string) => void): Promise<void> {
    let rest = "";
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + part).split("\n");
      rest = lines.pop()!;
      lines.forEach(line);
    }
    if (rest !== "") line(rest);
  }
}

/** What `deno run` needs so that a worker may use this coordinator and this folder, and nothing else. */
export function runArgs(coordinator: URL, folder: string): string[] {
  const data = relative(root, folder);
  return [
    "run",
    "--no-prompt",
    "--config=worker/deno.json",
    "-P=worker",
    `--allow-net=${coordinator.host}`,
    `--allow-read=sandbox,protocol,${data}`,
    `--allow-write=${data}`,
    "worker/main.ts",
    `--coordinator=${coordinator.origin}`,
    `--data=${data}`,
  ];
}

/** Runs `work` with the program, and makes sure that nothing of it is left. */
export async function withProgram(
  args: readonly string[],
  work: (program: WorkerProgram) => Promise<void>,
): Promise<void> {
  const program = new WorkerProgram(args);
  try {
    await work(program);
  } finally {
    await program.end();
  }
}

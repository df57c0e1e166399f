// A command of the project as a person starts it (`deno task demo`), and every process that comes of it.
import { fileURLToPath } from "node:url";
import { TextLineStream } from "../../tools/demo/text_lines.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const patienceMs = 150_000;

/** A command that runs. Its temporary files lie in a folder of the test's, by which its processes are known, too. */
export class TaskProgram implements AsyncDisposable {
  readonly folder: string;
  readonly lines: string[] = [];
  /** What was written to standard error. */
  complaints = "";
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<unknown>;
  #changed = Promise.withResolvers<void>();
  #over = false;

  private constructor(folder: string, task: string, args: readonly string[]) {
    this.folder = folder;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["task", task, ...args],
      cwd: root,
      env: { NO_COLOR: "1", TMPDIR: folder },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      detached: true, // a process group of its own, as a terminal gives it
    }).spawn();
    this.#stdin = this.#child.stdin.getWriter();
    this.#reading = Promise.all([
      this.#read(this.#child.stdout, (line) => this.lines.push(line)),
      this.#read(this.#child.stderr, (line) => this.complaints += `${line}\n`),
    ]).then(() => this.#over = true).finally(() => this.#changed.resolve());
  }

  /** Starts `deno task TASK` with so many arguments. */
  static async start(task: string, ...args: string[]): Promise<TaskProgram> {
    return new TaskProgram(await Deno.makeTempDir({ prefix: `p2c2r-${task}-test-` }), task, args);
  }

  /** `deno task`'s own. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Waits for a line. */
  async line(pattern: RegExp): Promise<string> {
    const untilMs = performance.now() + patienceMs;
    for (;;) {
      const found = this.lines.find((line) => pattern.test(line));
      if (found !== undefined) return found;
      const left = untilMs - performance.now();
      if (this.#over || left < 0) {
        throw new Error(`No line ${pattern} in:\n${this.lines.join("\n")}\n${this.complaints}`);
      }
      await within(left, this.#changed.promise);
    }
  }

  /** The exit code, once everything was read. */
  async ended(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#reading;
    return code;
  }

  /** The processes of this command that are alive: all inherit its environment. */
  async processes(): Promise<readonly { readonly pid: number; readonly command: string }[]> {
    const found: { readonly pid: number; readonly command: string }[] = [];
    for await (const { name } of Deno.readDir("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const [environment, command] = [await readProc(name, "environ"), await readProc(name, "cmdline")];
      if (environment.includes(`TMPDIR=${this.folder}\0`)) {
        found.push({ pid: Number(name), command: command.replaceAll("\0", " ") });
      }
    }
    return found;
  }

  /** Ends what is left of it, and its folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const { pid } of await this.processes()) kill(pid, "SIGKILL");
    await this.ended();
    await this.#stdin.abort().catch(() => {/* the pipe can be gone with its reader */});
    await Deno.remove(this.folder, { recursive: true });
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>, take: (line: string) => void): Promise<void> {
    for await (const line of stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
      take(line);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers<void>();
    }
  }
}

/** Sends a signal to a process that may have ended meanwhile; a negative number names a group. */
export function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** What /proc says of a process; nothing when it has ended. */
async function readProc(pid: string, file: string): Promise<string> {
  try {
    return await Deno.readTextFile(`/proc/${pid}/${file}`);
  } catch (error) {
    const gone = error instanceof Deno.errors.NotFound ||
      (error instanceof Error && /os error 3\)/.test(error.message));
    if (gone || error instanceof Deno.errors.PermissionDenied) return "";
    throw error;
  }
}

async function within(ms: number, change: Promise<void>): Promise<void> {
  const timer = Promise.withResolvers<void>();
  const id = setTimeout(timer.resolve, ms);
  await Promise.race([change, timer.promise]);
  clearTimeout(id);
}

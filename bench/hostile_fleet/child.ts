// A child process that speaks in lines of JSON.
import { fileURLToPath } from "node:url";
import { splitLines } from "./lines.ts";

/** One of the scenario's processes. */
export class Child {
  readonly #process: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  /** Starts a module of this folder. */
  constructor(module: string, args: readonly string[]) {
    const file = fileURLToPath(new URL(module, import.meta.url));
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "-A", file, ...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#lines = this.#process.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(splitLines())
      .getReader();
    this.#input = this.#process.stdin.getWriter();
  }

  /** The next line it prints. */
  async read<T>(): Promise<T> {
    const { value, done } = await this.#lines.read();
    if (done) throw new Error("Cannot go on: a process of the scenario has ended");
    return JSON.parse(value) as T;
  }

  /** Says something, and reads what it answers. */
  async ask<T>(line: string): Promise<T> {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
    return await this.read<T>();
  }

  /** Ends its input. */
  async finish(): Promise<void> {
    await this.#input.close();
  }

  /** Ends it. */
  async end(): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch (error) {
      // It has ended already.
      if (!(error instanceof TypeError)) throw error;
    }
    await this.#process.status;
  }
}

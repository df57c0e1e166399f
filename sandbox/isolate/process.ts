// Cells that are processes: this very Deno once more, with no permission, a bounded heap, no npm and no network, spoken
// to over its standard input and output, and ended by a signal that nothing in it can catch.
import { fileURLToPath } from "node:url";
import type { Cell, CellKind, CellListener } from "./cell.ts";
import { answerBytesMax, decodeAnswer, encodeTask, FrameReader } from "./frames.ts";

/** How much JavaScript heap a process may take, in MiB; a kernel's memory is bounded by its manifest. */
const HEAP_MIB_MAX = 64;
const GRACE_MS = 2_000;

/** What `deno run` gets. No permission is among it, and there is none to ask for. */
export const PROCESS_FLAGS: readonly string[] = [
  "--no-prompt",
  "--no-config",
  "--no-lock",
  "--no-npm",
  "--no-remote",
  "--cached-only",
  "--quiet",
  `--v8-flags=--max-old-space-size=${HEAP_MIB_MAX},--disallow-code-generation-from-strings`,
];

/** Processes without permissions. Starting one takes the permission to run this Deno. */
export const processes: CellKind = {
  name: "process",
  start: () => startProcess(fileURLToPath(new URL("./process_main.ts", import.meta.url))),
  takes: "bytes",
  graceMs: GRACE_MS,
  endsSurely: true,
};

/** Starts a process that runs `main`, a path. */
export function startProcess(main: string): Cell {
  return new ProcessCell(main);
}

class ProcessCell implements Cell {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #ended: Promise<void>;
  #listener: CellListener | undefined;
  /** Longest output of the task in hand. */
  #outputBytesMax = 0;
  #ending = false;

  constructor(main: string) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", ...PROCESS_FLAGS, main],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      // Nothing of the parent's environment is the child's business.
      clearEnv: true,
      env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#ended = this.#attend();
  }

  post(message: Parameters<Cell["post"]>[0]): void {
    this.#outputBytesMax = message.outputBytesMax;
    this.#input.write(encodeTask(message)).catch((error) => this.#die(`it does not read: ${wordsOf(error)}`));
  }

  listen(listener: CellListener): void {
    this.#listener = listener;
  }

  async end(): Promise<void> {
    this.#kill();
    await this.#ended;
  }

  /** Hears it out until it is gone. */
  async #attend(): Promise<void> {
    const frames = new FrameReader();
    try {
      for await (const piece of this.#child.stdout) {
        for (const frame of frames.take(piece, answerBytesMax(this.#outputBytesMax))) {
          this.#listener?.message(decodeAnswer(frame));
        }
      }
    } catch (error) {
      this.#die(wordsOf(error));
    }
    const { code, signal } = await this.#child.status;
    this.#die(signal === null ? `exit code ${code}` : `${signal}`);
    await this.#input.abort().catch(() => {
      // The pipe broke when the process ended, which was just told.
    });
  }

  #die(reason: string): void {
    if (this.#ending) return;
    this.#kill();
    this.#listener?.died(reason);
  }

  #kill(): void {
    if (this.#ending) return;
    this.#ending = true;
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // It was faster.
      if (!(error instanceof TypeError)) throw error;
    }
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

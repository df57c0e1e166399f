// Cells that are threads of Deno's: module workers, by default without any permission, spoken to through shared memory.
import type { Cell, CellKind, CellListener } from "./cell.ts";
import { answerBytesMax, decodeAnswer, encodeTask, FrameReader } from "./frames.ts";
import type { RunMessage } from "./messages.ts";
import { PipeReader, PipeWriter, sharedPipeMemory } from "./shared_pipe.ts";

/** How every thread is started: all permissions withheld. Deno's own option, unknown to TypeScript's library. */
export const threadOptions = { type: "module", deno: { permissions: "none" } } as WorkerOptions;

const GRACE_MS = 2_000;
const NONE = new Uint8Array();

/** The only message that a thread is posted: the pipes that it reads and writes. */
export interface ThreadPipes {
  readonly tasks: SharedArrayBuffer;
  readonly answers: SharedArrayBuffer;
}

function threadsWith(options: WorkerOptions): CellKind {
  return {
    name: "thread",
    start: () => startThread(new URL("./thread_main.ts", import.meta.url), options),
    // Threads of a process share what the engine compiled from the same bytes.
    takes: "bytes",
    graceMs: GRACE_MS,
    endsSurely: false,
  };
}

/** Threads without permissions. Their module graph (`sandbox/`, `protocol/`) is read under the caller's permissions. */
export const threads: CellKind = threadsWith(threadOptions);

/**
 * Threads that have their parent's permissions, for platforms that cannot withhold them. What runs in them can use
 * none of them all the same: a core module without imports.
 */
export const plainThreads: CellKind = threadsWith({ type: "module" });

/** Starts a thread that runs `main`. */
export function startThread(main: URL, options: WorkerOptions): Cell {
  return new ThreadCell(new Worker(main, options));
}

class ThreadCell implements Cell {
  readonly #worker: Worker;
  readonly #tasks: PipeWriter;
  readonly #answers: PipeReader;
  #listener: CellListener | undefined;
  /** Longest output of the task in hand. */
  #outputBytesMax = 0;
  #isOver = false;

  constructor(worker: Worker) {
    const pipes: ThreadPipes = { tasks: sharedPipeMemory(), answers: sharedPipeMemory() };
    this.#worker = worker;
    this.#tasks = new PipeWriter(pipes.tasks);
    this.#answers = new PipeReader(pipes.answers);
    worker.onerror = (event) => {
      // An error that is not taken here ends the whole process.
      event.preventDefault();
      this.#die(event.message);
    };
    worker.onmessage = () => this.#die("it spoke beside its pipe");
    worker.onmessageerror = worker.onmessage;
    worker.postMessage(pipes);
    void this.#attend();
  }

  post(message: RunMessage): void {
    this.#outputBytesMax = message.outputBytesMax;
    void this.#send(encodeTask(message));
  }

  listen(listener: CellListener): void {
    this.#listener = listener;
  }

  end(): Promise<void> {
    this.#isOver = true;
    // One that waits at a pipe goes by itself: ending a thread does not wake it.
    this.#tasks.close();
    this.#answers.close();
    this.#worker.terminate();
    return Promise.resolve();
  }

  /** At once what the pipe has room for, which is nearly always all of it. */
  async #send(frame: Uint8Array): Promise<void> {
    try {
      for (let at = this.#tasks.write(frame); at < frame.length; at += this.#tasks.write(frame, at)) {
        if (!await this.#tasks.writable()) return this.#die("it ended its pipe");
      }
    } catch (error) {
      this.#dieOf(error);
    }
  }

  /** Hears it out until it is ended. */
  async #attend(): Promise<void> {
    const frames = new FrameReader();
    try {
      while (await this.#answers.readable()) {
        const piece = this.#answers.read() ?? NONE;
        for (const frame of frames.take(piece, answerBytesMax(this.#outputBytesMax))) {
          // Whoever hears the first one may end it.
          if (this.#isOver) return;
          this.#listener?.message(decodeAnswer(frame));
        }
      }
      this.#die("it ended its pipe");
    } catch (error) {
      this.#dieOf(error);
    }
  }

  /** What a pipe or a frame reader throws says that the other side is not what was started. */
  #dieOf(error: unknown): void {
    if (!(error instanceof RangeError)) throw error;
    this.#die(error.message);
  }

  #die(reason: string): void {
    if (!this.#isOver) this.#listener?.died(reason);
  }
}

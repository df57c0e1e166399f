// The demo's child processes: started with just their permissions, read line by line, and gone when the demo is gone.
import { TextLineStream } from "./text_lines.ts";

/** One line of JSON from a child. */
export type Report = Readonly<Record<string, unknown>> & { readonly type?: string };

/** How a child is started. */
export interface Role {
  readonly name: string;
  /** Arguments of `deno run`. */
  readonly args: readonly string[];
  /** Called with each line of JSON the child prints; other lines are kept as its last words. */
  readonly onReport: (report: Report) => void;
}

/** A child that was started. */
export interface Member {
  readonly name: string;
  readonly pid: number;
  /** Resolves with the exit code when the child has ended; a signal counts as 128 and its number. */
  readonly ended: Promise<number>;
  readonly alive: boolean;
  /** What it printed last that was no report: its error, when it failed. */
  readonly lastWords: string;
  /** Writes a line to its standard input. */
  tell(line: string): Promise<void>;
  /** Closes its standard input: the polite way to end it. */
  dismiss(): Promise<void>;
  kill(signal: "SIGKILL" | "SIGINT"): void;
}

const lastWordsMax = 40;

/** Starts processes and ends all that are left. Children end by themselves when their standard input does, so even SIGKILL leaves none. */
export class Crew {
  readonly #members: Member[] = [];
  #ending = false;

  /** Starts a child; throws once the crew is ending. */
  start(role: Role): Member {
    if (this.#ending) throw new Error(`Cannot start ${role.name}: everything is ending`);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", ...role.args],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const words: string[] = [];
    const hear = (line: string) => {
      words.push(line);
      if (words.length > lastWordsMax) words.shift();
    };
    const read = Promise.all([
      readLines(child.stdout, (line) => {
        const report = parseReport(line);
        if (report === null) hear(line);
        else role.onReport(report);
      }),
      readLines(child.stderr, hear),
    ]);
    const input = child.stdin.getWriter();
    let alive = true;
    const ended = child.status.then(async ({ code }) => {
      alive = false;
      await read;
      return code;
    });
    const member: Member = {
      name: role.name,
      pid: child.pid,
      ended,
      get alive() {
        return alive;
      },
      get lastWords() {
        return words.join("\n");
      },
      tell: (line) => ignoreClosed(input.write(new TextEncoder().encode(`${line}\n`))),
      dismiss: () => ignoreClosed(input.close()),
      kill: (signal) => {
        if (alive) child.kill(signal);
      },
    };
    this.#members.push(member);
    return member;
  }

  /** Ends every child that is left: first politely, after `graceMs` by force. Resolves when all are gone. */
  async end(graceMs: number): Promise<void> {
    this.#ending = true;
    const left = this.#members.filter((member) => member.alive);
    const gone = Promise.all(left.map((member) => member.ended));
    for (const member of left) await member.dismiss();
    const timer = setTimeout(() => {
      for (const member of left) member.kill("SIGKILL");
    }, graceMs);
    await gone;
    clearTimeout(timer);
  }
}

function parseReport(line: string): Report | null {
  if (!line.startsWith("{")) return null;
  try {
    return JSON.parse(line) as Report;
  } catch (cause) {
    if (cause instanceof SyntaxError) return null;
    throw cause;
  }
}

async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onLine: (line: string) => void,
): Promise<void> {
  for await (const line of stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
    onLine(line);
  }
}

/** A child that ended cannot be told anything: that shows in `ended`, not here. */
async function ignoreClosed(written: Promise<void>): Promise<void> {
  try {
    await written;
  } catch (cause) {
    if (cause instanceof Deno.errors.BrokenPipe || cause instanceof TypeError) return;
    throw cause;
  }
}

// A worker and its helper: what is typed, pressed and signalled becomes commands; what happens is shown.
import type { RunningWorker } from "../start.ts";
import { type Command, finishMsMax } from "../session/mod.ts";
import { parseCommand } from "./commands.ts";
import { readLines } from "./lines.ts";
import type { Report } from "./reports.ts";
import { StopPresses } from "./stop_presses.ts";

/** How a helper is attended to. */
export interface AttendOptions {
  readonly report: Report;
  /** Where commands are typed; absent where nobody types. */
  readonly input?: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  /** Whether the worker ends when the input does. */
  readonly exitOnEof: boolean;
  readonly nowMs: () => number;
  /** Called when the helper insists. */
  readonly force: () => void;
}

const statusEveryMs = 1_000;

/** Serves a helper until the worker has ended; returns why it did. */
export async function attend(worker: RunningWorker, options: AttendOptions): Promise<string> {
  const { report, input, exitOnEof } = options;
  if (input !== undefined) {
    void readLines(input, (line) => obey(worker, report, line)).then(() => {
      if (exitOnEof) worker.command(quit);
    });
  }
  const stopListening = listenToSignals(worker, options);
  const ticking = setInterval(() => report.status(worker.status()), statusEveryMs);
  report.status(worker.status());
  const reason = await worker.ended;
  clearInterval(ticking);
  stopListening();
  report.statusNow(worker.status());
  return reason;
}

const quit: Command = { type: "finish", reason: "standard input ended", withinMs: 0 };

function obey(worker: RunningWorker, report: Report, line: string): void {
  const typed = parseCommand(line);
  if (typed === undefined) return;
  if (typed.type === "command") worker.command(typed.command);
  else if (typed.type === "status") report.statusNow(worker.status());
  else report.say("info", typed.text);
}

/** Windows has no SIGTERM; SIGBREAK comes when the console window closes. */
const signals: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM"];

function listenToSignals(worker: RunningWorker, { report, nowMs, force }: AttendOptions): () => void {
  const presses = new StopPresses();
  const pressed = () => {
    const press = presses.press(nowMs());
    if (press === "force") return force();
    if (press === "repeat") return;
    report.say(
      "info",
      `Finishing the tasks in hand, at most ${finishMsMax / 1_000} s. Again to stop at once.`,
    );
    worker.command({ type: "finish", reason: "the helper stopped the worker", withinMs: finishMsMax });
  };
  for (const signal of signals) Deno.addSignalListener(signal, pressed);
  return () => {
    for (const signal of signals) Deno.removeSignalListener(signal, pressed);
  };
}

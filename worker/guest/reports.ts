// How a worker speaks: one living line on a terminal, plain lines in a log, JSON lines to a program.
import type { WorkerStatus } from "../start.ts";
import { statusLine } from "./status_line.ts";

/** Where sentences and states go. */
export interface Report {
  say(level: "info" | "warning" | "error", text: string): void;
  /** Called about once a second. */
  status(status: WorkerStatus): void;
  /** Shows the status now, because it was asked for. */
  statusNow(status: WorkerStatus): void;
  /** Nothing more is written after this. */
  end(): void;
}

/** Writes text; must not fail when the reader is gone. */
export type Write = (text: string) => void;

/** On a terminal: sentences scroll by above one line of status. */
export function terminalReport(write: Write, columns: () => number): Report {
  let line = "";
  const clear = "\r\x1b[K";
  const draw = (status: WorkerStatus) => {
    const text = cut(statusLine(status), columns() - 1);
    if (text !== line) write(clear + text);
    line = text;
  };
  return {
    say: (_level, text) => {
      write(`${clear}${text}\n${line}`);
    },
    status: draw,
    statusNow: (status) => write(`${clear}${statusLine(status)}\n${line}`),
    end: () => write(clear),
  };
}

/** In a log: the status when what the worker does has changed, and now and then while it counts up. */
export function plainReport(write: Write, nowMs: () => number): Report {
  let doing = "";
  let results = -1;
  let shownMs = -Infinity;
  const show = (status: WorkerStatus) => {
    doing = `${busyness(status)} ${status.reason}`;
    results = status.results;
    shownMs = nowMs();
    write(`${statusLine(status)}\n`);
  };
  return {
    say: (_level, text) => write(`${text}\n`),
    status: (status) => {
      const changed = `${busyness(status)} ${status.reason}` !== doing;
      const counted = status.results !== results && nowMs() - shownMs >= countEveryMs;
      if (changed || counted) show(status);
    },
    statusNow: show,
    end: () => {},
  };
}

/** To a program: one object per line, `{"type":"said",…}` or `{"type":"status",…}`, the latter only when it changed. */
export function jsonReport(write: Write): Report {
  let last = "";
  const show = (status: WorkerStatus) => {
    last = JSON.stringify({ type: "status", ...status });
    write(`${last}\n`);
  };
  return {
    say: (level, text) => write(`${JSON.stringify({ type: "said", level, text })}\n`),
    status: (status) => {
      if (JSON.stringify({ type: "status", ...status }) !== last) show(status);
    },
    statusNow: show,
    end: () => {},
  };
}

const countEveryMs = 60_000;

/** Working and waiting alternate all the time: no news for a log. */
function busyness({ doing, reason }: WorkerStatus): string {
  return doing === "computing" || (doing === "waiting" && reason === "") ? "running" : doing;
}

function cut(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`;
}

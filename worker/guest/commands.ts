// What a helper may type while the worker runs.
import { limits } from "../../protocol/mod.ts";
import { type Command, finishMsMax } from "../session/mod.ts";
import { parseDuration } from "./duration.ts";

/** A line that was typed. */
export type Typed =
  | { readonly type: "command"; readonly command: Command }
  | { readonly type: "status" }
  /** Something to say instead: help, or why the line was not understood. */
  | { readonly type: "answer"; readonly text: string };

const commandHelp =
  "Commands: pause, pause 1h, resume, finish (after the tasks in hand), quit (now, handing them back), status.";

/** Understands one line; undefined for an empty one. */
export function parseCommand(line: string): Typed | undefined {
  const [word = "", ...rest] = line.trim().toLowerCase().split(/\s+/);
  if (word === "") return undefined;
  if (word === "pause") return pauseOf(rest.join(" "));
  if (rest.length > 0) return { type: "answer", text: `"${line.trim()}" is no command. ${commandHelp}` };
  switch (word) {
    case "resume":
      return { type: "command", command: { type: "resume" } };
    case "finish":
      return {
        type: "command",
        command: { type: "finish", reason: "the helper finishes", withinMs: finishMsMax },
      };
    case "quit":
      return { type: "command", command: { type: "finish", reason: "the helper quits", withinMs: 0 } };
    case "status":
      return { type: "status" };
    case "help":
      return { type: "answer", text: commandHelp };
    default:
      return { type: "answer", text: `"${line.trim()}" is no command. ${commandHelp}` };
  }
}

function pauseOf(text: string): Typed {
  const forMs = text === "" ? null : parseDuration(text);
  if (forMs === undefined || (forMs !== null && (forMs === 0 || forMs > limits.durationMsMax))) {
    return { type: "answer", text: `Cannot pause for "${text}": allowed is 1s to 24h, like 90s, 30m or 1h.` };
  }
  return { type: "command", command: { type: "pause", reason: "the helper paused", forMs } };
}

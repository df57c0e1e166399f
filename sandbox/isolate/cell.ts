// The port to where kernels run. A thread, a process and a browser's worker are started and ended differently; what
// they are told and what they say is the same.
import type { RunMessage } from "./messages.ts";

/** What an isolate hears from its cell. */
export interface CellListener {
  /** Not trusted: whoever speaks there may be somebody else than who was started. */
  message(message: unknown): void;
  /** The cell is at its end, by an error of its own or because it could not start. */
  died(reason: string): void;
}

/** Where kernels run, one at a time. Its first message is `ready`. */
export interface Cell {
  /** Neither keeps nor detaches any bytes of the message: what is needed is copied before this returns. */
  post(message: RunMessage): void;
  listen(listener: CellListener): void;
  /** Ends the cell, which is never heard again. Resolves when everything of it is gone that can be waited for. */
  end(): Promise<void>;
}

/** Starts a cell. Throws, or reports `died`, where it cannot. */
export type StartCell = () => Cell;

/** One way to run kernels. */
export interface CellKind {
  readonly name: "thread" | "process" | "browser";
  readonly start: StartCell;
  /** How a kernel's code gets there: compiled, or as bytes that are compiled there. */
  readonly takes: "modules" | "bytes";
  /**
   * How long after a task's limit the cell is ended from outside, in milliseconds. Where a watchdog inside stops a
   * runaway, this is for the one that it could not stop, and a busy machine may be slow to say so.
   */
  readonly graceMs: number;
  /** Whether ending it stops what runs in it. A thread of Deno's that spins goes on until the process ends. */
  readonly endsSurely: boolean;
}

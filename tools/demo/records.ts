// What the demo's game backend remembers of every task, to be compared with trusted compute afterwards.
import { createHash } from "node:crypto";
import type { Answer, P2c2rError } from "../../sdk/mod.ts";

/** One task as the backend saw it. */
export interface TaskRecord {
  readonly kernel: "pathfind" | "physics";
  readonly input: Uint8Array;
  /** Index of the map, for path tasks. */
  readonly map: number | null;
  readonly latencyMs: number;
  readonly met: boolean;
  readonly answer: {
    /** SHA-256 of the bytes first received. */
    readonly output: string;
    readonly tier: "peer" | "cloud" | "local";
    readonly cached: boolean;
    readonly source: string | null;
    readonly task: number;
  } | null;
  /** The error's code, when there was no answer. */
  readonly code: string | null;
}

/** Hex SHA-256. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Everything the backend asked for. */
export class Records {
  readonly all: TaskRecord[] = [];

  /** A task that was answered. */
  answered(
    task: Pick<TaskRecord, "kernel" | "input" | "map" | "latencyMs" | "met">,
    answer: Answer<Uint8Array>,
  ): void {
    const { tier, verified, source } = answer;
    const output = sha256(answer.output);
    this.all.push({
      ...task,
      answer: { output, tier, cached: verified === "cached", source, task: answer.task },
      code: null,
    });
  }

  /** A task that ended with a coded error. */
  failed(task: Pick<TaskRecord, "kernel" | "input" | "map" | "latencyMs">, error: P2c2rError): void {
    this.all.push({ ...task, met: false, answer: null, code: error.code });
  }
}

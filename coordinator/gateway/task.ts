// A task on its way through the gateways: what was asked, who waits, how it can end.
import type { Code, Tier, Verification } from "../../protocol/mod.ts";
import type { Kernel } from "../ports.ts";
import type { Project } from "./projects.ts";

/** A task as a client asks for it. Sizes and ranges are those of the wire, checked before. */
export interface TaskRequest {
  readonly project: Project;
  readonly kernel: Kernel;
  readonly input: Uint8Array;
  /** Digests, lower-case hex. */
  readonly assets: readonly string[];
  readonly deadlineMs: number;
  readonly priority: number;
  readonly verify: "sampled" | "always";
  readonly exclude: readonly string[];
  readonly fuelLimit: number | null;
  readonly idempotencyKey: string | null;
  readonly trace: Uint8Array | null;
}

/** An answer with where it came from. */
export interface Answered {
  readonly output: Uint8Array;
  readonly tier: Tier;
  readonly verified: Verification;
  readonly attempts: number;
  readonly fuel: number;
  readonly latencyMs: number;
  /** Micro-credits, before rounding. */
  readonly price: number;
  /** The project's name for the worker behind the answer; null for trusted compute. */
  readonly source: string | null;
}

/** Why there is no answer. */
export interface Refused {
  readonly code: Code;
  readonly message: string;
  readonly hint: string;
  readonly retryMs: number | null;
  readonly attempts: number;
}

/** Whoever waits for answers: a backend's session, or the callers over HTTP. */
export interface Client {
  /** Its number in the core. */
  readonly no: number;
  answered(ticket: Ticket, answer: Answered): void;
  refused(ticket: Ticket, refusal: Refused): void;
}

/** A task between its admission and its one end. */
export interface Ticket {
  readonly task: number;
  readonly client: Client;
  readonly requestNo: number;
  readonly request: TaskRequest;
  readonly identity: string;
  /** Micro-credits held back until the end. */
  readonly reserved: number;
}
